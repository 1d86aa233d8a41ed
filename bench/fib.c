/* What one call costs: as many calls as possible that do as little as possible.
 *
 * usage: fib N ROUNDS.  Prints "CALLS NANOSECONDS", timed inside the program so
 * that start and end of the process do not count.  Built twice by bench/run,
 * with and without profiling; must be built with -fno-optimize-sibling-calls,
 * or the compiler makes half of the recursion a loop and CALLS is not true.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

__attribute__((noinline)) static unsigned long fib(unsigned long n)
{
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

int main(int count, char **words)
{
    unsigned long n = count > 1 ? strtoul(words[1], NULL, 10) : 30;
    unsigned long rounds = count > 2 ? strtoul(words[2], NULL, 10) : 1;
    unsigned long sum = 0;
    double start = now();
    for (unsigned long round = 0; round < rounds; round++)
        sum += fib(n);
    double end = now();
    /* fib(n) makes 2 * fib(n + 1) - 1 calls, itself included. */
    unsigned long calls = rounds * (2 * fib(n + 1) - 1);
    printf("%lu %.0f\n", calls, end - start);
    return sum == 0 && n > 0;
}
