/* Adds what was allocated at the nodes to their contexts and places; heap.h has the
 * numbers.  Called by load.c.
 */
#include "loader.h"

#include <stdlib.h>
#include <string.h>

static bool add_alloc_node(struct loader *loader, uint32_t position, const struct cprof_heap *heap)
{
    struct cprof_node node = reader_node(loader->reading, position);
    bool below = loader_is_alloc(loader, loader->parents[position]);
    struct heap_numbers numbers = node.flags & CPROF_NODE_LIVES
                                      ? heap_lives_of(&node, heap)
                                      : heap_numbers_of(&node, heap, below);
    if (loader->contexts[position] == MODEL_ROOT) /* damaged: also marked as a root */
        return true;
    struct heap_numbers *sum = model_heap_numbers(loader->profile, loader->contexts[position]);
    uint32_t site = loader_heap_site(loader, &node);
    if (!sum)
        return false;
    heap_numbers_add(sum, &numbers);
    if (site != MODEL_NONE)
        heap_numbers_add(&loader->profile->heap_sites[site].numbers, &numbers);
    return true;
}

static void add_places(struct loader *loader)
{
    for (uint64_t idx = 0; idx < loader->reading->places.total; idx++) {
        struct cprof_place place = reader_place(loader->reading, idx);
        struct cprof_node stand_in = {.site = place.site};
        uint32_t site = place.site ? loader_heap_site(loader, &stand_in) : MODEL_NONE;
        if (site != MODEL_NONE && place.peak_bytes > 0)
            loader->profile->heap_sites[site].peak_bytes += (uint64_t)place.peak_bytes;
    }
}

/* A copy of the heap's record, when there is one; false: no memory. */
bool load_heap(struct loader *loader)
{
    if (!loader->reading->heap)
        return true;
    struct cprof_heap *heap = malloc(sizeof *heap);
    if (!heap)
        return false;
    memcpy(heap, loader->reading->heap, sizeof *heap);
    loader->heap = heap;
    for (uint32_t idx = 0; idx < loader->ordered; idx++)
        if (loader_is_alloc(loader, loader->order[idx]) &&
            !add_alloc_node(loader, loader->order[idx], heap))
            return false;
    add_places(loader);
    return true;
}
