/* What the machine's clock costs: the price that timing a call cannot go below.
 *
 * Prints the nanoseconds of one read of the time-stamp counter, the clock that
 * the runtime uses, in a chain of reads.  Run by bench/run.
 */
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

int main(void)
{
    enum { READS = 20000000 };
    unsigned long long sum = 0;
    double start = now();
    for (int idx = 0; idx < READS; idx++)
        sum += __rdtsc();
    double end = now();
    printf("%.2f\n", (end - start) / READS);
    return sum == 0;
}
