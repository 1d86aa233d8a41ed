/* `cprof advise`: what in a run is worth changing, and how. */
#include "command.h"
#include "render.h"

enum { FORMAT_TEXT, FORMAT_JSON };

static enum cprof_status write_advice(struct cprof_profile *profile, const struct output *output,
                                      const void *context, struct cprof_error *error)
{
    const int *format = context;
    struct cprof_analyzer *analyzer = cprof_analyzer_of_profile(profile, error);
    if (!analyzer)
        return CPROF_INPUT;
    enum cprof_status status =
        *format == FORMAT_JSON
            ? cprof_analyzer_json(analyzer, &output->sink, error)
            : cprof_analyzer_report(analyzer, &output->style, &output->sink, error);
    cprof_analyzer_free(analyzer);
    return status;
}

int command_advise(int count, char **words)
{
    static const char *const formats[] = {"text", "json", NULL};
    int format = FORMAT_TEXT;
    const char *path = NULL;
    const struct option options[] = {
        {OPTION_CHOICE, 'f', "format", "FORMAT", "how to write it (text)", &format, formats},
        {OPTION_TEXT, 'o', "output", "FILE", "where to write it (standard output)", &path, NULL},
        {0}};
    const struct usage usage = {
        .name = "advise",
        .arguments = "[OPTION]... [PROFILE]...",
        .summary = "what is worth changing, and how",
        .description =
            "Names what the run spends most on, the most severe first: where it stands, the\n"
            "numbers that say so, what to do, and how much shorter the run gets at most. The\n"
            "severity is the share of the run that it concerns: critical from 50 %, high from\n"
            "20 %, medium from 10 %. Says nothing where the evidence is thin.",
        .examples = "cprof advise\n"
                    "cprof advise --format json cprof.out.4711 | jq '.[0].recommendation'",
        .options = options};
    enum options_result result = options_parse(&usage, &count, words);
    if (result != OPTIONS_OK)
        return options_status(result);

    struct render render = {write_advice, &format, path, format == FORMAT_TEXT};
    return render_profiles(&render, count, words);
}
