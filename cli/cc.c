/* `cprof cc`: wraps one compiler call by adding the flags. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "compiler.h"
#include "prefix.h"

int command_cc(int count, char **words)
{
    static const struct option options[] = {{0}};
    static const struct usage usage = {
        .name = "cc",
        .arguments = "-- COMPILER [ARGUMENT]...",
        .summary = "wrap one compiler call",
        .description = "Runs the compiler with the flags of `cprof flags` put in front of its own\n"
                       "arguments. The exit status is the compiler's.",
        .examples = "cprof cc -- gcc -O2 program.c -o program",
        .options = options,
        .stops = true};
    enum options_result result = options_parse(&usage, &count, words);
    if (result != OPTIONS_OK)
        return options_status(result);
    if (count == 0) {
        complain("cc needs a compiler call: cprof cc -- gcc -O2 program.c -o program");
        return EXIT_USAGE;
    }
    int status = compiler_check(words[0]);
    if (status == EXIT_USAGE) /* a missing one is exec's to tell */
        return status;
    char flag[PATH_MAX], on[] = PREFIX_SWITCH;
    char **arguments = calloc((size_t)count + 3, sizeof *arguments);
    if (!arguments || !prefix_plugin_flag(flag)) {
        free(arguments);
        return EXIT_INPUT;
    }
    arguments[0] = words[0];
    arguments[1] = flag;
    arguments[2] = on;
    memcpy(arguments + 3, words + 1, (size_t)(count - 1) * sizeof *arguments);
    execvp(arguments[0], arguments);
    complain("%s: cannot be run (%s); name a compiler", arguments[0], strerror(errno));
    free(arguments);
    return errno == ENOENT ? 127 : 126;
}
