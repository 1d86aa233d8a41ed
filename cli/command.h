/* What a command is: a description, which also is its manual page, and a
 * function.  main.c looks commands up; help.c prints their descriptions.
 */
#ifndef CPROF_CLI_COMMAND_H
#define CPROF_CLI_COMMAND_H

#include <stddef.h>

#include "options.h"

/* Runs with the words behind the command's name.  Returns the exit status. */
struct command {
    const char *name;
    const char *summary;
    int (*run)(int count, char **words);
};

extern const struct command commands[];
extern const size_t command_count;

/* NULL after a sentence if there is none. */
const struct command *command_find(const char *name);

/* What `cprof` does with its own words, a command among them. */
int program_usage(int count, char **words);

/* Exit statuses, as in CONTRACT.md. */
enum { EXIT_DONE = 0, EXIT_GATE = 1, EXIT_USAGE = 2, EXIT_INPUT = 3, EXIT_OUTPUT = 4 };

#define CPROF_COMMAND(name, function, summary) int function(int count, char **words);
#include "command.def"
#undef CPROF_COMMAND

#endif
