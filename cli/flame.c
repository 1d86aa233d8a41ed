/* `cprof flame`: the calling contexts as an SVG picture. */
#include "command.h"
#include "render.h"

static enum cprof_status write_flame(struct cprof_profile *profile, const struct output *output,
                                     const void *asked, struct cprof_error *error)
{
    return cprof_flame_svg(profile, asked, &output->sink, error);
}

int command_flame(int count, char **words)
{
    const char *metrics[CPROF_FLAME_COUNT + 1] = {NULL};
    for (int idx = 0; idx < CPROF_FLAME_COUNT; idx++)
        metrics[idx] = cprof_flame_word((enum cprof_flame_metric)idx);
    int metric = CPROF_FLAME_TOTAL_TIME;
    const char *path = NULL, *title = NULL;
    const struct option options[] = {
        {OPTION_CHOICE, 'm', "metric", "METRIC", "what widths mean (total_time)", &metric, metrics},
        {OPTION_TEXT, 't', "title", "TEXT", "heading (the program's name)", &title, NULL},
        {OPTION_TEXT, 'o', "output", "FILE", "where to write it (standard output)", &path, NULL},
        {0}};
    const struct usage usage = {
        .name = "flame",
        .arguments = "[OPTION]... [PROFILE]...",
        .summary = "the calling contexts as an SVG picture",
        .description =
            "Draws a flame graph: each frame is a function below its caller, as wide as its\n"
            "share. With the metrics of allocations, allocators hang below the functions that\n"
            "call them. The file needs nothing else: open it in a browser, click a frame to\n"
            "zoom, type into the search field to see how much of the run matches.",
        .examples = "cprof flame -o flame.svg\n"
                    "cprof flame --metric peak_bytes cprof.out.4711 > peak.svg",
        .options = options};
    enum options_result result = options_parse(&usage, &count, words);
    if (result != OPTIONS_OK)
        return options_status(result);

    struct cprof_flame_options asked = {.metric = (enum cprof_flame_metric)metric, .title = title};
    struct render render = {write_flame, &asked, path, false};
    return render_profiles(&render, count, words);
}
