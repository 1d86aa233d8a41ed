/* `cprof export`: the profile in another tool's format. */
#include <unistd.h>

#include "command.h"
#include "render.h"

/* The words are those of `cprof flame`, whose widths are the same numbers. */
static const struct {
    const char *word;
    enum cprof_metric metric;
} numbers[] = {{"total_time", CPROF_METRIC_TOTAL_TIME},
               {"calls", CPROF_METRIC_CALLS},
               {"alloc_count", CPROF_METRIC_ALLOC_COUNT},
               {"alloc_bytes", CPROF_METRIC_ALLOC_BYTES},
               {"peak_bytes", CPROF_METRIC_PEAK_BYTES}};

enum { METRICS = sizeof numbers / sizeof *numbers };

static enum cprof_status write_export(struct cprof_profile *profile, const struct output *output,
                                      const void *asked, struct cprof_error *error)
{
    return cprof_export(profile, asked, &output->sink, error);
}

int command_export(int count, char **words)
{
    const char *metrics[METRICS + 1] = {NULL};
    for (int idx = 0; idx < METRICS; idx++)
        metrics[idx] = numbers[idx].word;
    const char *formats[CPROF_EXPORT_COUNT + 1] = {NULL};
    for (int idx = 0; idx < CPROF_EXPORT_COUNT; idx++)
        formats[idx] = cprof_export_word((enum cprof_export)idx);
    int format = -1, metric = 0;
    const char *path = NULL;
    const struct option options[] = {
        {OPTION_CHOICE, 'f', "format", "FORMAT", "what to write", &format, formats},
        {OPTION_CHOICE, 'm', "metric", "METRIC", "the number, or the first of them (total_time)",
         &metric, metrics},
        {OPTION_TEXT, 'o', "output", "FILE", "where to write it (standard output)", &path, NULL},
        {0}};
    const struct usage usage = {
        .name = "export",
        .arguments = "--format FORMAT [OPTION]... [PROFILE]...",
        .summary = "the profile in another tool's format",
        .description =
            "Writes the profile for the viewers of others:\n"
            "\n"
/* Indented lines stay lines in the manual. */
#define CPROF_EXPORT(name, word, function, meaning) "  " word ": " meaning "\n"
#include <cprof/export.def>
#undef CPROF_EXPORT
            "\n"
            "What other profilers wrote goes the same way: folded stacks, the output of\n"
            "`perf script` and callgrind's files are profiles for every command.",
        .examples = "cprof export --format pprof -o profile.pb.gz\n"
                    "cprof export --format folded | flamegraph.pl > flame.svg\n"
                    "cprof export --format callgrind -o callgrind.out.1; callgrind_annotate "
                    "callgrind.out.1",
        .options = options};
    enum options_result result = options_parse(&usage, &count, words);
    if (result != OPTIONS_OK)
        return options_status(result);
    if (format < 0) {
        complain("export needs a format: --format pprof, or another of `cprof export --help`");
        return EXIT_USAGE;
    }
    bool to_terminal = !path && isatty(STDOUT_FILENO);
    if (format == CPROF_EXPORT_PPROF && to_terminal) {
        complain("pprof's format is not for terminals; name a file: -o profile.pb.gz");
        return EXIT_USAGE;
    }
    struct cprof_export_options asked = {.format = (enum cprof_export)format,
                                         .metric = numbers[metric].metric};
    struct render render = {write_export, &asked, path, false};
    return render_profiles(&render, count, words);
}
