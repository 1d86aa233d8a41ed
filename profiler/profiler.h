/* The inside of a profiler, for profiler.c and what reads it (profile_tree.c); the
 * interface is cprof/profiler.h.
 */
#ifndef CPROF_PROFILER_PROFILER_H
#define CPROF_PROFILER_PROFILER_H

#include <cprof/cprof.h>

#include "table.h"
#include "texts.h"

#define NODE_NONE UINT32_MAX
#define FRAME_NONE SIZE_MAX

/* A function; its number is that of its name in `texts`. */
struct measured {
    uint64_t calls, total, self, least, most; /* of calls that ended */
    uint32_t open;                            /* frames of it */
    uint32_t depth;                           /* greatest of them, the first is 1 */
};

/* A calling context.  A recursive one stands for deeper ones too, so that a tree
 * has no more levels than a cycle has functions. */
struct node {
    uint32_t parent, function;
    bool recursive; /* its function is on the path above it */
    uint64_t calls, self;
};

/* A call that is open. */
struct frame {
    uint32_t node;   /* NODE_NONE: not recorded */
    size_t recorded; /* the nearest frame that is, itself included; FRAME_NONE */
    uint64_t entered, callees;
};

struct cprof_profiler {
    cprof_clock_reader now;
    void *context;
    uint64_t started;
    bool disabled;
    struct texts texts;
    struct measured *functions; /* as many as there are texts */
    size_t function_capacity;
    struct node *nodes;
    size_t node_count, node_capacity;
    struct table node_by_key; /* parent and function */
    struct frame *frames;
    size_t depth, frame_capacity;
    size_t beyond; /* calls open above `depth` that there was no memory for */
    uint64_t unmatched, lost;
    struct cprof_function *stats; /* what was handed out last */
};

/* The time by the profiler's clock, of what has been open since `from` until now. */
uint64_t profiler_since(const struct cprof_profiler *profiler, uint64_t from);

#endif
