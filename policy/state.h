/* What a policy remembers: the options as given, the lists, the names.
 *
 * Private to this room: option.c writes it, decide.c reads it.  Plugins see
 * only policy.h.
 */
#ifndef CPROF_POLICY_STATE_H
#define CPROF_POLICY_STATE_H

#include "list.h"
#include "policy.h"

struct allocator {
    char *name; /* owned; facts.name is the same, for the plugins */
    struct cprof_policy_allocator facts;
};

struct cprof_policy {
    const char *chosen[CPROF_OPTION_COUNT]; /* FLAG and CHOICE: a word of the table */
    unsigned min_size;
    bool has_allowlist; /* an empty allowlist leaves everything out */
    struct cprof_list *allowlist;
    struct cprof_list *denylist;
    char **switches;
    size_t switch_count;
    struct allocator *allocators;
    size_t allocator_count;
};

#endif
