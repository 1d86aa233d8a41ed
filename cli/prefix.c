/* Finding the plugin and the runtime; see prefix.h. */
#include "prefix.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

static void find_prefix(char prefix[PATH_MAX])
{
    ssize_t len = readlink("/proc/self/exe", prefix, PATH_MAX - 1);
    prefix[len > 0 ? len : 0] = '\0';
    for (int level = 0; level < 2; level++) { /* bin/cprof */
        char *slash = strrchr(prefix, '/');
        if (slash)
            *slash = '\0';
    }
}

void prefix_path(const char *name, char path[PATH_MAX])
{
    char prefix[PATH_MAX];
    find_prefix(prefix);
    if (snprintf(path, PATH_MAX, "%s/lib/cprof/%s", prefix, name) >= PATH_MAX)
        path[0] = '\0';
}

bool prefix_find(const char *name, char path[PATH_MAX])
{
    prefix_path(name, path);
    if (access(path, R_OK) == 0)
        return true;
    complain("%.900s is missing; install cprof again, with all its files", path);
    return false;
}

bool prefix_plugin_flag(char flags[PATH_MAX])
{
    char path[PATH_MAX];
    if (!prefix_find("cprof.so", path))
        return false;
    if (strchr(path, ' ')) {
        complain("%.900s: a folder with a space cannot stand in CFLAGS; move cprof", path);
        return false;
    }
    return snprintf(flags, PATH_MAX, "-fplugin=%s", path) < PATH_MAX;
}

bool prefix_include_flag(char flags[PATH_MAX])
{
    char prefix[PATH_MAX];
    find_prefix(prefix);
    return snprintf(flags, PATH_MAX, "-I%s/include", prefix) < PATH_MAX;
}
