/* `cprof sites`: what is instrumented in a program or profile, and why. */
#include "command.h"
#include "render.h"

enum { FORMAT_TEXT, FORMAT_JSON };

static enum cprof_status write_sites(struct cprof_profile *profile, const struct output *output,
                                     const void *format, struct cprof_error *error)
{
    return *(const int *)format == FORMAT_JSON
               ? cprof_sites_json(profile, &output->sink, error)
               : cprof_sites_text(profile, &output->style, &output->sink, error);
}

int command_sites(int count, char **words)
{
    static const char *const formats[] = {"text", "json", NULL};
    int format = FORMAT_TEXT;
    const char *path = NULL;
    const struct option options[] = {
        {OPTION_CHOICE, 'f', "format", "FORMAT", "how to write it (text)", &format, formats},
        {OPTION_TEXT, 'o', "output", "FILE", "where to write it (standard output)", &path, NULL},
        {0}};
    const struct usage usage = {
        .name = "sites",
        .arguments = "[OPTION]... PROGRAM|LIBRARY|PROFILE",
        .summary = "what is instrumented in a program, and why not the rest",
        .description = "Lists every function the compiler saw, by file and line, whether it is\n"
                       "instrumented (in) or not (out), and the reason. Reads a linked program or\n"
                       "library, which need not have run, or a profile.",
        .examples = "cprof sites ./program\n"
                    "cprof sites --format json libthing.so",
        .options = options};
    enum options_result result = options_parse(&usage, &count, words);
    if (result != OPTIONS_OK)
        return options_status(result);
    if (count != 1) {
        complain("sites needs the name of one program, library or profile");
        return EXIT_USAGE;
    }

    struct cprof_error error = {.status = CPROF_INPUT, .text = "not enough memory"};
    struct cprof_profile *profile = cprof_profile_new();
    int status = profile ? (int)cprof_profile_add_binary(profile, words[0], &error) : EXIT_INPUT;
    struct render render = {write_sites, &format, path, format == FORMAT_TEXT};
    if (status)
        complain("%s", error.text);
    else
        status = render_profile(&render, profile);
    cprof_profile_free(profile);
    return status;
}
