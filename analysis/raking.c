/* Agreement of nodes with the sums of functions and regions; see raking.h. */
#include "raking.h"

#define ROUNDS 40

/* What each function is to have: the kernel's samples and the estimates together, as a
 * count of rare events (Poisson) corrects an expectation that is itself uncertain (gamma),
 * so that a function that was hardly seen keeps its estimate. */
static void functions_want(struct raking_function *functions, size_t count, double time)
{
    double seen = 0, samples = 0, sum = 0, wanted = 0;

    for (size_t idx = 0; idx < count; idx++) {
        seen += functions[idx].seen;
        samples += functions[idx].samples;
        sum += functions[idx].sum;
    }
    for (size_t idx = 0; idx < count; idx++) {
        struct raking_function *function = &functions[idx];
        double expected = samples * function->sum / sum;
        double found = seen > 0 ? samples * function->seen / seen : 0;
        function->wanted =
            expected > 0 ? expected * (found + RAKING_PRIOR) / (expected + RAKING_PRIOR) : found;
        wanted += function->wanted;
    }
    for (size_t idx = 0; idx < count; idx++)
        functions[idx].wanted *= time / wanted;
}

static void functions_sum(const struct raking_node *nodes, size_t count,
                          struct raking_function *functions, size_t function_count)
{
    for (size_t idx = 0; idx < function_count; idx++)
        functions[idx].sum = 0;
    for (size_t idx = 0; idx < count; idx++)
        functions[nodes[idx].function].sum += nodes[idx].value;
}

/* A function that was seen, but of which no estimate knows, gets a start by its calls. */
static void nodes_seed(struct raking_node *nodes, size_t count,
                       const struct raking_function *functions)
{
    for (size_t idx = 0; idx < count; idx++) {
        const struct raking_function *function = &functions[nodes[idx].function];
        if (function->sum <= 0 && function->wanted > 0)
            nodes[idx].value = nodes[idx].calls;
    }
}

static void scale_functions(struct raking_node *nodes, size_t count,
                            struct raking_function *functions, size_t function_count)
{
    functions_sum(nodes, count, functions, function_count);
    for (size_t idx = 0; idx < count; idx++) {
        const struct raking_function *function = &functions[nodes[idx].function];
        if (function->sum > 0)
            nodes[idx].value *= function->wanted / function->sum;
    }
}

static void scale_regions(struct raking_node *nodes, size_t count, struct raking_region *regions,
                          size_t region_count)
{
    for (size_t idx = 0; idx < region_count; idx++)
        regions[idx].sum = 0;
    for (size_t idx = 0; idx < count; idx++)
        regions[nodes[idx].region].sum += nodes[idx].value;
    for (size_t idx = 0; idx < count; idx++) {
        const struct raking_region *region = &regions[nodes[idx].region];
        if (region->sum > 0)
            nodes[idx].value *= region->charged / region->sum;
    }
}

/* What regions are to have; gives back what that is in all. */
static double regions_charge(const struct raking_node *nodes, size_t count,
                             struct raking_region *regions, size_t region_count)
{
    double time = 0;

    for (size_t idx = 0; idx < region_count; idx++)
        regions[idx].charged = 0;
    for (size_t idx = 0; idx < count; idx++)
        regions[nodes[idx].region].charged += nodes[idx].value;
    for (size_t idx = 0; idx < region_count; idx++) {
        double most = RAKING_TAKEN_MOST * regions[idx].charged;
        if (regions[idx].taken > most)
            regions[idx].taken = most;
        regions[idx].charged -= regions[idx].taken;
        time += regions[idx].charged;
    }
    return time;
}

void raking_fit(struct raking_node *nodes, size_t count, struct raking_function *functions,
                size_t function_count, struct raking_region *regions, size_t region_count)
{
    double time = regions_charge(nodes, count, regions, region_count);

    if (!(time > 0))
        return;
    functions_sum(nodes, count, functions, function_count);
    functions_want(functions, function_count, time);
    nodes_seed(nodes, count, functions);
    for (int round = 0; round < ROUNDS; round++) {
        scale_functions(nodes, count, functions, function_count);
        scale_regions(nodes, count, regions, region_count);
    }
}
