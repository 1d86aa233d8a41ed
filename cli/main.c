/* The `cprof` program: finds the command in the table and runs it.  All work is
 * done in the commands' own files and in libcprof.
 */
#include <stdio.h>
#include <string.h>

#include "command.h"

const struct command commands[] = {
#define CPROF_COMMAND(name, function, summary) {name, summary, function},
#include "command.def"
#undef CPROF_COMMAND
};
const size_t command_count = sizeof commands / sizeof *commands;

const struct command *command_find(const char *name)
{
    const char *names[sizeof commands / sizeof *commands];
    for (size_t idx = 0; idx < command_count; idx++) {
        if (strcmp(commands[idx].name, name) == 0)
            return &commands[idx];
        names[idx] = commands[idx].name;
    }
    const char *near = nearest_word(name, names, command_count);
    if (near)
        complain("there is no command %s; did you mean `cprof %s`?", name, near);
    else
        complain("there is no command %s; see `cprof --help`", name);
    return NULL;
}

int program_usage(int count, char **words)
{
    bool version = false;
    const struct option options[] = {
        {OPTION_FLAG, 0, "version", NULL, "print the version", &version, NULL}, {0}};
    const struct usage usage = {
        .name = "cprof",
        .arguments = "COMMAND [ARGUMENT]...",
        .summary = "profile C and C++ programs by a compiler plugin",
        .description =
            "Reads what programs that were built with the cprof plugin leave behind: exact\n"
            "call counts and times of every function, in its calling context.\n"
            "\n"
            "A profile is a file, a folder of files, - for standard input, or, if none is\n"
            "named, the newest cprof.out.* in this folder.",
        .examples = "gcc $(cprof flags) -O2 program.c -o program\n"
                    "cprof run -- ./program\n"
                    "cprof report\n"
                    "cprof flame -o flame.svg",
        .options = options,
        .stops = true};
    enum options_result result = options_parse(&usage, &count, words);
    if (result != OPTIONS_OK)
        return options_status(result);
    if (version) {
        puts("cprof " CPROF_VERSION);
        return options_status(OPTIONS_HELP);
    }
    if (count == 0) {
        complain("which command? `cprof --help` lists them");
        return EXIT_USAGE;
    }
    const struct command *command = command_find(words[0]);
    return command ? command->run(count - 1, words + 1) : EXIT_USAGE;
}

int main(int count, char **words)
{
    return count > 0 ? program_usage(count - 1, words + 1) : EXIT_USAGE;
}
