/* `cprof advise`: what in a run is worth changing, and how. */
#include "command.h"
#include "render.h"

static enum cprof_status write_text(struct cprof_profile *profile, const struct cprof_style *style,
                                    const struct cprof_sink *sink, struct cprof_error *error)
{
    struct cprof_analyzer *analyzer = cprof_analyzer_of_profile(profile, error);
    enum cprof_status status =
        analyzer ? cprof_analyzer_report(analyzer, style, sink, error) : CPROF_INPUT;
    cprof_analyzer_free(analyzer);
    return status;
}

static enum cprof_status write_json(struct cprof_profile *profile, const struct cprof_sink *sink,
                                    struct cprof_error *error)
{
    struct cprof_analyzer *analyzer = cprof_analyzer_of_profile(profile, error);
    enum cprof_status status = analyzer ? cprof_analyzer_json(analyzer, sink, error) : CPROF_INPUT;
    cprof_analyzer_free(analyzer);
    return status;
}

int command_advise(int count, char **words)
{
    static const struct render_formats formats = {write_text, write_json};
    const struct usage usage = {
        .name = "advise",
        .summary = "what is worth changing, and how",
        .description =
            "Names what the run spends most on, the most severe first: where it stands, the\n"
            "numbers that say so, what to do, and how much shorter the run gets at most. The\n"
            "severity is the share of the run that it concerns: critical from 50 %, high from\n"
            "20 %, medium from 10 %. Says nothing where the evidence is thin.",
        .examples = "cprof advise\n"
                    "cprof advise --format json cprof.out.4711 | jq '.[0].recommendation'"};
    return render_command(&formats, usage, count, words);
}
