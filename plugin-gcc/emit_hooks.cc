/* Puts the hooks into a function's GIMPLE: entry, every exit, and the places
 * where control comes back by a jump.  Called by the pass with facts; the
 * instructions themselves come from policy/hook_text.
 *
 * Each hook is an `asm goto` with the hot instructions, whose labels lead to
 * cold blocks with the call into the runtime.  So the register allocator sees
 * exact operands, the countdown stays one instruction at every -O level, and
 * the cold parts lie at the function's end, inside its own unwind range.
 */
#include "plugin.h"

#include "hook_text.h"

#include <cprof/abi.h>

namespace {

/* The function under work and the value that carries its caller's node. */
struct hooks {
    function *fun;
    struct cprof_hook_shape shape;
    tree caller; /* SSA name, valid from the end of the entry code on */
};

tree operand(const char *constraint, tree value)
{
    tree string = build_string(strlen(constraint) + 1, constraint);
    return build_tree_list(build_tree_list(NULL_TREE, string), value);
}

tree flags_clobber(void)
{
    return build_tree_list(NULL_TREE, build_string(sizeof "cc", "cc"));
}

tree register_clobber(const char *name)
{
    return build_tree_list(NULL_TREE, build_string(strlen(name) + 1, name));
}

void label_push(vec<tree, va_gc> **labels, basic_block block)
{
    tree label = gimple_block_label(block);
    vec_safe_push(*labels, build_tree_list(build_string(1, ""), label));
}

tree value_new(function *fun, gimple *definition)
{
    return make_ssa_name_fn(fun, ptr_type_node, definition);
}

gasm *asm_new(const char *text, vec<tree, va_gc> *inputs, vec<tree, va_gc> *outputs,
              vec<tree, va_gc> *clobbers, vec<tree, va_gc> *labels)
{
    gasm *statement = gimple_build_asm_vec(ggc_strdup(text), inputs, outputs, clobbers, labels);
    gimple_asm_set_volatile(statement, true);
    gimple_asm_set_inline(statement, true);
    return statement;
}

/* A block for a cold call, off the hot path but not so cold that GCC moves it
 * to another section: callers' profiles and unwinders expect it in its
 * function. */
basic_block cold_block_new(basic_block after, basic_block target)
{
    basic_block block = create_empty_bb(after);

    block->count = after->count.apply_probability(profile_probability::very_unlikely());
    add_bb_to_loop(block, target->loop_father ? target->loop_father : after->loop_father);
    edge out = make_edge(block, target, EDGE_FALLTHRU);
    out->probability = profile_probability::always();
    return block;
}

edge cold_edge(basic_block from, basic_block to)
{
    edge result = make_edge(from, to, 0);
    result->probability = profile_probability::very_unlikely();
    return result;
}

/* The call itself: reads `caller`, gives back what the runtime makes of it. */
tree cold_call(struct hooks *hooks, basic_block block, const char *text, tree caller,
               bool changes_rax)
{
    vec<tree, va_gc> *outputs = NULL, *inputs = NULL, *clobbers = NULL;
    gimple_stmt_iterator position = gsi_last_bb(block);

    vec_safe_push(outputs, operand("=r", NULL_TREE));
    vec_safe_push(inputs, operand("0", caller));
    vec_safe_push(clobbers, flags_clobber());
    if (changes_rax)
        vec_safe_push(clobbers, register_clobber("rax"));
    TREE_VALUE((*outputs)[0]) = value_new(hooks->fun, NULL);
    tree result = TREE_VALUE((*outputs)[0]);
    gasm *statement = asm_new(text, inputs, outputs, clobbers, NULL);
    SSA_NAME_DEF_STMT(result) = statement;
    gsi_insert_after(&position, statement, GSI_NEW_STMT);
    return result;
}

void emit_entry(struct hooks *hooks)
{
    function *fun = hooks->fun;
    char text[CPROF_HOOK_TEXT_MAX];
    basic_block entry = ENTRY_BLOCK_PTR_FOR_FN(fun);
    basic_block hot = split_edge(single_succ_edge(entry));
    basic_block body = split_edge(single_succ_edge(hot));
    bool early = cprof_hook_may_be_early(&hooks->shape);
    edge hot_edge = single_succ_edge(hot);

    basic_block begin_block = cold_block_new(hot, body);
    basic_block enter_block = cold_block_new(hot, body);
    basic_block early_block = early ? cold_block_new(hot, body) : NULL;
    vec<tree, va_gc> *outputs = NULL, *clobbers = NULL, *labels = NULL;

    unsigned output_count = 1 + cprof_hook_scratch_count(&hooks->shape);
    for (unsigned idx = 0; idx < output_count; idx++)
        vec_safe_push(outputs, operand("=&r", value_new(fun, NULL)));
    vec_safe_push(clobbers, flags_clobber());
    label_push(&labels, enter_block);
    label_push(&labels, begin_block);
    if (early)
        label_push(&labels, early_block);

    cprof_hook_entry(text, &hooks->shape);
    tree caller = TREE_VALUE((*outputs)[0]);
    gasm *statement = asm_new(text, NULL, outputs, clobbers, labels);
    for (unsigned idx = 0; idx < output_count; idx++)
        SSA_NAME_DEF_STMT(TREE_VALUE((*outputs)[idx])) = statement;
    gimple_stmt_iterator position = gsi_last_bb(hot);
    gsi_insert_after(&position, statement, GSI_NEW_STMT);

    cold_edge(hot, enter_block);
    cold_edge(hot, begin_block);
    if (early)
        cold_edge(hot, early_block);
    hot_edge->probability = profile_probability::very_likely();

    cprof_hook_enter_call(text, &hooks->shape);
    tree entered = cold_call(hooks, enter_block, text, caller, true);
    cprof_hook_begin_call(text, &hooks->shape);
    tree begun =
        cold_call(hooks, begin_block, text, caller, cprof_hook_begin_has_site(&hooks->shape));

    gphi *phi = create_phi_node(value_new(fun, NULL), body);
    add_phi_arg(phi, caller, hot_edge, UNKNOWN_LOCATION);
    add_phi_arg(phi, entered, single_succ_edge(enter_block), UNKNOWN_LOCATION);
    add_phi_arg(phi, begun, single_succ_edge(begin_block), UNKNOWN_LOCATION);
    if (early)
        add_phi_arg(phi, build_int_cst(ptr_type_node, CPROF_TAG_TIMED),
                    single_succ_edge(early_block), UNKNOWN_LOCATION);
    hooks->caller = gimple_phi_result(phi);
}

/* The one hook of a build with a budget. */
void emit_tally(struct hooks *hooks)
{
    char text[CPROF_HOOK_TEXT_MAX];
    vec<tree, va_gc> *clobbers = NULL, *cold_clobbers = NULL, *labels = NULL;
    basic_block entry = ENTRY_BLOCK_PTR_FOR_FN(hooks->fun);
    basic_block hot = split_edge(single_succ_edge(entry));
    basic_block body = split_edge(single_succ_edge(hot));
    basic_block cold = cold_block_new(hot, body);
    edge onward = single_succ_edge(hot);

    vec_safe_push(clobbers, flags_clobber());
    label_push(&labels, cold);
    cprof_hook_tally(text, &hooks->shape);
    gimple_stmt_iterator position = gsi_last_bb(hot);
    gsi_insert_after(&position, asm_new(text, NULL, NULL, clobbers, labels), GSI_NEW_STMT);
    cold_edge(hot, cold);
    onward->probability = profile_probability::very_likely();

    vec_safe_push(cold_clobbers, flags_clobber());
    vec_safe_push(cold_clobbers, register_clobber("rax"));
    cprof_hook_tally_call(text, &hooks->shape);
    position = gsi_last_bb(cold);
    gsi_insert_after(&position, asm_new(text, NULL, NULL, cold_clobbers, NULL), GSI_NEW_STMT);
    cprof_tally_emit(cprof_hook_tally_is_shared(&hooks->shape));
}

/* The exit before `position`'s statement. */
void emit_exit(struct hooks *hooks, gimple_stmt_iterator position)
{
    char text[CPROF_HOOK_TEXT_MAX];
    basic_block hot = gimple_bb(gsi_stmt(position));
    edge onward;

    gsi_prev(&position);
    onward =
        gsi_end_p(position) ? split_block_after_labels(hot) : split_block(hot, gsi_stmt(position));
    cprof_hook_exit(text, &hooks->shape);
    basic_block end_block =
        cprof_branch_emit(hooks->fun, onward, text, cprof_hook_exit_scratch(&hooks->shape) ? 1 : 0,
                          hooks->caller, NULL_TREE);

    cprof_hook_end_call(text, &hooks->shape);
    cold_call(hooks, end_block, text, hooks->caller, false);
}

/* Follows a tail call to the return statement it shares with other paths and
 * tells the value that this path returns.  False: not followed. */
bool shared_return_of(gcall *call, edge *out, tree *value)
{
    basic_block block = gimple_bb(call);
    edge step = find_fallthru_edge(block->succs);
    auto_vec<edge, 8> path;

    *out = step;
    for (int length = 0; step && length < 8; length++) {
        path.safe_push(step);
        gimple *last = last_stmt(step->dest);
        if (greturn *returning = safe_dyn_cast<greturn *>(last)) {
            tree result = gimple_return_retval(returning);
            for (unsigned idx = path.length(); idx-- > 0;) {
                if (!result || TREE_CODE(result) != SSA_NAME)
                    break;
                gimple *definition = SSA_NAME_DEF_STMT(result);
                if (gimple_code(definition) == GIMPLE_PHI &&
                    gimple_bb(definition) == path[idx]->dest)
                    result = PHI_ARG_DEF_FROM_EDGE(definition, path[idx]);
            }
            *value = result;
            return true;
        }
        step = single_succ_p(step->dest) ? single_succ_edge(step->dest) : NULL;
    }
    return false;
}

/* A tail call stays a jump: the exit goes before it, and the path gets a
 * return of its own, because the shared one will have an exit in front. */
bool emit_tail_exit(struct hooks *hooks, gcall *call)
{
    basic_block block = gimple_bb(call);
    edge out = NULL;
    tree value = NULL_TREE;

    if (stmt_ends_bb_p(call) || !single_succ_p(block))
        return false;
    gimple_stmt_iterator position = gsi_last_bb(block);
    if (gimple_code(gsi_stmt(position)) == GIMPLE_RETURN) {
        emit_exit(hooks, gsi_for_stmt(call));
        return true;
    }
    if (!shared_return_of(call, &out, &value))
        return false;
    remove_edge(out);
    gsi_insert_after(&position, gimple_build_return(value), GSI_NEW_STMT);
    make_edge(block, EXIT_BLOCK_PTR_FOR_FN(hooks->fun), 0)->probability =
        profile_probability::always();
    emit_exit(hooks, gsi_for_stmt(call));
    return true;
}

/* The node again, after control came back by a jump: a second return of
 * setjmp, a landing pad, a stack switch.  `position` is where to insert. */
void emit_return_here(struct hooks *hooks, gimple_stmt_iterator position, bool after)
{
    char text[CPROF_HOOK_TEXT_MAX];
    vec<tree, va_gc> *outputs = NULL, *inputs = NULL, *clobbers = NULL;

    cprof_hook_return_call(text, &hooks->shape);
    tree ignored = value_new(hooks->fun, NULL);
    vec_safe_push(outputs, operand("=r", ignored));
    vec_safe_push(inputs, operand("0", hooks->caller));
    vec_safe_push(clobbers, flags_clobber());
    vec_safe_push(clobbers, register_clobber("rax"));
    gasm *statement = asm_new(text, inputs, outputs, clobbers, NULL);
    SSA_NAME_DEF_STMT(ignored) = statement;
    if (after)
        gsi_insert_after(&position, statement, GSI_NEW_STMT);
    else
        gsi_insert_before(&position, statement, GSI_SAME_STMT);
}

/* A return right behind a tail call, whose exit stands before the call. */
bool is_tail_return(gimple *returning)
{
    gimple_stmt_iterator position = gsi_for_stmt(returning);

    gsi_prev_nondebug(&position);
    gcall *call = gsi_end_p(position) ? NULL : dyn_cast<gcall *>(gsi_stmt(position));
    return call && (gimple_call_tail_p(call) || gimple_call_must_tail_p(call));
}

void emit_return_after(struct hooks *hooks, gimple *call)
{
    gimple_stmt_iterator position = gsi_for_stmt(call);

    if (!stmt_ends_bb_p(call)) {
        emit_return_here(hooks, position, true);
        return;
    }
    edge onward = find_fallthru_edge(gimple_bb(call)->succs);
    if (!onward)
        return;
    basic_block block = split_edge(onward);
    position = gsi_last_bb(block);
    emit_return_here(hooks, position, true);
}

/* What in the body needs a hook, collected before any block is split. */
struct places {
    auto_vec<gimple *> returns;
    auto_vec<gcall *> tail_calls;
    auto_vec<gimple *> jumps_back; /* calls after which the node is set again */
    auto_vec<basic_block> landings;
};

bool callee_switches_stack(gcall *call)
{
    tree callee = gimple_call_fndecl(call);
    return callee && DECL_ASSEMBLER_NAME_SET_P(callee) &&
           cprof_policy_is_switch(cprof_unit.policy,
                                  IDENTIFIER_POINTER(DECL_ASSEMBLER_NAME(callee)));
}

void collect_places(function *fun, struct places *places)
{
    basic_block block;

    FOR_EACH_BB_FN (block, fun) {
        for (gimple_stmt_iterator it = gsi_start_bb(block); !gsi_end_p(it); gsi_next(&it)) {
            gimple *statement = gsi_stmt(it);
            if (glabel *label = dyn_cast<glabel *>(statement)) {
                tree decl = gimple_label_label(label);
                if (EH_LANDING_PAD_NR(decl) != 0 || DECL_NONLOCAL(decl))
                    places->landings.safe_push(block);
            } else if (gimple_code(statement) == GIMPLE_RETURN) {
                places->returns.safe_push(statement);
            } else if (gcall *call = dyn_cast<gcall *>(statement)) {
                if ((gimple_call_flags(call) & ECF_RETURNS_TWICE) || callee_switches_stack(call))
                    places->jumps_back.safe_push(call);
                else if (cprof_tail_call_may_jump(fun, call))
                    places->tail_calls.safe_push(call);
                else
                    gimple_call_set_tail(call, false);
            }
        }
    }
}

} // namespace

