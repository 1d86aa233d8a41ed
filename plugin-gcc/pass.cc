/* The pass: what happens to one function.
 *
 * It runs before `resx`: after inlining, vectorising and tail-call marking, at
 * every optimisation level and in LTO, and late enough to perturb nothing.
 *
 *     int work(int n)              int work(int n)
 *     {                            {
 *         if (n < 2)                   cur = tls.current; ... count (entry)
 *             return n;                if (n < 2) {
 *         return other(n);                 tls.current = cur;     (exit)
 *     }                                    return n;
 *                                      }
 *                                      tls.current = cur;         (exit)
 *                                      return other(n);  // still a jump
 *                                  }
 *
 * The pass asks policy and emits; it decides nothing.
 */
#include "plugin.h"

namespace {

const pass_data cprof_pass_data = {
    GIMPLE_PASS, "cprof", OPTGROUP_NONE, TV_NONE, PROP_cfg | PROP_ssa, 0, 0, 0, 0,
};

void tell_verdict(tree decl, const char *assembler_name, enum cprof_reason reason)
{
    char *name = cprof_policy_readable(assembler_name);
    inform(DECL_SOURCE_LOCATION(decl), "cprof: %s %qs: %s",
           cprof_reason_is_in(reason) ? "hooks in" : "leaves out", name ? name : assembler_name,
           cprof_reason_words(reason));
    free(name);
}

bool is_profiled(tree decl)
{
    return cprof_unit.is_lto_link ? cprof_function_is_marked(decl) : cprof_unit.profiling;
}

/* Asks policy and writes the site down; gives its number. */
unsigned decide(tree decl, function *body, struct cprof_facts_of_function *facts)
{
    cprof_facts_collect(decl, body, facts);
    enum cprof_reason reason = cprof_policy_decide(cprof_unit.policy, &facts->policy);
    facts->site.reason = reason;
    if (cprof_reason_is_in(reason))
        facts->site.flags |= CPROF_SITE_INSTRUMENTED;
    facts->site.slot = cprof_call_graph_slot(decl);
    if (cprof_policy_chosen(cprof_unit.policy, CPROF_OPTION_VERBOSE, "on"))
        tell_verdict(decl, facts->site.name, reason);
    return cprof_site_emit(&facts->site);
}

bool is_thunk(tree decl)
{
    cgraph_node *node = cgraph_node::get(decl);
    return node && (node->thunk || node->former_thunk_p());
}

class cprof_pass : public gimple_opt_pass {
  public:
    explicit cprof_pass(gcc::context *context) : gimple_opt_pass(cprof_pass_data, context)
    {
    }

    bool gate(function *fun) final override
    {
        return is_profiled(fun->decl) && !is_thunk(fun->decl);
    }

    unsigned int execute(function *fun) final override
    {
        struct cprof_facts_of_function facts;
        unsigned number = decide(fun->decl, fun, &facts);

        bool instrumented = facts.site.flags & CPROF_SITE_INSTRUMENTED;
        if (instrumented) {
            cprof_calls_emit(fun, number);
            cprof_inlined_emit(fun, number);
        }
        bool noted = cprof_allocations_emit(fun, number, (enum cprof_reason)facts.site.reason);
        if (!instrumented)
            return noted ? TODO_update_ssa | TODO_cleanup_cfg : 0;
        cprof_hooks_emit(fun, number, &facts);
        return TODO_update_ssa | TODO_cleanup_cfg;
    }
};

} // namespace

opt_pass *cprof_pass_new(gcc::context *context)
{
    return new cprof_pass(context);
}

/* Thunks go through no pass, or through some only, as GCC likes: all of them are
 * written down when it is known which there are. */
void cprof_thunks_pass(void)
{
    cgraph_node *node;

    FOR_EACH_FUNCTION(node)
    if (is_thunk(node->decl) && TREE_ASM_WRITTEN(node->decl) && is_profiled(node->decl)) {
        struct cprof_facts_of_function facts;
        decide(node->decl, NULL, &facts);
    }
}
