/* `cprof info`: facts about the run and its file. */
#include "command.h"
#include "render.h"

static enum cprof_status write_info(struct cprof_profile *profile, const struct output *output,
                                    const void *asked, struct cprof_error *error)
{
    (void)asked;
    return cprof_info_text(profile, &output->style, &output->sink, error);
}

int command_info(int count, char **words)
{
    const char *path = NULL;
    const struct option options[] = {
        {OPTION_TEXT, 'o', "output", "FILE", "where to write it (standard output)", &path, NULL},
        {0}};
    const struct usage usage = {
        .name = "info",
        .arguments = "[OPTION]... [PROFILE]...",
        .summary = "facts about the run and its file",
        .description =
            "Says what ran, when, how it ended, how it was recorded, what it cost and what\n"
            "could not be recorded, and how large the file is.",
        .examples = "cprof info cprof.out.4711",
        .options = options};
    enum options_result result = options_parse(&usage, &count, words);
    if (result != OPTIONS_OK)
        return options_status(result);
    struct render render = {write_info, NULL, path, true};
    return render_profiles(&render, count, words);
}
