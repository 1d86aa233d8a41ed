/* What the page shows of a whole program: allocations that are kept, dropped and
 * temporary, threads of two kinds, a call that one line makes and one that two do.
 * Run by program.mjs. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define APART __attribute__((noinline))

struct item {
    struct item *next;
    char *text;
};

APART static struct item *make_item(struct item *next, int number)
{
    struct item *item = malloc(sizeof *item);
    item->next = next;
    item->text = malloc(16 + (size_t)number % 100);
    memset(item->text, number, 16);
    return item;
}

APART static long scratch(int number)
{
    char *room = malloc(4096);
    memset(room, number, 4096);
    long sum = room[number % 4096];
    free(room);
    return sum;
}

APART static void drop_list(struct item *item)
{
    while (item) {
        struct item *next = item->next;
        free(item->text);
        free(item);
        item = next;
    }
}

APART static struct item *build_list(int count)
{
    struct item *list = NULL;
    for (int idx = 0; idx < count; idx++)
        list = make_item(list, idx);
    return list;
}

APART static void *worker(void *argument)
{
    long sum = 0;
    for (int idx = 0; idx < 500; idx++)
        sum += scratch(idx);
    for (int idx = 0; idx < 500; idx++)
        sum += scratch(idx + 1);
    *(long *)argument += sum;
    return NULL;
}

int main(void)
{
    long sums[3] = {0};
    pthread_t threads[3];
    for (int idx = 0; idx < 3; idx++)
        pthread_create(&threads[idx], NULL, worker, &sums[idx]);
    for (int idx = 0; idx < 3; idx++)
        pthread_join(threads[idx], NULL);
    for (int round = 0; round < 20; round++) {
        struct item *list = build_list(2000);
        if (round % 5)
            drop_list(list);
    }
    printf("%ld\n", sums[0] + sums[1] + sums[2]);
    return 0;
}
