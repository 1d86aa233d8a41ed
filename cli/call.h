/* One compiler call and the words that cprof puts in front of its own.  Shared by
 * `cprof cc` and by the little program that stands for a compiler in a build
 * (wrap.c), which is why it uses the C library alone.  Must not start the compiler
 * to find something out: a build makes thousands of calls.
 */
#ifndef CPROF_CLI_CALL_H
#define CPROF_CLI_CALL_H

#include <stddef.h>

/* Set, while a configure script runs, to say that every call is a check. */
#define CALL_CHECKS_ONLY "CPROF_BUILD_CHECKS"

/* Becomes the call `words`, which ends with NULL, with the flags behind its first
 * `lead` words: the compiler, and a launcher before it.  The flags stay away from
 * the checks of configure scripts, CMake, Meson and others, and from calls that
 * name no file, as --version.  Returns only when the compiler cannot be run, with
 * the reason in errno. */
void call_become(char *const *words, size_t lead, char *const *flags, size_t flag_count);

#endif
