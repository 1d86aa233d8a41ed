/* `cprof build`: runs a whole build with compilers that add cprof's flags.
 *
 * The build finds them first in PATH, in CC and in CXX, so that makefiles that name
 * their compiler themselves need no change.  What the build runs of its own products
 * records nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "call.h"
#include "child.h"
#include "command.h"
#include "compiler.h"
#include "wrappers.h"

static const char *last_component(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* ---- The compilers -------------------------------------------------------- */

/* --cc: whichever compiler the build calls, it gets this one, `path`. */
static bool choose(struct wrappers *wrappers, const char *path)
{
    static const char *const names[2][3] = {{"cc", "gcc", "clang"}, {"c++", "g++", "clang++"}};
    static const char *const variables[2] = {"CC", "CXX"};
    char compiler[PATH_MAX];
    bool done = true;
    for (int cxx = 0; cxx < 2; cxx++) {
        unsetenv(variables[cxx]);
        if (!compiler_sibling(path, cxx, compiler)) {
            if (cxx)
                continue;
            snprintf(compiler, sizeof compiler, "%s", path);
        }
        for (size_t idx = 0; idx < 3; idx++)
            done = done && wrappers_set(wrappers, names[cxx][idx], compiler);
        done = done && wrappers_set(wrappers, last_component(compiler), compiler);
        setenv(variables[cxx], compiler, 1);
    }
    return done;
}

/* A compiler that CC or CXX names by its path gets a wrapper of its name. */
static bool adopt(struct wrappers *wrappers, const char *variable)
{
    const char *value = getenv(variable);
    char word[PATH_MAX], path[PATH_MAX];
    if (!value || sscanf(value, "%4095s", word) != 1 || !strchr(word, '/') ||
        compiler_is_launcher(word) || wrappers_is_one(word) || !compiler_find(word, path))
        return true;
    return wrappers_set(wrappers, last_component(word), path);
}

/* --plugin: "only=attribute,denylist=FILE" to flags.  The build changes folders, so a
 * file gets its whole path. */
static bool take_options(struct wrappers *wrappers, const char *options)
{
    char word[PATH_MAX], path[PATH_MAX], flag[2 * PATH_MAX];
    for (const char *at = options ? options : ""; *at;) {
        size_t len = strcspn(at, ",");
        snprintf(word, sizeof word, "%.*s", (int)len, at);
        char *value = strchr(word, '=');
        bool is_file = value && strstr(word, "list=") && realpath(value + 1, path);
        snprintf(flag, sizeof flag, "-fplugin-arg-cprof-%.*s%s",
                 is_file ? (int)(value + 1 - word) : (int)strlen(word), word, is_file ? path : "");
        if (is_file)
            wrappers_input(wrappers, path);
        if (!wrappers_flag(wrappers, flag))
            return false;
        at += len + (at[len] == ',');
    }
    return true;
}

static int gather(struct wrappers *wrappers, const char *compiler)
{
    char path[PATH_MAX];
    bool clang;
    int status = compiler ? compiler_choose(compiler, path) : compiler_check(NULL, &clang);
    if (status)
        return status;
    bool done =
        wrappers_gather(wrappers) &&
        (compiler ? choose(wrappers, path) : adopt(wrappers, "CC") && adopt(wrappers, "CXX")) &&
        wrappers_write(wrappers);
    return done ? EXIT_DONE : EXIT_INPUT;
}

/* ---- The environment ------------------------------------------------------ */

/* CC and CXX name wrappers by their paths, which configure scripts and CMake keep:
 * the value's own first word, or the first of `names` that there is. */
static void set_compiler(const struct wrappers *wrappers, const char *variable,
                         const char *const *names)
{
    const char *value = getenv(variable);
    char text[2 * PATH_MAX];
    if (value && *value) {
        size_t start = strspn(value, " "), len = strcspn(value + start, " ");
        char word[PATH_MAX];
        snprintf(word, sizeof word, "%.*s", (int)len, value + start);
        if (!wrappers_compiler(wrappers, last_component(word)))
            return;
        snprintf(text, sizeof text, "%s/%s%s", wrappers->folder, last_component(word),
                 value + start + len);
        setenv(variable, text, 1);
        return;
    }
    for (; *names; names++)
        if (wrappers_compiler(wrappers, *names)) {
            snprintf(text, sizeof text, "%s/%s", wrappers->folder, *names);
            setenv(variable, text, 1);
            return;
        }
}

