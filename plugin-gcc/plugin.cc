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

/* Preprocessed input has lost its macros, but the driver leaves the command
 * line in the environment: '-D' 'PROFILING=1' (-save-temps, ccache, distcc). */
bool driver_says_profiling(void)
{
    const char *options = getenv("COLLECT_GCC_OPTIONS");
    bool result = false;

    while (options && (options = strstr(options, "PROFILING"))) {
        bool defines = strncmp(options - 5, "'-D' '", 6) == 0 || options[-1] == '\'';
        const char *after = options + strlen("PROFILING");
        if (defines && (*after == '\'' || *after == '='))
            result = *after == '\'' || strtoul(after + 1, NULL, 0) != 0;
        options = after;
    }
    return result;
}

bool unit_profiles(void)
{
    if (&parse_in == NULL || !parse_in)
        return false;
    cpp_hashnode *node =
        cpp_lookup(parse_in, (const unsigned char *)"PROFILING", strlen("PROFILING"));
    if (cpp_user_macro_p(node))
        return macro_is_true(node, 0);
    return cpp_get_options(parse_in)->preprocessed && driver_says_profiling();
}

bool target_is_supported(void)
{
    return TARGET_64BIT && ix86_asm_dialect == ASM_ATT;
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
    if (cprof_unit.profiling && !target_is_supported()) {
        warning(0, "cprof: no hooks for this target (only x86-64 with AT&T assembly)");
        cprof_unit.profiling = false;
    }
    if (!cprof_unit.profiling || !flag_generate_lto)
        return;
    FOR_EACH_DEFINED_FUNCTION(node)
        cprof_function_mark(node->decl);
}

void on_ipa_end(void *, void *)
{
    if (cprof_unit.profiling)
        cprof_call_graph_plan();
}

void on_attributes(void *, void *)
{
    cprof_attributes_register();
}

/* Tells the source that hooks are written; headers may ask (CONTRACT.md). */
void on_unit_start(void *, void *)
{
    for (unsigned idx = 0; &parse_in && parse_in && idx < save_decoded_options_count; idx++) {
        const cl_decoded_option *option = &save_decoded_options[idx];
        if (option->opt_index != OPT_D || strncmp(option->arg, "PROFILING", 9) != 0)
            continue;
        if (!option->arg[9] || (option->arg[9] == '=' && strtoul(option->arg + 10, NULL, 0)))
            cpp_define(parse_in, "__CPROF__=1");
    }
}

void on_unit_finish(void *, void *)
{
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

}

__attribute__((visibility("default"))) int plugin_init(struct plugin_name_args *arguments, struct plugin_gcc_version *version)
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
    cprof_unit.carries_runtime = 
        cprof_policy_chosen(cprof_unit.policy, CPROF_OPTION_RUNTIME, "carried");

    struct register_pass_info pass = {cprof_pass_new(g), "resx", 1, PASS_POS_INSERT_BEFORE};
    const char *name = arguments->base_name;
    register_callback(name, PLUGIN_PASS_MANAGER_SETUP, NULL, &pass);
    register_callback(name, PLUGIN_ATTRIBUTES, on_attributes, NULL);
    register_callback(name, PLUGIN_START_UNIT, on_unit_start, NULL);
    register_callback(name, PLUGIN_ALL_IPA_PASSES_START, on_ipa_start, NULL);
    register_callback(name, PLUGIN_ALL_IPA_PASSES_END, on_ipa_end, NULL);
    register_callback(name, PLUGIN_FINISH_UNIT, on_unit_finish, NULL);
    return 0;
}
