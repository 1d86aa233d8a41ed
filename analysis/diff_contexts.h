/* The calling contexts of a diff's runs, for what the sides do not have alike: a
 * function that one compiler inlined and the other did not.
 *
 * Its own time is in its callers' there, and here in itself.  So that callers can be
 * compared, what it took counts as theirs on both sides, context by context, up to
 * the nearest function that both have.  A function that is really new, or gone,
 * is treated the same: nothing is lost by it, and what is called says with what.
 *
 * A function that both have may be inlined in some of its callers by one of them.
 * The plugins note what is inlined where; so what differs by that counts as the
 * caller's, too, and its calls there count nowhere.
 *
 * A function that is called last is jumped to, and then called by its caller's
 * caller.  Where one build inlined it instead, it counts as the one that jumps.
 * Called by diff.c.
 */
#ifndef CPROF_ANALYSIS_DIFF_CONTEXTS_H
#define CPROF_ANALYSIS_DIFF_CONTEXTS_H

#include <cprof/cprof.h>

#include "texts.h"

struct cprof_diff;
struct diff_run;

/* What a context had itself, what it allocated included; parents stand first. */
struct diff_context {
    uint32_t parent;
    uint32_t entry;  /* of the run's snapshot, or DIFF_CONTEXT_NONE */
    float self, cpu; /* there are many, and times are not that sharp; counts are exact */
    float total;
    bool block; /* of CPROF_SCOPE: in a function, but none */
    uint64_t calls;
    double alloc_count, alloc_bytes;
};

/* What the compiler put into a function, or makes it jump to. */
struct diff_inlined {
    uint32_t caller; /* entry of the run's snapshot */
    uint64_t key;    /* in the side's texts: bare name and file; without a file of a jump */
};

#define DIFF_CONTEXT_NONE UINT32_MAX

/* Keeps the contexts of a profile whose functions are the run's entries, and what is
 * inlined in these, with the texts of its side.  False: no memory. */
bool diff_contexts_take(struct diff_run *run, struct texts *texts,
                        const struct cprof_profile *profile);

/* Adds to the values of functions of both sides what counts as theirs, and notes of
 * which functions.  False: no memory. */
bool diff_contexts_fold(struct cprof_diff *diff);

#endif
