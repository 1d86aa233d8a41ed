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

class cprof_pass : public gimple_opt_pass {
  public:
    explicit cprof_pass(gcc::context *context) : gimple_opt_pass(cprof_pass_data, context)
    {
    }

    bool gate(function *fun) final override
    {
        return cprof_unit.is_lto_link ? cprof_function_is_marked(fun->decl) : cprof_unit.profiling;
    }

    unsigned int execute(function *fun) final override
    {
        struct cprof_facts_of_function facts;

        cprof_facts_collect(fun, &facts);
        enum cprof_reason reason = cprof_policy_decide(cprof_unit.policy, &facts.policy);
        bool in = cprof_reason_is_in(reason);
        facts.site.reason = reason;
        if (in)
            facts.site.flags |= CPROF_SITE_INSTRUMENTED;
        facts.site.slot = cprof_call_graph_slot(fun->decl);
        if (cprof_policy_chosen(cprof_unit.policy, CPROF_OPTION_VERBOSE, "on"))
            tell_verdict(fun->decl, facts.site.name, reason);
        unsigned number = cprof_site_emit(&facts.site);
        if (!in)
            return 0;
        cprof_calls_emit(fun, number);
        cprof_hooks_emit(fun, number, &facts);
        return TODO_update_ssa | TODO_cleanup_cfg;
    }
};

} // namespace

opt_pass *cprof_pass_new(gcc::context *context)
{
    return new cprof_pass(context);
}
