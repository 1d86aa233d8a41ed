/* What is tested, and what comes of it: turns the values of a diff into lists of
 * changes and a verdict.
 *
 * Times are compared as logarithms, so that a shift is a ratio.  A function's own
 * time is looked at twice: as it is, and relative to the rest of its run.  The
 * machine's speed varies by more from run to run than most changes are, for all
 * functions alike; relative to the rest that noise is gone.  But a change elsewhere
 * moves the rest, too: so what is called is taken out of the rest, one after the
 * other, the largest first, and what goes the other way as it is, is not called.
 * Two looks cost a factor of two in p.  See docs/adr/0030.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "diff.h"
#include "statistics.h"

/* Rounds of taking what changed out of the rest; beyond, nobody reads the list. */
#define MOST_ROUNDS 64

/* A rest of less than this share of the run says nothing about the run. */
#define LEAST_REST 0.1

/* A look by itself tells something below this p. */
#define TELLING 0.01

struct test {
    size_t subject;
    enum cprof_metric metric;
    struct statistics_shift shift; /* of logarithms */
    double before, after;          /* amount_of() each side */
    double p, level;               /* level: with Holm's correction */
    bool relative, called;
};

/* How values become shifts, by how many runs there are. */
enum method { METHOD_RANKS, METHOD_MEANS, METHOD_ASSUMED };

struct judge {
    struct cprof_diff *diff;
    struct test *tests;
    size_t count, capacity;
    enum method method;
    struct statistics_ranks ranks;
    double *logs, *rests; /* by run; scratch */
    double *called[2];    /* by run: self times, self_cpu, of functions that were called */
    double *levels;
};

static const char *const method_sentences[] = {
    [METHOD_RANKS] = "Times: Mann and Whitney's test by ranks, with Hodges and Lehmann's "
                     "interval; p with Holm's correction for all tests",
    [METHOD_MEANS] = "Times: Welch's test of logarithms, since there are too few runs for ranks; "
                     "p with Holm's correction for all tests",
    [METHOD_ASSUMED] = "Times: a side has one run, so noise is not measured but assumed; p with "
                       "Holm's correction for all tests"};

/* ---- Choosing what to test --------------------------------------------------- */

static bool is_time(enum cprof_metric metric)
{
    return cprof_metric_unit(metric) == CPROF_UNIT_NS;
}

/* Whether it is a part of the run that adds up over its functions. */
static bool is_own_time(enum cprof_metric metric)
{
    return metric == CPROF_METRIC_SELF_TIME || metric == CPROF_METRIC_SELF_CPU;
}

/* Whether a metric is expected to differ between two runs of one build. */
static bool is_noisy(enum cprof_metric metric)
{
    return is_time(metric) || metric == CPROF_METRIC_CACHE_MISSES;
}

static bool is_known(const struct judge *judge, size_t subject, enum cprof_metric metric)
{
    const uint64_t *values = diff_values(judge->diff, subject, metric);
    for (size_t run = 0; run < judge->diff->run_count; run++)
        if (values[run] == CPROF_UNKNOWN)
            return false;
    return true;
}

/* Whether all runs of a side have the same value. */
static bool is_constant(const struct judge *judge, const uint64_t *values)
{
    size_t second = judge->diff->sides[CPROF_BASELINE].count;
    for (size_t run = 0; run < judge->diff->run_count; run++)
        if (values[run] != values[run < second ? 0 : second])
            return false;
    return true;
}

/* The share of all runs' sum; the same whichever side a run is on, so that choosing
 * by it does not make chance differences likelier. */
static double share_of(const struct judge *judge, size_t subject, enum cprof_metric metric)
{
    enum cprof_metric whole = metric == CPROF_METRIC_TOTAL_TIME ? CPROF_METRIC_SELF_TIME : metric;
    if (!is_known(judge, 0, whole))
        return 1;
    const uint64_t *part = diff_values(judge->diff, subject, metric);
    const uint64_t *all = diff_values(judge->diff, 0, whole);
    double sum = 0, total = 0;
    for (size_t run = 0; run < judge->diff->run_count; run++) {
        sum += (double)part[run];
        total += (double)all[run];
    }
    return total > 0 ? sum / total : 0;
}

/* A function that calls nothing has one time, not two. */
static bool is_leaf(const struct judge *judge, size_t subject)
{
    const uint64_t *total = diff_values(judge->diff, subject, CPROF_METRIC_TOTAL_TIME);
    const uint64_t *self = diff_values(judge->diff, subject, CPROF_METRIC_SELF_TIME);
    return is_known(judge, subject, CPROF_METRIC_SELF_TIME) &&
           memcmp(total, self, judge->diff->run_count * sizeof *total) == 0;
}

