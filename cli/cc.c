/* `cprof cc`: wraps one compiler call by adding the flags. */
#include <errno.h>
#include <string.h>

#include "call.h"
#include "command.h"
#include "compiler.h"

int command_cc(int count, char **words)
{
    static const struct option options[] = {{0}};
    static const struct usage usage = {
        .name = "cc",
        .arguments = "-- COMPILER [ARGUMENT]...",
        .summary = "wrap one compiler call",
        .description = "Runs the compiler with the flags of `cprof flags` put in front of its own\n"
                       "arguments. The exit status is the compiler's. As the CC of a build it\n"
                       "leaves the checks of configure scripts, CMake and Meson alone.",
        .examples = "cprof cc -- gcc -O2 program.c -o program\n"
                    "make CC=\"cprof cc -- gcc\"",
        .options = options,
        .stops = true};
    enum options_result result = options_parse(&usage, &count, words);
    if (result != OPTIONS_OK)
        return options_status(result);
    if (count == 0) {
        complain("cc needs a compiler call: cprof cc -- gcc -O2 program.c -o program");
        return EXIT_USAGE;
    }
    size_t lead = count > 1 && compiler_is_launcher(words[0]) ? 2 : 1;
    const char *compiler = words[lead - 1];
    struct compiler_flags flags;
    /* A compiler that is not served is told by the plugin: asking costs a call. */
    if (!compiler_flags_fill(&flags, compiler_is_clang(compiler), true))
        return EXIT_INPUT;
    call_become(words, lead, flags.words, flags.count);
    complain("%s: cannot be run (%s); name a compiler", words[0], strerror(errno));
    return errno == ENOENT ? 127 : 126;
}
