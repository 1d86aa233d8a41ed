/* GCC's way in: reads the plugin's options, finds out whether PROFILING is on,
 * and registers the pass.  Without PROFILING it must leave no trace in the
 * object.  Loaded by cc1, cc1plus and lto1.
 */
#include "plugin.h"

__attribute__((visibility("default"))) int plugin_is_GPL_compatible;

struct cprof_unit cprof_unit;

namespace {

/* Whether a macro's value is true the way `#if` sees it: a number, possibly in
 * parentheses or behind other macros.  Anything else counts as on, because it
 * was defined on purpose. */
bool macro_is_true(cpp_hashnode *node, int depth)
{
    if (!cpp_user_macro_p(node) || depth > 8)
        return false;
    cpp_macro *macro = node->value.macro;
    for (unsigned idx = 0; idx < macro->count; idx++) {
        const cpp_token *token = &macro->exp.tokens[idx];
        if (token->type == CPP_NUMBER)
            return strtoul((const char *)token->val.str.text, NULL, 0) != 0;
        if (token->type == CPP_NAME)
            return macro_is_true(token->val.node.node, depth + 1);
    }
    return true;
}

/* What the last -D or -U on the command line makes of PROFILING. */
bool command_line_says_profiling(void)
{
    enum cprof_said result = CPROF_SAID_NOTHING;

    for (unsigned idx = 0; idx < save_decoded_options_count; idx++) {
        const cl_decoded_option *option = &save_decoded_options[idx];
        if (option->opt_index != OPT_D && option->opt_index != OPT_U)
            continue;
        enum cprof_said said = cprof_policy_said(option->arg, option->opt_index == OPT_D);
        result = said ? said : result;
    }
    return result == CPROF_SAID_ON;
}

/* The driver's command line, as it leaves it in the environment: words in single
 * quotes, a quote itself as '\''.  Takes the next word, or says false. */
bool driver_word_next(const char **position, char *word, size_t size)
{
    const char *letter = *position ? strchr(*position, '\'') : NULL;
    size_t len = 0;

    if (!letter)
        return false;
    for (letter++; *letter; letter++) {
        if (strncmp(letter, "'\\''", 4) == 0)
            letter += 3;
        else if (*letter == '\'')
            break;
        if (len + 1 < size)
            word[len++] = *letter;
    }
    word[len] = '\0';
    *position = letter + (*letter != '\0');
    return true;
}

/* Preprocessed input has lost its macros (-save-temps, ccache, distcc), but not
 * the driver its -D. */
enum cprof_said driver_said(void)
{
    const char *position = getenv("COLLECT_GCC_OPTIONS");
    char word[256];
    enum cprof_said result = CPROF_SAID_NOTHING;