static bool is_tested(const struct judge *judge, size_t subject, enum cprof_metric metric)
{
    if (subject == 0)
        return !is_own_time(metric);
    if (metric == CPROF_METRIC_TOTAL_TIME && is_leaf(judge, subject))
        return false;
    return 100 * share_of(judge, subject, metric) >= judge->diff->options.least_share;
}

static bool add_change(struct diff_list *list, const struct cprof_diff_change *change)
{
    if (!array_reserve(&list->items, &list->capacity, list->count + 1, sizeof *list->items))
        return false;
    list->items[list->count++] = *change;
    return true;
}

static struct cprof_diff_change change_of(const struct cprof_diff *diff, size_t subject,
                                          enum cprof_metric metric, double before, double after)
{
    const struct diff_subject *about = &diff->subjects[subject];
    double percent = before > 0 ? 100 * (after - before) / before : after > 0 ? INFINITY : 0;
    bool parted = is_own_time(metric) || metric == CPROF_METRIC_ALLOC_COUNT ||
                  metric == CPROF_METRIC_ALLOC_BYTES;
    return (struct cprof_diff_change){.function = about->name,
                                      .with = parted ? about->parts : NULL,
                                      .with_count = parted ? about->part_count : 0,
                                      .file = about->file,
                                      .line = about->line,
                                      .metric = metric,
                                      .before = before,
                                      .after = after,
                                      .percent = percent,
                                      .low = percent,
                                      .high = percent};
}

static bool add_exact(struct judge *judge, size_t subject, enum cprof_metric metric,
                      const uint64_t *values)
{
    struct cprof_diff *diff = judge->diff;
    uint64_t before = values[0], after = values[diff->sides[CPROF_BASELINE].count];
    if (before == after)
        return true;
    struct cprof_diff_change change =
        change_of(diff, subject, metric, (double)before, (double)after);
    change.exact = true;
    return add_change(
        &diff->lists[after > before ? CPROF_DIFF_REGRESSIONS : CPROF_DIFF_IMPROVEMENTS], &change);
}

static bool add_test(struct judge *judge, size_t subject, enum cprof_metric metric)
{
    if (!array_reserve(&judge->tests, &judge->capacity, judge->count + 1, sizeof *judge->tests))
        return false;
    judge->tests[judge->count++] = (struct test){.subject = subject, .metric = metric};
    return true;
}

/* Compares what is exact and collects what is not. */
static bool collect(struct judge *judge)
{
    const struct cprof_diff *diff = judge->diff;
    for (size_t subject = 0; subject < diff->subject_count; subject++) {
        const struct diff_subject *about = &diff->subjects[subject];
        for (int idx = 0; idx < CPROF_METRIC_COUNT; idx++) {
            enum cprof_metric metric = (enum cprof_metric)idx;
            const uint64_t *values = diff_values(diff, subject, metric);
            if (!about->in[CPROF_BASELINE] || !about->in[CPROF_CANDIDATE] ||
                !is_known(judge, subject, metric))
                continue;
            if (!is_noisy(metric) && is_constant(judge, values)) {
                if (!add_exact(judge, subject, metric, values))
                    return false;
            } else if (is_tested(judge, subject, metric) && !add_test(judge, subject, metric)) {
                return false;
            }
        }
    }
    return true;
}

/* ---- One test ---------------------------------------------------------------- */

static double geometric_mean(const uint64_t *values, size_t count)
{
    double sum = 0;
    for (size_t idx = 0; idx < count; idx++)
        sum += log(fmax((double)values[idx], 1));
    return exp(sum / (double)count);
}

/* What stands for a side's runs: the mean where means are compared, so that the amounts
 * that are shown go the way of their percentage.  Negative: unknown. */
static double amount_of(const struct judge *judge, size_t subject, enum cprof_metric metric,
                        enum cprof_side side)
{
    size_t first = side == CPROF_BASELINE ? 0 : judge->diff->sides[CPROF_BASELINE].count;
    if (judge->method != METHOD_MEANS || !is_known(judge, subject, metric))
        return diff_median(judge->diff, subject, metric, side);
    return geometric_mean(diff_values(judge->diff, subject, metric) + first,
                          judge->diff->sides[side].count);
}

/* Sampling puts time that passes beside the program on functions by chance, more than
 * their errors say: seen on a busy machine between runs of one build. */