basic_block cprof_branch_emit(function *fun, edge onward, const char *text, unsigned scratch_count,
                              tree input, tree number)
{
    vec<tree, va_gc> *inputs = NULL, *outputs = NULL, *clobbers = NULL, *labels = NULL;
    basic_block hot = onward->src, cold = cold_block_new(hot, onward->dest);
    gimple_stmt_iterator last = gsi_last_bb(hot);

    for (unsigned idx = 0; idx < scratch_count; idx++)
        vec_safe_push(outputs, operand("=&r", value_new(fun, NULL)));
    vec_safe_push(inputs, operand("r", input));
    if (number)
        vec_safe_push(inputs, operand("re", number));
    vec_safe_push(clobbers, flags_clobber());
    label_push(&labels, cold);
    gasm *statement = asm_new(text, inputs, outputs, clobbers, labels);
    for (unsigned idx = 0; idx < scratch_count; idx++)
        SSA_NAME_DEF_STMT(TREE_VALUE((*outputs)[idx])) = statement;
    gsi_insert_after(&last, statement, GSI_NEW_STMT);
    cold_edge(hot, cold);
    onward->probability = profile_probability::very_likely();
    return cold;
}

namespace {

/* Hooks at the entry, the exits, and where control comes back by a jump. */
void emit_all(struct hooks *hooks, bool calls_nothing)
{
    struct places places;
    unsigned idx;
    gimple *statement;
    gcall *call;
    basic_block block;

    collect_places(hooks->fun, &places);
    hooks->shape.leaf = calls_nothing && places.landings.is_empty() && places.jumps_back.is_empty();
    emit_entry(hooks);
    FOR_EACH_VEC_ELT (places.landings, idx, block)
        emit_return_here(hooks, gsi_after_labels(block), false);
    FOR_EACH_VEC_ELT (places.jumps_back, idx, statement)
        emit_return_after(hooks, statement);
    FOR_EACH_VEC_ELT (places.tail_calls, idx, call)
        if (!emit_tail_exit(hooks, call))
            gimple_call_set_tail(call, false);
    FOR_EACH_VEC_ELT (places.returns, idx, statement)
        if (!is_tail_return(statement))
            emit_exit(hooks, gsi_for_stmt(statement));
}

} // namespace

void cprof_hooks_emit(function *fun, unsigned number, const struct cprof_facts_of_function *facts)
{
    struct hooks hooks = {};

    hooks.fun = fun;
    hooks.shape.number = number;
    hooks.shape.slot = facts->site.slot;
    hooks.shape.shared_object = cprof_unit.for_shared_object;
    hooks.shape.guarded =
        facts->defines_resolver || cprof_policy_chosen(cprof_unit.policy, CPROF_OPTION_GUARD, "on");
    hooks.shape.keep_red_zone = facts->calls_nothing;
    free_dominance_info(fun, CDI_DOMINATORS);
    free_dominance_info(fun, CDI_POST_DOMINATORS);
    if (cprof_policy_chosen(cprof_unit.policy, CPROF_OPTION_BUDGET, "on"))
        emit_tally(&hooks);
    else
        emit_all(&hooks, facts->site.flags & CPROF_SITE_LEAF);
    mark_virtual_operands_for_renaming(fun);
}
