/* The store of past runs that a command was asked about: --store, CPROF_STORE, or the
 * profiles of a folder.
 */
#ifndef CPROF_CLI_PAST_H
#define CPROF_CLI_PAST_H

#include <cprof/cprof.h>

/* EXIT_DONE and *history, to be closed, or another exit status after a sentence.  Without
 * a store the profiles of `folder` are one for as long as this is open. */
int past_open(struct cprof_history **history, const char *store, const char *folder);

/* Adds the profile at `path`; *added is false where the store had it. */
int past_add(struct cprof_history *history, const char *path,
             const struct cprof_history_about *about, bool *added);

#endif