#define SAMPLED_NOISE 2.5

/* What starting up and being put aside may take of any single time, in nanoseconds. */
#define ASSUMED_DELAY 2e6

/* The standard deviation of the logarithm that one run is taken to have. */
static double assumed_deviation(const struct judge *judge, const struct test *test)
{
    double noise = judge->diff->options.assumed_noise / 100, squares = 0;
    double delay = is_time(test->metric) && noise > 0
                       ? ASSUMED_DELAY / fmax(fmin(test->before, test->after), 1)
                       : 0;
    const double *errors = judge->diff->errors + test->subject * judge->diff->run_count;
    for (size_t run = 0; run < judge->diff->run_count; run++) {
        /* Errors are half of a 95 % interval; unknown is as bad as they come. */
        double error = errors[run] < 0 ? 1 : errors[run] / 196;
        double own = error > 0 ? SAMPLED_NOISE * noise : noise;
        squares += own * own + error * error + delay * delay;
    }
    return sqrt(squares / (double)judge->diff->run_count);
}

static bool shift_of(const struct judge *judge, const struct test *test, const double *logs,
                     struct statistics_shift *shift)
{
    size_t before = judge->diff->sides[CPROF_BASELINE].count;
    size_t after = judge->diff->sides[CPROF_CANDIDATE].count;
    double confidence = judge->diff->options.confidence;
    struct statistics_samples samples = {logs, logs + before, before, after};
    switch (judge->method) {
    case METHOD_RANKS:
        return statistics_rank_shift(&samples, &judge->ranks, shift);
    case METHOD_MEANS:
        *shift = statistics_mean_shift(&samples, confidence);
        return true;
    default:
        *shift = statistics_assumed_shift(log(fmax(test->before, 1)), log(fmax(test->after, 1)),
                                          assumed_deviation(judge, test), confidence);
        return true;
    }
}

/* Fills `rests` with the logarithms of value over rest.  False if there is too little
 * of it in a run. */
static bool relate(const struct judge *judge, const struct test *test)
{
    const uint64_t *own = diff_values(judge->diff, test->subject, test->metric);
    const uint64_t *whole = diff_values(judge->diff, 0, test->metric);
    const double *called = judge->called[test->metric == CPROF_METRIC_SELF_CPU];
    for (size_t run = 0; run < judge->diff->run_count; run++) {
        double rest = (double)whole[run] - (double)own[run] - called[run];
        if (whole[run] == CPROF_UNKNOWN || !(rest > LEAST_REST * (double)whole[run]))
            return false;
        judge->rests[run] = judge->logs[run] - log(rest);
    }
    return true;
}

static bool look(const struct judge *judge, struct test *test)
{
    const uint64_t *values = diff_values(judge->diff, test->subject, test->metric);
    struct statistics_shift relative;
    for (size_t run = 0; run < judge->diff->run_count; run++)
        judge->logs[run] = log(fmax((double)values[run], 1));
    if (!shift_of(judge, test, judge->logs, &test->shift))
        return false;
    test->relative = false;
    test->p = test->shift.p;
    if (test->subject == 0 || !is_own_time(test->metric) || judge->method == METHOD_ASSUMED ||
        !relate(judge, test))
        return true;
    if (!shift_of(judge, test, judge->rests, &relative))
        return false;
    test->p = fmin(1, 2 * test->shift.p);
    if (!(relative.estimate * test->shift.estimate > 0))
        return true;
    test->p = fmin(1, 2 * fmin(test->shift.p, relative.p));
    /* Of two that both tell, the one that tells more. */
    bool narrower = relative.high - relative.low < test->shift.high - test->shift.low;
    if (relative.p < test->shift.p || (relative.p < TELLING && narrower)) {
        test->relative = true;
        test->shift = relative;
    }
    return true;
}

/* ---- All of them --------------------------------------------------------------- */

static double percent_of(double shift)
{
    return 100 * expm1(shift);
}

static bool is_called(const struct judge *judge, const struct test *test)
{
    const struct cprof_diff_options *options = &judge->diff->options;
    return test->level < 1 - options->confidence &&
           fabs(percent_of(test->shift.estimate)) >= options->least_effect;
}

/* How much of the run a change is. */
static double impact_of(const struct test *test)
{
    return fabs(expm1(test->shift.estimate)) * test->before;
}

