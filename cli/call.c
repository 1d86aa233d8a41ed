/* Which calls get the flags; see call.h. */
#include "call.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- Checks --------------------------------------------------------------- */

static bool begins(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* Whether the component at `at`, up to the next slash, is `name`. */
static bool is_component(const char *at, const char *name)
{
    size_t len = strlen(name);
    return begins(at, name) && (at[len] == '/' || at[len] == '\0');
}

/* Behind CMakeFiles/: CMakeScratch or, before CMake 3.25, CMakeTmp hold the
 * checks of a project; 3.25.1/CompilerIdC is how CMake gets to know a compiler. */
static bool is_cmake_check(const char *at)
{
    const char *next = strchr(at, '/');
    return is_component(at, "CMakeScratch") || is_component(at, "CMakeTmp") ||
           begins(at, "_CMakeLTOTest") || (next && begins(next + 1, "CompilerId"));
}

/* Whether a folder on the way is one in which a build system makes its checks. */
static bool leads_through_checks(const char *path)
{
    for (const char *at = path; at; at = strchr(at, '/')) {
        at += *at == '/';
        if (begins(at, "CMakeFiles/") && is_cmake_check(at + strlen("CMakeFiles/")))
            return true;
        if (is_component(at, "meson-private") || is_component(at, "conftest.dir") ||
            begins(at, ".conf_check_") /* waf */ || is_component(at, ".sconf_temp") /* SCons */)
            return true;
    }
    return false;
}

/* What autoconf and those who follow it call their files. */
static bool is_conftest(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    return begins(name, "conftest") || begins(name, "conftstm");
}

static bool is_check(char *const *words)
{
    char folder[PATH_MAX];
    if (getenv(CALL_CHECKS_ONLY) || (getcwd(folder, sizeof folder) && leads_through_checks(folder)))
        return true;
    for (; *words; words++)
        if (**words != '-' && (is_conftest(*words) || leads_through_checks(*words)))
            return true;
    return false;
}

/* "-" is standard input. */
static bool names_a_file(char *const *words)
{
    for (; *words; words++)
        if (**words != '-' || (*words)[1] == '\0')
            return true;
    return false;
}

/* ---- The call ------------------------------------------------------------- */

void call_become(char *const *words, size_t lead, char *const *flags, size_t flag_count)
{
    size_t count = 0;
    while (words[count])
        count++;
    if (!names_a_file(words + lead) || is_check(words + lead))
        flag_count = 0;
    char **all = calloc(count + flag_count + 1, sizeof *all);
    if (!all)
        return;
    memcpy(all, words, lead * sizeof *all);
    memcpy(all + lead, flags, flag_count * sizeof *all);
    memcpy(all + lead + flag_count, words + lead, (count - lead) * sizeof *all);
    execvp(words[0], all);
    int reason = errno;
    free(all);
    errno = reason;
}
