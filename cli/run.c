/* `cprof run`: runs a program, then prints a short report.
 *
 * The report goes to standard error: standard output is the program's own and
 * may be somebody's input.  The exit status is the program's.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "child.h"
#include "command.h"
#include "output.h"

#define SHORT_REPORT 10

/* The path a pattern stands for, as far as this side of the run knows it. */
static void expand(const char *pattern, pid_t child, char path[PATH_MAX])
{
    size_t used = 0;
    for (; *pattern && used < PATH_MAX - 24; pattern++) {
        if (strncmp(pattern, "%p", 2) == 0) {
            used += (size_t)snprintf(path + used, 24, "%d", (int)child);
            pattern++;
        } else {
            path[used++] = *pattern;
        }
    }
    path[used] = '\0';
}

/* Whether the file is from this run and not left from an earlier one. */
static bool is_new(const char *path, const struct timespec *before)
{
    struct stat about;
    return stat(path, &about) == 0 &&
           (about.st_mtim.tv_sec > before->tv_sec ||
            (about.st_mtim.tv_sec == before->tv_sec && about.st_mtim.tv_nsec >= before->tv_nsec));
}

static bool is_folder(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

/* Where the run left its profile: where the pattern says, in that folder, or, when a
 * script ran the program as its child, the newest one here. */
static bool find_profile(const char *pattern, pid_t child, const struct timespec *before,
                         char path[PATH_MAX])
{
    char named[PATH_MAX];
    expand(pattern, child, named);
    bool inside = is_folder(named);
    if (!inside && is_new(named, before)) {
        strcpy(path, named);
        return true;
    }
    return cprof_profile_newest(inside ? named : ".", path, PATH_MAX, NULL) == CPROF_OK &&
           is_new(path, before);
}

static void print_report(const char *path)
{
    struct cprof_error error = {.text = "not enough memory"};
    struct cprof_profile *profile = cprof_profile_new();
    struct output output;
    output_errors(&output);
    struct cprof_report_options options = {
        .top = SHORT_REPORT, .brief = true, .style = output.style};
    cprof_profile_settle(path);
    if (!profile || cprof_profile_add_path(profile, path, &error) != CPROF_OK ||
        cprof_report_text(profile, &options, &output.sink, &error) != CPROF_OK)
        complain("%s", error.text);
    else
        fprintf(stderr, "The profile is %s.\n", path);
    cprof_profile_free(profile);
}

static int run(const char *pattern, char **words)
{
    struct timespec before;
    char path[PATH_MAX];
    /* The coarse clock is the one that file times are taken from. */
    clock_gettime(CLOCK_REALTIME_COARSE, &before);
    pid_t child = child_start(words);
    if (child < 0)
        return 126;
    int status = child_wait(child);
    if (status != 126 && status != 127) {
        if (find_profile(pattern, child, &before, path))
            print_report(path);
        else
            complain("%s left no profile; build it with the output of `cprof flags`", words[0]);
    }
    return status;
}

int command_run(int count, char **words)
{
    const char *pattern = NULL;
    const struct option options[] = {{OPTION_TEXT, 'o', "output", "FILE",
                                      "where the profile goes, a file or a folder (cprof.out.PID)",
                                      &pattern, NULL},
                                     {0}};
    static const struct variable environment[] = {
        {"CPROF_MODE",
         "adaptive (default), exact, count or off; built with budget=on, the last two"},
        {"CPROF_BUDGET", "accepted where it was built with budget=on; changes nothing"},
        {"CPROF_ALLOC", "on (default), sampled (default with budget=on) or off: allocations noted"},
        {"CPROF_SAMPLES", "off: the kernel takes no samples of where the program is"},
        {"CPROF_OUTPUT", "a file or a folder; %p pid, %e program, %h host, %b build id, %t time"},
        {0}};
    const struct usage usage = {
        .name = "run",
        .arguments = "[-o FILE] -- PROGRAM [ARGUMENT]...",
        .summary = "run a program, then print a short report",
        .description =
            "Runs a program that was built for profiling and prints the functions that took\n"
            "most time to standard error; standard output stays the program's. The exit\n"
            "status is the program's, 128 and the signal's number if it was killed.",
        .examples = "cprof run -- ./program input.txt\n"
                    "cprof run -o before.cprof -- ./program input.txt",
        .options = options,
        .environment = environment,
        .stops = true};
    enum options_result result = options_parse(&usage, &count, words);
    if (result != OPTIONS_OK)
        return options_status(result);
    if (count == 0) {
        complain("run needs a program: cprof run -- ./program");
        return EXIT_USAGE;
    }
    if (pattern && setenv("CPROF_OUTPUT", pattern, 1) != 0) {
        complain("%s: cannot be handed to the program (%s)", pattern, strerror(errno));
        return EXIT_OUTPUT;
    }
    const char *asked = getenv("CPROF_OUTPUT");
    return run(asked && *asked ? asked : "cprof.out.%p", words);
}
