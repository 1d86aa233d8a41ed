/* Adds the run itself: its clock, how long it took, what profiling cost.  Called by
 * load.c at the end, when calls are counted.
 */
#include "loader.h"

#include "array.h"

/* Nanoseconds a tick, negative where two moments do not tell. */
double loader_scale(const struct cprof_header *header)
{
    if (header->clock != CPROF_CLOCK_TSC)
        return 1.0;
    if (header->last.ticks <= header->first.ticks ||
        header->last.monotonic_ns <= header->first.monotonic_ns)
        return -1.0;
    return (double)(header->last.monotonic_ns - header->first.monotonic_ns) /
           (double)(header->last.ticks - header->first.ticks);
}

/* The last sign of life, in ticks.  The header's is renewed only now and then. */
static uint64_t last_ticks(const struct reading *reading)
{
    uint64_t last = reading->header.last.ticks;
    if (reading->header.state == CPROF_STATE_COMPLETE)
        return last;
    for (uint64_t idx = 0; idx < reading->threads.total; idx++) {
        struct cprof_thread thread = reader_thread(reading, idx);
        /* A paused thread's lies far ahead. */
        if (thread.root && thread.last_event > last && thread.last_event - last < 1ull << 61)
            last = thread.last_event;
    }
    return last;
}

static double wall_of(const struct loader *loader)
{
    const struct cprof_header *header = &loader->reading->header;
    uint64_t last = last_ticks(loader->reading), now_ns = loader->life->now_ns;
    if (loader->scale < 0)
        return -1.0;
    if (now_ns > header->first.monotonic_ns)
        return (double)(now_ns - header->first.monotonic_ns);
    if (header->state == CPROF_STATE_RUNNING && last > header->last.ticks)
        return (double)(last - header->first.ticks) * loader->scale;
    if (header->last.monotonic_ns < header->first.monotonic_ns)
        return 0.0;
    return (double)(header->last.monotonic_ns - header->first.monotonic_ns);
}

/* What profiling cost, in nanoseconds; negative where it was not measured.  Beside hooks
 * either what the events took by calibration or, where that is more, the time in which the
 * kernel saw the profiler's own code: that has the notes of allocations in it, too. */
static double overhead_of(const struct loader *loader, double events_x16)
{
    const struct cprof_header *header = &loader->reading->header;
    double beside = events_x16 / 16 > loader->runtime_seen ? events_x16 / 16 : loader->runtime_seen;
    double ticks = (double)header->hook_cost_x256 / 256 * (double)loader->calls + beside;
    bool calibrated = (header->event_cost_x16 || header->hook_cost_x256) &&
                      header->mode != CPROF_MODE_BUDGET; /* of hooks, not of tallies */
    return loader->scale < 0 || !calibrated ? -1.0 : ticks * loader->scale;
}

bool load_run(struct loader *loader)
{
    struct cprof_profile *profile = loader->profile;
    const struct cprof_header *header = &loader->reading->header;
    if (!array_reserve(&profile->runs, &profile->run_capacity, profile->run_count + 1,
                       sizeof *profile->runs))
        return false;
    uint64_t threads = 0;
    double events_x16 = 0;
    for (uint64_t idx = 0; idx < loader->reading->threads.total; idx++) {
        struct cprof_thread thread = reader_thread(loader->reading, idx);
        if (thread.root == 0)
            continue;
        threads += thread.owners ? thread.owners : 1;
        events_x16 += (double)thread.overhead_x16;
    }
    profile->runs[profile->run_count++] =
        (struct run){.header = *header,
                     .wall = wall_of(loader),
                     .overhead = overhead_of(loader, events_x16),
                     .scale = loader->scale,
                     .heap = loader->heap,
                     .threads = threads,
                     .nodes = loader->ordered,
                     .bytes = loader->reading->len,
                     .kernel_samples = (uint64_t)loader->kernel_samples,
                     .kernel_lost = loader->kernel_lost,
                     .running = loader->life->running};
    return true;
}
