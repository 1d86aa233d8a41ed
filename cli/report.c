/* `cprof report`: functions with calls and times. */
#include "command.h"
#include "render.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FORMAT_TEXT, FORMAT_JSON, FORMAT_HTML };

/* All functions are too many for a screen, few are enough to decide. */
#define DEFAULT_TOP 40

struct asked {
    int format;
    struct cprof_report_options options;
    bool of_heap; /* a listing of allocations instead */
    struct cprof_heap_options heap;
    struct cprof_page_options page;
};

/* Which flags ask for which listing. */
struct views {
    bool allocs, leaks, peak, temporary;
};

static enum cprof_status write_heap(struct cprof_profile *profile, const struct output *output,
                                    const struct asked *asked, struct cprof_error *error)
{
    struct cprof_heap_options options = asked->heap;
    options.style = output->style;
    return asked->format == FORMAT_JSON ? cprof_heap_json(profile, &options, &output->sink, error)
                                        : cprof_heap_text(profile, &options, &output->sink, error);
}

static enum cprof_status write_report(struct cprof_profile *profile, const struct output *output,
                                      const void *context, struct cprof_error *error)
{
    const struct asked *asked = context;
    struct cprof_report_options options = asked->options;
    if (asked->of_heap)
        return write_heap(profile, output, asked, error);
    options.style = output->style;
    if (asked->format == FORMAT_HTML)
        return cprof_report_html(profile, &asked->page, &output->sink, error);
    return asked->format == FORMAT_JSON
               ? cprof_report_json(profile, &options, &output->sink, error)
               : cprof_report_text(profile, &options, &output->sink, error);
}

/* The one view that flags ask for; false after a sentence if there are several. */
static bool view_of(const struct views *views, struct asked *asked)
{
    const bool flags[] = {views->allocs, views->leaks, views->peak, views->temporary};
    int count = 0;
    for (int idx = 0; idx < 4; idx++)
        if (flags[idx]) {
            asked->heap.view = (enum cprof_heap_view)idx;
            count++;
        }
    asked->of_heap = count > 0;
    if (count > 1)
        complain("report takes one of --allocs, --leaks, --peak and --temporary at a time");
    return count <= 1;
}

/* The whole file as text, to be freed; NULL after a sentence. */
static char *read_text(const char *path)
{
    FILE *file = fopen(path, "re");
    size_t size = 0;
    char *text = NULL;
    bool good = file && getdelim(&text, &size, '\0', file) >= 0;
    if (file && !good && feof(file) && !ferror(file)) { /* an empty file */
        free(text);
        text = calloc(1, 1);
        good = text != NULL;
    }
    if (file)
        fclose(file);
    if (good)
        return text;
    free(text);
    complain("%s: cannot be read: %s", path, strerror(errno));
    return NULL;
}

int command_report(int count, char **words)
{
    static const char *const formats[] = {"text", "json", "html", NULL};
    const char *sorts[CPROF_SORT_COUNT + 1] = {NULL};
    for (int idx = 0; idx < CPROF_SORT_COUNT; idx++)
        sorts[idx] = cprof_sort_word((enum cprof_sort)idx);
    int format = FORMAT_TEXT, sort = CPROF_SORT_SELF;
    unsigned long top = UINT32_MAX;
    const char *path = NULL, *suppressions = NULL;
    struct views views = {false, false, false, false};
    bool no_source = false;
    const struct option options[] = {
        {OPTION_CHOICE, 'f', "format", "FORMAT", "how to write it (text)", &format, formats},
        {OPTION_NUMBER, 'n', "top", "N", "functions to show; 0: all (40, all in JSON)", &top, NULL},
        {OPTION_CHOICE, 's', "sort", "ORDER", "order of the text (self)", &sort, sorts},
        {OPTION_FLAG, 0, "allocs", NULL, "allocation sites, by bytes", &views.allocs, NULL},
        {OPTION_FLAG, 0, "leaks", NULL, "blocks live at the end, by calling context", &views.leaks,
         NULL},
        {OPTION_FLAG, 0, "peak", NULL, "what was live when the heap was largest", &views.peak,
         NULL},
        {OPTION_FLAG, 0, "temporary", NULL, "blocks freed before the next allocation",
         &views.temporary, NULL},
        {OPTION_TEXT, 0, "suppressions", "FILE", "leaks to leave out (see above)", &suppressions,
         NULL},
        {OPTION_FLAG, 0, "no-source", NULL, "leave the source out of the HTML page", &no_source,
         NULL},
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
            "search; it needs no other file and no network. It holds the source files that are\n"
            "found from here, beside their numbers; --no-source keeps them out.\n"
            "\n"
            "With --allocs, --leaks, --peak or --temporary it lists allocations instead. A line\n"
            "of a suppressions file is fun:GLOB, src:GLOB or the name of a function; it leaves\n"
            "out the leaks with such a function among their callers. # begins a comment.\n"
            "\n"
            "Several profiles are merged. Without one, the newest cprof.out.* here is taken.",
        .examples = "cprof report --top 20 --sort total\n"
                    "cprof report --format json cprof.out.4711 > report.json\n"
                    "cprof report --format html -o report.html\n"
                    "cprof report --leaks --suppressions known.txt",
        .options = options};
    enum options_result result = options_parse(&usage, &count, words);
    if (result != OPTIONS_OK)
        return options_status(result);

    struct asked asked = {.format = format,
                          .page = {.no_source = no_source},
                          .options = {.sort = (enum cprof_sort)sort}};
    asked.options.top = top != UINT32_MAX ? top : format == FORMAT_TEXT ? DEFAULT_TOP : 0;
    asked.heap.top = asked.options.top;
    if (!view_of(&views, &asked))
        return EXIT_USAGE;
    char *text = suppressions ? read_text(suppressions) : NULL;
    if (suppressions && !text)
        return EXIT_INPUT;
    asked.heap.suppressions = text;
    asked.heap.suppressions_name = suppressions;
    struct render render = {write_report, &asked, path, format == FORMAT_TEXT};
    int status = render_profiles(&render, count, words);
    free(text);
    return status;
}
