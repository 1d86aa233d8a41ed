/* `cprof merge`: several profiles in one file. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "output.h"
#include "progress.h"

static bool collect(void *context, const char *bytes, size_t len)
{
    return fwrite(bytes, 1, len, context) == len;
}

/* In memory first: the output may be one of the profiles, and must not be left
 * half written. */
static int merge(const char *path, char **words, size_t count)
{
    struct output output;
    struct cprof_error error = {.text = "not enough memory to merge; merge fewer at a time"};
    char *bytes = NULL;
    size_t len = 0;
    FILE *memory = open_memstream(&bytes, &len);
    struct cprof_sink sink = {.write = collect, .context = memory};
    enum cprof_status status = CPROF_INPUT;
    progress_begin("merging the profiles");
    if (memory)
        status = cprof_merge((const char *const *)words, count, &sink, &error);
    if (memory && fclose(memory) != 0)
        status = CPROF_INPUT;
    progress_end();
    int failed = (int)status;
    if (status != CPROF_OK)
        complain("%s", error.text);
    else
        failed = output_open(&output, path, false);
    if (!failed) {
        bool written = output.sink.write(output.sink.context, bytes, len);
        failed = output_close(&output, written ? CPROF_OK : CPROF_OUTPUT, &error);
    }
    free(bytes);
    return failed;
}

int command_merge(int count, char **words)
{
    const char *path = NULL;
    const struct option options[] = {
        {OPTION_TEXT, 'o', "output", "FILE", "where to write it (standard output)", &path, NULL},
        {0}};
    const struct usage usage = {
        .name = "merge",
        .arguments = "-o FILE PROFILE...",
        .summary = "several profiles in one file",
        .description =
            "Puts profiles, or all of a folder, into one compressed file, which every command\n"
            "takes as it takes a folder: merged. Each profile stays in it as it is. Profiles\n"
            "that were merged before, and other profilers' files, may be among them.",
        .examples = "cprof merge -o all.cprof profiles/\n"
                    "cprof merge -o all.cprof cprof.out.*; cprof report all.cprof",
        .options = options};
    enum options_result result = options_parse(&usage, &count, words);
    if (result != OPTIONS_OK)
        return options_status(result);
    if (count == 0) {
        complain("merge needs profiles: cprof merge -o all.cprof cprof.out.*");
        return EXIT_USAGE;
    }
    if (!path && isatty(STDOUT_FILENO)) {
        complain("merged profiles are not for terminals; name a file: -o all.cprof");
        return EXIT_USAGE;
    }
    for (int idx = 0; idx < count; idx++)
        if (strcmp(words[idx], "-") == 0) {
            complain("merge reads its profiles twice, so none may be standard input; name files");
            return EXIT_USAGE;
        } else {
            cprof_profile_settle(words[idx]);
        }
    return merge(path, words, (size_t)count);
}
