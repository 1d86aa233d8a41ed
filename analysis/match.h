/* Which function of one snapshot is which of another.  Called by comparison.c;
 * knows names and places, no numbers.
 */
#ifndef CPROF_ANALYSIS_MATCH_H
#define CPROF_ANALYSIS_MATCH_H

#include "snapshot.h"

#define MATCH_NONE SIZE_MAX

/* Sets partners[idx] to the entry of `after` that is entry idx of `before`, or
 * MATCH_NONE; no entry of `after` is given twice.  False: no memory. */
bool match_entries(const struct cprof_snapshot *before, const struct cprof_snapshot *after,
                   size_t *partners);

#endif
