/* Adds what was measured at the nodes to their contexts and threads, in nanoseconds.
 * Called by load.c when everything about the nodes is known.
 */
#include "loader.h"

#include <string.h>

#include "array.h"

static struct measure measure_of(const struct loader *loader, uint32_t position)
{
    struct cprof_node node = reader_node(loader->reading, position);
    struct measure measure = {0};
    if (node.flags & WITHOUT_TIMES)
        return measure;
    if (!(node.flags & CPROF_NODE_ROOT)) {
        measure.calls = reader_calls(&node);
        measure.calls_error = reader_calls_error(&node);
    }
    if (!loader->timed)
        return measure;
    const struct region_node *share = &loader->shares[position];
    measure.timed_calls = node.u.call.timed_calls;
    measure.self = share->self * loader->scale;
    measure.wait = share->wait * loader->scale;
    measure.variance = share->variance * loader->scale * loader->scale;
    measure.probes = share->probes * loader->scale;
    measure.min = (double)node.u.call.min_ticks * loader->scale;
    measure.max = (double)node.u.call.max_ticks * loader->scale;
    if (loader->owners[position] != position && node.u.call.sampled_calls == 0 &&
        measure.self <= 0 && loader->reading->header.mode != CPROF_MODE_EXACT)
        measure.blind = (double)measure.calls;
    return measure;
}

/* The thread, counted among the profile's, whose tree each node is of. */
static bool find_threads(struct loader *loader)
{
    loader->threads = array_new(loader->count, sizeof *loader->threads);
    if (!loader->threads)
        return false;
    memset(loader->threads, 0xff, loader->count * sizeof *loader->threads);
    for (uint64_t idx = 0; idx < loader->reading->threads.total; idx++) {
        struct cprof_thread thread = reader_thread(loader->reading, idx);
        uint32_t position = reader_node_position(loader->reading, thread.root);
        if (thread.root == 0 || position == READER_NONE)
            continue;
        loader->threads[position] = (uint32_t)loader->profile->threads.count;
        if (!threads_add(&loader->profile->threads, thread.tid, thread.owners))
            return false;
    }
    for (uint32_t idx = 0; idx < loader->ordered; idx++) {
        uint32_t position = loader->order[idx], parent = loader->parents[position];
        if (parent < loader->count)
            loader->threads[position] = loader->threads[parent];
    }
    return true;
}

static bool add_part(struct loader *loader, uint32_t position, const struct measure *measure)
{
    struct thread_part part = {loader->threads[position], loader->contexts[position],
                               measure->calls, measure->self, measure->wait};
    return part.thread == MODEL_NONE || (part.calls == 0 && part.self <= 0) ||
           threads_add_part(&loader->profile->threads, &part);
}

bool load_measures(struct loader *loader)
{
    if (!find_threads(loader))
        return false;
    for (uint32_t idx = 0; idx < loader->ordered; idx++) {
        uint32_t position = loader->order[idx];
        struct measure measure = measure_of(loader, position);
        if (!add_part(loader, position, &measure))
            return false;
        measure_add(&loader->profile->contexts[loader->contexts[position]].measure, &measure);
        loader->calls += measure.calls;
        loader->timed_calls += measure.timed_calls;
    }
    return true;
}
