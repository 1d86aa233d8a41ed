/* How often a diff is wrong, and how often it finds what is there: recorded runs of one
 * build, drawn again and again into two sides.
 *
 * usage: resample [ROUNDS [RUNS [PERCENT [SEED]]]] <list of profiles, one a line
 *
 * A round draws twice RUNS of the runs, without replacement, and compares them: whatever is
 * called is wrong.  Then PERCENT of its run are added to the time of one function, drawn
 * among those with at least 1 % of all runs, in each run of the candidate, and the same
 * are compared: the function has to be called slower, by its own time.  Prints the
 * shares.  Uses the library as anybody may; called by bench/noise/run.
 */
#include <cprof/cprof.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_RUNS 1000

struct study {
    struct cprof_snapshot *runs[MOST_RUNS];
    size_t count;
    struct cprof_entry candidates[MOST_RUNS]; /* functions that are slowed */
    size_t candidate_count;
    size_t rounds, drawn;
    double percent;
    uint64_t random;
};

struct tally {
    size_t called, found, first, others;
};

static uint64_t draw(struct study *study, size_t below)
{
    study->random ^= study->random >> 12;
    study->random ^= study->random << 25;
    study->random ^= study->random >> 27;
    return (study->random * 2685821657736338717u >> 20) % below;
}

static void stop(const char *what)
{
    fprintf(stderr, "resample: %s\n", what);
    exit(EXIT_FAILURE);
}

static void load(struct study *study)
{
    char path[4096];
    struct cprof_error error = {.text = "not enough memory"};
    while (study->count < MOST_RUNS && fgets(path, sizeof path, stdin)) {
        struct cprof_profile *profile = cprof_profile_new();
        struct cprof_snapshot *run = cprof_snapshot_new("run");
        path[strcspn(path, "\n")] = '\0';
        if (!profile || !run || cprof_profile_add_path(profile, path, &error) != CPROF_OK ||
            cprof_snapshot_add_profile(run, profile, &error) != CPROF_OK)
            stop(error.text);
        cprof_profile_free(profile);
        study->runs[study->count++] = run;
    }
    if (study->count < 2 * study->drawn)
        stop("too few runs for that many a side");
}

static bool is_same(const struct cprof_entry *left, const struct cprof_entry *right)
{
    return strcmp(left->name, right->name) == 0 && strcmp(left->file, right->file) == 0 &&
           left->line == right->line;
}

/* The functions with at least 1 % of the time of all runs. */
static void choose(struct study *study)
{
    struct cprof_entry entry, other;
    double whole = 0;
    for (size_t run = 0; run < study->count; run++)
        whole += (double)cprof_snapshot_whole(study->runs[run]).values[CPROF_METRIC_SELF_TIME];
    for (size_t idx = 0; cprof_snapshot_at(study->runs[0], idx, &entry); idx++) {
        double self = 0;
        for (size_t run = 0; run < study->count; run++)
            for (size_t at = 0; cprof_snapshot_at(study->runs[run], at, &other); at++)
                if (is_same(&entry, &other))
                    self += (double)other.values[CPROF_METRIC_SELF_TIME];
        if (self >= 0.01 * whole && study->candidate_count < MOST_RUNS)
            study->candidates[study->candidate_count++] = entry;
    }
}

/* A run in which `slow` takes more, or a plain copy of it. */
static void add_run(const struct study *study, struct cprof_diff *diff, enum cprof_side side,
                    const struct cprof_snapshot *run, const struct cprof_entry *slow)
{
    struct cprof_snapshot *changed = cprof_snapshot_new("run");
    struct cprof_entry entry, whole = cprof_snapshot_whole(run);
    uint64_t more = 0;
    if (slow)
        more = (uint64_t)(study->percent / 100 * (double)whole.values[CPROF_METRIC_SELF_TIME]);
    for (size_t idx = 0; changed && cprof_snapshot_at(run, idx, &entry); idx++) {
        if (slow && is_same(&entry, slow)) {
            entry.values[CPROF_METRIC_SELF_TIME] += more;
            entry.values[CPROF_METRIC_TOTAL_TIME] += more;
            entry.values[CPROF_METRIC_SELF_CPU] += more;
        }
        if (cprof_snapshot_add(changed, &entry, NULL) != CPROF_OK)
            stop("not enough memory");
    }
    if (!changed)
        stop("not enough memory");
    for (int metric = 0; metric < CPROF_METRIC_COUNT; metric++)
        cprof_snapshot_set(changed, (enum cprof_metric)metric, whole.values[metric]);
    cprof_snapshot_set(changed, CPROF_METRIC_SELF_TIME,
                       whole.values[CPROF_METRIC_SELF_TIME] + more);
    cprof_snapshot_set(changed, CPROF_METRIC_SELF_CPU, whole.values[CPROF_METRIC_SELF_CPU] + more);
    cprof_snapshot_set(changed, CPROF_METRIC_TOTAL_TIME,
                       whole.values[CPROF_METRIC_TOTAL_TIME] + more);
    if (cprof_diff_add_snapshot(diff, side, changed, NULL) != CPROF_OK)
        stop("not enough memory");
    cprof_snapshot_free(changed);
}

