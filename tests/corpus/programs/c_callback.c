/* options: */
#include <signal.h>
#include <stdlib.h>

#include "corpus.h"

static int in_default_compare(const void *left, const void *right)
{
    return *(const int *)left - *(const int *)right;
}

static void in_default_signal_handler(int number)
{
    sink = number;
}

static int in_default_in_a_table(int n)
{
    return n + 1;
}

static int in_default_in_a_table_too(int n)
{
    return n + 2;
}

static int (*volatile table[])(int) = {in_default_in_a_table, in_default_in_a_table_too};

int main(void)
{
    int numbers[] = {3, 1, 2};

    qsort(numbers, 3, sizeof *numbers, in_default_compare);
    signal(SIGUSR1, in_default_signal_handler);
    raise(SIGUSR1);
    return numbers[0] != 1 || sink != SIGUSR1 || table[0](1) + table[1](1) != 5;
}
