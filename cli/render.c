/* Load, open, render, close; see render.h. */
#include "render.h"

#include "command.h"
#include "input.h"

int render_profile(const struct render *render, struct cprof_profile *profile)
{
    struct output output;
    struct cprof_error error;
    int failed = output_open(&output, render->path, render->page);
    if (failed)
        return failed;
    return output_close(&output, render->write(profile, &output, render->asked, &error), &error);
}

int render_profiles(const struct render *render, int count, char **words)
{
    struct cprof_profile *profile;
    int failed = input_open(&profile, count, words);
    if (failed)
        return failed;
    failed = render_profile(render, profile);
    cprof_profile_free(profile);
    return failed;
}

enum { FORMAT_TEXT, FORMAT_JSON };

struct asked {
    const struct render_formats *formats;
    int format;
};

static enum cprof_status write_format(struct cprof_profile *profile, const struct output *output,
                                      const void *context, struct cprof_error *error)
{
    const struct asked *asked = context;
    return asked->format == FORMAT_JSON
               ? asked->formats->json(profile, &output->sink, error)
               : asked->formats->text(profile, &output->style, &output->sink, error);
}

int render_command(const struct render_formats *formats, struct usage usage, int count,
                   char **words)
{
    static const char *const names[] = {"text", "json", NULL};
    struct asked asked = {formats, FORMAT_TEXT};
    const char *path = NULL;
    const struct option options[] = {
        {OPTION_CHOICE, 'f', "format", "FORMAT", "how to write it (text)", &asked.format, names},
        {OPTION_TEXT, 'o', "output", "FILE", "where to write it (standard output)", &path, NULL},
        {0}};
    usage.arguments = "[OPTION]... [PROFILE]...";
    usage.options = options;
    enum options_result result = options_parse(&usage, &count, words);
    if (result != OPTIONS_OK)
        return options_status(result);
    struct render render = {write_format, &asked, path, asked.format == FORMAT_TEXT};
    return render_profiles(&render, count, words);
}
