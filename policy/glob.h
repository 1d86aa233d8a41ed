/* Shell patterns over names and paths: `*`, `?`, `[a-z]`, `[!a-z]`, backslash.
 *
 * Unlike the shell's, `*` and `?` cross `/` and `:`: a pattern speaks of the
 * whole string.  An unclosed `[` stands for itself, as in fnmatch(3), which is
 * not used because its answer depends on the locale.  Called by list.c.
 */
#ifndef CPROF_POLICY_GLOB_H
#define CPROF_POLICY_GLOB_H

#include <stdbool.h>

bool cprof_glob_match(const char *pattern, const char *text);

#endif
