/* `cprof list`: the profiles of a folder, newest first. */
#include "command.h"
#include "render.h"

enum { FORMAT_TEXT, FORMAT_JSON };

struct asked {
    int format;
    const char *folder;
};

static enum cprof_status write_list(struct cprof_profile *profile, const struct output *output,
                                    const void *context, struct cprof_error *error)
{
    const struct asked *asked = context;
    (void)profile;
    return asked->format == FORMAT_JSON
               ? cprof_list_json(asked->folder, &output->sink, error)
               : cprof_list_text(asked->folder, &output->style, &output->sink, error);
}

int command_list(int count, char **words)
{
    static const char *const formats[] = {"text", "json", NULL};
    struct asked asked = {.folder = "."};
    const struct option options[] = {
        {OPTION_CHOICE, 'f', "format", "FORMAT", "how to write it (text)", &asked.format, formats},
        {0}};
    const struct usage usage = {
        .name = "list",
        .arguments = "[OPTION]... [FOLDER]",
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
    if (count)
        asked.folder = words[0];
    struct render render = {write_list, &asked, NULL, asked.format == FORMAT_TEXT};
    return render_profile(&render, NULL);
}
