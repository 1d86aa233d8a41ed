/* Whose self time is it?  A timed node is charged all time during which it is
 * the innermost timed open call, so what untimed callees used is in there too.
 * How much that is, the runtime estimates from a sample of their calls, each
 * weighted with the reciprocal of its chance; this file takes it from the timed
 * node above, the lender, and gives it to them.  Pure arithmetic on arrays;
 * called by load.
 */
#ifndef CPROF_ANALYSIS_REGIONS_H
#define CPROF_ANALYSIS_REGIONS_H

#include <stddef.h>
#include <stdint.h>

#define REGION_NONE UINT32_MAX

/* A stored node, as far as this needs it.  Times in ticks. */
struct region_node {
    uint32_t lender; /* the nearest timed node or root above it, or REGION_NONE */
    double charged;  /* self_ticks */
    double waited;   /* wait_ticks */
    double probes;   /* of what it was charged: the probes', up to all of it */
    double estimate; /* own time according to its sampled calls, charged to the lender */
    double samples;  /* how many sampled calls the estimate is made of */
    double own;      /* of a lender: what samples say of its own time */
    double own_samples;
    /* Out. */
    double self;
    double wait;
    double variance; /* of self */
};

/* What a lender's borrowers need to know of it, and it of them. */
struct region_loan {
    double demand;   /* the sum of their estimates */
    double factor;   /* how much of its estimate each gets: 1, or less where the
                        estimates exceed what there is */
    double excess;   /* waiting that does not fit into what the lender keeps */
    double variance; /* of all that was lent */
};

/* Fills the out fields of all nodes.  `loans`: one a node, zeroed. */
void regions_split(struct region_node *nodes, size_t count, struct region_loan *loans);

#endif
