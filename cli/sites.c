/* `cprof sites`: what is instrumented in a program or profile, and why. */
#include "command.h"
#include "render.h"

enum { FORMAT_TEXT, FORMAT_JSON };

struct asked {
    int format;
    bool lists, allocations;
};

static enum cprof_status write_sites(struct cprof_profile *profile, const struct output *output,
                                     const void *context, struct cprof_error *error)
{
    const struct asked *asked = context;
    if (asked->allocations)
        return asked->format == FORMAT_JSON
                   ? cprof_allocation_sites_json(profile, &output->sink, error)
                   : cprof_allocation_sites_text(profile, &output->style, &output->sink, error);
    if (asked->format == FORMAT_JSON)
        return asked->lists ? cprof_lists_json(profile, &output->sink, error)
                            : cprof_sites_json(profile, &output->sink, error);
    return asked->lists ? cprof_lists_text(profile, &output->style, &output->sink, error)
                        : cprof_sites_text(profile, &output->style, &output->sink, error);
}

int command_sites(int count, char **words)
{
    static const char *const formats[] = {"text", "json", NULL};
    struct asked asked = {.format = FORMAT_TEXT};
    const char *path = NULL;
    const struct option options[] = {
        {OPTION_CHOICE, 'f', "format", "FORMAT", "how to write it (text)", &asked.format, formats},
        {OPTION_FLAG, 'l', "lists", NULL, "the lines of allowlists and denylists instead",
         &asked.lists, NULL},
        {OPTION_FLAG, 'a', "allocs", NULL, "the calls that allocate instead", &asked.allocations,
         NULL},
        {OPTION_TEXT, 'o', "output", "FILE", "where to write it (standard output)", &path, NULL},
        {0}};
    const struct usage usage = {
        .name = "sites",
        .arguments = "[OPTION]... BINARY|PROFILE",
        .summary = "what is instrumented in a program, and why not the rest",
        .description = "Lists every function the compiler saw, by file and line, whether it is\n"
                       "instrumented (in) or not (out), and the reason. Reads a program, which\n"
                       "need not have run, a library, an object file, an archive or a profile.\n"
                       "\n"
                       "At the end stand the lines of allowlists and denylists that named no\n"
                       "function; --lists shows all of them, used or idle. --allocs shows\n"
                       "every call that allocates, with its kind, place and function, and with\n"
                       "size and type where the compiler knew them.",
        .examples = "cprof sites ./program\n"
                    "cprof sites --lists ./program\n"
                    "cprof sites --allocs ./program\n"
                    "cprof sites --format json libthing.so",
        .options = options};
    enum options_result result = options_parse(&usage, &count, words);
    if (result != OPTIONS_OK)
        return options_status(result);
    if (count != 1) {
        complain("sites needs the name of one binary or profile");
        return EXIT_USAGE;
    }

    struct cprof_error error = {.status = CPROF_INPUT, .text = "not enough memory"};
    struct cprof_profile *profile = cprof_profile_new();
    int status = profile ? (int)cprof_profile_add_binary(profile, words[0], &error) : EXIT_INPUT;
    struct render render = {write_sites, &asked, path, asked.format == FORMAT_TEXT};
    if (status)
        complain("%s", error.text);
    else
        status = render_profile(&render, profile);
    cprof_profile_free(profile);
    return status;
}
