/* Where cprof is installed, found from where this program is, so that the tree
 * can be moved.
 */
#ifndef CPROF_CLI_PREFIX_H
#define CPROF_CLI_PREFIX_H

#include <limits.h>
#include <stdbool.h>

/* The path of `<prefix>/lib/cprof/<name>`, whether or not it is there. */
void prefix_path(const char *name, char path[PATH_MAX]);

/* The same.  False after a sentence if there is
 * no such file. */
bool prefix_find(const char *name, char path[PATH_MAX]);

/* The -fplugin flag, without what switches it on.  False after a sentence. */
bool prefix_plugin_flag(char flags[PATH_MAX]);

/* The -I flag for the headers of a profiled program. */
bool prefix_include_flag(char flags[PATH_MAX]);

/* The flag that switches instrumentation on. */
#define PREFIX_SWITCH "-DPROFILING=1"

#endif
