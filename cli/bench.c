/* `cprof bench`: measures two builds fairly and compares them.
 *
 * Runs come in pairs, one of each build, so that what drifts meets both; which of the
 * two is first, and how large the environment is, is drawn anew for each, since both
 * move a program's speed (Mytkowicz, Diwan, Hauswirth and Sweeney, Producing Wrong
 * Data Without Doing Anything Obviously Wrong, 2009).
 *
 * The comparison is looked at up to three times, and ends when the answer is clear.  Each
 * look may be wrong, so each is given a third of what may go wrong in all (Bonferroni).
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "diff.h"

#define DEFAULT_RUNS 20
#define LOOKS 3
/* Fewer runs a side than this cannot tell much. */
#define LEAST_LOOK 5
/* A page of environment moves the stack through every alignment within a page. */
#define MOST_PADDING 4096

struct bench {
    char **programs[CPROF_SIDE_COUNT];
    struct cprof_diff *diff;
    const char *folder;
    bool keep, all, warned;
    long cpu; /* negative: any */
    unsigned long pairs;
    uint64_t random;
    struct timespec begun;
};

static const char *const side_words[] = {"baseline", "candidate"};
static volatile sig_atomic_t interrupted;

static void interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
}

/* xorshift64*: anything will do that is not a pattern. */
static uint64_t draw(struct bench *bench)
{
    bench->random ^= bench->random >> 12;
    bench->random ^= bench->random << 25;
    bench->random ^= bench->random >> 27;
    return bench->random * 2685821657736338717u >> 11;
}

static double seconds_since(const struct timespec *moment)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - moment->tv_sec) + (double)(now.tv_nsec - moment->tv_nsec) / 1e9;
}

/* ---- Progress -------------------------------------------------------------------- */

static void show_progress(const struct bench *bench, unsigned long done)
{
    enum { WIDTH = 30 };
    char bar[WIDTH + 1];
    const char *terminal = getenv("TERM");
    if (!isatty(STDERR_FILENO) || (terminal && strcmp(terminal, "dumb") == 0))
        return;
    for (unsigned long idx = 0; idx < WIDTH; idx++)
        bar[idx] = idx * bench->pairs < done * WIDTH ? '#' : '.';
    bar[WIDTH] = '\0';
    fprintf(stderr, "\r\033[Kcprof: [%s] %lu of %lu pairs", bar, done, bench->pairs);
    if (done)
        fprintf(stderr, ", at most %.0f s left",
                seconds_since(&bench->begun) * (double)(bench->pairs - done) / (double)done);
}

static void wipe_progress(void)
{
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
}

/* ---- One run ---------------------------------------------------------------------- */

static int remove_one(const char *path, const struct stat *about, int type, struct FTW *where)
{
    (void)about, (void)type, (void)where;
    return remove(path);
}

static void remove_folder(const char *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* What is done in the child; ends it. */
static void become(const struct bench *bench, char **words, const char *output, size_t padding)
{
    char room[MOST_PADDING + 1];
    memset(room, 'x', sizeof room);
    room[padding] = '\0';
    setenv("CPROF_BENCH_PADDING", room, 1);
    setenv("CPROF_OUTPUT", output, 1);
    if (bench->cpu >= 0) {
        cpu_set_t set;
        CPU_ZERO(&set);
        CPU_SET((size_t)bench->cpu, &set);
        if (sched_setaffinity(0, sizeof set, &set) != 0) {
            complain("the program cannot be pinned to processor %ld (%s)", bench->cpu,
                     strerror(errno));
            _exit(126);
        }
    }
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere >= 0)
        dup2(nowhere, STDOUT_FILENO);
    signal(SIGINT, SIG_DFL);
    execvp(words[0], words);
    complain("%s: cannot be run (%s); check the name", words[0], strerror(errno));
    _exit(errno == ENOENT ? 127 : 126);
}

