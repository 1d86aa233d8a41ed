/* Corrects the nodes' self times by where the kernel saw the threads (format.h, struct
 * cprof_samples): samples of single calls know contexts, but stretches of some
 * nanoseconds, measured alone, come out too long, and what is left for the callers too
 * short; the kernel's samples know functions, without that.  raking.c makes one of both.
 * Called by load.c behind load_times.c; does nothing where the kernel took none.
 */
#include "loader.h"

#include <stdlib.h>

#include "array.h"
#include "raking.h"

struct samples {
    struct loader *loader;
    struct raking_function *functions; /* by function of the model */
    struct raking_node *nodes;         /* by place in the order */
    struct raking_region *regions;     /* by position of the owner */
    double total;                      /* samples in functions */
    double runtime;                    /* ticks in which the profiler itself was seen */
};

static void add_samples(struct samples *samples)
{
    const struct reading *reading = samples->loader->reading;
    double ticks = (double)reader_sample_period(reading) / samples->loader->scale;

    for (uint64_t idx = 0; idx < reading->samples.total; idx++) {
        struct cprof_samples record = reader_samples(reading, idx);
        uint32_t function = loader_site_function(samples->loader, record.site);
        if (record.site == CPROF_SAMPLES_RUNTIME)
            samples->runtime += (double)record.count * ticks;
        if (record.site == CPROF_SAMPLES_LOST)
            samples->loader->kernel_lost += record.count;
        if (function == MODEL_NONE)
            continue;
        samples->functions[function].samples += (double)record.count;
        samples->functions[function].seen += (double)record.count * ticks;
        samples->total += (double)record.count;
    }
}

/* How often each region allocated; the sum. */
static double allocations_count(struct samples *samples)
{
    const struct loader *loader = samples->loader;
    double sum = 0;

    for (uint32_t idx = 0; idx < loader->ordered; idx++) {
        struct cprof_node node = reader_node(loader->reading, loader->order[idx]);
        if (!loader_is_alloc(loader, loader->order[idx]) || node.flags & CPROF_NODE_LIVES)
            continue;
        samples->regions[loader->owners[loader->order[idx]]].taken += (double)node.u.alloc.count;
        sum += (double)node.u.alloc.count;
    }
    return sum;
}

/* What the notes of allocations took is in what the regions were charged, and nobody has
 * counted it: it is where the profiler itself was seen, but for what the probes say that
 * they took. */
static void take_off_notes(struct samples *samples)
{
    const struct reading *reading = samples->loader->reading;
    double probes = 0, allocations = allocations_count(samples);

    for (uint64_t idx = 0; idx < reading->threads.total; idx++)
        probes += (double)reader_thread(reading, idx).overhead_x16 / 16;
    double notes = samples->runtime > probes ? samples->runtime - probes : 0;
    for (uint32_t idx = 0; idx < samples->loader->count; idx++)
        samples->regions[idx].taken *= allocations > 0 ? notes / allocations : 0;
}

static uint32_t context_function(const struct loader *loader, uint32_t position)
{
    return loader->profile->contexts[loader->contexts[position]].function;
}

static uint64_t calls_of(const struct loader *loader, uint32_t position)
{
    struct cprof_node node = reader_node(loader->reading, position);
    return reader_calls(&node);
}

/* Roots and what has no function of the program's are not the kernel's to judge. */
static bool is_raked(const struct samples *samples, uint32_t position)
{
    const struct loader *loader = samples->loader;
    struct cprof_node node = reader_node(loader->reading, position);
    return !(node.flags & (CPROF_NODE_ROOT | CPROF_NODE_SCOPE | WITHOUT_TIMES)) &&
           context_function(loader, position) != MODEL_NONE;
}

/* The hook of a call is part of its function's code. */
static void take_off_hooks(struct samples *samples, uint32_t position)
{
    if (!is_raked(samples, position))
        return;
    struct raking_function *function =
        &samples->functions[context_function(samples->loader, position)];
    function->seen -= (double)samples->loader->reading->header.hook_cost_x256 / 256 *
                      (double)calls_of(samples->loader, position);
    if (function->seen < 0)
        function->seen = 0;
}

