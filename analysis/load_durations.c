/* Adds how long the timed calls of functions took, for percentiles.  Called by load.c
 * for runs that have times.
 */
#include "loader.h"

#include <math.h>

/* Each step stands for its middle. */
static bool add_durations(struct loader *loader, const struct cprof_durations *part,
                          uint32_t function)
{
    double octave = ldexp(loader->scale, (int)part->octave);
    for (int step = 0; step < CPROF_DURATION_STEPS; step++)
        if (part->calls[step] && !durations_add(&loader->profile->durations, function,
                                                octave * (1 + (step + 0.5) / CPROF_DURATION_STEPS),
                                                (double)part->calls[step]))
            return false;
    return true;
}

/* Of a node whose one or two timed calls are in no histogram. */
static bool add_first_durations(struct loader *loader, uint32_t position)
{
    struct cprof_node node = reader_node(loader->reading, position);
    const struct cprof_node_call *call = &node.u.call;
    if ((node.flags & (WITHOUT_TIMES | CPROF_NODE_ROOT)) || call->durations ||
        call->timed_calls < 1 || call->timed_calls > 2)
        return true;
    uint32_t function = loader_function(loader, &node);
    struct durations *durations = &loader->profile->durations;
    return durations_add(durations, function, (double)call->min_ticks * loader->scale, 1) &&
           (call->timed_calls == 1 ||
            durations_add(durations, function, (double)call->max_ticks * loader->scale, 1));
}

bool load_durations(struct loader *loader)
{
    for (uint32_t idx = 0; idx < loader->ordered; idx++)
        if (!add_first_durations(loader, loader->order[idx]))
            return false;
    for (uint64_t idx = 0; idx < loader->reading->durations.total; idx++) {
        struct cprof_durations part = reader_durations(loader->reading, idx);
        uint32_t function = loader_site_function(loader, part.site);
        if (part.site == 0 || part.octave >= CPROF_DURATION_OCTAVES || function == MODEL_NONE)
            continue;
        if (!add_durations(loader, &part, function))
            return false;
    }
    return true;
}
