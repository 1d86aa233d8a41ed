/* `cprof flags`: what goes into CFLAGS and CXXFLAGS. */
#include <stdio.h>

#include "command.h"
#include "compiler.h"
#include "help.h"
#include "prefix.h"

int command_flags(int count, char **words)
{
    const char *compiler = NULL;
    const struct option options[] = {
        {OPTION_TEXT, 0, "cc", "COMPILER", "gcc or the path of one ($CC)", &compiler, NULL}, {0}};
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
    int status = compiler_check(compiler);
    if (status)
        return status;
    char flag[PATH_MAX];
    if (!prefix_plugin_flag(flag))
        return EXIT_INPUT;
    printf("%s %s\n", flag, PREFIX_SWITCH);
    return help_status();
}
