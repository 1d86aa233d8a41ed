/* Asking compilers for their kind and version; see compiler.h. */
#include "compiler.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"

struct answer {
    bool found; /* there is such a program */
    bool clang;
    int gcc_major; /* 0: not known */
};

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
