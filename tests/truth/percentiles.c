/* Calls whose durations are known, on a clock that only they advance: prints what
 * the percentiles of each function must be.  A forked child spends otherwise and
 * prints its own.  Built with the hooks and run by percentiles.sh.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

volatile unsigned long long cprof_fake_clock;

#define NOIPA __attribute__((noipa))
#define LARGE 400000
#define SMALL 300

enum { STEADY, MIXED, OUTER, LONG, KINDS };
static const char *const names[KINDS] = {"steady", "mixed", "outer", "seldom"};
static uint64_t *durations[KINDS];
static size_t counts[KINDS];
static uint64_t state = 88172645463325252u;

static __attribute__((no_profile)) void note(int kind, uint64_t before)
{
    durations[kind][counts[kind]++] = cprof_fake_clock - before;
}

static __attribute__((no_profile)) unsigned percent(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state >> 33) % 100;
}

NOIPA static void steady(unsigned amount)
{
    cprof_fake_clock += amount;
}

/* Nine in ten are short, one in fifty is long. */
NOIPA static void mixed(unsigned chance)
{
    cprof_fake_clock += chance < 90 ? 110 : chance < 98 ? 700 : 30000;
}

NOIPA static void outer(unsigned amount)
{
    cprof_fake_clock += 40;
    for (int round = 0; round < 2; round++) {
        uint64_t before = cprof_fake_clock;
        steady(amount);
        note(STEADY, before);
    }
    uint64_t before = cprof_fake_clock;
    mixed(percent());
    note(MIXED, before);
    cprof_fake_clock += 60;
}

NOIPA static void seldom(unsigned chance)
{
    cprof_fake_clock += chance < 97 ? 90000 : 5000000;
}

static int compare(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return a < b ? -1 : a > b;
}

/* NAME CALLS P50 P95 P99 MIN MAX */
static __attribute__((no_profile)) void print_all(const char *who)
{
    for (int kind = 0; kind < KINDS; kind++) {
        uint64_t *sorted = durations[kind];
        size_t count = counts[kind];
        qsort(sorted, count, sizeof *sorted, compare);
        printf("%s %s %zu %llu %llu %llu %llu %llu\n", who, names[kind], count,
               (unsigned long long)sorted[(count - 1) / 2],
               (unsigned long long)sorted[(count * 95 - 1) / 100],
               (unsigned long long)sorted[(count * 99 - 1) / 100], (unsigned long long)sorted[0],
               (unsigned long long)sorted[count - 1]);
    }
    fflush(stdout);
}

static void work(size_t calls, unsigned amount)
{
    for (size_t idx = 0; idx < calls; idx++) {
        uint64_t before = cprof_fake_clock;
        outer(amount);
        note(OUTER, before);
        if (idx % 100 == 0) {
            before = cprof_fake_clock;
            seldom(percent());
            note(LONG, before);
        }
    }
}

int main(void)
{
    for (int kind = 0; kind < KINDS; kind++)
        durations[kind] = malloc(2 * (LARGE + SMALL) * sizeof **durations);
    work(SMALL, 900); /* what the child must not inherit */
    pid_t child = fork();
    for (int kind = 0; kind < KINDS && child == 0; kind++)
        counts[kind] = 0;
    work(LARGE, child ? 100 : 300);
    int status = 0;
    if (child)
        waitpid(child, &status, 0);
    print_all(child ? "parent" : "child");
    return status != 0;
}
