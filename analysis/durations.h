/* How long calls took, of all files and threads together: a histogram for each
 * function, from which the percentiles come.  Buckets are those of no file, but
 * 32 to a doubling of nanoseconds, so that runs with clocks of different rates
 * add up.  Filled by load, asked by model.
 */
#ifndef CPROF_ANALYSIS_DURATIONS_H
#define CPROF_ANALYSIS_DURATIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "table.h"

struct duration_bucket {
    uint32_t function;
    int32_t number; /* floor(32 log2(nanoseconds)) */
    double calls;
};

/* All zero is empty. */
struct durations {
    struct duration_bucket *items;
    size_t count, capacity;
    struct table by_key;
};

void durations_free(struct durations *durations);

/* `calls` calls of the function took about so long.  False: no memory. */
bool durations_add(struct durations *durations, uint32_t function, double nanoseconds,
                   double calls);

/* The buckets by function and then by duration, in memory that the caller frees;
 * NULL: no memory. */
struct duration_bucket *durations_sorted(const struct durations *durations);

/* The duration that a `share` of the calls, 0 to 1, do not exceed, of the `count`
 * buckets of one function in that order; right to 7 percent. */
double durations_quantile(const struct duration_bucket *buckets, size_t count, double share);

#endif
