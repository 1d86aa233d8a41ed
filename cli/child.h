/* Starting somebody's program and waiting for its end, as `cprof run` and `cprof
 * build` do.  Must not touch the program's input and output.
 */
#ifndef CPROF_CLI_CHILD_H
#define CPROF_CLI_CHILD_H

#include <sys/types.h>

/* Starts the program.  Ctrl-C is for it; this one waits for its end.  Negative
 * after a sentence. */
pid_t child_start(char **words);

/* The program's exit status as a shell would say it. */
int child_wait(pid_t child);

#endif