static void call(struct judge *judge, struct test *test)
{
    test->called = true;
    if (test->subject == 0 || !is_own_time(test->metric))
        return;
    const uint64_t *values = diff_values(judge->diff, test->subject, test->metric);
    for (size_t run = 0; run < judge->diff->run_count; run++)
        judge->called[test->metric == CPROF_METRIC_SELF_CPU][run] += (double)values[run];
}

/* One round: what stands as it is, is called, and of the rest the largest.  False
 * when nothing is left to call, or memory is short. */
static bool call_some(struct judge *judge, bool *enough)
{
    struct test *largest = NULL;
    for (size_t idx = 0; idx < judge->count; idx++) {
        if (!judge->tests[idx].called && !look(judge, &judge->tests[idx]))
            *enough = false;
        judge->levels[idx] = judge->tests[idx].p;
    }
    if (!*enough || !(*enough = statistics_holm(judge->levels, judge->count)))
        return false;
    bool some = false;
    for (size_t idx = 0; idx < judge->count; idx++) {
        struct test *test = &judge->tests[idx];
        test->level = judge->levels[idx];
        if (test->called || !is_called(judge, test))
            continue;
        if (!test->relative) {
            call(judge, test);
            some = true;
        } else if (!largest || impact_of(test) > impact_of(largest)) {
            largest = test;
        }
    }
    if (!some && largest)
        call(judge, largest);
    return some || largest;
}

static enum cprof_verdict verdict_of(const struct judge *judge, const struct test *test)
{
    double least = judge->diff->options.least_effect;
    if (test->called)
        return test->shift.estimate > 0 ? CPROF_VERDICT_SLOWER : CPROF_VERDICT_FASTER;
    if (percent_of(test->shift.low) > -least && percent_of(test->shift.high) < least)
        return CPROF_VERDICT_SAME;
    return CPROF_VERDICT_UNCLEAR;
}

static bool add_tested(struct judge *judge, const struct test *test)
{
    static const enum cprof_diff_list list_of[] = {[CPROF_VERDICT_UNCLEAR] = CPROF_DIFF_UNCLEAR,
                                                   [CPROF_VERDICT_FASTER] = CPROF_DIFF_IMPROVEMENTS,
                                                   [CPROF_VERDICT_SLOWER] = CPROF_DIFF_REGRESSIONS};
    enum cprof_verdict verdict = verdict_of(judge, test);
    if (verdict == CPROF_VERDICT_SAME) {
        judge->diff->facts.same++;
        return true;
    }
    struct cprof_diff_change change =
        change_of(judge->diff, test->subject, test->metric, test->before, test->after);
    change.percent = percent_of(test->shift.estimate);
    change.low = percent_of(test->shift.low);
    change.high = percent_of(test->shift.high);
    change.p = test->level;
    change.relative = test->relative;
    return add_change(&judge->diff->lists[list_of[verdict]], &change);
}

/* ---- What is told ------------------------------------------------------------- */

/* The whole program first; then where the time is, and only then whose callee that
 * is; counts and bytes last. */
static int rank_of(const struct cprof_diff_change *change)
{
    if (strcmp(change->function, CPROF_WHOLE_PROGRAM) == 0)
        return 0;
    return is_own_time(change->metric) ? 1 : is_time(change->metric) ? 2 : 3;
}

static int compare_changes(const void *left_ptr, const void *right_ptr)
{
    const struct cprof_diff_change *left = left_ptr, *right = right_ptr;
    if (rank_of(left) != rank_of(right))
        return rank_of(left) - rank_of(right);
    if (rank_of(left) == 3 && left->metric != right->metric)
        return left->metric < right->metric ? -1 : 1;
    double first = fabs(left->percent) * left->before,
           second = fabs(right->percent) * right->before;
    if (!left->before || !right->before) {
        first = left->after;
        second = right->after;
    }
    if (first != second)
        return first > second ? -1 : 1;
    int order = strcmp(left->function, right->function);
    if (!order)
        order = (int)left->metric - (int)right->metric;
    return order ? order : (left->line < right->line ? -1 : left->line > right->line);
}

static bool list_one_sided(struct cprof_diff *diff)
{
    diff->added = array_new(diff->subject_count, sizeof *diff->added);
    diff->removed = array_new(diff->subject_count, sizeof *diff->removed);
    diff->added_count = diff->removed_count = 0;
    if (!diff->added || !diff->removed)
        return false;
    for (size_t subject = 0; subject < diff->subject_count; subject++) {
        const bool *in = diff->subjects[subject].in;
        if (!in[CPROF_BASELINE])
            diff->added[diff->added_count++] = subject;
        if (!in[CPROF_CANDIDATE])
            diff->removed[diff->removed_count++] = subject;
    }
    return true;
}

