/* Finding the compilers and writing their scripts; see wrappers.h. */
#include "wrappers.h"

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "compiler.h"
#include "prefix.h"

/* Folders of ours are called so, and never searched for compilers. */
#define FOLDER_NAME "cprof/compilers-"

/* Longer interpreters are not started by Linux: 256 with "#!" and the newline. */
#define LONGEST_INTERPRETER 253

#define SCRIPT_SIZE (4 * PATH_MAX)

/* ---- The list ------------------------------------------------------------- */

static struct wrapper *find(const struct wrappers *wrappers, const char *name)
{
    for (size_t idx = 0; idx < wrappers->count; idx++)
        if (strcmp(wrappers->list[idx].name, name) == 0)
            return &wrappers->list[idx];
    return NULL;
}

const char *wrappers_compiler(const struct wrappers *wrappers, const char *name)
{
    const struct wrapper *found = find(wrappers, name);
    return found ? found->compiler : NULL;
}

static bool no_memory(void)
{
    complain("not enough memory");
    return false;
}

bool wrappers_set(struct wrappers *wrappers, const char *name, const char *compiler)
{
    struct wrapper *place = find(wrappers, name);
    char *path = strdup(compiler);
    if (place && path) {
        free(place->compiler);
        place->compiler = path;
        return true;
    }
    struct wrapper *list = realloc(wrappers->list, (wrappers->count + 1) * sizeof *list);
    char *own_name = strdup(name);
    if (list)
        wrappers->list = list;
    if (!list || !own_name || !path) {
        free(own_name);
        free(path);
        return no_memory();
    }
    wrappers->list[wrappers->count++] = (struct wrapper){own_name, path};
    return true;
}

bool wrappers_flag(struct wrappers *wrappers, const char *flag)
{
    size_t used = wrappers->flags ? strlen(wrappers->flags) : 0, len = strlen(flag);
    char *flags = realloc(wrappers->flags, used + len + 2);
    if (!flags)
        return no_memory();
    snprintf(flags + used, len + 2, "%s\n", flag);
    wrappers->flags = flags;
    return true;
}

void wrappers_free(struct wrappers *wrappers)
{
    for (size_t idx = 0; idx < wrappers->count; idx++) {
        free(wrappers->list[idx].name);
        free(wrappers->list[idx].compiler);
    }
    free(wrappers->list);
    free(wrappers->flags);
    *wrappers = (struct wrappers){0};
}

/* ---- The compilers of PATH ------------------------------------------------ */

/* gcc, gcc-12, clang++-19, x86_64-linux-gnu-g++ and the like; not gcc-ar. */
static bool is_compiler(const char *name)
{
    static const char *const bases[] = {"cc",  "c++", "gcc",   "g++",
                                        "c89", "c99", "clang", "clang++"};
    const char *system = strncmp(name, "x86_64-", 7) == 0 ? strstr(name, "linux-gnu-") : NULL;
    if (system)
        name = system + strlen("linux-gnu-");
    for (size_t idx = 0; idx < sizeof bases / sizeof *bases; idx++) {
        size_t len = strlen(bases[idx]);
        if (strncmp(name, bases[idx], len) == 0 &&
            (name[len] == '\0' ||
             (name[len] == '-' && strspn(name + len + 1, "0123456789.") == strlen(name + len + 1))))
            return true;
    }
    return false;
}

static bool is_program(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISREG(about.st_mode) && access(path, X_OK) == 0;
}

bool wrappers_is_one(const char *path)
{
    return strstr(path, "/" FOLDER_NAME) != NULL;
}

static bool gather_folder(struct wrappers *wrappers, const char *folder)
{
    char path[PATH_MAX];
    DIR *stream = opendir(folder);
    if (!stream)
        return true;
    bool done = true;
    for (struct dirent *entry; done && (entry = readdir(stream));) {
        int used = snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (is_compiler(entry->d_name) && used < PATH_MAX && is_program(path) &&
            !find(wrappers, entry->d_name))
            done = wrappers_set(wrappers, entry->d_name, path);
    }
    closedir(stream);
    return done;
}

bool wrappers_gather(struct wrappers *wrappers)
{
    const char *path = getenv("PATH");
    char folder[PATH_MAX];
    for (const char *at = path ? path : ""; *at;) {
        size_t len = strcspn(at, ":");
        snprintf(folder, sizeof folder, "%.*s", (int)len, at);
        /* A relative one means another folder in each folder of the build. */
        if (*folder == '/' && !wrappers_is_one(folder) && !gather_folder(wrappers, folder))
            return false;
        at += len + (at[len] == ':');
    }
    return true;
}

/* ---- The folder ----------------------------------------------------------- */

/* FNV-1a. */
#define SUM_START 0xcbf29ce484222325

static uint64_t sum_add(uint64_t sum, const char *text)
{
    for (;; text++) {
        sum = (sum ^ (unsigned char)*text) * 0x100000001b3;
        if (!*text)
            return sum;
    }
}

void wrappers_input(struct wrappers *wrappers, const char *path)
{
    char text[PATH_MAX + 64];
    struct stat about;
    if (stat(path, &about) != 0)
        return;
    snprintf(text, sizeof text, "%s %lld %lld.%09ld", path, (long long)about.st_size,
             (long long)about.st_mtim.tv_sec, about.st_mtim.tv_nsec);
    wrappers->inputs ^= sum_add(SUM_START, text); /* in any order */
}

