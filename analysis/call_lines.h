/* Which line made how many calls: the table of call sites joined with the tree.
 *
 * The tree knows a caller and a callee, the table the lines of their calls.  Where
 * there is one line, all calls were made there; where there are several, the tree
 * does not tell them apart, and each may have made up to all of them.
 * Called by annotation.c for `annotate` and by source.c for the page.
 */
#ifndef CPROF_ANALYSIS_CALL_LINES_H
#define CPROF_ANALYSIS_CALL_LINES_H

#include "model.h"

struct call_line {
    uint32_t file; /* text */
    uint32_t line;
    uint64_t calls; /* of the caller to the callee, never 0 */
    double total;   /* what these took, in nanoseconds */
    bool shared;    /* by several lines: calls and total are the most that it can have been */
};

/* Sets *lines to one element for each caller, callee and line that were called, and
 * *count.  The caller frees it.  NULL: no memory. */
struct call_line *call_lines_new(const struct cprof_profile *profile, size_t *count);

#endif
