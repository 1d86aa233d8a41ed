/* A program of many short calls that prints the processor time it used, in
 * nanoseconds.  Run by overhead.sh, with hooks and without.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define NOIPA __attribute__((noipa))
#define LENGTH 20000
#define ROUNDS 30

static volatile long sink;

NOIPA static long fib(long number)
{
    return number < 2 ? number : fib(number - 1) + fib(number - 2);
}

NOIPA static unsigned mix(unsigned value)
{
    for (int round = 0; round < 4; round++)
        value = value * 1664525u + 1013904223u;
    return value;
}

NOIPA static int compare(const void *left_ptr, const void *right_ptr)
{
    unsigned left = *(const unsigned *)left_ptr, right = *(const unsigned *)right_ptr;
    return left < right ? -1 : left > right;
}

NOIPA static void fill(unsigned *values, unsigned value)
{
    for (size_t idx = 0; idx < LENGTH; idx++)
        values[idx] = value = mix(value);
}

int main(void)
{
    unsigned *values = malloc(LENGTH * sizeof *values);
    for (unsigned round = 0; round < ROUNDS; round++) {
        fill(values, round);
        qsort(values, LENGTH, sizeof *values, compare);
        sink += fib(22);
    }
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    printf("%lld\n", (long long)used.tv_sec * 1000000000 + used.tv_nsec);
    free(values);
    return 0;
}
