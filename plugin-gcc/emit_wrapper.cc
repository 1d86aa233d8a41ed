/* Puts wrappers in the place of allocators' addresses, in code and in initialisers, so
 * that a call through a pointer is noted, too.  Called by emit_allocation and by the
 * plugin; what a wrapper does policy writes.
 */
#include "plugin.h"

namespace {

/* A list of what only the plugin knows of, or GCC's collector would free it. */
tree kept;

/* The wrappers that the unit needs, in the order in which they were. */
struct wrapper {
    tree allocator, function;
    char *text;
};
vec<struct wrapper> wrappers;

struct wrapper *wrapper_find(tree decl, bool by_function)
{
    unsigned idx;
    struct wrapper *wrapper;

    FOR_EACH_VEC_ELT (wrappers, idx, wrapper)
        if ((by_function ? wrapper->function : wrapper->allocator) == decl)
            return wrapper;
    return NULL;
}

/* `data` leads to the called function's operand, which takes no address. */
tree address_replace(tree *place, int *walk_subtrees, void *data)
{
    struct walk_stmt_info *info = (struct walk_stmt_info *)data;

    if (TYPE_P(*place) || place == info->info) {
        *walk_subtrees = 0;
        return NULL_TREE;
    }
    if (TREE_CODE(*place) != ADDR_EXPR)
        return NULL_TREE;
    *walk_subtrees = 0;
    if (tree wrapper = cprof_wrapper_of(TREE_OPERAND(*place, 0)))
        *place = build1(ADDR_EXPR, TREE_TYPE(*place), wrapper);
    return NULL_TREE;
}

void addresses_of_statement(gimple_stmt_iterator *position)
{
    gimple *statement = gsi_stmt(*position);
    struct walk_stmt_info info = {};

    if (is_gimple_debug(statement))
        return;
    if (gcall *call = dyn_cast<gcall *>(statement)) {
        tree callee = gimple_call_fndecl(call);
        struct wrapper *wrapper = callee ? wrapper_find(callee, true) : NULL;
        if (wrapper) /* found out from an initialiser that it is called */
            gimple_call_set_fndecl(call, wrapper->allocator);
        if (!gimple_call_internal_p(call))
            info.info = gimple_call_fn_ptr(call);
    }
    walk_gimple_op(statement, address_replace, &info);
}

void addresses_of_phi(gphi *phi)
{
    for (unsigned idx = 0; idx < gimple_phi_num_args(phi); idx++) {
        tree *value = gimple_phi_arg_def_ptr(phi, idx);
        tree wrapper =
            TREE_CODE(*value) == ADDR_EXPR ? cprof_wrapper_of(TREE_OPERAND(*value, 0)) : NULL_TREE;
        if (wrapper)
            *value = build1(ADDR_EXPR, TREE_TYPE(*value), wrapper);
    }
}

} // namespace

/* A function that is hidden in the module, under this very name in the object. */
tree cprof_hidden_function_new(const char *symbol, tree type)
{
    tree decl = build_fn_decl(symbol, type);
    char *verbatim = xasprintf("*%s", symbol);

    SET_DECL_ASSEMBLER_NAME(decl, get_identifier(verbatim));
    free(verbatim);
    DECL_VISIBILITY(decl) = VISIBILITY_HIDDEN;
    DECL_VISIBILITY_SPECIFIED(decl) = 1;
    kept = tree_cons(NULL_TREE, decl, kept);
    return decl;
}

/* The function that stands for `decl` where its address is taken; NULL if none does. A
 * weak one's address is asked for whether it is there. */
tree cprof_wrapper_of(tree decl)
{
    char signature[CPROF_SIGNATURE_MAX];
    struct cprof_allocator allocator;

    if (TREE_CODE(decl) != FUNCTION_DECL || DECL_WEAK(decl))
        return NULL_TREE;
    if (struct wrapper *known = wrapper_find(decl, false))
        return known->function;
    cprof_signature_of_type(TREE_TYPE(decl), signature);
    if (!TREE_PUBLIC(decl) || !cprof_allocator_find(decl, signature, &allocator) ||
        !cprof_wrapper_is_possible(&allocator))
        return NULL_TREE;
    char *name = cprof_wrapper_name(&allocator);
    struct wrapper wrapper = {decl, cprof_hidden_function_new(name, TREE_TYPE(decl)),
                              cprof_wrapper_text(&allocator, cprof_main_file_name())};
    free(name);
    wrappers.safe_push(wrapper);
    return wrapper.function;
}

void cprof_addresses_replace(function *fun)
{
    basic_block block;

    FOR_EACH_BB_FN (block, fun) {
        for (gphi_iterator it = gsi_start_phis(block); !gsi_end_p(it); gsi_next(&it))
            addresses_of_phi(it.phi());
        for (gimple_stmt_iterator it = gsi_start_bb(block); !gsi_end_p(it); gsi_next(&it))
            addresses_of_statement(&it);
    }
}

void cprof_allocations_keep(const char *plugin)
{
    static const struct ggc_root_tab roots[] = {
        {&kept, 1, sizeof kept, gt_ggc_mx_tree_node, gt_pch_nx_tree_node}, LAST_GGC_ROOT_TAB};

    register_callback(plugin, PLUGIN_REGISTER_GGC_ROOTS, NULL, const_cast<ggc_root_tab *>(roots));
}

/* Tables of functions.  As late as can be, so that the optimiser has seen through
 * them, and before the first of them is written. */
void cprof_initialisers_wrap(void)
{
    static bool done;
    varpool_node *node;

    if (done || !cprof_policy_chosen(cprof_unit.policy, CPROF_OPTION_ALLOC, "on"))
        return;
    done = true;
    FOR_EACH_DEFINED_VARIABLE(node)
    {
        struct walk_stmt_info info = {};
        if (DECL_INITIAL(node->decl) == error_mark_node)
            node->get_constructor();
        walk_tree_without_duplicates(&DECL_INITIAL(node->decl), address_replace, &info);
    }
}

bool cprof_wrappers_needed(void)
{
    return !wrappers.is_empty();
}

void cprof_wrappers_write(FILE *output)
{
    unsigned idx;
    struct wrapper *wrapper;

    FOR_EACH_VEC_ELT (wrappers, idx, wrapper) {
        fputs(wrapper->text, output);
        free(wrapper->text);
    }
    wrappers.release();
}
