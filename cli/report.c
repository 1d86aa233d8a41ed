/* `cprof report`: functions with calls and times. */
#include "command.h"
#include "render.h"

enum { FORMAT_TEXT, FORMAT_JSON, FORMAT_HTML };

/* All functions are too many for a screen, few are enough to decide. */
#define DEFAULT_TOP 40

struct asked {
    int format;
    struct cprof_report_options options;
};

static enum cprof_status write_report(struct cprof_profile *profile, const struct output *output,
                                      const void *context, struct cprof_error *error)
{
    const struct asked *asked = context;
    struct cprof_report_options options = asked->options;
    options.style = output->style;
    if (asked->format == FORMAT_HTML)
        return cprof_report_html(profile, &output->sink, error);
    return asked->format == FORMAT_JSON
               ? cprof_report_json(profile, &options, &output->sink, error)
               : cprof_report_text(profile, &options, &output->sink, error);
}

int command_report(int count, char **words)
{
    static const char *const formats[] = {"text", "json", "html", NULL};
    const char *sorts[CPROF_SORT_COUNT + 1] = {NULL};
    for (int idx = 0; idx < CPROF_SORT_COUNT; idx++)
        sorts[idx] = cprof_sort_word((enum cprof_sort)idx);
    int format = FORMAT_TEXT, sort = CPROF_SORT_SELF;
    unsigned long top = UINT32_MAX;
    const char *path = NULL;
    const struct option options[] = {
        {OPTION_CHOICE, 'f', "format", "FORMAT", "how to write it (text)", &format, formats},
        {OPTION_NUMBER, 'n', "top", "N", "functions to show; 0: all (40, all in JSON)", &top, NULL},
        {OPTION_CHOICE, 's', "sort", "ORDER", "order of the text (self)", &sort, sorts},
        {OPTION_TEXT, 'o', "output", "FILE", "where to write it (standard output)", &path, NULL},
        {0}};
    const struct usage usage = {
        .name = "report",
        .arguments = "[OPTION]... [PROFILE]...",
        .summary = "functions with calls and times",
        .description =
            "Lists the functions of a run with their calls, which are exact, and times: self\n"
            "in the function itself, total with what it calls, avg the total of a call. Times\n"
            "of several threads add up. On a wide terminal, wait is the part of self that used\n"
            "no processor, and error how far self may be off where it was sampled (95 %);\n"
            "both are empty where there is nothing to say. On a very wide one, p50, p95 and\n"
            "p99 are the durations of a call that half, 95 and 99 in 100 do not exceed.\n"
            "\n"
            "The format html is one page for a browser, with flame graphs, tables, tree and\n"
            "search; it needs no other file and no network.\n"
            "\n"
            "Several profiles are merged. Without one, the newest cprof.out.* here is taken.",
        .examples = "cprof report --top 20 --sort total\n"
                    "cprof report --format json cprof.out.4711 > report.json\n"
                    "cprof report --format html -o report.html",
        .options = options};
    enum options_result result = options_parse(&usage, &count, words);
    if (result != OPTIONS_OK)
        return options_status(result);

    struct asked asked = {.format = format, .options = {.sort = (enum cprof_sort)sort}};
    asked.options.top = top != UINT32_MAX ? top : format == FORMAT_TEXT ? DEFAULT_TOP : 0;
    struct render render = {write_report, &asked, path, format == FORMAT_TEXT};
    return render_profiles(&render, count, words);
}