/* Runs a program once; its exit status as a shell would say it, -1 if interrupted. */
static int run_once(struct bench *bench, char **words, const char *output, double *seconds)
{
    struct timespec begun;
    int status;
    size_t padding = (size_t)(draw(bench) % MOST_PADDING);
    clock_gettime(CLOCK_MONOTONIC, &begun);
    pid_t child = fork();
    if (child == 0)
        become(bench, words, output, padding);
    if (child < 0) {
        complain("%s: cannot be run (%s)", words[0], strerror(errno));
        return 126;
    }
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return 126;
    *seconds = seconds_since(&begun);
    if (interrupted)
        return -1;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* The time of the run alone, of a program that leaves no profile. */
static enum cprof_status add_time(struct bench *bench, enum cprof_side side, double seconds,
                                  struct cprof_error *error)
{
    struct cprof_snapshot *run = cprof_snapshot_new(bench->programs[side][0]);
    if (!run)
        return error->status;
    cprof_snapshot_set(run, CPROF_METRIC_TOTAL_TIME, (uint64_t)(seconds * 1e9));
    enum cprof_status status = cprof_diff_add_snapshot(bench->diff, side, run, error);
    cprof_snapshot_free(run);
    return status;
}

/* Adds what the run left in its folder, or its time if that is nothing. */
static int add_run(struct bench *bench, enum cprof_side side, const char *folder, double seconds)
{
    struct cprof_error error = {.status = CPROF_INPUT, .text = "not enough memory"};
    struct cprof_profile *profile = cprof_profile_new();
    struct stat about;
    enum cprof_status status = CPROF_INPUT;
    bool there = stat(folder, &about) == 0;
    if (profile && there) {
        cprof_profile_settle(folder);
        status = cprof_profile_add_path(profile, folder, &error);
        if (status == CPROF_OK)
            status = cprof_diff_add_profile(bench->diff, side, profile, &error);
    } else if (profile) {
        status = add_time(bench, side, seconds, &error);
        if (!bench->warned)
            complain("%s leaves no profile; its time as a whole is all that is compared",
                     bench->programs[side][0]);
        bench->warned = true;
    }
    cprof_profile_free(profile);
    if (there && !bench->keep)
        remove_folder(folder);
    if (status != CPROF_OK)
        complain("%s", error.text);
    return (int)status;
}

static int measure(struct bench *bench, enum cprof_side side, unsigned long pair)
{
    char folder[PATH_MAX], output[PATH_MAX + 8];
    double seconds;
    snprintf(folder, sizeof folder, "%s/%s/%04lu", bench->folder, side_words[side], pair);
    snprintf(output, sizeof output, "%s/%%p", folder);
    int status = run_once(bench, bench->programs[side], output, &seconds);
    if (status < 0)
        return 130;
    if (status) {
        wipe_progress();
        complain("run %lu of the %s (%s) ended with %d; a benchmark needs runs that succeed",
                 pair + 1, side_words[side], bench->programs[side][0], status);
        return EXIT_USAGE;
    }
    return add_run(bench, side, folder, seconds);
}

/* ---- All runs --------------------------------------------------------------------- */

/* Whether the whole program's verdict is in, at one of the looks. */
static bool is_clear(struct bench *bench, unsigned long done)
{
    struct cprof_diff_facts facts;
    bool due = false;
    for (unsigned long look = 1; look < LOOKS; look++)
        due |= done == (bench->pairs * look + LOOKS - 1) / LOOKS;
    return due && !bench->all && done >= LEAST_LOOK &&
           cprof_diff_facts(bench->diff, &facts, NULL) == CPROF_OK &&
           facts.verdict != CPROF_VERDICT_UNCLEAR;
}

static int measure_pairs(struct bench *bench)
{
    struct sigaction action = {.sa_handler = interrupt}, before;
    int status = EXIT_DONE;
    clock_gettime(CLOCK_MONOTONIC, &bench->begun);
    sigaction(SIGINT, &action, &before);
    for (unsigned long pair = 0; status == EXIT_DONE && pair < bench->pairs; pair++) {
        int first = (int)(draw(bench) & 1);
        show_progress(bench, pair);
        for (int turn = 0; status == EXIT_DONE && turn < CPROF_SIDE_COUNT; turn++)
            status = measure(bench, (enum cprof_side)(first ^ turn), pair);
        if (status == EXIT_DONE && pair + 1 < bench->pairs && is_clear(bench, pair + 1))
            break;
    }
    wipe_progress();
    sigaction(SIGINT, &before, NULL);
    return status;
}

static int run_bench(struct bench *bench, const char *keep, const struct diff_asked *asked)
{
    const char *place = getenv("TMPDIR");
    char scratch[PATH_MAX], whole[PATH_MAX];
    snprintf(scratch, sizeof scratch, "%s/cprof-bench.XXXXXX", place && *place ? place : "/tmp");
    /* Programs may change their folder, so the path has to be whole. */
    if (keep && mkdir(keep, 0777) != 0 && errno != EEXIST) {
        complain("%s: cannot be made (%s)", keep, strerror(errno));
        return EXIT_OUTPUT;
    }
    bench->folder = keep ? realpath(keep, whole) : mkdtemp(scratch);
    if (!bench->folder) {
        complain("%s: cannot be used (%s)", keep ? keep : scratch, strerror(errno));
        return EXIT_OUTPUT;
    }
    int status = measure_pairs(bench);
    if (!keep)
        remove_folder(scratch);
    return status == EXIT_DONE ? diff_render(bench->diff, asked) : status;
}

/* Finds both programs in the words: A... -- B... */
static bool take_programs(struct bench *bench, int count, char **words)
{
    int idx = 0;
    while (idx < count && strcmp(words[idx], "--") != 0)
        idx++;
    if (idx == 0 || idx + 1 >= count) {
        complain("bench needs two programs: cprof bench -- BASELINE [ARGUMENT]... -- CANDIDATE "
                 "[ARGUMENT]...");
        return false;
    }
    words[idx] = NULL;
    bench->programs[CPROF_BASELINE] = words;
    bench->programs[CPROF_CANDIDATE] = words + idx + 1;
    return true;
}

int command_bench(int count, char **words)
{
    unsigned long top = 20, seed = 0, cpu = ULONG_MAX;
    const char *keep = NULL;
    struct bench bench = {.pairs = DEFAULT_RUNS};
    struct diff_asked asked = {.fail_above = -1};
    const struct option options[] = {
        {OPTION_NUMBER, 'r', "runs", "N", "at most N runs of each (20)", &bench.pairs, NULL},
        {OPTION_FLAG, 0, "all", NULL, "do not stop early", &bench.all, NULL},
        {OPTION_NUMBER, 0, "pin", "CPU", "run on this processor alone", &cpu, NULL},
        {OPTION_TEXT, 0, "keep", "FOLDER", "keep the profiles there", &keep, NULL},
        {OPTION_NUMBER, 0, "seed", "N", "draw the same order again", &seed, NULL},
        {OPTION_CHOICE, 'f', "format", "FORMAT", "how to write it (text)", &asked.format,
         diff_formats},
        {OPTION_SHARE, 0, "fail-above", "PERCENT",
         "exit with 1 if something is clearly worse by more", &asked.fail_above, NULL},
        {OPTION_NUMBER, 'n', "top", "N", "changes to show a list; 0: all (20)", &top, NULL},
        {OPTION_TEXT, 'o', "output", "FILE", "where to write it (standard output)", &asked.path,
         NULL},
        {0}};
    const struct usage usage = {
        .name = "bench",
        .arguments = "[OPTION]... -- BASELINE [ARGUMENT]... -- CANDIDATE [ARGUMENT]...",
        .summary = "measure two builds fairly and compare them",
        .description =
            "Runs two programs in pairs, in random order and with an environment of random\n"
            "size, and compares them as `cprof diff` does. Their standard output is dropped.\n"
            "It looks after a third and after two thirds of the runs, and stops if the whole\n"
            "program is clearly faster, slower or the same by then.\n"
            "\n"
            "With --keep, `cprof diff FOLDER/baseline FOLDER/candidate` reads the profiles\n"
            "again. A program without the plugin is compared by its time as a whole.",
        .examples = "cprof bench --runs 20 -- ./old input -- ./new input\n"
                    "cprof bench --pin 1 --keep runs --fail-above 5% -- ./old -- ./new",
        .options = options,
        .stops = true};
    enum options_result result = options_parse(&usage, &count, words);
    if (result != OPTIONS_OK)
        return options_status(result);
    if (!take_programs(&bench, count, words))
        return EXIT_USAGE;
    if (!bench.pairs || (cpu != ULONG_MAX && cpu >= CPU_SETSIZE)) {
        complain("bench needs at least one run, on a processor below %d", CPU_SETSIZE);
        return EXIT_USAGE;
    }
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    bench.random = seed ? seed : (uint64_t)now.tv_nsec << 20 | (uint64_t)getpid();
    bench.random = bench.random * 0x9e3779b97f4a7c15u | 1;
    bench.cpu = cpu == ULONG_MAX ? -1 : (long)cpu;
    bench.keep = keep != NULL;
    struct cprof_diff_options diff_options = cprof_diff_defaults();
    if (!bench.all)
        diff_options.confidence = 1 - (1 - diff_options.confidence) / LOOKS;
    bench.diff = cprof_diff_new(&diff_options);
    asked.options.top = top;
    int status = bench.diff ? run_bench(&bench, keep, &asked) : EXIT_INPUT;
    cprof_diff_free(bench.diff);
    return status;
}