static void add_plugin(struct wrappers *wrappers)
{
    char folder[PATH_MAX], path[2 * PATH_MAX];
    prefix_path("", folder);
    DIR *stream = opendir(folder);
    for (struct dirent *entry; stream && (entry = readdir(stream));) {
        snprintf(path, sizeof path, "%s%s", folder, entry->d_name);
        if (strncmp(entry->d_name, "cprof", 5) == 0)
            wrappers_input(wrappers, path);
    }
    if (stream)
        closedir(stream);
}

/* What wrap.c reads: one for a call of wrappers->list[which]. */
static bool script_text(const struct wrappers *wrappers, size_t which, const char *interpreter,
                        uint64_t inputs, char text[SCRIPT_SIZE])
{
    struct compiler_flags flags;
    const char *compiler = wrappers->list[which].compiler;
    if (!compiler_flags_fill(&flags, compiler_is_clang(compiler), true))
        return false;
    int used = snprintf(text, SCRIPT_SIZE, "#!%s\n# inputs: %016llx\n%s\n", interpreter,
                        (unsigned long long)inputs, compiler);
    for (size_t idx = 0; idx < flags.count && used < SCRIPT_SIZE; idx++)
        used += snprintf(text + used, SCRIPT_SIZE - (size_t)used, "%s\n%s", flags.words[idx],
                         idx == 0 && wrappers->flags ? wrappers->flags : "");
    if (used < SCRIPT_SIZE)
        return true;
    complain("%.900s: its path is too long", compiler);
    return false;
}

static bool make_folders(char *path)
{
    for (char *slash = path; (slash = strchr(slash + 1, '/'));) {
        *slash = '\0';
        (void)mkdir(path, 0777);
        *slash = '/';
    }
    return mkdir(path, 0700) == 0 || errno == EEXIST;
}

/* Ours alone: what lies in it is run. */
static bool is_own_folder(const char *path)
{
    struct stat about;
    return lstat(path, &about) == 0 && S_ISDIR(about.st_mode) && about.st_uid == geteuid() &&
           (about.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static bool is_written(const char *path, const char *text)
{
    char there[SCRIPT_SIZE];
    FILE *file = fopen(path, "re");
    size_t len = file ? fread(there, 1, sizeof there - 1, file) : 0;
    if (file)
        fclose(file);
    there[len] = '\0';
    return file && strcmp(there, text) == 0 && access(path, X_OK) == 0;
}

/* Renamed last, so that a script is there as a whole or not at all; one that a
 * tidy system took out of /tmp is made again. */
static bool script_write(const char *folder, const char *name, const char *text)
{
    char path[PATH_MAX], part[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= PATH_MAX ||
        snprintf(part, sizeof part, "%s/.%s.%d", folder, name, (int)getpid()) >= PATH_MAX)
        return false;
    if (is_written(path, text))
        return true;
    FILE *file = fopen(part, "we");
    if (!file)
        return false;
    bool written = fputs(text, file) >= 0;
    written = fclose(file) == 0 && written;
    /* access says no on a file system whose programs may not run. */
    return written && chmod(part, 0755) == 0 && access(part, X_OK) == 0 && rename(part, path) == 0;
}

static bool write_to(struct wrappers *wrappers, const char *interpreter, const char *base,
                     uint64_t sum)
{
    char text[SCRIPT_SIZE];
    if (snprintf(wrappers->folder, PATH_MAX, "%s/" FOLDER_NAME "%016llx", base,
                 (unsigned long long)sum) >= PATH_MAX ||
        !make_folders(wrappers->folder) || !is_own_folder(wrappers->folder))
        return false;
    for (size_t idx = 0; idx < wrappers->count; idx++)
        if (!script_text(wrappers, idx, interpreter, wrappers->inputs, text) ||
            !script_write(wrappers->folder, wrappers->list[idx].name, text))
            return false;
    return true;
}

bool wrappers_write(struct wrappers *wrappers)
{
    char interpreter[PATH_MAX], text[SCRIPT_SIZE], base[3][PATH_MAX] = {"", "", ""};
    uint64_t sum = SUM_START;
    if (!prefix_find("cprof-wrap", interpreter))
        return false;
    if (strlen(interpreter) > LONGEST_INTERPRETER || strchr(interpreter, ' ')) {
        complain("%.900s: a longer path than a script may name, or one with a space; move cprof",
                 interpreter);
        return false;
    }
    for (size_t idx = 0; idx < wrappers->count; idx++) {
        if (!script_text(wrappers, idx, interpreter, 0, text))
            return false;
        sum = sum_add(sum_add(sum, wrappers->list[idx].name), text);
    }
    add_plugin(wrappers);
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (cache && *cache == '/')
        snprintf(base[0], PATH_MAX, "%s", cache);
    if (home && *home == '/' && access(home, W_OK) == 0)
        snprintf(base[1], PATH_MAX, "%s/.cache", home);
    snprintf(base[2], PATH_MAX, "/tmp/cprof-%u", (unsigned)geteuid());
    for (size_t idx = 0; idx < 3; idx++)
        if (*base[idx] && write_to(wrappers, interpreter, base[idx], sum))
            return true;
    complain("no folder for the build's compilers: neither ~/.cache nor /tmp can be written and "
             "run from; set XDG_CACHE_HOME");
    return false;
}