static void path_begin(const char *folder)
{
    const char *old = getenv("PATH");
    if (!old || !*old)
        old = "/usr/local/bin:/usr/bin:/bin";
    size_t size = strlen(folder) + strlen(old) + 2;
    char *value = malloc(size);
    if (!value)
        return;
    snprintf(value, size, "%s:%s", folder, old);
    setenv("PATH", value, 1);
    free(value);
}

/* A configure script compiles nothing but checks. */
static bool is_configure(const char *program)
{
    const char *name = last_component(program);
    return strcasecmp(name, "configure") == 0 || strcmp(name, "config.status") == 0;
}

static void set_environment(const struct wrappers *wrappers, char **words)
{
    static const char *const c_names[] = {"gcc", "cc", "clang", NULL};
    static const char *const cxx_names[] = {"g++", "c++", "clang++", NULL};
    set_compiler(wrappers, "CC", c_names);
    set_compiler(wrappers, "CXX", cxx_names);
    path_begin(wrappers->folder);
    /* Generators and tests that the build runs leave no profiles in its folders. */
    if (!getenv("CPROF_MODE") && !getenv("CPROF_OUTPUT"))
        setenv("CPROF_MODE", "off", 1);
    if (is_configure(words[0]))
        setenv(CALL_CHECKS_ONLY, "1", 1);
}

/* ---- The build ------------------------------------------------------------ */

/* A file that is gone when a wrapper was called. */
static bool unused_make(char path[PATH_MAX])
{
    const char *folder = getenv("TMPDIR");
    snprintf(path, PATH_MAX, "%s/cprof-build-XXXXXX", folder && *folder ? folder : "/tmp");
    int file = mkstemp(path);
    if (file >= 0)
        close(file);
    return file >= 0 && setenv(WRAPPERS_UNUSED, path, 1) == 0;
}

static int build(char **words)
{
    char unused[PATH_MAX];
    bool watched = unused_make(unused);
    pid_t child = child_start(words);
    int status = child < 0 ? 126 : child_wait(child);
    if (watched && unlink(unused) == 0 && status == 0)
        complain("the build called none of cprof's compilers, so nothing new is profiled; clean "
                 "what was built before, and do not name the compiler by its path");
    return status;
}

int command_build(int count, char **words)
{
    const char *compiler = NULL, *plugin = NULL;
    const struct option options[] = {
        {OPTION_TEXT, 0, "cc", "COMPILER", "build with this one: gcc, clang or a path ($CC)",
         &compiler, NULL},
        {OPTION_TEXT, 0, "plugin", "OPTIONS", "the plugin's, as in min-size=5,denylist=FILE",
         &plugin, NULL},
        {0}};
    const struct usage usage = {
        .name = "build",
        .arguments = "[OPTION]... -- COMMAND [ARGUMENT]...",
        .summary = "run a whole build with the flags added",
        .description =
            "Runs a build whose compilers add the flags of `cprof flags` to every call, however\n"
            "the build names them: they stand first in PATH, and in CC and CXX. Checks of\n"
            "configure scripts, CMake and Meson get no flags. The exit status is the build's.\n"
            "\n"
            "Configuring and building may be two calls. What the build itself runs, as tests or\n"
            "generators, leaves no profiles unless CPROF_MODE or CPROF_OUTPUT is set.",
        .examples = "cprof build -- make\n"
                    "cprof build -- ./configure && cprof build -- make\n"
                    "cprof build --cc clang -- cmake -S . -B build && cmake --build build",
        .options = options,
        .stops = true};
    enum options_result result = options_parse(&usage, &count, words);
    if (result != OPTIONS_OK)
        return options_status(result);
    if (count == 0) {
        complain("build needs a command: cprof build -- make");
        return EXIT_USAGE;
    }
    struct wrappers wrappers = {0};
    int status = take_options(&wrappers, plugin) ? gather(&wrappers, compiler) : EXIT_INPUT;
    if (status) {
        wrappers_free(&wrappers);
        return status;
    }
    set_environment(&wrappers, words);
    status = build(words);
    wrappers_free(&wrappers);
    return status;
}
