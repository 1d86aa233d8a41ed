/* A folder of compilers for `cprof build`: for each compiler of PATH a script of its
 * name, which calls it with cprof's flags.  Must not touch the build's own folders.
 *
 * The folder's name holds a sum of what is called from it, so it stays what it is and
 * outlives the build: CMake and configure scripts write down the paths of the
 * compilers that they found.  When the plugin or a list changes, which ccache does not
 * see, the scripts are written anew.
 */
#ifndef CPROF_CLI_WRAPPERS_H
#define CPROF_CLI_WRAPPERS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Names a file that the first call of a wrapper removes. */
#define WRAPPERS_UNUSED "CPROF_BUILD_UNUSED"

struct wrappers {
    struct wrapper {
        char *name;
        char *compiler; /* its path */
    } * list;
    size_t count;
    char *flags;     /* lines besides compiler_flags_fill's; NULL: none */
    uint64_t inputs; /* a sum of the files that decide, for ccache */
    char folder[PATH_MAX];
};

/* Those for the compilers of PATH, nearest first. */
bool wrappers_gather(struct wrappers *wrappers);

/* Adds one or changes what is called by its name. */
bool wrappers_set(struct wrappers *wrappers, const char *name, const char *compiler);

/* A file that decides what the calls make, as the plugin does. */
void wrappers_input(struct wrappers *wrappers, const char *path);

/* One flag more for every call. */
bool wrappers_flag(struct wrappers *wrappers, const char *flag);

/* The path of the compiler that goes by that name, or NULL. */
const char *wrappers_compiler(const struct wrappers *wrappers, const char *name);

/* Makes the folder.  False after a sentence. */
bool wrappers_write(struct wrappers *wrappers);

/* Whether a path is that of a wrapper, from a build around this one. */
bool wrappers_is_one(const char *path);

void wrappers_free(struct wrappers *wrappers);

#endif
