/* The unit's call graph, for policy's slot plan: asked once, when inlining is
 * done and before any body is compiled.  Called by plugin (on_ipa_end) and pass.
 */
#include "plugin.h"

#include "slot_plan.h"

#include <cprof/abi.h>

namespace {

struct cprof_slot_plan *plan;
hash_map<tree, unsigned> *number_of; /* by function declaration */

unsigned number_get(tree decl)
{
    unsigned *found = number_of->get(decl);
    return found ? *found : ~0u;
}

const char *name_of(tree decl)
{
    return IDENTIFIER_POINTER(DECL_ASSEMBLER_NAME(decl));
}

bool is_return(gimple_stmt_iterator at)
{
    return !gsi_end_p(at) && gimple_code(gsi_stmt(at)) == GIMPLE_RETURN;
}

/* Whether nothing follows the call but the function's return, so that it may become a
 * jump.  What arguments and frames say to it is not asked: this is a guess for slots. */
bool is_last(gcall *call)
{
    gimple_stmt_iterator after = gsi_for_stmt(call);

    gsi_next_nondebug(&after);
    if (!gsi_end_p(after) || !single_succ_p(gimple_bb(call)))
        return is_return(after);
    return is_return(gsi_start_nondebug_after_labels_bb(single_succ(gimple_bb(call))));
}

void call_add(unsigned caller, unsigned callee, double weight, bool last)
{
    cprof_slot_plan_call(plan, caller, callee, weight);
    if (last)
        cprof_slot_plan_tail_call(plan, caller, callee);
}

/* Functions that a call through a pointer may reach: those of its type whose
 * address is taken.  Each gets its share of the weight. */
void indirect_call_add(unsigned caller, cgraph_edge *edge, bool last)
{
    tree type = gimple_call_fntype(edge->call_stmt);
    auto_vec<unsigned> targets;
    cgraph_node *node;

    FOR_EACH_DEFINED_FUNCTION (node)
        if (node->address_taken && !node->inlined_to && type &&
            types_compatible_p(TREE_TYPE(node->decl), type) && number_get(node->decl) != ~0u)
            targets.safe_push(number_get(node->decl));
    double weight = edge->sreal_frequency().to_double() / MAX(targets.length(), 1);
    for (unsigned idx = 0; idx < targets.length(); idx++)
        call_add(caller, targets[idx], weight, last);
}

/* Calls made by `node`'s body, those of what was inlined into it included. */
void calls_add(unsigned caller, cgraph_node *node, bool inlined)
{
    for (cgraph_edge *edge = node->callees; edge; edge = edge->next_callee) {
        if (!edge->inline_failed) {
            calls_add(caller, edge->callee, true);
            continue;
        }
        unsigned callee = number_get(edge->callee->ultimate_alias_target()->decl);
        if (callee != ~0u)
            call_add(caller, callee, edge->sreal_frequency().to_double(),
                     !inlined && edge->call_stmt && is_last(edge->call_stmt));
    }
    for (cgraph_edge *edge = node->indirect_calls; edge; edge = edge->next_callee)
        if (edge->call_stmt)
            indirect_call_add(caller, edge, !inlined && is_last(edge->call_stmt));
}

} // namespace

void cprof_call_graph_plan(void)
{
    cgraph_node *node;
    unsigned count = 0;

    number_of = new hash_map<tree, unsigned>;
    FOR_EACH_FUNCTION_WITH_GIMPLE_BODY (node)
        if (!node->inlined_to && !number_of->put(node->decl, count))
            count++;
    plan = cprof_slot_plan_new(count);
    FOR_EACH_FUNCTION_WITH_GIMPLE_BODY (node)
        if (!node->inlined_to) {
            calls_add(number_get(node->decl), node, false);
            if (TREE_PUBLIC(node->decl) || node->address_taken)
                cprof_slot_plan_public(plan, number_get(node->decl), name_of(node->decl));
        }
    cprof_slot_plan_solve(plan);
}

unsigned cprof_call_graph_slot(tree decl)
{
    unsigned number = number_of ? number_get(decl) : ~0u;

    if (number != ~0u)
        return cprof_slot_plan_slot(plan, number);
    /* an LTO partition, or a function made after planning */
    return cprof_slot_of_name(name_of(decl));
}
