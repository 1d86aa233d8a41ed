/* `cprof flame`: the calling contexts as an SVG picture. */
#include "command.h"
#include "input.h"
#include "render.h"

struct asked {
    struct cprof_flame_options options;
    const char *function; /* that is looked at; NULL: everything is */
    enum cprof_view view;
};

static enum cprof_status draw_view(struct cprof_profile *profile, const struct asked *asked,
                                   const struct output *output, struct cprof_error *error)
{
    struct cprof_profile *view, *before = NULL;
    struct cprof_flame_options options = asked->options;
    enum cprof_status status =
        cprof_profile_view(profile, asked->view, asked->function, &view, error);
    if (status == CPROF_OK && options.baseline)
        status = cprof_profile_view(options.baseline, asked->view, asked->function, &before, error);
    options.baseline = before;
    if (status == CPROF_OK)
        status = cprof_flame_svg(view, &options, &output->sink, error);
    cprof_profile_free(before);
    cprof_profile_free(view);
    return status;
}

static enum cprof_status write_flame(struct cprof_profile *profile, const struct output *output,
                                     const void *context, struct cprof_error *error)
{
    const struct asked *asked = context;
    return asked->function ? draw_view(profile, asked, output, error)
                           : cprof_flame_svg(profile, &asked->options, &output->sink, error);
}

int command_flame(int count, char **words)
{
    const char *metrics[CPROF_FLAME_COUNT + 1] = {NULL};
    static const char *const shapes[] = {"icicle", "flame", NULL};
    static const char *const sides[] = {"after", "before", NULL};
    int metric = CPROF_FLAME_TOTAL_TIME, shape = CPROF_SHAPE_ICICLE, width = 0;
    const char *path = NULL, *title = NULL, *callers = NULL, *callees = NULL, *thread = NULL;
    char *baseline = NULL;
    for (int idx = 0; idx < CPROF_FLAME_COUNT; idx++)
        metrics[idx] = cprof_flame_word((enum cprof_flame_metric)idx);
    const struct option options[] = {
        {OPTION_CHOICE, 'm', "metric", "METRIC", "what widths mean (total_time)", &metric, metrics},
        {OPTION_CHOICE, 's', "shape", "SHAPE", "callees below (icicle) or above: flame", &shape,
         shapes},
        {OPTION_TEXT, 0, "callers", "FUNCTION", "who called this function, below it", &callers,
         NULL},
        {OPTION_TEXT, 0, "callees", "FUNCTION", "only what this function called", &callees, NULL},
        {OPTION_TEXT, 0, "thread", "FUNCTION", "only the threads that begin in this function",
         &thread, NULL},
        {OPTION_TEXT, 'b', "baseline", "FILE", "draw the difference from this profile", &baseline,
         NULL},
        {OPTION_CHOICE, 'w', "width", "SIDE", "of a difference: after or before (after)", &width,
         sides},
        {OPTION_TEXT, 't', "title", "TEXT", "heading (the program's name)", &title, NULL},
        {OPTION_TEXT, 'o', "output", "FILE", "where to write it (standard output)", &path, NULL},
        {0}};
    const struct usage usage = {
        .name = "flame",
        .arguments = "[OPTION]... [PROFILE]...",
        .summary = "the calling contexts as an SVG picture",
        .description =
            "Draws a flame graph: each frame is a function below its caller, as wide as its\n"
            "share. The file needs nothing else: open it in a browser, click a frame to zoom,\n"
            "type into the search field to see how much of the run matches. Keys: arrows walk,\n"
            "Enter zooms, Backspace goes back up, / searches, Esc shows the whole picture.\n"
            "With the metrics of allocations, allocators stand below the functions that call\n"
            "them.\n"
            "\n"
            "With a baseline the picture shows both runs: red frames take more than before,\n"
            "blue ones less.",
        .examples = "cprof flame -o flame.svg\n"
                    "cprof flame --metric peak_bytes cprof.out.4711 > peak.svg\n"
                    "cprof flame --callers table_find -o callers.svg\n"
                    "cprof flame --thread worker -o workers.svg\n"
                    "cprof flame --baseline old.cprof new.cprof -o difference.svg",
        .options = options};
    enum options_result result = options_parse(&usage, &count, words);
    if (result != OPTIONS_OK)
        return options_status(result);
    if ((callers != NULL) + (callees != NULL) + (thread != NULL) > 1) {
        complain("flame takes one of --callers, --callees and --thread at a time");
        return EXIT_USAGE;
    }

    struct asked asked = {.options = {.metric = (enum cprof_flame_metric)metric,
                                      .title = title,
                                      .shape = (enum cprof_shape)shape,
                                      .width_before = width == 1},
                          .function = callers   ? callers
                                      : callees ? callees
                                                : thread,
                          .view = callers  ? CPROF_VIEW_CALLERS
                                  : thread ? CPROF_VIEW_THREADS
                                           : CPROF_VIEW_CALLEES};
    int failed = baseline ? input_open(&asked.options.baseline, 1, &baseline) : EXIT_DONE;
    if (failed)
        return failed;
    struct render render = {write_flame, &asked, path, false};
    failed = render_profiles(&render, count, words);
    cprof_profile_free(asked.options.baseline);
    return failed;
}
