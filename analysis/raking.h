/* Brings times of nodes into agreement with two sets of sums: what each region of the
 * tree was charged, which was measured, and what each function took, by where the kernel
 * saw the threads.  Both sides are scaled in turns until they agree (iterative
 * proportional fitting: Deming and Stephan, 1940), which keeps how a function's time is
 * spread over its contexts as far as the sums allow.  Pure arithmetic on arrays; called
 * by load_samples.c.
 */
#ifndef CPROF_ANALYSIS_RAKING_H
#define CPROF_ANALYSIS_RAKING_H

#include <stddef.h>
#include <stdint.h>

struct raking_node {
    uint32_t function; /* of raking_functions */
    uint32_t region;   /* any number below `regions` */
    double calls;      /* spread what nothing else tells; may be 0 */
    double value;      /* in: the estimate; out: what agrees */
};

struct raking_function {
    double seen;    /* its time by the kernel's samples, in any unit */
    double samples; /* that tell so; may be 0 */
    /* Out, and room. */
    double wanted, sum;
};

/* How many samples of the kernel's an estimate without any is worth: it may well be off
 * by half. */
#define RAKING_PRIOR 4.0

/* A region: what is to be taken off the sum of its nodes, and room. */
struct raking_region {
    double taken; /* in: at most RAKING_TAKEN_MOST of the sum; out: what it came to */
    double charged, sum;
};

#define RAKING_TAKEN_MOST 0.9

/* The values' sum stays what it is, but for what is taken off. */
void raking_fit(struct raking_node *nodes, size_t count, struct raking_function *functions,
                size_t function_count, struct raking_region *regions, size_t region_count);

#endif
