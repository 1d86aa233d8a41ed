/* Compilers: whether the installed plugin serves one, and the flags it needs.
 * `flags`, `libs`, `cc` and `build` ask before they promise anything.  Must not
 * compile anything of the user's.
 */
#ifndef CPROF_CLI_COMPILER_H
#define CPROF_CLI_COMPILER_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* What a compiler was told to be: its name, or that of the file behind a link. */
bool compiler_is_clang(const char *compiler);

/* A program that takes a compiler call as its arguments, as ccache does. */
bool compiler_is_launcher(const char *program);

/* `compiler`: what --cc says, a name or path; NULL: $CC, if it is set.  The words
 * gcc and clang mean any, others are asked for their kind and version, and those
 * that do not answer are left to the plugin's own check.  EXIT_DONE, or another
 * exit status after a sentence. */
int compiler_check(const char *compiler, bool *clang);

/* The path of a compiler to build with.  gcc and clang mean the newest one that is
 * served, where the one of that very name is not: clang-19 for clang.  EXIT_DONE,
 * or another exit status after a sentence. */
int compiler_choose(const char *compiler, char path[PATH_MAX]);

struct compiler_flags {
    char *words[8];
    size_t count;
    char plugin[PATH_MAX], pass[PATH_MAX], include[PATH_MAX];
};

/* `everywhere`: for all calls of a build, those too that compile nothing, where
 * Clang would complain about flags without use.  False after a sentence. */
bool compiler_flags_fill(struct compiler_flags *flags, bool clang, bool everywhere);

/* The C++ compiler beside a C compiler, or the other way round: g++-12 for gcc-12.
 * False if there is none. */
bool compiler_sibling(const char *compiler, bool cxx, char sibling[PATH_MAX]);

/* The file that a name stands for in PATH, as a shell would find it; a path is
 * made absolute.  False if there is none. */
bool compiler_find(const char *name, char path[PATH_MAX]);

#endif
