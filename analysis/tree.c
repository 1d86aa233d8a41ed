/* Which contexts a tree shows; see tree.h. */
#include "tree.h"

double tree_share(const struct cprof_profile *profile, uint32_t context)
{
    const struct context *root = &profile->contexts[MODEL_ROOT], *own = &profile->contexts[context];
    if (model_timed(profile) && root->total > 0)
        return 100.0 * own->total / root->total;
    return root->total_calls > 0 ? 100.0 * own->total_calls / root->total_calls : 100.0;
}

uint32_t tree_shown(const struct cprof_profile *profile, const struct cprof_tree_options *options,
                    uint32_t context)
{
    if (context == MODEL_NONE ||
        (options->max_depth && profile->contexts[context].depth > options->max_depth) ||
        tree_share(profile, context) < options->min_percent)
        return MODEL_NONE;
    return context;
}

struct tree_label tree_label(const struct cprof_profile *profile, uint32_t context)
{
    uint32_t idx = profile->contexts[context].function;
    struct tree_label label = {.name = model_context_name(profile, context), .file = ""};
    if (idx != MODEL_NONE) {
        label.file = texts_get(&profile->texts, profile->functions[idx].file);
        label.line = profile->functions[idx].line;
    }
    return label;
}
