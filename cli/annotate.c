/* `cprof annotate`: the source with calls, times and bytes beside it. */
#include "command.h"
#include "render.h"

enum { FORMAT_TEXT, FORMAT_JSON };

/* Lines around those with numbers. */
#define DEFAULT_CONTEXT 6

struct asked {
    int format;
    struct cprof_annotate_options options;
};

static enum cprof_status write_source(struct cprof_profile *profile, const struct output *output,
                                      const void *context, struct cprof_error *error)
{
    const struct asked *asked = context;
    struct cprof_annotate_options options = asked->options;
    options.style = output->style;
    return asked->format == FORMAT_JSON
               ? cprof_annotate_json(profile, &options, &output->sink, error)
               : cprof_annotate_text(profile, &options, &output->sink, error);
}

int command_annotate(int count, char **words)
{
    static const char *const formats[] = {"text", "json", NULL};
    int format = FORMAT_TEXT;
    unsigned long around = UINT32_MAX;
    const char *path = NULL, *folder = NULL;
    const struct option options[] = {
        {OPTION_CHOICE, 'f', "format", "FORMAT", "how to write it (text)", &format, formats},
        {OPTION_NUMBER, 'c', "context", "N",
         "lines around those with numbers; 0: all (6, in JSON 0)", &around, NULL},
        {OPTION_TEXT, 's', "source", "FOLDER", "where the sources lie (here, beside the program)",
         &folder, NULL},
        {OPTION_TEXT, 'o', "output", "FILE", "where to write it (standard output)", &path, NULL},
        {0}};
    const struct usage usage = {
        .name = "annotate",
        .arguments = "[OPTION]... FILE|FUNCTION [PROFILE]...",
        .summary = "the source with calls and bytes beside it",
        .description =
            "Shows a source file, or a function, with what its lines did: at the head of a\n"
            "function its calls and times, at a line the calls that it makes and what these\n"
            "took, and the bytes that it allocates. Where a caller calls the same function\n"
            "from several lines, each of them bears their sum, with a sign before it. What was\n"
            "inlined, and what runs between calls, has no numbers of its own.\n"
            "\n"
            "A file is named by the end of its path, a function in full or without parameters\n"
            "and what it is in.",
        .examples = "cprof annotate parser.c\n"
                    "cprof annotate table_find cprof.out.4711\n"
                    "cprof annotate --source ../src main --format json",
        .options = options};
    enum options_result result = options_parse(&usage, &count, words);
    if (result != OPTIONS_OK)
        return options_status(result);
    if (count == 0) {
        complain("annotate needs a file or a function: cprof annotate main");
        return EXIT_USAGE;
    }
    struct asked asked = {.format = format, .options = {.what = words[0], .folder = folder}};
    asked.options.context = around != UINT32_MAX    ? (uint32_t)around
                            : format == FORMAT_TEXT ? DEFAULT_CONTEXT
                                                    : 0;
    struct render render = {write_source, &asked, path, format == FORMAT_TEXT};
    return render_profiles(&render, count - 1, words + 1);
}
