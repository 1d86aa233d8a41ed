/* `cprof info`: facts about the run and its file. */
#include "command.h"
#include "render.h"

enum { FORMAT_TEXT, FORMAT_JSON };

static enum cprof_status write_info(struct cprof_profile *profile, const struct output *output,
                                    const void *format, struct cprof_error *error)
{
    return *(const int *)format == FORMAT_JSON
               ? cprof_info_json(profile, &output->sink, error)
               : cprof_info_text(profile, &output->style, &output->sink, error);
}

int command_info(int count, char **words)
{
    static const char *const formats[] = {"text", "json", NULL};
    int format = FORMAT_TEXT;
    const char *path = NULL;
    const struct option options[] = {
        {OPTION_CHOICE, 'f', "format", "FORMAT", "how to write it (text)", &format, formats},
        {OPTION_TEXT, 'o', "output", "FILE", "where to write it (standard output)", &path, NULL},
        {0}};
    const struct usage usage = {
        .name = "info",
        .arguments = "[OPTION]... [PROFILE]...",
        .summary = "facts about the run and its file",
        .description =
            "Says what ran, when, how it ended, how it was recorded, what it cost and what\n"
            "could not be recorded, and how large the file is.",
        .examples = "cprof info cprof.out.4711\n"
                    "cprof info --format json | jq .run.complete",
        .options = options};
    enum options_result result = options_parse(&usage, &count, words);
    if (result != OPTIONS_OK)
        return options_status(result);
    struct render render = {write_info, &format, path, format == FORMAT_TEXT};
    return render_profiles(&render, count, words);
}
