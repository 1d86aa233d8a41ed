/* The inside of a comparison, for comparison.c and its renderer; the interface is
 * cprof/snapshot.h.
 */
#ifndef CPROF_ANALYSIS_COMPARISON_H
#define CPROF_ANALYSIS_COMPARISON_H

#include "snapshot.h"

struct changes {
    struct cprof_change *items; /* the whole program's first */
    size_t count, capacity;
    size_t whole_count;
};

struct cprof_comparison {
    struct cprof_snapshot *before, *after; /* copies */
    struct cprof_entry whole_before, whole_after;
    struct changes improvements, regressions;
    size_t *partners; /* of each entry of `before`, in `after`; MATCH_NONE */
    size_t *pairs;    /* entries of `before` that have one */
    size_t pair_count;
    size_t *removed; /* entries of `before` that have none */
    size_t removed_count;
    size_t *added; /* entries of `after` that are nobody's */
    size_t added_count;
};

#endif