    while (driver_word_next(&position, word, sizeof word)) {
        bool defines = strcmp(word, "-D") == 0, undefines = strcmp(word, "-U") == 0;
        if ((!defines && !undefines) || !driver_word_next(&position, word, sizeof word))
            continue;
        enum cprof_said said = cprof_policy_said(word, defines);
        result = said ? said : result;
    }
    return result;
}

bool driver_has(const char *option)
{
    const char *position = getenv("COLLECT_GCC_OPTIONS");
    char word[256];

    while (driver_word_next(&position, word, sizeof word))
        if (strcmp(word, option) == 0)
            return true;
    return false;
}

bool preprocessed_text_has_mark(void)
{
    for (unsigned idx = 0; idx < LINEMAPS_ORDINARY_USED(line_table); idx++) {
        const line_map_ordinary *map = LINEMAPS_ORDINARY_MAP_AT(line_table, idx);
        if (map->to_file && strcmp(map->to_file, CPROF_PREPROCESSED_MARK) == 0)
            return true;
    }
    return false;
}

bool preprocessed_text_profiles(void)
{
    enum cprof_said said = driver_said();
    return said == CPROF_SAID_ON || (said == CPROF_SAID_NOTHING && preprocessed_text_has_mark());
}

bool unit_profiles(void)
{
    if (&parse_in == NULL || !parse_in)
        return false;
    cpp_hashnode *node =
        cpp_lookup(parse_in, (const unsigned char *)"PROFILING", strlen("PROFILING"));
    if (cpp_user_macro_p(node))
        return macro_is_true(node, 0);
    return cpp_get_options(parse_in)->preprocessed && preprocessed_text_profiles();
}

/* What the code is for.  In an LTO link -fPIC says nothing, because every unit's
 * flags were merged; the driver's own command line does. */
void target_note(void)
{
    bool driver_known = getenv("COLLECT_GCC_OPTIONS") != NULL;

    cprof_unit.for_shared_object = flag_shlib;
    if (cprof_unit.is_lto_link && driver_known)
        cprof_unit.for_shared_object = driver_has("-shared") || driver_has("-r");
}

/* Why this unit cannot have hooks, or NULL. */
const char *unit_obstacle(void)
{
    if (!TARGET_64BIT)
        return "only x86-64 is supported";
    if (ix86_asm_dialect != ASM_ATT)
        return "-masm=intel does not take their AT&T assembly";
    if ((&flag_hosted && !flag_hosted) || driver_has("-nostdlib"))
        return "a freestanding program has no thread-local storage that they could rely on";
    return NULL;
}

/* A warning that -Werror leaves one: a build whose target cannot be instrumented
 * must still build. */
void obstacle_warn(const char *obstacle)
{
    bool errors = global_dc->warning_as_error_requested;

    global_dc->warning_as_error_requested = false;
    warning(0, "cprof: no hooks in this unit: %s", obstacle);
    global_dc->warning_as_error_requested = errors;
}

/* A function that the user asked for by name must not vanish: neither inlined into
 * its callers nor folded with one of the same code.  Not earlier than here, because
 * without PROFILING the code stays as it is. */
void forced_functions_keep(void)
{
    cgraph_node *node;

    FOR_EACH_DEFINED_FUNCTION (node) {
        if (!lookup_attribute("profile", DECL_ATTRIBUTES(node->decl)))
            continue;
        DECL_UNINLINABLE(node->decl) = 1;
        if (!lookup_attribute("no_icf", DECL_ATTRIBUTES(node->decl)))
            DECL_ATTRIBUTES(node->decl) =
                tree_cons(get_identifier("no_icf"), NULL_TREE, DECL_ATTRIBUTES(node->decl));
    }
}

/* Calls of allocators that the unit defines have to be seen: not of a copy with other
 * parameters, and not inlined, but for those that are only marked: these call another. */
void allocators_keep(void)
{
    char signature[CPROF_SIGNATURE_MAX];
    struct cprof_allocator allocator;
    cgraph_node *node;

    FOR_EACH_DEFINED_FUNCTION (node) {
        cprof_signature_of_type(TREE_TYPE(node->decl), signature);
        if (!cprof_allocator_find(node->decl, signature, &allocator))
            continue;
        if (allocator.kind != CPROF_KIND_CUSTOM ||
            cprof_policy_find_allocator(cprof_unit.policy, allocator.symbol))
            DECL_UNINLINABLE(node->decl) = 1;
        if (!lookup_attribute("noclone", DECL_ATTRIBUTES(node->decl)))
            DECL_ATTRIBUTES(node->decl) =
                tree_cons(get_identifier("noclone"), NULL_TREE, DECL_ATTRIBUTES(node->decl));
    }
}

/* Debug information and -frecord-gcc-switches name the options of the compiler;
 * the plugin's own are taken out, so that objects are the same with and without
 * it, and from every prefix. */
void options_forget(const char *plugin)
{
    size_t len = strlen(plugin);
    unsigned kept = 0;

    for (unsigned idx = 0; idx < save_decoded_options_count; idx++) {
        const cl_decoded_option *option = &save_decoded_options[idx];
        bool loads = option->opt_index == OPT_fplugin_ && strstr(option->arg, plugin);
        bool configures = option->opt_index == OPT_fplugin_arg_ &&
                          strncmp(option->arg, plugin, len) == 0 && option->arg[len] == '-';
        if (!loads && !configures)
            save_decoded_options[kept++] = *option;
    }
    save_decoded_options_count = kept;
}

/* The macro is known from here on; in a compilation for LTO the decision
 * travels with the functions. */
void on_ipa_start(void *, void *)
{
    cgraph_node *node;

    cprof_unit.profiling = unit_profiles();
    const char *obstacle = cprof_unit.profiling ? unit_obstacle() : NULL;
    if (obstacle) {
        obstacle_warn(obstacle);
        cprof_unit.profiling = false;
    }
    if (!cprof_unit.profiling) {
        if (!cprof_unit.is_lto_link)
            cprof_attributes_forget();
        return;
    }
    cprof_facts_prepare();
    forced_functions_keep();
    allocators_keep();
    if (!flag_generate_lto)
        return;
    FOR_EACH_DEFINED_FUNCTION (node)
        cprof_function_mark(node->decl);
}

void on_ipa_end(void *, void *)
{
    if (!cprof_unit.profiling)
        return;
    cprof_call_graph_plan();
    if (!flag_generate_lto) /* or it is done in the link */
        cprof_initialisers_wrap();
}

void on_attributes(void *, void *)
{
    cprof_attributes_register();
}

/* Tells the source that hooks are written; it may ask (CONTRACT.md).  This event
 * comes with -E too, where PLUGIN_START_UNIT does not; but it comes before the
 * debug output exists that -g3 reports macros to. */
void on_pragmas(void *, void *)
{
    if (!&parse_in || !parse_in || !command_line_says_profiling())
        return;
    cpp_callbacks *callbacks = cpp_get_callbacks(parse_in);
    auto define = callbacks->define;
    callbacks->define = NULL;
    cpp_define(parse_in, "__CPROF__=1");
    callbacks->define = define;
    if (flag_preprocess_only && callbacks->file_change)
        callbacks->file_change(parse_in,
                               linemap_check_ordinary(linemap_add(line_table, LC_RENAME, 0,
                                                                  CPROF_PREPROCESSED_MARK, 0)));
}

void on_function_parsed(void *function, void *)
{
    if (unit_profiles())
        cprof_types_note((tree)function);
}

void on_unit_finish(void *, void *)
{
    cprof_thunks_pass();
    cprof_unit_finish();
}

bool read_options(struct plugin_name_args *arguments)
{
    char message[512];

    for (int idx = 0; idx < arguments->argc; idx++) {
        const struct plugin_argument *argument = &arguments->argv[idx];
        if (!cprof_policy_option(cprof_unit.policy, argument->key, argument->value, message,
                                 sizeof message)) {
            error("cprof: %s", message);
            return false;
        }
    }
    return true;
}

} // namespace

