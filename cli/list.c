/* `cprof list`: the profiles of a folder, the builds of a store, a function over them. */
#include <string.h>

#include "command.h"
#include "past.h"
#include "progress.h"
#include "render.h"

enum { FORMAT_TEXT, FORMAT_JSON, FORMAT_SVG };

#define DEFAULT_TOP 40

struct asked {
    int format;
    const char *folder;
    struct cprof_history *history; /* NULL: the folder's files */
    const char *program, *function;
    enum cprof_metric metric;
    size_t most;
};

static enum cprof_status write_files(const struct asked *asked, const struct output *output,
                                     struct cprof_error *error)
{
    return asked->format == FORMAT_JSON
               ? cprof_list_json(asked->folder, &output->sink, error)
               : cprof_list_text(asked->folder, &output->style, &output->sink, error);
}

static enum cprof_status write_builds(const struct asked *asked, const struct output *output,
                                      struct cprof_error *error)
{
    return asked->format == FORMAT_JSON
               ? cprof_history_json(asked->history, asked->program, asked->most, &output->sink,
                                    error)
               : cprof_history_text(asked->history, asked->program, asked->most, &output->style,
                                    &output->sink, error);
}

static enum cprof_status write_trend(const struct asked *asked, const struct output *output,
                                     struct cprof_error *error)
{
    struct cprof_trend_options options = {.program = asked->program,
                                          .function = asked->function,
                                          .metric = asked->metric,
                                          .most = asked->most,
                                          .style = output->style};
    switch (asked->format) {
    case FORMAT_JSON:
        return cprof_trend_json(asked->history, &options, &output->sink, error);
    case FORMAT_SVG:
        return cprof_trend_svg(asked->history, &options, &output->sink, error);
    default:
        return cprof_trend_text(asked->history, &options, &output->sink, error);
    }
}

static enum cprof_status write_list(struct cprof_profile *profile, const struct output *output,
                                    const void *context, struct cprof_error *error)
{
    const struct asked *asked = context;
    (void)profile;
    return asked->function  ? write_trend(asked, output, error)
           : asked->history ? write_builds(asked, output, error)
                            : write_files(asked, output, error);
}

/* Adds the profiles that the words name and says how many were new. */
static int add_all(struct cprof_history *history, const struct cprof_history_about *about,
                   int count, char **words)
{
    int status = EXIT_DONE, fresh = 0;
    progress_begin("adding profiles");
    for (int idx = 0; status == EXIT_DONE && idx < count; idx++) {
        bool added = false;
        status = past_add(history, words[idx], about, &added);
        fresh += added;
    }
    progress_end();
    if (status == EXIT_DONE && fresh == count)
        printf("%d profile%s added.\n", count, count == 1 ? "" : "s");
    else if (status == EXIT_DONE)
        printf("%d of %d profiles added; the store had the others.\n", fresh, count);
    return status;
}

int command_list(int count, char **words)
{
    static const char *const formats[] = {"text", "json", "svg", NULL};
    const char *metrics[CPROF_METRIC_COUNT + 1] = {NULL};
    for (int idx = 0; idx < CPROF_METRIC_COUNT; idx++)
        metrics[idx] = cprof_metric_word((enum cprof_metric)idx);
    struct asked asked = {.folder = "."};
    struct cprof_history_about about = {0};
    const char *store = NULL, *path = NULL;
    bool add = false, builds = false;
    int metric = CPROF_METRIC_SELF_TIME;
    unsigned long top = DEFAULT_TOP;
    const struct option options[] = {
        {OPTION_TEXT, 0, "store", "STORE", "an SQLite file or a postgresql:// URL", &store, NULL},
        {OPTION_FLAG, 0, "add", NULL, "add the named profiles to the store", &add, NULL},
        {OPTION_TEXT, 0, "revision", "REVISION", "of the source, for --add", &about.revision, NULL},
        {OPTION_TEXT, 0, "flags", "FLAGS", "of the compiler, for --add", &about.flags, NULL},
        {OPTION_FLAG, 0, "builds", NULL, "builds, not files", &builds, NULL},
        {OPTION_TEXT, 0, "program", "NAME", "only builds of this program", &asked.program, NULL},
        {OPTION_TEXT, 0, "trend", "FUNCTION", "the function over the builds", &asked.function,
         NULL},
        {OPTION_CHOICE, 0, "metric", "METRIC", "of the trend (self_time)", &metric, metrics},
        {OPTION_NUMBER, 'n', "top", "N", "builds to show, the newest; 0: all (40)", &top, NULL},
        {OPTION_CHOICE, 'f', "format", "FORMAT", "how to write it (text); svg for trends",
         &asked.format, formats},
        {OPTION_TEXT, 'o', "output", "FILE", "where to write it (standard output)", &path, NULL},
        {0}};
    const struct usage usage = {
        .name = "list",
        .arguments = "[OPTION]... [FOLDER] | --store STORE [--add PROFILE...]",
        .summary = "the profiles of a folder, or the history of builds",
        .description =
            "Lists the profiles of a folder (this one), newest first: when each began, how long\n"
            "it ran, how it ended, and which program it was.\n"
            "\n"
            "With --store it lists builds: when each was first run, how often, and its mean time\n"
            "with the 95 % interval. A store is an SQLite file, made where there is none, or a\n"
            "PostgreSQL database for many machines; CPROF_STORE names the usual one. With\n"
            "--builds the profiles of the folder are the store. --trend shows a function, or\n"
            "\"[whole program]\", over the builds; --format svg draws it.",
        .examples = "cprof list /tmp/profiles\n"
                    "cprof list --store ci.db --add --revision $(git rev-parse HEAD) cprof.out.*\n"
                    "cprof list --store postgresql://ci@db/cprof\n"
                    "cprof list --store ci.db --trend parse_json --format svg -o trend.svg",
        .options = options};
    enum options_result result = options_parse(&usage, &count, words);
    if (result != OPTIONS_OK)
        return options_status(result);
    asked.metric = (enum cprof_metric)metric;
    asked.most = top;
    bool history = store || builds || asked.function || add;
    if ((add && (!store || !count)) || (!add && count > 1) || (store && !add && count)) {
        complain("list takes one folder, or --store STORE, or --store STORE --add PROFILE...");
        return EXIT_USAGE;
    }
    if (asked.format == FORMAT_SVG && !asked.function) {
        complain("--format svg draws a trend: name the function by --trend");
        return EXIT_USAGE;
    }
    if (count && !add)
        asked.folder = words[0];
    int status = history ? past_open(&asked.history, store, asked.folder) : EXIT_DONE;
    if (status != EXIT_DONE)
        return status;
    struct render render = {write_list, &asked, path, asked.format == FORMAT_TEXT};
    status = add ? add_all(asked.history, &about, count, words) : render_profile(&render, NULL);
    cprof_history_close(asked.history);
    return status;
}
