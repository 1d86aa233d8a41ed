/* Compiler objects to plain facts: what policy and the site record want to know
 * of a function.  Decides nothing.  Also the attributes, which are facts that
 * the user states.
 */
#include "plugin.h"

#include <cprof/record.h>

namespace {

const char marked_name[] = "cprof instrumented";

tree handle_attribute(tree *node, tree name, tree, int, bool *no_add)
{
    if (TREE_CODE(*node) != FUNCTION_DECL) {
        warning(OPT_Wattributes, "%qE attribute applies to functions only", name);
        *no_add = true;
    }
    return NULL_TREE;
}

attribute_spec plain_attributes[] = {
    {"profile", 0, -1, true, false, false, false, handle_attribute, NULL},
    {"no_profile", 0, 0, true, false, false, false, handle_attribute, NULL},
    {marked_name, 0, 0, true, false, false, false, NULL, NULL},
    {NULL, 0, 0, false, false, false, false, NULL, NULL},
};

bool has_attribute(tree decl, const char *name)
{
    return lookup_attribute(name, DECL_ATTRIBUTES(decl)) != NULL_TREE;
}

/* A piece that GCC split off keeps part of the work under a name of its own;
 * a copy (.constprop, .isra) is the whole function. */
bool is_partial(const char *name)
{
    return strstr(name, ".part.") || strstr(name, ".cold");
}

bool is_ifunc_resolver(function *fun)
{
    cgraph_node *node = cgraph_node::get(fun->decl);
    ipa_ref *reference;

    for (int idx = 0; node && node->iterate_referring(idx, reference); idx++)
        if (reference->use == IPA_REF_ALIAS && has_attribute(reference->referring->decl, "ifunc"))
            return true;
    return DECL_NAME(fun->decl) &&
           strstr(IDENTIFIER_POINTER(DECL_ASSEMBLER_NAME(fun->decl)), ".resolver");
}

bool unit_defines_resolver(void)
{
    symtab_node *node;

    FOR_EACH_SYMBOL (node)
        if (node->ifunc_resolver || has_attribute(node->decl, "ifunc") ||
            has_attribute(node->decl, "target_clones"))
            return true;
    return false;
}

/* A call that stays a call makes GCC forgo the red zone. */
void look_at_body(function *fun, struct cprof_facts_of_function *facts)
{
    basic_block block;
    unsigned statements = 0;
    bool calls = false, real_calls = false;

    FOR_EACH_BB_FN (block, fun)
        for (gimple_stmt_iterator it = gsi_start_bb(block); !gsi_end_p(it); gsi_next(&it)) {
            gimple *statement = gsi_stmt(it);
            if (is_gimple_debug(statement) || gimple_code(statement) == GIMPLE_LABEL)
                continue;
            statements++;
            gcall *call = dyn_cast<gcall *>(statement);
            if (!call || gimple_call_internal_p(call))
                continue;
            calls = true;
            if (!gimple_call_tail_p(call) && !gimple_call_builtin_p(call))
                real_calls = true;
        }
    facts->site.statements = statements;
    facts->calls_nothing = !real_calls;
    if (!calls)
        facts->site.flags |= CPROF_SITE_LEAF;
}

} // namespace

bool cprof_function_is_marked(tree decl)
{
    return has_attribute(decl, marked_name);
}

void cprof_function_mark(tree decl)
{
    DECL_ATTRIBUTES(decl) =
        tree_cons(get_identifier(marked_name), NULL_TREE, DECL_ATTRIBUTES(decl));
}

void cprof_attributes_register(void)
{
    for (attribute_spec *attribute = plain_attributes; attribute->name; attribute++)
        register_attribute(attribute);
    register_scoped_attributes(plain_attributes, "cprof");
}

/* GCC compares functions by their attributes, too: without PROFILING ours must not
 * be seen. */
void cprof_attributes_forget(void)
{
    cgraph_node *node;

    FOR_EACH_FUNCTION(node)
    for (attribute_spec *attribute = plain_attributes; attribute->name; attribute++)
        DECL_ATTRIBUTES(node->decl) =
            remove_attribute(attribute->name, DECL_ATTRIBUTES(node->decl));
}

void cprof_facts_collect(function *fun, struct cprof_facts_of_function *facts)
{
    tree decl = fun->decl;
    expanded_location start = expand_location(DECL_SOURCE_LOCATION(decl));
    expanded_location end = expand_location(fun->function_end_locus);
    const char *name = IDENTIFIER_POINTER(DECL_ASSEMBLER_NAME(decl));
    cgraph_node *node = cgraph_node::get(decl);

    memset(facts, 0, sizeof *facts);
    if (*name == '*') /* an asm label is stored with a mark in front */
        name++;
    facts->site.name = name;
    facts->site.file = start.file ? start.file : "";
    facts->site.line = start.line;
    if (start.file && end.file && !strcmp(start.file, end.file) && end.line >= start.line)
        facts->site.lines = end.line - start.line + 1;
    if (strncmp(name, "_Z", 2) == 0)
        facts->site.flags |= CPROF_SITE_CXX;
    if (is_partial(name))
        facts->site.flags |= CPROF_SITE_PARTIAL;
    look_at_body(fun, facts);

    facts->policy.assembler_name = name;
    facts->policy.readable_name = DECL_NAME(decl) ? IDENTIFIER_POINTER(DECL_NAME(decl)) : NULL;
    facts->policy.file = facts->site.file;
    facts->policy.line = facts->site.line;
    facts->policy.line_count = facts->site.lines;
    facts->policy.attribute_profile = has_attribute(decl, "profile");
    facts->policy.attribute_no_profile = has_attribute(decl, "no_profile");
    facts->policy.attribute_no_instrument = has_attribute(decl, "no_instrument_function");
    facts->policy.naked = has_attribute(decl, "naked");
    facts->policy.interrupt =
        has_attribute(decl, "interrupt") || has_attribute(decl, "no_caller_saved_registers");
    facts->policy.thunk = node && (node->thunk || node->former_thunk_p());
    facts->policy.static_init = DECL_STATIC_CONSTRUCTOR(decl) && DECL_ARTIFICIAL(decl);
    facts->policy.ifunc_resolver = is_ifunc_resolver(fun);
    facts->policy.returns_twice_body = has_attribute(decl, "returns_twice");
    if (facts->policy.attribute_profile)
        facts->site.flags |= CPROF_SITE_FORCED;
    facts->defines_resolver = unit_defines_resolver();
}
