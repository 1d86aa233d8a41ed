/* Allocations in the model: the numbers of a site in all its contexts, of a context,
 * and of the heap.  load.c fills them, model_finish sums them up over the tree, the
 * renderers and cprof_heap_* read them.
 */
#ifndef CPROF_ANALYSIS_HEAP_H
#define CPROF_ANALYSIS_HEAP_H

#include <cprof/cprof.h>
#include <cprof/format.h>

struct cprof_profile;

struct heap_numbers {
    uint64_t count, bytes;
    uint64_t freed_count, freed_bytes;
    uint64_t elsewhere_count; /* of the freed ones: by another thread */
    uint64_t temporary;
    uint64_t grown_count, grown_bytes, moved_count;
    uint64_t at_peak_count, at_peak_bytes; /* live at the process's peak; may be below nothing */
    uint64_t lifetimes[CPROF_LIFETIME_COUNT];
    uint64_t age; /* allocations since the oldest live block; 0: unknown */
};

/* A site, all contexts and threads together. */
struct heap_site {
    uint32_t function; /* that allocates, MODEL_NONE for a wrapper */
    uint32_t leaf;     /* function that stands for the site in the tree: the allocator */
    uint32_t callee;   /* text: the allocator */
    uint32_t file, line, column;
    uint32_t type, chain; /* texts */
    uint32_t kind, flags, loop_depth;
    uint64_t size; /* where flags say that it is known */
    uint64_t peak_bytes;
    struct heap_numbers numbers;
};

/* Of a context with all below it. */
struct heap_total {
    double count, bytes, live_bytes, at_peak_bytes;
};

void heap_numbers_add(struct heap_numbers *sum, const struct heap_numbers *part);

/* What an ALLOC node says.  `elsewhere`: its blocks are another node's. */
struct heap_numbers heap_numbers_of(const struct cprof_node *node, const struct cprof_heap *heap,
                                    bool elsewhere);
/* What a LIVES node says. */
struct heap_numbers heap_lives_of(const struct cprof_node *node, const struct cprof_heap *heap);

/* What is live, never below nothing. */
uint64_t heap_live(uint64_t all, uint64_t gone);

/* Whether any run has noted allocations. */
bool heap_known(const struct cprof_profile *profile);

/* The sum over all functions' own sites of what a function has allocated. */
bool heap_finish(struct cprof_profile *profile);

/* The word of a kind; of those that this cprof does not know, "unknown". */
const char *heap_kind(uint32_t kind);

/* Whether a site of this kind gives memory back and allocates none. */
bool heap_gives_back(uint32_t kind);

/* Public numbers of a site. */
struct cprof_heap_site heap_site_numbers(const struct cprof_profile *profile, uint32_t site);

#endif
