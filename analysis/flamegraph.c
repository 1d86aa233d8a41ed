/* A picture of a call tree that no profile file is behind: the tree becomes a model
 * of one run, and the one renderer of pictures draws that (flame.c).
 */
#include <cprof/cprof.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "fault.h"
#include "model.h"

/* A node of the tree and the context that it has become. */
struct drawn {
    const struct cprof_tree *tree;
    size_t parent; /* among the drawn */
    uint32_t context;
    double total, callees;
};

/* The tree in pre-order, which has parents first. */
static struct drawn *flatten(const struct cprof_tree *root, size_t count)
{
    struct drawn *all = array_new(count, sizeof *all);
    size_t idx = 0;
    for (const struct cprof_tree *tree = root; all && tree; tree = cprof_tree_next(root, tree)) {
        size_t parent = idx ? idx - 1 : 0;
        while (idx && all[parent].tree != cprof_tree_parent(tree))
            parent = all[parent].parent;
        all[idx++] = (struct drawn){.tree = tree, .parent = parent};
    }
    return all;
}

/* As wide as its total, or as what is in it where that is more. */
static void measure(struct drawn *all, size_t count)
{
    for (size_t idx = count; idx-- > 0;) {
        struct cprof_tree_node facts = cprof_tree_facts(all[idx].tree);
        double inside = all[idx].callees + (double)facts.self_ns;
        all[idx].total = (double)facts.total_ns > inside ? (double)facts.total_ns : inside;
        if (idx)
            all[all[idx].parent].callees += all[idx].total;
    }
}

static bool add_contexts(struct cprof_profile *profile, struct drawn *all, size_t count)
{
    all[0].context = MODEL_ROOT;
    for (size_t idx = 0; idx < count; idx++) {
        struct cprof_tree_node facts = cprof_tree_facts(all[idx].tree);
        if (idx) {
            uint32_t function = model_hand_function(profile, facts.name, facts.file, facts.line);
            if (function == MODEL_NONE)
                return false;
            all[idx].context =
                model_context(profile, all[all[idx].parent].context, function, CONTEXT_FUNCTION);
            if (all[idx].context == MODEL_NONE)
                return false;
        }
        struct measure *own = &profile->contexts[all[idx].context].measure;
        own->calls += idx ? facts.calls : 0;
        own->self += all[idx].total - all[idx].callees;
    }
    return true;
}

/* A run in exact mode, named after the root: what model_timed and headings ask. */
static bool add_run(struct cprof_profile *profile, const char *name)
{
    if (!array_reserve(&profile->runs, &profile->run_capacity, 1, sizeof *profile->runs))
        return false;
    profile->runs[0] = (struct run){.overhead = -1};
    profile->runs[0].header.mode = CPROF_MODE_EXACT;
    snprintf(profile->runs[0].header.program, sizeof profile->runs[0].header.program, "%s", name);
    profile->run_count = 1;
    return true;
}

enum cprof_status cprof_flamegraph_svg(const struct cprof_tree *tree,
                                       const struct cprof_flame_options *options,
                                       const struct cprof_sink *sink, struct cprof_error *error)
{
    struct cprof_flame_options usual = {.metric = CPROF_FLAME_TOTAL_TIME};
    size_t count = cprof_tree_count(tree);
    struct cprof_tree *empty = count ? NULL : cprof_tree_new("[empty]", 0, 0);
    if (empty)
        tree = empty, count = 1;
    const char *name = tree ? cprof_tree_facts(tree).name : "";
    struct cprof_profile *profile = cprof_profile_new();
    struct drawn *all = profile && tree ? flatten(tree, count) : NULL;
    if (all)
        measure(all, count);
    usual = options ? *options : usual;
    usual.title = usual.title ? usual.title : name;
    enum cprof_status status = all && add_run(profile, name) && add_contexts(profile, all, count)
                                   ? cprof_flame_svg(profile, &usual, sink, error)
                                   : fault_memory(error, "the flame graph");
    free(all);
    cprof_profile_free(profile);
    cprof_tree_free(empty);
    return status;
}
