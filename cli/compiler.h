/* Whether the installed plugin serves a compiler: `flags`, `libs` and `cc` ask
 * before they promise anything.  Must not compile anything of the user's.
 */
#ifndef CPROF_CLI_COMPILER_H
#define CPROF_CLI_COMPILER_H

/* `compiler`: what --cc says, a name or path; NULL: $CC, if it is set.  The names
 * gcc and g++ are believed, others are asked for their kind and version, and
 * those that do not answer are left to the plugin's own check.  EXIT_DONE, or
 * another exit status after a sentence. */
int compiler_check(const char *compiler);

#endif
