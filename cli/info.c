/* `cprof info`: facts about the run and its file. */
#include "command.h"
#include "render.h"

int command_info(int count, char **words)
{
    static const struct render_formats formats = {cprof_info_text, cprof_info_json};
    const struct usage usage = {
        .name = "info",
        .summary = "facts about the run and its file",
        .description =
            "Says what ran, when, how it ended, how it was recorded, what it cost and what\n"
            "could not be recorded, and how large the file is.",
        .examples = "cprof info cprof.out.4711\n"
                    "cprof info --format json | jq .run.complete"};
    return render_command(&formats, usage, count, words);
}
