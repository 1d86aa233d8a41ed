/* `cprof libs`: what goes into LDFLAGS. */
#include <stdio.h>

#include "command.h"
#include "compiler.h"
#include "help.h"
#include "prefix.h"

int command_libs(int count, char **words)
{
    const char *compiler = NULL;
    const struct option options[] = {
        {OPTION_TEXT, 0, "cc", "COMPILER", "gcc, clang or a path ($CC)", &compiler, NULL}, {0}};
    const struct usage usage = {
        .name = "libs",
        .arguments = "[--cc COMPILER]",
        .summary = "what goes into LDFLAGS",
        .description =
            "Prints the runtime for those who link it by hand (static or unusual linking).\n"
            "Ordinary programs do not need it.",
        .examples = "gcc -static program.o $(cprof libs) -o program",
        .options = options};
    enum options_result result = options_parse(&usage, &count, words);
    if (result != OPTIONS_OK)
        return options_status(result);
    if (count) {
        complain("libs takes no %s; see `cprof libs --help`", words[0]);
        return EXIT_USAGE;
    }
    bool clang;
    int status = compiler_check(compiler, &clang);
    if (status)
        return status;
    char path[PATH_MAX];
    if (!prefix_find("libcprof-rt.a", path))
        return EXIT_INPUT;
    puts(path);
    return help_status();
}
