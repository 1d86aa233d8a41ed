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
    return strstr(name, ".part.") || strstr(name, ".cold") || strstr(name, ".resume") ||
           strstr(name, ".destroy");
}

/* Attributes that change how a function is called belong to its type. */
bool has_type_attribute(tree decl, const char *name)
{
    return lookup_attribute(name, TYPE_ATTRIBUTES(TREE_TYPE(decl))) != NULL_TREE;
}

bool resolves(tree decl)
{
    cgraph_node *node = cgraph_node::get(decl);
    ipa_ref *reference;

    for (int idx = 0; node && node->iterate_referring(idx, reference); idx++)
        if (reference->use == IPA_REF_ALIAS && has_attribute(reference->referring->decl, "ifunc"))
            return true;
    return false;
}

/* GCC's own, for target_clones and versions of a function. */
bool is_made_resolver(const char *name)
{
    return strstr(name, ".resolver") != NULL;
}

/* What a call of somebody else's thread-local variable goes through. */
bool is_of_thread_local(tree decl, const char *name)
{
    return DECL_ARTIFICIAL(decl) && strncmp(name, "_ZTW", strlen("_ZTW")) == 0;
}

/* What GCC makes to set up and take down globals. */
bool is_of_globals(tree decl, const char *name)
{
    static const char *const made[] = {"_Z41__static_initialization_and_destruction_0", "__tcf_",
                                       "__tls_init"};

    if (!DECL_ARTIFICIAL(decl))
        return false;
    for (unsigned idx = 0; idx < ARRAY_SIZE(made); idx++)
        if (strncmp(name, made[idx], strlen(made[idx])) == 0)
            return true;
    return DECL_STATIC_CONSTRUCTOR(decl) || DECL_STATIC_DESTRUCTOR(decl);
}

/* Where functions end, by where their names stand: bodies that GCC makes out of
 * others, for coroutines and for one of two alike, do not know. */
hash_map<int_hash<location_t, UNKNOWN_LOCATION>, location_t> *end_by_start;

/* ./parser.c is parser.c: a function has one place, however its file was named. */
const char *plain_name(const char *file)
{
    while (strncmp(file, "./", 2) == 0)
        for (file += 2; *file == '/';)
            file++;
    return file;
}

void place_note(tree decl, function *body, struct cprof_site_facts *site)
{
    location_t end_location = body ? body->function_end_locus : UNKNOWN_LOCATION;
    if (body && end_location == UNKNOWN_LOCATION && end_by_start) {
        location_t *known = end_by_start->get(DECL_SOURCE_LOCATION(decl));
        end_location = known ? *known : UNKNOWN_LOCATION;
    }
    expanded_location start = expand_location(DECL_SOURCE_LOCATION(decl));
    expanded_location end = expand_location(end_location);

    site->file = start.file ? cprof_file_name(start) : "";
    site->line = start.line;
    if (start.file && end.file && !strcmp(start.file, end.file) && end.line >= start.line)
        site->lines = end.line - start.line + 1;
}

/* What stands nowhere in the source has no line; GCC gives it the last one. */
void place_of_made(struct cprof_site_facts *site)
{
    if (!cprof_unit.is_lto_link)
        site->file = cprof_main_file_name();
    site->line = 0;
    site->lines = 0;
}

/* A coroutine's body has a name of its own, with its frame as parameter, which
 * says little to people: _Z4pingPZ4pingiE9_Z4pingi.Frame.actor is _Z4pingi.resume.
 * Kept until the unit ends, like all names. */
const char *name_of_coroutine(const char *name)
{
    const char *frame = strstr(name, ".Frame.");
    const char *inner = frame ? strstr(name + 1, "_Z") : NULL;

    if (!inner || inner > frame)
        return name;
    const char *part = frame + strlen(".Frame.");
    if (strncmp(part, "actor", strlen("actor")) == 0)
        return xasprintf("%.*s.resume%s", (int)(frame - inner), inner, part + strlen("actor"));
    return xasprintf("%.*s.%s", (int)(frame - inner), inner, part);
}

/* Asked for every function, answered by all symbols: looked for once. */
bool unit_defines_resolver(void)
{
    symtab_node *node;

    if (cprof_unit.resolver_sought)
        return cprof_unit.resolver_found;
    cprof_unit.resolver_sought = true;
    FOR_EACH_SYMBOL (node)
        if (node->ifunc_resolver || has_attribute(node->decl, "ifunc") ||
            has_attribute(node->decl, "target_clones"))
            cprof_unit.resolver_found = true;
    return cprof_unit.resolver_found;
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

const char *cprof_file_name(expanded_location location)
{
    return location.file ? plain_name(location.file) : NULL;
}

const char *cprof_main_file_name(void)
{
    return cprof_unit.is_lto_link ? "" : plain_name(main_input_filename);
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

void cprof_facts_prepare(void)
{
    cgraph_node *node;

    end_by_start = new hash_map<int_hash<location_t, UNKNOWN_LOCATION>, location_t>;
    FOR_EACH_DEFINED_FUNCTION (node) {
        function *body = DECL_STRUCT_FUNCTION(node->decl);
        if (body && body->function_end_locus != UNKNOWN_LOCATION &&
            DECL_SOURCE_LOCATION(node->decl) != UNKNOWN_LOCATION)
            end_by_start->put(DECL_SOURCE_LOCATION(node->decl), body->function_end_locus);
    }
}

/* What the function is, from its declaration. */
static void look_at_declaration(tree decl, const char *name, struct cprof_function_facts *facts)
{
    cgraph_node *node = cgraph_node::get(decl);

    facts->assembler_name = name;
    facts->readable_name = DECL_NAME(decl) ? IDENTIFIER_POINTER(DECL_NAME(decl)) : NULL;
    facts->attribute_profile = has_attribute(decl, "profile");
    facts->attribute_no_profile = has_attribute(decl, "no_profile");
    facts->attribute_no_instrument = has_attribute(decl, "no_instrument_function");
    facts->naked = has_attribute(decl, "naked");
    facts->interrupt = has_type_attribute(decl, "interrupt") ||
                       has_type_attribute(decl, "no_caller_saved_registers");
    facts->thunk =
        (node && (node->thunk || node->former_thunk_p())) || is_of_thread_local(decl, name);
    facts->static_init = is_of_globals(decl, name);
    facts->ifunc_resolver = resolves(decl) || is_made_resolver(name);
    facts->returns_twice_body = has_attribute(decl, "returns_twice");
}

void cprof_facts_collect(tree decl, function *body, struct cprof_facts_of_function *facts)
{
    const char *name = IDENTIFIER_POINTER(DECL_ASSEMBLER_NAME(decl));

    memset(facts, 0, sizeof *facts);
    if (*name == '*') /* an asm label is stored with a mark in front */
        name++;
    look_at_declaration(decl, name, &facts->policy);
    facts->site.name = name_of_coroutine(name);
    place_note(decl, body, &facts->site);
    if (facts->policy.static_init || is_made_resolver(name) || is_of_thread_local(decl, name))
        place_of_made(&facts->site);
    facts->policy.file = facts->site.file;
    facts->policy.line = facts->site.line;
    facts->policy.line_count = facts->site.lines;
    if (strncmp(name, "_Z", 2) == 0)
        facts->site.flags |= CPROF_SITE_CXX;
    if (is_partial(facts->site.name))
        facts->site.flags |= CPROF_SITE_PARTIAL;
    if (facts->policy.attribute_profile)
        facts->site.flags |= CPROF_SITE_FORCED;
    if (body)
        look_at_body(body, facts);
    facts->defines_resolver = unit_defines_resolver();
}
