/* The little program behind each compiler of `cprof build`: a script names it as
 * its interpreter, it reads the script, and becomes the compiler that is named
 * there with the flags that are named there.
 *
 * Linked statically and free of everything else, because a configure script calls
 * it a thousand times.  The script's lines, which wrappers.c writes: the
 * interpreter, a comment, the compiler, and a flag each.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "call.h"
#include "wrappers.h"

enum { SCRIPT_COMPILER = 2, SCRIPT_FLAGS, MOST_LINES = 32 };

struct script {
    char text[4 * PATH_MAX];
    char *lines[MOST_LINES];
    size_t count;
};

static bool script_read(struct script *script, const char *path)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = file < 0 ? -1 : read(file, script->text, sizeof script->text - 1);
    if (file >= 0)
        close(file);
    if (len < 0)
        return false;
    script->text[len] = '\0';
    char *line = script->text;
    for (char *end; script->count < MOST_LINES && (end = strchr(line, '\n')); line = end + 1) {
        *end = '\0';
        script->lines[script->count++] = line;
    }
    return script->count > SCRIPT_COMPILER;
}

/* A compiler that looks for another one by its name, as ccache does, must find the
 * real one: our folder leaves PATH. */
static void path_forget(const char *script)
{
    const char *slash = strrchr(script, '/'), *path = getenv("PATH");
    char *kept = path ? malloc(strlen(path) + 1) : NULL;
    if (!slash || !kept) {
        free(kept);
        return;
    }
    size_t folder_len = (size_t)(slash - script), used = 0;
    for (const char *at = path; *at;) {
        size_t len = strcspn(at, ":"), whole = len + (at[len] == ':');
        if (len != folder_len || strncmp(at, script, len) != 0) {
            memcpy(kept + used, at, whole);
            used += whole;
        }
        at += whole;
    }
    if (used && kept[used - 1] == ':' && path[strlen(path) - 1] != ':')
        used--;
    kept[used] = '\0';
    setenv("PATH", kept, 1);
    free(kept);
}

int main(int count, char **words)
{
    struct script script = {.count = 0};
    if (count < 2 || !script_read(&script, words[1])) {
        fprintf(stderr, "cprof: %s is run by the scripts that `cprof build` makes\n", words[0]);
        return 2;
    }
    const char *unused = getenv(WRAPPERS_UNUSED);
    if (unused)
        unlink(unused);
    path_forget(words[1]);
    words[1] = script.lines[SCRIPT_COMPILER];
    call_become(words + 1, 1, script.lines + SCRIPT_FLAGS, script.count - SCRIPT_FLAGS);
    fprintf(stderr, "cprof: %s: cannot be run (%s); use `cprof build` again\n",
            script.lines[SCRIPT_COMPILER], strerror(errno));
    return errno == ENOENT ? 127 : 126;
}
