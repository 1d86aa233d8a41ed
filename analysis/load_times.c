/* What each node's self time is: charged, sampled and lent ticks, and what the probes
 * took; regions.c splits what several nodes share.  In ticks: load_measures.c makes
 * nanoseconds of them.  Called by load.c for runs that have times.
 */
#include "loader.h"

#include "array.h"

/* What weighted ticks say of the self time.  The runtime has taken off what
 * measuring costs, so the sum of very short stretches may have come out below
 * nothing. */
static double estimate_of(uint64_t weighted)
{
    double ticks = (double)(int64_t)weighted;
    return ticks > 0 ? CPROF_SAMPLE_UNIT * ticks : 0;
}

/* The calls of a node that were only counted, or sampled. */
static double counted_calls(const struct cprof_node *node)
{
    double timed = (double)node->u.call.timed_calls - node->u.call.sampled_calls;
    double counted = (double)reader_calls(node) - timed;
    return counted > 0 ? counted : 0;
}

/* What is known of the counted calls of a function, in all its contexts. */
struct sampled_function {
    double calls; /* that were counted */
    double samples, weights, sum, squares;
};

static void add_sampled(struct loader *loader, uint32_t position)
{
    struct cprof_node node = reader_node(loader->reading, position);
    const struct cprof_node_call *call = &node.u.call;
    uint32_t function = loader->profile->contexts[loader->contexts[position]].function;
    if ((node.flags & (CPROF_NODE_ROOT | CPROF_NODE_ALLOC)) || function == MODEL_NONE)
        return;
    struct sampled_function *sampled = &loader->sampled[function];
    sampled->calls += counted_calls(&node);
    sampled->samples += (double)call->sampled_calls;
    sampled->weights += (double)call->sample_weights;
    sampled->sum += (double)(int64_t)call->sample_ticks;
    sampled->squares += (double)call->sample_squares * CPROF_SQUARE_UNIT * CPROF_SQUARE_UNIT;
}

/* Calls that are rarer than the samples are many have not been seen, and they are the
 * long ones: what the spread of the samples says is too little.  So one more is
 * supposed, which lasted so many times the mean. */
#define UNSEEN 10.0

/* The variance of a function's weighted sum: how far the sampled calls lie apart, and
 * for few of them more, as Student's distribution has it.  One says nothing of the
 * others. */
static double spread_of(const struct sampled_function *sampled)
{
    double freedom = sampled->samples - 1, mean = sampled->sum / sampled->samples;
    double unseen = (UNSEEN - 1) * (UNSEEN - 1) * mean * mean;
    if (freedom < 1)
        return sampled->squares + unseen;
    double student = 1 + 1.21 / freedom + 1.44 / (freedom * freedom);
    double spread = sampled->squares - sampled->sum * mean;
    spread = spread > 0 ? spread * sampled->samples / freedom : 0;
    return student * student * (spread + unseen);
}

/* The own time of a node's counted calls by the sampled ones, each times its weight.
 * The weights of all samples of a function are made to add up to its calls, whose
 * number is known: else the chance in how many calls were sampled would be in the
 * estimate, too (Hajek's estimator).  By function and not by node, because a node that
 * had no sample gets nothing, and others of its function as much more. */
static void load_estimate(const struct loader *loader, uint32_t position,
                          const struct cprof_node *node, struct region_node *share)
{
    uint32_t function = loader->profile->contexts[loader->contexts[position]].function;
    if ((node->flags & CPROF_NODE_ROOT) || function == MODEL_NONE || !node->u.call.sampled_calls)
        return;
    const struct sampled_function *sampled = &loader->sampled[function];
    double factor = sampled->weights > 0 ? sampled->calls / sampled->weights : 0;
    double sum = (double)(int64_t)node->u.call.sample_ticks;
    double squares = (double)node->u.call.sample_squares * CPROF_SQUARE_UNIT * CPROF_SQUARE_UNIT;
    share->sampled = CPROF_SAMPLE_UNIT * sum;
    share->estimate = sum > 0 ? factor * sum : 0;
    if (sampled->squares > 0)
        share->spread = factor * factor * spread_of(sampled) * squares / sampled->squares;
}

static void load_share(struct loader *loader, uint32_t position)
{
    struct cprof_node node = reader_node(loader->reading, position);
    struct region_node *share = &loader->shares[position];
    uint32_t parent = loader->parents[position];
    bool owns = (node.flags & (CPROF_NODE_TIMED | CPROF_NODE_ROOT)) || parent == PARENT_ROOT;
    loader->owners[position] = owns ? position : loader->owners[parent];
    if (node.flags & WITHOUT_TIMES)
        return;
    /* A node that is timed now may have samples from when it was not. */
    share->parent = parent == PARENT_ROOT ? REGION_NONE : parent;
    share->charged = (double)node.u.call.self_ticks;
    share->waited = (double)node.u.call.wait_ticks;
    if (share->parent != REGION_NONE)
        load_estimate(loader, position, &node, share);
    share->own = estimate_of(node.u.call.after_ticks);
    if (!(node.flags & CPROF_NODE_TALLIED)) /* it has unsure_calls there */
        share->lent = CPROF_SAMPLE_UNIT * (double)(int64_t)node.u.call.lent_ticks;
}

/* What the probes took of the time that a node was charged: those of timed calls by
 * the runtime's own account, and of calls that were only counted, which are charged
 * to the lender, by what a hook takes. */
static void take_off_probes(struct loader *loader, uint32_t position)
{
    struct cprof_node node = reader_node(loader->reading, position);
    uint32_t owner = loader->owners[position];
    if (node.flags & CPROF_NODE_ALLOC)
        return;
    loader->shares[position].probes += (double)node.u.call.probe_x16 / 16;
    if (owner != position && !(node.flags & CPROF_NODE_ROOT))
        loader->shares[owner].probes +=
            (double)loader->reading->header.hook_cost_x256 / 256 * (double)reader_calls(&node);
}

bool load_times(struct loader *loader)
{
    for (uint32_t idx = 0; idx < loader->count; idx++)
        loader->shares[idx].parent = REGION_NONE;
    loader->sampled = array_new(loader->profile->function_count, sizeof *loader->sampled);
    if (!loader->sampled)
        return false;
    for (uint32_t idx = 0; idx < loader->ordered; idx++)
        add_sampled(loader, loader->order[idx]);
    for (uint32_t idx = 0; idx < loader->ordered; idx++)
        load_share(loader, loader->order[idx]);
    if (loader->life->now_ns && !load_open_times(loader))
        return false;
    for (uint32_t idx = 0; idx < loader->ordered; idx++)
        take_off_probes(loader, loader->order[idx]);
    regions_split(loader->shares, loader->order, loader->ordered, loader->flows);
    return true;
}
