/* `cprof tree`: calling contexts, callees below their caller. */
#include "command.h"
#include "render.h"

enum { FORMAT_TEXT, FORMAT_JSON };

/* Text shows what matters, JSON everything. */
#define DEFAULT_SHARE 0.5

struct asked {
    int format;
    const char *callers, *callees; /* of this function, or NULL */
    struct cprof_tree_options options;
};

static enum cprof_status write_whole(struct cprof_profile *profile, const struct asked *asked,
                                     const struct output *output, struct cprof_error *error)
{
    struct cprof_tree_options options = asked->options;
    options.style = output->style;
    return asked->format == FORMAT_JSON ? cprof_tree_json(profile, &options, &output->sink, error)
                                        : cprof_tree_text(profile, &options, &output->sink, error);
}

static enum cprof_status write_tree(struct cprof_profile *profile, const struct output *output,
                                    const void *context, struct cprof_error *error)
{
    const struct asked *asked = context;
    struct cprof_profile *view;
    if (!asked->callers && !asked->callees)
        return write_whole(profile, asked, output, error);
    enum cprof_status status =
        cprof_profile_view(profile, asked->callers ? CPROF_VIEW_CALLERS : CPROF_VIEW_CALLEES,
                           asked->callers ? asked->callers : asked->callees, &view, error);
    if (status == CPROF_OK)
        status = write_whole(view, asked, output, error);
    cprof_profile_free(view);
    return status;
}

int command_tree(int count, char **words)
{
    static const char *const formats[] = {"text", "json", NULL};
    int format = FORMAT_TEXT;
    unsigned long depth = 0;
    double share = -1;
    const char *path = NULL, *callers = NULL, *callees = NULL;
    const struct option options[] = {
        {OPTION_CHOICE, 'f', "format", "FORMAT", "how to write it (text)", &format, formats},
        {OPTION_NUMBER, 'd', "depth", "N", "levels to show; 0: all (0)", &depth, NULL},
        {OPTION_SHARE, 'm', "min", "PERCENT", "hide smaller shares (0.5, in JSON 0)", &share, NULL},
        {OPTION_TEXT, 0, "callers", "FUNCTION", "who calls it, its callers below it", &callers,
         NULL},
        {OPTION_TEXT, 0, "callees", "FUNCTION", "what it calls, wherever it is called", &callees,
         NULL},
        {OPTION_TEXT, 'o', "output", "FILE", "where to write it (standard output)", &path, NULL},
        {0}};
    const struct usage usage = {
        .name = "tree",
        .arguments = "[OPTION]... [PROFILE]...",
        .summary = "calling contexts, callees below their caller",
        .description =
            "Shows which function called which, all threads together. The share of a line\n"
            "is that of the whole run, callees included. Straight below a function, without\n"
            "a branch, stands its only callee.\n"
            "\n"
            "With --callees the tree begins at a function, all its contexts together; with\n"
            "--callers it is turned around: below a function stand its callers, and the calls\n"
            "and times of a line are those of the function at the top on this way. A function\n"
            "is named in full, or without parameters and what it is in.",
        .examples = "cprof tree --depth 5\n"
                    "cprof tree --callers malloc_block --depth 3\n"
                    "cprof tree --min 0 --format json cprof.out.4711 > tree.json",
        .options = options};
    enum options_result result = options_parse(&usage, &count, words);
    if (result != OPTIONS_OK)
        return options_status(result);

    if (callers && callees) {
        complain("tree takes --callers or --callees, not both; run it twice");
        return EXIT_USAGE;
    }
    struct asked asked = {.format = format,
                          .callers = callers,
                          .callees = callees,
                          .options = {.max_depth = (uint32_t)depth}};
    asked.options.min_percent = share >= 0 ? share : format == FORMAT_TEXT ? DEFAULT_SHARE : 0;
    struct render render = {write_tree, &asked, path, format == FORMAT_TEXT};
    return render_profiles(&render, count, words);
}
