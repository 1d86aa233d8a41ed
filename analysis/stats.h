/* The numbers of one function, and the orders in which functions are listed.
 * Called by model_finish and the renderers; reads the model only.
 */
#ifndef CPROF_ANALYSIS_STATS_H
#define CPROF_ANALYSIS_STATS_H

#include "model.h"

/* Fills profile->by_self and by_place.  False: no memory. */
bool stats_order(struct cprof_profile *profile);

/* Writes the `count` functions of `functions` in another order. */
bool stats_sort(const struct cprof_profile *profile, uint32_t *functions, size_t count,
                enum cprof_sort sort);

struct cprof_function stats_function(const struct cprof_profile *profile, uint32_t function);

/* Nanoseconds as a whole number that JSON readers can hold. */
uint64_t stats_whole(double value);

/* How many functions were left out for a reason; CPROF_REASON_COUNT stands for
 * all reasons that this cprof does not know. */
uint64_t stats_left_out(const struct cprof_profile *profile, uint32_t reason);

/* All self time of the profile. */
double stats_total(const struct cprof_profile *profile);

#endif
