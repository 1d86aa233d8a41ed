/* The inside of loading: what its steps hand to each other.  Included by load*.c alone.
 *
 *   load.c            the steps in their order
 *   load_records.c    records of the modules -> functions, places that allocate, calls
 *   load_shape.c      parents of the nodes, an order with parents first
 *   load_contexts.c   the context of each node
 *   load_times.c      ticks of each node, load_open.c those since its last event
 *   load_samples.c    corrects them by where the kernel saw the threads
 *   load_measures.c   calls and nanoseconds -> contexts and threads
 *   load_durations.c  timed calls -> percentiles
 *   load_heap.c       blocks and bytes -> contexts and places
 *   load_run.c        the run itself
 */
#ifndef CPROF_ANALYSIS_LOADER_H
#define CPROF_ANALYSIS_LOADER_H

#include "load.h"
#include "model.h"
#include "reader.h"
#include "regions.h"

/* Nodes whose body is another than that of calls. */
#define WITHOUT_TIMES (CPROF_NODE_ALLOC | CPROF_NODE_COUNTER)

/* Instead of the position of a parent. */
#define PARENT_UNUSED (UINT32_MAX - 1) /* not a node */
#define PARENT_ROOT (UINT32_MAX - 2)   /* a node that hangs from the program itself */

struct loader {
    struct cprof_profile *profile;
    const struct reading *reading;
    const char *name;                      /* for errors */
    uint32_t count;                        /* positions */
    uint32_t *functions;                   /* of every record of every module */
    size_t module_start[CPROF_EXTENT_MAX]; /* where a module's begin in there */
    uint32_t *allocations;                 /* the same of allocation records: heap sites */
    size_t allocation_start[CPROF_EXTENT_MAX];
    uint32_t *parents; /* by position */
    uint32_t *order;   /* positions of nodes, parents first */
    uint32_t ordered;
    uint32_t *contexts;               /* by position */
    uint32_t *threads;                /* by position: of the profile's */
    struct region_node *shares;       /* by position */
    struct region_flow *flows;        /* by position */
    struct sampled_function *sampled; /* by function of the model */
    uint32_t *owners;                 /* the timed node or root of a position's region */
    uint32_t cap_function, unknown_function;
    const struct life *life;
    struct cprof_heap *heap; /* load_run takes it */
    bool timed;
    double scale;                /* nanoseconds a tick; negative: unknown */
    uint64_t calls, timed_calls; /* of all nodes */
    double kernel_samples;       /* that were in functions */
    uint64_t kernel_lost;        /* that the kernel had no room for */
    double runtime_seen;         /* ticks in which the kernel saw the profiler itself */
    struct cprof_error *error;
};

/* Each: false or a status other than CPROF_OK where it cannot go on, memory or damage. */
enum cprof_status load_modules(struct loader *loader);
enum cprof_status load_shape(struct loader *loader);
bool load_contexts(struct loader *loader);
bool load_times(struct loader *loader);
bool load_open_times(struct loader *loader);
bool load_samples(struct loader *loader);
bool load_durations(struct loader *loader);
bool load_measures(struct loader *loader);
bool load_heap(struct loader *loader);
bool load_run(struct loader *loader);

/* The function of a node, or of a site's id; those that say "unknown" included. */
uint32_t loader_function(const struct loader *loader, const struct cprof_node *node);

/* The function of a site's id, or MODEL_NONE. */
uint32_t loader_site_function(const struct loader *loader, uint32_t site);

/* The heap site of an ALLOC node, or MODEL_NONE. */
uint32_t loader_heap_site(const struct loader *loader, const struct cprof_node *node);

bool loader_is_alloc(const struct loader *loader, uint32_t position);

/* Nanoseconds a tick, negative where two moments do not tell. */
double loader_scale(const struct cprof_header *header);

#endif
