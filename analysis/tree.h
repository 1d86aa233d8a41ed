/* What the text and the JSON of `tree` share: which contexts are shown.
 */
#ifndef CPROF_ANALYSIS_TREE_H
#define CPROF_ANALYSIS_TREE_H

#include "model.h"

/* Time below and in a context, or calls where times are unknown, in percent of
 * the root's. */
double tree_share(const struct cprof_profile *profile, uint32_t context);

/* The context if the options show it, else MODEL_NONE, also for MODEL_NONE.
 * Siblings stand by size: behind one that is not shown there is none that is. */
uint32_t tree_shown(const struct cprof_profile *profile, const struct cprof_tree_options *options,
                    uint32_t context);

/* Function, file and line of a context; the root has no file. */
struct tree_label {
    const char *name, *file;
    uint32_t line;
};
struct tree_label tree_label(const struct cprof_profile *profile, uint32_t context);

#endif
