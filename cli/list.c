/* `cprof list`: the profiles of a folder, newest first. */
#include "command.h"
#include "render.h"

static enum cprof_status write_list(struct cprof_profile *profile, const struct output *output,
                                    const void *folder, struct cprof_error *error)
{
    (void)profile;
    return cprof_list_text(folder, &output->style, &output->sink, error);
}

int command_list(int count, char **words)
{
    static const struct option options[] = {{0}};
    static const struct usage usage = {
        .name = "list",
        .arguments = "[FOLDER]",
        .summary = "the profiles of a folder",
        .description = "Lists the profiles of a folder (this one), newest first: when each began, "
                       "how long\nit ran, how it ended, and which program it was.",
        .examples = "cprof list /tmp/profiles",
        .options = options};
    enum options_result result = options_parse(&usage, &count, words);
    if (result != OPTIONS_OK)
        return options_status(result);
    if (count > 1) {
        complain("list takes one folder, not %d", count);
        return EXIT_USAGE;
    }
    struct render render = {write_list, count ? words[0] : ".", NULL, true};
    return render_profile(&render, NULL);
}
