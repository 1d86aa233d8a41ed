/* Faults that cprof advise has to find, each on a line of its own. */
#include <stdlib.h>
#include <string.h>

struct node {
    struct node *next;
    char room[40];
};

__attribute__((noipa)) long copied(const char *text)
{
    char *copy = malloc(strlen(text) + 1); /* temporary, frequent */
    long first = strcpy(copy, text)[0];
    free(copy);
    return first;
}

__attribute__((noipa)) struct node *leaked(struct node *head)
{
    struct node *node = malloc(sizeof *node); /* leak */
    node->next = head;
    return node;
}

__attribute__((noipa)) long grown(void)
{
    char *text = NULL;
    long sum = 0;
    for (size_t len = 1; len < 5000; len++) {
        text = realloc(text, len * 8); /* growth */
        text[len] = 1;
        sum += text[len / 2 + 1];
    }
    free(text);
    return sum;
}

int main(void)
{
    static struct node *volatile list;
    long sum = grown();
    for (int idx = 0; idx < 300000; idx++)
        sum += copied("hello world"); /* hot */
    for (int idx = 0; idx < 5000; idx++)
        list = leaked(list);
    return sum == 42;
}
