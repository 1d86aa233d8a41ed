/* Whose self time is it?  A timed node is charged all time during which it is
 * the innermost timed open call, so what untimed callees used is in there too.
 * How much that is, the runtime estimates from a sample of their calls, each
 * weighted with the reciprocal of its chance; this file takes it from the nodes
 * that were charged, the lenders, and gives it to them.  Pure arithmetic on arrays;
 * called by load.
 *
 * A node may be a lender at one time and a borrower at another, since adaptive mode
 * changes its mind about what to time.  So each lender says what was sampled at its
 * cost (`lent`), and what the nodes below ask for runs up the tree, past the lenders
 * that give.
 */
#ifndef CPROF_ANALYSIS_REGIONS_H
#define CPROF_ANALYSIS_REGIONS_H

#include <stddef.h>
#include <stdint.h>

#define REGION_NONE UINT32_MAX

/* A stored node, as far as this needs it.  Times in ticks. */
struct region_node {
    uint32_t parent; /* its position, or REGION_NONE */
    double charged;  /* self_ticks */
    double waited;   /* wait_ticks */
    double probes;   /* of what it was charged: the probes', up to all of it */
    double lent;     /* by samples, what others used of it */
    double sampled;  /* by samples, what it used of others' */
    double estimate; /* the same with weights that fit the number of calls */
    double spread;   /* the variance of the estimate */
    double own;      /* of a lender: what samples say of its own time */
    /* Out. */
    double self;
    double wait;
    double variance; /* of self */
};

/* What runs up from below a node, and what becomes of it. */
struct region_flow {
    double asked;     /* the estimates below that no lender below has given */
    double sampled;   /* the same before the weights were made to fit */
    double spread;    /* the variance of asked */
    double given;     /* by this node */
    double passed;    /* of asked: to those above */
    double satisfied; /* the part of asked that anybody gives */
    double waiting;   /* the part of that which was waiting */
};

/* Fills the out fields of the nodes in `order`, parents first.  `flows`: one for
 * each node, zeroed. */
void regions_split(struct region_node *nodes, const uint32_t *order, size_t ordered,
                   struct region_flow *flows);

#endif
