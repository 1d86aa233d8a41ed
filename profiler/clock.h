/* The clock of profilers and trackers that were not given one.  Included by
 * profiler.c and tracker.c.
 */
#ifndef CPROF_PROFILER_CLOCK_H
#define CPROF_PROFILER_CLOCK_H

#include <stdint.h>
#include <time.h>

/* A cprof_clock_reader; has no context. */
static inline uint64_t clock_monotonic(void *context)
{
    struct timespec now;
    (void)context;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

#endif
