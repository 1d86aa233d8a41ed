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

/* Whether a back end was installed for it; `kind` is the word in its name. */
static bool is_served(const char *kind, int major)
{
    char name[64], path[PATH_MAX];
    snprintf(name, sizeof name, "cprof-%s-%d.so", kind, major);
    prefix_path(name, path);
    return access(path, R_OK) == 0;
}

/* All versions that are, as "16, 19". */
static void served(const char *kind, char *words, size_t size)
{
    words[0] = '\0';
    for (int major = 1; major < 100; major++) {
        size_t used = strlen(words);
        if (is_served(kind, major))
            snprintf(words + used, size - used, "%s%d", used ? ", " : "", major);
    }
}

static int not_served(const char *compiler, const struct answer *answer)
{
    char gcc[128], clang[128];
    served("gcc", gcc, sizeof gcc);
    served("clang", clang, sizeof clang);
    if (!*gcc && !*clang) {
        complain("there is no back end beside cprof.so; install cprof again, with all its files");
        return EXIT_INPUT;
    }
    complain("%s: is %s %d, and this cprof was built for %s%s%s%s%s; name one of these or build "
             "cprof with yours installed",
             compiler, answer->clang ? "Clang" : "GCC",
             answer->clang ? answer->clang_major : answer->gcc_major, *gcc ? "GCC " : "", gcc,
             *gcc && *clang ? " and " : "", *clang ? "Clang " : "", clang);
    return EXIT_USAGE;
}

static bool is_answer_served(const struct answer *answer)
{
    int major = answer->clang ? answer->clang_major : answer->gcc_major;
    return !major || is_served(answer->clang ? "clang" : "gcc", major);
}

/* The words for a kind, not for a program: --cc clang serves clang-19. */
static bool is_kind(const char *word)
{
    return strcmp(word, "gcc") == 0 || strcmp(word, "g++") == 0 || strcmp(word, "clang") == 0 ||
           strcmp(word, "clang++") == 0;
}

int compiler_check(const char *compiler, bool *clang)
{
    bool from_environment = !compiler;
    *clang = false;
    if (!compiler)
        compiler = getenv("CC");
    if (!compiler || !*compiler)
        return EXIT_DONE;
    *clang = strstr(compiler, "clang") != NULL;
    if (is_kind(compiler))
        return EXIT_DONE;
    struct answer answer = ask(compiler, from_environment);
    if (!answer.found) {
        complain("%s: no such compiler; name gcc, clang or the path of one", compiler);
        return EXIT_INPUT;
    }
    *clang = answer.clang;
    return is_answer_served(&answer) ? EXIT_DONE : not_served(compiler, &answer);
}

int compiler_choose(const char *compiler, char path[PATH_MAX])
{
    struct answer answer = {.found = compiler_find(compiler, path)};
    if (answer.found)
        answer = ask(path, false);
    if (answer.found && is_answer_served(&answer))
        return EXIT_DONE;
    for (int major = 99; major > 0 && is_kind(compiler); major--) {
        char name[64];
        snprintf(name, sizeof name, "%s-%d", compiler, major);
        if (is_served(strstr(compiler, "clang") ? "clang" : "gcc", major) &&
            compiler_find(name, path))
            return EXIT_DONE;
    }
    if (answer.found)
        return not_served(compiler, &answer);
    complain("%s: no such compiler; name gcc, clang or the path of one", compiler);
    return EXIT_INPUT;
}

static const char *last_component(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

bool compiler_is_clang(const char *compiler)
{
    char found[PATH_MAX], path[PATH_MAX];
    if (strstr(last_component(compiler), "clang"))
        return true;
    return compiler_find(compiler, found) && realpath(found, path) &&
           strstr(last_component(path), "clang");
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
    /* Where clang compiles in two steps, as with -save-temps, the second knows no
     * other plugins than these. */
    if (clang && snprintf(flags->pass, sizeof flags->pass, "-fpass-plugin=%s",
                          strchr(flags->plugin, '=') + 1) < (int)sizeof flags->pass)
        flags->words[flags->count++] = flags->pass;
    flags->words[flags->count++] = PREFIX_SWITCH;
    if (prefix_include_flag(flags->include)) /* cprof/user.h */
        flags->words[flags->count++] = flags->include;
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