__attribute__((visibility("default"))) int plugin_init(struct plugin_name_args *arguments,
                                                       struct plugin_gcc_version *version)
{
    if (atoi(version->basever) != GCCPLUGIN_VERSION_MAJOR) {
        error("cprof: this plugin is built for GCC %d and the compiler is GCC %s; install the "
              "cprof that fits it",
              GCCPLUGIN_VERSION_MAJOR, version->basever);
        return 1;
    }
    cprof_unit.policy = cprof_policy_new();
    if (!read_options(arguments))
        return 1;
    options_forget(arguments->base_name);
    cprof_unit.is_lto_link = strcmp(lang_hooks.name, "GNU GIMPLE") == 0;
    target_note();
    cprof_unit.carries_runtime =
        cprof_policy_chosen(cprof_unit.policy, CPROF_OPTION_RUNTIME, "carried");

    struct register_pass_info pass = {cprof_pass_new(g), "resx", 1, PASS_POS_INSERT_BEFORE};
    const char *name = arguments->base_name;
    register_callback(name, PLUGIN_PASS_MANAGER_SETUP, NULL, &pass);
    register_callback(name, PLUGIN_ATTRIBUTES, on_attributes, NULL);
    register_callback(name, PLUGIN_PRAGMAS, on_pragmas, NULL);
    register_callback(name, PLUGIN_ALL_IPA_PASSES_START, on_ipa_start, NULL);
    register_callback(name, PLUGIN_ALL_IPA_PASSES_END, on_ipa_end, NULL);
    register_callback(name, PLUGIN_PRE_GENERICIZE, on_function_parsed, NULL);
    register_callback(name, PLUGIN_FINISH_UNIT, on_unit_finish, NULL);
    cprof_allocations_keep(name);
    return 0;
}
