/* Does error_percent say the truth?  Plays a record many times through the real
 * runtime (replay.c) and asks libcprof for the self time of each function.  Of all that
 * is said of functions with one hundredth of the time or more, the truth has to lie
 * within the error in 93 of 100 cases, for nine functions in ten by themselves; and
 * the mean over all runs must not be off by more than chance.  Run by replay.sh, in the
 * folder of the built replay.
 *
 * The tenth: a function whose time is that of one call in five hundred, of which a
 * hundred samples know nothing, and no error that is of any use would cover it.
 *
 * usage: coverage RECORD ROUNDS RUNS
 */
#include <cprof/cprof.h>
#include <math.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define FUNCTIONS 1024
#define LEAST_SHARE 0.01
#define LEAST_COVERAGE 0.93
#define MOST_BIAS 0.03 /* and four standard errors of the mean */

extern char **environ;

struct function {
    char name[16];
    unsigned long long calls, self;
    double sum, error; /* over all runs */
    unsigned covered, claims;
};

static struct function functions[FUNCTIONS];
static size_t count;
static double whole;

static void fail(const char *what)
{
    fprintf(stderr, "coverage: %s\n", what);
    exit(2);
}

static void read_truth(const char *record, const char *rounds)
{
    char command[512];
    snprintf(command, sizeof command, "./replay '%s' %s truth", record, rounds);
    FILE *file = popen(command, "r");
    if (!file)
        fail("no truth");
    struct function *next = functions;
    while (count < FUNCTIONS &&
           fscanf(file, "%15s %llu %llu", next->name, &next->calls, &next->self) == 3) {
        whole += (double)next->self;
        next = &functions[++count];
    }
    pclose(file);
}

static struct function *find(const char *name)
{
    for (size_t idx = 0; idx < count; idx++)
        if (strcmp(functions[idx].name, name) == 0)
            return &functions[idx];
    return NULL;
}

static void play(char *record, char *rounds)
{
    char *arguments[] = {(char[]){"./replay"}, record, rounds, NULL};
    pid_t child;
    int status;
    if (posix_spawn(&child, arguments[0], NULL, NULL, arguments, environ) != 0 ||
        waitpid(child, &status, 0) != child || status != 0)
        fail("a replay failed");
}

static void compare(const struct cprof_function *found)
{
    struct function *truth = find(found->name);
    if (!truth)
        return;
    if (found->calls != truth->calls)
        fail("a count is wrong");
    double self = (double)found->self_ns, off = fabs(self - (double)truth->self);
    truth->sum += self;
    if (found->error_percent < 0)
        return; /* it says that it does not know */
    truth->claims++;
    truth->error += found->error_percent;
    truth->covered += off <= 1 + found->error_percent / 100 * self;
}

static void measure(void)
{
    struct cprof_error error;
    struct cprof_profile *profile = cprof_profile_new();
    struct cprof_function function;
    if (!profile || cprof_profile_add_path(profile, "profile", &error) != CPROF_OK)
        fail("a profile cannot be read");
    for (size_t idx = 0; cprof_function_at(profile, idx, &function, &error) == CPROF_OK; idx++)
        compare(&function);
    cprof_profile_free(profile);
    unlink("profile");
}

static int by_time(const void *left_ptr, const void *right_ptr)
{
    const struct function *left = left_ptr, *right = right_ptr;
    return left->self > right->self ? -1 : left->self < right->self;
}

struct verdict {
    unsigned long covered, claims;
    int functions, seldom, biased;
};

static void judge(const struct function *function, int runs, struct verdict *verdict)
{
    double claims = function->claims ? function->claims : 1;
    double covered = function->covered / claims, error = function->error / claims;
    double bias = function->sum / runs / (double)function->self - 1;
    bool seldom = covered < LEAST_COVERAGE;
    bool biased = fabs(bias) > MOST_BIAS + 4 * error / 196 / sqrt(runs);
    printf("%s %5.2f %% of the time, mean %+6.2f %%, error %5.1f %%, covered %5.1f %%%s%s\n",
           function->name, 100 * (double)function->self / whole, 100 * bias, error, 100 * covered,
           seldom ? " SELDOM" : "", biased ? " BIASED" : "");
    verdict->covered += function->covered;
    verdict->claims += function->claims;
    verdict->functions++;
    verdict->seldom += seldom;
    verdict->biased += biased;
}

int main(int argument_count, char **arguments)
{
    if (argument_count != 4)
        fail("usage: coverage RECORD ROUNDS RUNS");
    int runs = atoi(arguments[3]);
    struct verdict verdict = {0};
    read_truth(arguments[1], arguments[2]);
    setenv("CPROF_OUTPUT", "profile", 1);
    setenv("CPROF_MODE", "adaptive", 1);
    for (int run = 0; run < runs; run++) {
        play(arguments[1], arguments[2]);
        measure();
    }
    qsort(functions, count, sizeof *functions, by_time);
    for (size_t idx = 0; idx < count && (double)functions[idx].self >= LEAST_SHARE * whole; idx++)
        judge(&functions[idx], runs, &verdict);
    double covered = (double)verdict.covered / verdict.claims;
    printf("%d runs of %zu functions, %.1f ms each: %.1f %% of all that was said covers the truth, "
           "for %d functions of %d less than %.0f %%; %d means are off\n",
           runs, count, whole / 1e6, 100 * covered, verdict.seldom, verdict.functions,
           100 * LEAST_COVERAGE, verdict.biased);
    return covered < LEAST_COVERAGE || verdict.functions < 10 ||
           verdict.seldom * 10 > verdict.functions || verdict.biased * 10 > verdict.functions;
}
