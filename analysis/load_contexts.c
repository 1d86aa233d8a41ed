/* The calling context of the model that each node belongs to.  Called by load.c once
 * functions and shape are known; later steps find contexts in the loader by position.
 */
#include "loader.h"

uint32_t loader_site_function(const struct loader *loader, uint32_t site)
{
    size_t record;
    const struct reader_module *module = reader_site(loader->reading, site, &record);
    if (!module)
        return MODEL_NONE;
    return loader->functions[loader->module_start[module - loader->reading->modules] + record];
}

uint32_t loader_function(const struct loader *loader, const struct cprof_node *node)
{
    uint32_t function = loader_site_function(loader, node->site);
    if (function != MODEL_NONE)
        return function;
    return node->flags & CPROF_NODE_OVERFLOW ? loader->cap_function : loader->unknown_function;
}

/* Contexts beyond the cap stand under one parent that says what they are. */
static uint32_t parent_context(struct loader *loader, uint32_t position,
                               const struct cprof_node *node, uint32_t function)
{
    uint32_t parent = loader->parents[position];
    uint32_t context = parent == PARENT_ROOT ? MODEL_ROOT : loader->contexts[parent];
    if (!(node->flags & CPROF_NODE_OVERFLOW) || function == loader->cap_function)
        return context;
    if (parent != PARENT_ROOT && (reader_node(loader->reading, parent).flags & CPROF_NODE_OVERFLOW))
        return context;
    return model_context(loader->profile, context, loader->cap_function, CONTEXT_FUNCTION);
}

/* The heap site of an ALLOC node, or MODEL_NONE. */
uint32_t loader_heap_site(const struct loader *loader, const struct cprof_node *node)
{
    size_t record;
    const struct reader_module *module = reader_allocation(loader->reading, node->site, &record);
    if (!module)
        return MODEL_NONE;
    return loader
        ->allocations[loader->allocation_start[module - loader->reading->modules] + record];
}

bool loader_is_alloc(const struct loader *loader, uint32_t position)
{
    return position < loader->count &&
           (reader_node(loader->reading, position).flags & CPROF_NODE_ALLOC);
}

/* An ALLOC node below another one belongs to the same context: it holds its lifetimes,
 * or what another thread has freed. */
static bool load_alloc_context(struct loader *loader, uint32_t position,
                               const struct cprof_node *node)
{
    uint32_t parent = loader->parents[position], site = loader_heap_site(loader, node);
    uint32_t leaf =
        site == MODEL_NONE ? loader->unknown_function : loader->profile->heap_sites[site].leaf;
    if (loader_is_alloc(loader, parent)) {
        loader->contexts[position] = loader->contexts[parent];
        return true;
    }
    uint32_t above = parent_context(loader, position, node, leaf);
    if (above == MODEL_NONE)
        return false;
    loader->contexts[position] = model_context(loader->profile, above, leaf, CONTEXT_ALLOC);
    return loader->contexts[position] != MODEL_NONE;
}

static enum context_kind kind_of(const struct cprof_node *node)
{
    return node->flags & CPROF_NODE_SCOPE ? CONTEXT_SCOPE : CONTEXT_FUNCTION;
}

/* The record of a block or a counter has no file: it is the function's around it. */
static uint32_t placed_function(struct cprof_profile *profile, uint32_t function, uint32_t parent)
{
    uint32_t around = profile->contexts[parent].function;
    if (around == MODEL_NONE || around == function)
        return function;
    return model_hand_function(profile,
                               texts_get(&profile->texts, profile->functions[function].name),
                               texts_get(&profile->texts, profile->functions[around].file),
                               profile->functions[function].line);
}

static bool load_context(struct loader *loader, uint32_t position)
{
    struct cprof_node node = reader_node(loader->reading, position);
    if (node.flags & CPROF_NODE_ROOT) {
        loader->contexts[position] = MODEL_ROOT;
        return true;
    }
    if (node.flags & CPROF_NODE_ALLOC)
        return load_alloc_context(loader, position, &node);
    uint32_t function = loader_function(loader, &node);
    uint32_t parent = parent_context(loader, position, &node, function);
    if (parent == MODEL_NONE)
        return false;
    if (node.flags & (CPROF_NODE_SCOPE | CPROF_NODE_COUNTER))
        function = placed_function(loader->profile, function, parent);
    if (function == MODEL_NONE)
        return false;
    if (node.flags & CPROF_NODE_COUNTER) { /* no context: its numbers are no calls */
        loader->contexts[position] = parent;
        return model_count(loader->profile, function, node.u.counter.sum, reader_calls(&node));
    }
    loader->contexts[position] = model_context(loader->profile, parent, function, kind_of(&node));
    return loader->contexts[position] != MODEL_NONE;
}

bool load_contexts(struct loader *loader)
{
    loader->cap_function = model_pseudo_function(loader->profile, "[context cap]");
    loader->unknown_function = model_pseudo_function(loader->profile, "[unknown function]");
    if (loader->cap_function == MODEL_NONE || loader->unknown_function == MODEL_NONE)
        return false;
    for (uint32_t idx = 0; idx < loader->ordered; idx++)
        if (!load_context(loader, loader->order[idx]))
            return false;
    return true;
}
