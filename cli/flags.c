/* `cprof flags`: what goes into CFLAGS and CXXFLAGS. */
#include <stdio.h>

#include "command.h"
#include "compiler.h"
#include "help.h"

int command_flags(int count, char **words)
{
    const char *compiler = NULL;
    const struct option options[] = {
        {OPTION_TEXT, 0, "cc", "COMPILER", "gcc, clang or a path ($CC)", &compiler, NULL}, {0}};
    const struct usage usage = {
        .name = "flags",
        .arguments = "[--cc COMPILER]",
        .summary = "what goes into CFLAGS and CXXFLAGS",
        .description =
            "Prints the flags that build a program for profiling. They are enough: nothing\n"
            "has to be linked by hand.",
        .examples = "gcc $(cprof flags) -O2 program.c -o program\n"
                    "make CFLAGS=\"-O2 $(cprof flags)\"",
        .options = options};
    enum options_result result = options_parse(&usage, &count, words);
    if (result != OPTIONS_OK)
        return options_status(result);
    if (count) {
        complain("flags takes no %s; see `cprof flags --help`", words[0]);
        return EXIT_USAGE;
    }
    bool clang;
    int status = compiler_check(compiler, &clang);
    if (status)
        return status;
    struct compiler_flags flags;
    if (!compiler_flags_fill(&flags, clang, false))
        return EXIT_INPUT;
    for (size_t idx = 0; idx < flags.count; idx++)
        printf("%s%s", idx ? " " : "", flags.words[idx]);
    putchar('\n');
    return help_status();
}
