/* Asking compilers for their kind and version; see compiler.h. */
#include "compiler.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "prefix.h"

struct answer {
    bool found; /* there is such a program */
    bool clang;
    int gcc_major; /* 0: not known; Clang claims to be one */
    int clang_major;
};

/* ---- Asking --------------------------------------------------------------- */

/* Becomes the compiler, which prints its macros.  $CC may be several words, as
 * for make; a word of --cc is one. */
static void become(const char *compiler, bool from_environment, int output)
{
    int nothing = open("/dev/null", O_RDWR);
    dup2(nothing, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(nothing, STDERR_FILENO);
    if (from_environment)
        execl("/bin/sh", "sh", "-c", "exec $CC -E -dM -x c /dev/null", (char *)NULL);
    else
        execlp(compiler, compiler, "-E", "-dM", "-x", "c", "/dev/null", (char *)NULL);
    _exit(127);
}

static void read_macros(FILE *file, struct answer *answer)
{
    char line[512];
    while (fgets(line, sizeof line, file)) {
        answer->clang = answer->clang || strncmp(line, "#define __clang__ ", 18) == 0;
        if (strncmp(line, "#define __GNUC__ ", 17) == 0)
            answer->gcc_major = atoi(line + 17);
        if (strncmp(line, "#define __clang_major__ ", 24) == 0)
            answer->clang_major = atoi(line + 24);
    }
}

static struct answer ask(const char *compiler, bool from_environment)
{
    struct answer answer = {.found = true};
    int ends[2], status = 0;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return answer;
    pid_t child = fork();
    if (child == 0)
        become(compiler, from_environment, ends[1]);
    close(ends[1]);
    FILE *file = fdopen(ends[0], "r");
    if (file) {
        read_macros(file, &answer);
        fclose(file);
    }
    if (child > 0 && waitpid(child, &status, 0) == child)
        answer.found = !WIFEXITED(status) || WEXITSTATUS(status) != 127;
    return answer;
}

/* ---- What the plugin serves ----------------------------------------------- */

static bool is_one_of(const char *name, const char *first, const char *second)
{
    return strcmp(name, first) == 0 || strcmp(name, second) == 0;
}

int compiler_check(const char *compiler)
{
    bool from_environment = !compiler;
    if (!compiler)
        compiler = getenv("CC");
    if (!compiler || !*compiler || is_one_of(compiler, "gcc", "g++"))
        return EXIT_DONE;
    struct answer answer = {.found = true, .clang = is_one_of(compiler, "clang", "clang++")};
    if (!answer.clang)
        answer = ask(compiler, from_environment);
    if (!answer.found) {
        complain("%s: no such compiler; name gcc or the path of one", compiler);
        return EXIT_INPUT;
    }
    if (answer.clang) {
        complain("%s: this version of cprof serves GCC only, not Clang; build with gcc", compiler);
        return EXIT_USAGE;
    }
    if (answer.gcc_major && answer.gcc_major != CPROF_GCC_MAJOR) {
        complain("%s: is GCC %d, and this cprof was built for GCC %d; name another compiler or "
                 "build cprof with this one",
                 compiler, answer.gcc_major, CPROF_GCC_MAJOR);
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

static const char *last_component(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

bool compiler_is_clang(const char *compiler)
{
    char path[PATH_MAX];
    if (strstr(last_component(compiler), "clang"))
        return true;
    return realpath(compiler, path) && strstr(last_component(path), "clang");
}

bool compiler_is_launcher(const char *program)
{
    static const char *const names[] = {"ccache", "cprof", "distcc", "icecc", "sccache"};
    for (size_t idx = 0; idx < sizeof names / sizeof *names; idx++)
        if (strcmp(last_component(program), names[idx]) == 0)
            return true;
    return false;
}

bool compiler_flags_fill(struct compiler_flags *flags, bool clang, bool everywhere)
{
    flags->count = 0;
    if (!prefix_plugin_flag(flags->plugin))
        return false;
    /* What is unused is an error with -Werror: any flag where clang assembles. */
    if (clang && everywhere)
        flags->words[flags->count++] = "--start-no-unused-arguments";
    flags->words[flags->count++] = flags->plugin;
    flags->words[flags->count++] = PREFIX_SWITCH;
    if (clang && everywhere)
        flags->words[flags->count++] = "--end-no-unused-arguments";
    return true;
}

/* ---- Finding -------------------------------------------------------------- */

bool compiler_find(const char *name, char path[PATH_MAX])
{
    const char *list = getenv("PATH");
    if (strchr(name, '/')) { /* links stay: ccache and clang go by their names */
        char folder[PATH_MAX];
        if (*name == '/')
            return snprintf(path, PATH_MAX, "%s", name) < PATH_MAX && access(path, X_OK) == 0;
        return getcwd(folder, sizeof folder) &&
               snprintf(path, PATH_MAX, "%s/%s", folder, name) < PATH_MAX &&
               access(path, X_OK) == 0;
    }
    for (const char *at = list ? list : ""; *at;) {
        size_t len = strcspn(at, ":");
        if (snprintf(path, PATH_MAX, "%.*s/%s", (int)len, at, name) < PATH_MAX && *at == '/' &&
            access(path, X_OK) == 0)
            return true;
        at += len + (at[len] == ':');
    }
    return false;
}

bool compiler_sibling(const char *compiler, bool cxx, char sibling[PATH_MAX])
{
    static const char *const pairs[][2] = {{"clang", "clang++"}, {"gcc", "g++"}, {"cc", "c++"}};
    const char *name = last_component(compiler);
    for (size_t idx = 0; idx < sizeof pairs / sizeof *pairs; idx++) {
        const char *cxx_name = pairs[idx][1], *at = strstr(name, cxx_name);
        const char *from = at ? cxx_name : pairs[idx][0];
        at = at ? at : strstr(name, from);
        if (!at)
            continue;
        return snprintf(sibling, PATH_MAX, "%.*s%s%s", (int)(at - compiler), compiler,
                        pairs[idx][cxx], at + strlen(from)) < PATH_MAX &&
               access(sibling, X_OK) == 0;
    }
    return false;
}