static const char *text_or_empty(const char *text)
{
    return text ? text : "";
}

static void tell_sides(const struct judge *judge)
{
    struct cprof_diff *diff = judge->diff;
    for (int side = 0; side < CPROF_SIDE_COUNT; side++) {
        const struct diff_half *half = &diff->sides[side];
        diff->facts.sides[side] = (struct cprof_diff_side){
            .program = text_or_empty(half->program),
            .build_id = text_or_empty(half->build_id),
            .compiler = text_or_empty(half->compiler),
            .runs = half->count,
            .total_ns = amount_of(judge, 0, CPROF_METRIC_TOTAL_TIME, (enum cprof_side)side)};
    }
}

/* The verdict is the whole program's; without times that of nothing. */
static void tell_whole(struct judge *judge)
{
    struct cprof_diff_facts *facts = &judge->diff->facts;
    facts->speedup = facts->p = -1;
    facts->speedup_high = INFINITY;
    for (size_t idx = 0; idx < judge->count; idx++) {
        const struct test *test = &judge->tests[idx];
        if (test->subject != 0 || test->metric != CPROF_METRIC_TOTAL_TIME)
            continue;
        facts->speedup = exp(-test->shift.estimate);
        facts->speedup_low = exp(-test->shift.high);
        facts->speedup_high = exp(-test->shift.low);
        facts->p = test->level;
        facts->verdict = verdict_of(judge, test);
    }
}

static enum method method_for(const struct judge *judge)
{
    size_t before = judge->diff->sides[CPROF_BASELINE].count;
    size_t after = judge->diff->sides[CPROF_CANDIDATE].count;
    if (before < 2 || after < 2)
        return METHOD_ASSUMED;
    /* The largest p that can still be called, when it is the least of all tests and
     * the better of two looks. */
    double least =
        2 * (double)(judge->count ? judge->count : 1) * statistics_rank_least_p(before, after);
    return least < 1 - judge->diff->options.confidence ? METHOD_RANKS : METHOD_MEANS;
}

static bool judge_all(struct judge *judge)
{
    struct cprof_diff *diff = judge->diff;
    bool enough = true;
    judge->method = method_for(judge);
    for (size_t idx = 0; idx < judge->count; idx++) {
        struct test *test = &judge->tests[idx];
        test->before = amount_of(judge, test->subject, test->metric, CPROF_BASELINE);
        test->after = amount_of(judge, test->subject, test->metric, CPROF_CANDIDATE);
    }
    judge->levels = array_new(judge->count, sizeof *judge->levels);
    if (!judge->levels ||
        (judge->method == METHOD_RANKS &&
         !statistics_ranks_start(&judge->ranks, diff->sides[CPROF_BASELINE].count,
                                 diff->sides[CPROF_CANDIDATE].count, diff->options.confidence)))
        return false;
    for (int round = 0; round < MOST_ROUNDS && call_some(judge, &enough); round++)
        ;
    for (size_t idx = 0; enough && idx < judge->count; idx++)
        enough = add_tested(judge, &judge->tests[idx]);
    return enough;
}

bool diff_judge(struct cprof_diff *diff)
{
    struct judge judge = {.diff = diff};
    diff->facts = (struct cprof_diff_facts){0};
    judge.logs = array_new(diff->run_count, sizeof *judge.logs);
    judge.rests = array_new(diff->run_count, sizeof *judge.rests);
    for (int idx = 0; idx < 2; idx++)
        judge.called[idx] = array_new(diff->run_count, sizeof *judge.called[idx]);
    bool enough = judge.logs && judge.rests && judge.called[0] && judge.called[1] &&
                  collect(&judge) && judge_all(&judge) && list_one_sided(diff);
    if (enough) {
        tell_sides(&judge);
        tell_whole(&judge);
        diff->facts.confidence = diff->options.confidence;
        diff->facts.tests = judge.count;
        diff->facts.method = method_sentences[judge.method];
        for (size_t list = 0; list < sizeof diff->lists / sizeof *diff->lists; list++)
            if (diff->lists[list].count)
                qsort(diff->lists[list].items, diff->lists[list].count,
                      sizeof *diff->lists[list].items, compare_changes);
    }
    statistics_ranks_end(&judge.ranks);
    free(judge.tests);
    free(judge.logs);
    free(judge.rests);
    free(judge.called[0]);
    free(judge.called[1]);
    free(judge.levels);
    return enough;
}
