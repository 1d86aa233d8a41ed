/* The verdict on a function, and the questions about callees.
 *
 * The order of the rules is precedence.def and nothing else: no rule may hide
 * in the code here.  Called by the plugins through policy.h.
 */
#include <stdlib.h>
#include <string.h>

#include "canonical.h"
#include "demangle.h"
#include "name.h"
#include "policy.h"
#include "state.h"

/* Known to switch stacks; a user's own come by switch-fn. */
static const char *const known_switches[] = {"swapcontext", "cprof_run_fiber_switch"};

struct named {
    bool by_allowlist;
    bool by_denylist;
};

/* Asks both lists whatever the verdict will be: a line that names a function
 * which cannot be instrumented is not an idle line. */
static struct named ask_lists(struct cprof_policy *policy, const struct cprof_function_facts *facts)
{
    struct named named = {false, false};
    if (cprof_list_count(policy->allowlist) + cprof_list_count(policy->denylist) == 0)
        return named; /* and no name has to be taken apart */
    struct cprof_names *names = cprof_names_new(facts->assembler_name, facts->readable_name);
    char *file = facts->file != NULL ? cprof_canonical_path(facts->file) : NULL;
    if (names != NULL) {
        named.by_allowlist = cprof_list_names(policy->allowlist, names, file);
        named.by_denylist = cprof_list_names(policy->denylist, names, file);
    }
    free(file);
    cprof_names_free(names);
    return named;
}

enum cprof_reason cprof_policy_decide(struct cprof_policy *policy,
                                      const struct cprof_function_facts *facts)
{
    struct named named = ask_lists(policy, facts);
#define CPROF_RULE(reason, condition)                                                              \
    if (condition)                                                                                 \
        return CPROF_REASON_##reason;
#include "precedence.def"
#undef CPROF_RULE
}

bool cprof_reason_is_in(enum cprof_reason reason)
{
    static const bool in[] = {
#define CPROF_REASON(name, in, words) in,
#include <cprof/reason.def>
#undef CPROF_REASON
    };
    return (unsigned)reason < CPROF_REASON_COUNT && in[reason];
}

const char *cprof_reason_words(enum cprof_reason reason)
{
    static const char *const words[] = {
#define CPROF_REASON(name, in, words) words,
#include <cprof/reason.def>
#undef CPROF_REASON
    };
    return (unsigned)reason < CPROF_REASON_COUNT ? words[reason] : "unknown reason";
}

char *cprof_policy_readable(const char *assembler_name)
{
    struct cprof_demangled parts;
    if (!cprof_demangle(assembler_name, &parts))
        return strdup(assembler_name);
    char *whole = parts.whole;
    parts.whole = NULL;
    cprof_demangled_free(&parts);
    return whole;
}

bool cprof_policy_is_switch(const struct cprof_policy *policy, const char *assembler_name)
{
    for (size_t idx = 0; idx < sizeof known_switches / sizeof *known_switches; idx++)
        if (strcmp(known_switches[idx], assembler_name) == 0)
            return true;
    for (size_t idx = 0; idx < policy->switch_count; idx++)
        if (strcmp(policy->switches[idx], assembler_name) == 0)
            return true;
    return false;
}

const struct cprof_policy_allocator *cprof_policy_find_allocator(const struct cprof_policy *policy,
                                                                 const char *assembler_name)
{
    for (size_t idx = 0; idx < policy->allocator_count; idx++)
        if (strcmp(policy->allocators[idx].name, assembler_name) == 0)
            return &policy->allocators[idx].facts;
    return NULL;
}

bool cprof_policy_line_at(const struct cprof_policy *policy, size_t idx,
                          struct cprof_policy_line *line)
{
    size_t allowed = cprof_list_count(policy->allowlist);
    if (idx < allowed) {
        *line = cprof_list_line(policy->allowlist, idx);
        line->flags |= CPROF_LINE_ALLOW;
        return true;
    }
    if (idx - allowed >= cprof_list_count(policy->denylist))
        return false;
    *line = cprof_list_line(policy->denylist, idx - allowed);
    return true;
}
