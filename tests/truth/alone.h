/* What the programs of kernel_samples.sh share: functions that stay functions of their own,
 * and how long a loop of one takes.
 */
#ifndef CPROF_TEST_ALONE_H
#define CPROF_TEST_ALONE_H

#include <stdint.h>
#include <stdio.h>
#include <time.h>

#ifdef __clang__
#define OWN __attribute__((noinline))
#else
#define OWN __attribute__((noipa))
#endif

typedef uint64_t work(uint64_t value);

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

struct loop {
    const char *name;
    work *function;
    unsigned rounds;
    double seconds;
};

/* Prints each name and the seconds that so many calls take, measured in turns, because
 * what else happens on the machine may last seconds; the last call's value. */
static uint64_t alone(struct loop *loops, unsigned count, uint64_t value)
{
    enum { TURNS = 20 };

    for (unsigned turn = 0; turn < TURNS; turn++)
        for (unsigned idx = 0; idx < count; idx++) {
            double start = seconds();
            for (unsigned round = 0; round < loops[idx].rounds / TURNS; round++)
                value = loops[idx].function(value);
            loops[idx].seconds += seconds() - start;
        }
    for (unsigned idx = 0; idx < count; idx++)
        printf("%s %.6f\n", loops[idx].name, loops[idx].seconds);
    return value;
}

#endif
