/* Whose self time is it?  A node that is timed is charged all time during which
 * it is the innermost timed open call, so what its untimed descendants used is
 * in there too: together they are its region.  This file splits a region's
 * time by the samples of its nodes.  Pure arithmetic on arrays; called by load.
 */
#ifndef CPROF_ANALYSIS_REGIONS_H
#define CPROF_ANALYSIS_REGIONS_H

#include <stddef.h>
#include <stdint.h>

#define REGION_NONE UINT32_MAX

/* A stored node, as far as the split needs it. */
struct region_node {
    uint32_t owner;      /* the timed node or root whose region it is in; itself if it is one */
    double charged;      /* self_ticks */
    double waited;       /* wait_ticks */
    double sampled;      /* sample_ticks */
    double samples;
    /* Out. */
    double self;
    double wait;
    double variance;     /* of self */
};

/* Fills the out fields of all nodes.  Scratch: 3 * count zeroed doubles. */
void regions_split(struct region_node *nodes, size_t count, double *scratch);

#endif
