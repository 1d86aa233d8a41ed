/* Help and manual pages, both made from the usage of a command.
 */
#ifndef CPROF_CLI_HELP_H
#define CPROF_CLI_HELP_H

#include "options.h"

/* Prints what `--help` prints. */
void help_print(const struct usage *usage);

/* Prints the manual page; `--help=roff`, which the build calls. */
void help_manual(const struct usage *usage);

/* EXIT_DONE, or EXIT_OUTPUT if standard output refused the help. */
int help_status(void);

#endif