/* The first 2 * drawn of `order` compared, the second half with `slow` in it. */
static struct cprof_diff *compare(const struct study *study, const size_t *order,
                                  const struct cprof_entry *slow)
{
    struct cprof_diff *diff = cprof_diff_new(NULL);
    struct cprof_diff_facts facts;
    if (!diff)
        stop("not enough memory");
    for (size_t idx = 0; idx < study->drawn; idx++) {
        add_run(study, diff, CPROF_BASELINE, study->runs[order[idx]], NULL);
        add_run(study, diff, CPROF_CANDIDATE, study->runs[order[study->drawn + idx]], slow);
    }
    if (cprof_diff_facts(diff, &facts, NULL) != CPROF_OK)
        stop("the runs cannot be compared");
    return diff;
}

/* Counts what was called of single functions' own times and of everything. */
static void count_calls(const struct cprof_diff *diff, const struct cprof_entry *slow,
                        struct tally *tally)
{
    bool found = false, first = true, others = false;
    for (int list = CPROF_DIFF_REGRESSIONS; list <= CPROF_DIFF_IMPROVEMENTS; list++) {
        size_t count;
        const struct cprof_diff_change *changes =
            cprof_diff_changes(diff, (enum cprof_diff_list)list, &count);
        tally->called += !slow && count > 0 && list == CPROF_DIFF_REGRESSIONS;
        if (!slow && list == CPROF_DIFF_IMPROVEMENTS && count > 0) {
            size_t worse;
            cprof_diff_changes(diff, CPROF_DIFF_REGRESSIONS, &worse);
            tally->called += worse == 0;
        }
        for (size_t idx = 0; slow && idx < count; idx++) {
            if ((changes[idx].metric != CPROF_METRIC_SELF_TIME &&
                 changes[idx].metric != CPROF_METRIC_SELF_CPU) ||
                strcmp(changes[idx].function, CPROF_WHOLE_PROGRAM) == 0)
                continue;
            bool same =
                list == CPROF_DIFF_REGRESSIONS && strcmp(changes[idx].function, slow->name) == 0;
            if (same && first) /* the one with the largest part of the run */
                tally->first++;
            found |= same;
            others |= !same;
            first = false;
        }
    }
    tally->found += found;
    tally->others += others;
}

static void shuffle(struct study *study, size_t *order)
{
    for (size_t idx = 0; idx < study->count; idx++)
        order[idx] = idx;
    for (size_t idx = 0; idx < 2 * study->drawn; idx++) {
        size_t other = idx + draw(study, study->count - idx), kept = order[idx];
        order[idx] = order[other];
        order[other] = kept;
    }
}

static double percent(size_t part, size_t whole)
{
    return 100.0 * (double)part / (double)whole;
}

int main(int count, char **words)
{
    static struct study study;
    size_t order[MOST_RUNS];
    struct tally tally = {0};
    study.rounds = count > 1 ? strtoul(words[1], NULL, 10) : 400;
    study.drawn = count > 2 ? strtoul(words[2], NULL, 10) : 10;
    study.percent = count > 3 ? strtod(words[3], NULL) : 3;
    study.random = (count > 4 ? strtoul(words[4], NULL, 10) : 1) * 0x9e3779b97f4a7c15u | 1;
    load(&study);
    choose(&study);
    if (!study.candidate_count)
        stop("no function has 1 % of the runs");
    for (size_t round = 0; round < study.rounds; round++) {
        shuffle(&study, order);
        struct cprof_diff *diff = compare(&study, order, NULL);
        count_calls(diff, NULL, &tally);
        cprof_diff_free(diff);
        const struct cprof_entry *slow = &study.candidates[draw(&study, study.candidate_count)];
        diff = compare(&study, order, slow);
        size_t before = tally.found;
        count_calls(diff, slow, &tally);
        if (tally.found == before && getenv("RESAMPLE_VERBOSE"))
            printf("missed %s\n", slow->name);
        cprof_diff_free(diff);
    }
    printf("runs %zu functions %zu rounds %zu a_side %zu called %.1f found %.1f first %.1f others "
           "%.1f\n",
           study.count, study.candidate_count, study.rounds, study.drawn,
           percent(tally.called, study.rounds), percent(tally.found, study.rounds),
           percent(tally.first, study.rounds), percent(tally.others, study.rounds));
    return 0;
}