static size_t nodes_collect(struct samples *samples)
{
    const struct loader *loader = samples->loader;
    size_t count = 0;

    for (uint32_t idx = 0; idx < loader->ordered; idx++) {
        uint32_t position = loader->order[idx];
        const struct region_node *share = &loader->shares[position];
        if (!is_raked(samples, position))
            continue;
        samples->nodes[count++] = (struct raking_node){
            .function = context_function(loader, position),
            .region = loader->owners[position],
            .calls = (double)calls_of(loader, position),
            .value = share->self > share->wait ? share->self - share->wait : 0};
    }
    return count;
}

/* Where all was measured nothing is uncertain; elsewhere as much as a count of so many
 * samples is, split so that a function's contexts together come to that. */
static void share_update(struct samples *samples, struct region_node *share,
                         const struct raking_node *node, double function_variance)
{
    const struct raking_function *function = &samples->functions[node->function];

    share->self = node->value + share->wait;
    if (function_variance > 0)
        share->variance = node->value * function->sum / (function->samples + RAKING_PRIOR);
}

static void nodes_update(struct samples *samples, double *variances)
{
    const struct loader *loader = samples->loader;
    size_t count = 0;

    for (uint32_t idx = 0; idx < loader->ordered; idx++)
        if (is_raked(samples, loader->order[idx]))
            variances[samples->nodes[count++].function] +=
                loader->shares[loader->order[idx]].variance;
    count = 0;
    for (uint32_t idx = 0; idx < loader->ordered; idx++)
        if (is_raked(samples, loader->order[idx])) {
            const struct raking_node *node = &samples->nodes[count++];
            share_update(samples, &loader->shares[loader->order[idx]], node,
                         variances[node->function]);
        }
}

/* Where nothing else tells times, a function's are what was seen, split by calls. */
static bool samples_stand_alone(struct samples *samples)
{
    struct loader *loader = samples->loader;
    double *calls = array_new(loader->profile->function_count, sizeof *calls);
    double ticks = (double)reader_sample_period(loader->reading) / loader->scale;

    for (uint32_t idx = 0; calls && idx < loader->ordered; idx++)
        if (is_raked(samples, loader->order[idx]))
            calls[context_function(loader, loader->order[idx])] +=
                (double)calls_of(loader, loader->order[idx]);
    for (uint32_t idx = 0; calls && idx < loader->ordered; idx++) {
        uint32_t position = loader->order[idx];
        if (!is_raked(samples, position))
            continue;
        uint32_t function = context_function(loader, position);
        double share =
            calls[function] > 0 ? (double)calls_of(loader, position) / calls[function] : 0;
        loader->shares[position].self = samples->functions[function].seen * share;
        loader->shares[position].variance = loader->shares[position].self * ticks;
    }
    bool done = calls != NULL;
    free(calls);
    return done;
}

static bool samples_apply(struct samples *samples)
{
    struct loader *loader = samples->loader;
    size_t functions = loader->profile->function_count;
    double *variances = array_new(functions, sizeof *variances);

    samples->nodes = array_new(loader->ordered, sizeof *samples->nodes);
    samples->regions = array_new(loader->count, sizeof *samples->regions);
    bool done = variances && samples->nodes && samples->regions;
    if (done) {
        take_off_notes(samples);
        for (uint32_t idx = 0; idx < loader->ordered; idx++)
            take_off_hooks(samples, loader->order[idx]);
        raking_fit(samples->nodes, nodes_collect(samples), samples->functions, functions,
                   samples->regions, loader->count);
        nodes_update(samples, variances);
        for (uint32_t idx = 0; idx < loader->count; idx++)
            loader->shares[idx].probes += samples->regions[idx].taken;
    }
    free(variances);
    free(samples->nodes);
    free(samples->regions);
    return done;
}

bool load_samples(struct loader *loader)
{
    struct samples samples = {.loader = loader};

    if (loader->reading->samples.total == 0)
        return true;
    samples.functions = array_new(loader->profile->function_count, sizeof *samples.functions);
    if (!samples.functions)
        return false;
    add_samples(&samples);
    loader->kernel_samples = samples.total;
    loader->runtime_seen = samples.runtime;
    bool alone = loader->reading->header.mode == CPROF_MODE_BUDGET;
    bool done =
        samples.total == 0 || (alone ? samples_stand_alone(&samples) : samples_apply(&samples));
    free(samples.functions);
    return done;
}
