/* A sign of life for work of over a second, on a terminal only: one line on
 * standard error that is wiped before anything else is written.
 */
#ifndef CPROF_CLI_PROGRESS_H
#define CPROF_CLI_PROGRESS_H

/* "cprof: WHAT, N s", every second from the first on, until progress_end. */
void progress_begin(const char *what);
void progress_end(void);

#endif
