/* The profile a command is asked about: files, folders, "-", or the newest here.
 */
#ifndef CPROF_CLI_INPUT_H
#define CPROF_CLI_INPUT_H

#include <cprof/cprof.h>

/* Loads what the words name.  EXIT_DONE and *profile, to be freed, or another
 * exit status after a sentence. */
int input_open(struct cprof_profile **profile, int count, char **words);

#endif
