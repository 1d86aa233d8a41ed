/* Diffs of made-up runs: what is called, what is not, and how often chance is. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "support.h"

#include "statistics.h"

#define FUNCTIONS 20

/* About normal, mean 0, deviation 1: a sum of twelve. */
static double noise(uint64_t *state)
{
    double sum = -6;
    for (int idx = 0; idx < 12; idx++)
        sum += (double)(statistics_random(state) >> 11) / 9007199254740992.0;
    return sum;
}

static struct cprof_entry entry(const char *name, const char *file, uint32_t line, double self,
                                uint64_t calls)
{
    struct cprof_entry made = cprof_entry_unknown(name);
    made.file = file;
    made.line = line;
    made.values[CPROF_METRIC_SELF_TIME] = (uint64_t)self;
    made.values[CPROF_METRIC_CALLS] = calls;
    return made;
}

/* How a made-up run is to be: its functions take 1, 2, ... of 210 parts of a second,
 * give or take `own`, on a machine whose speed varies by `common`. */
struct making {
    double common, own;
    int slower;     /* the function that takes more, by ... */
    double percent; /* ... of the run */
};

static void add_run(struct cprof_diff *diff, enum cprof_side side, const struct making *making,
                    uint64_t *state)
{
    struct cprof_snapshot *run = cprof_snapshot_new("run");
    double speed = exp(making->common * noise(state)), whole = 0;
    for (int idx = 0; idx < FUNCTIONS; idx++) {
        char name[16];
        double self = 1e9 * (idx + 1) / 210.0;
        if (side == CPROF_CANDIDATE && idx == making->slower)
            self += 1e9 * making->percent / 100;
        self *= speed * exp(making->own * noise(state));
        whole += self;
        snprintf(name, sizeof name, "function_%d", idx);
        struct cprof_entry made = entry(name, "f.c", (uint32_t)idx + 1, self, 100);
        ck_assert_int_eq(cprof_snapshot_add(run, &made, NULL), CPROF_OK);
    }
    cprof_snapshot_set(run, CPROF_METRIC_TOTAL_TIME, (uint64_t)whole);
    ck_assert_int_eq(cprof_diff_add_snapshot(diff, side, run, NULL), CPROF_OK);
    cprof_snapshot_free(run);
}

static struct cprof_diff *make(size_t runs, const struct making *making, uint64_t *state)
{
    struct cprof_diff *diff = cprof_diff_new(NULL);
    for (size_t run = 0; run < runs; run++) {
        add_run(diff, CPROF_BASELINE, making, state);
        add_run(diff, CPROF_CANDIDATE, making, state);
    }
    return diff;
}

static struct cprof_diff_facts facts_of(struct cprof_diff *diff)
{
    struct cprof_diff_facts facts;
    ck_assert_int_eq(cprof_diff_facts(diff, &facts, NULL), CPROF_OK);
    return facts;
}

static size_t called(const struct cprof_diff *diff)
{
    size_t worse, better;
    cprof_diff_changes(diff, CPROF_DIFF_REGRESSIONS, &worse);
    cprof_diff_changes(diff, CPROF_DIFF_IMPROVEMENTS, &better);
    return worse + better;
}

/* A machine that is 15 % faster or slower from run to run, functions that vary by 2 %,
 * and 3 % of the run more in the second largest: it is found and the others are not. */
START_TEST(test_found)
{
    uint64_t state = 1;
    int found = 0, others = 0;
    for (int round = 0; round < 100; round++) {
        struct cprof_diff *diff = make(10, &(struct making){0.15, 0.02, 18, 3}, &state);
        struct cprof_diff_facts facts = facts_of(diff);
        ck_assert_uint_eq(facts.sides[CPROF_BASELINE].runs, 10);
        const struct cprof_diff_change *change =
            support_change(diff, CPROF_DIFF_REGRESSIONS, "function_18", CPROF_METRIC_SELF_TIME);
        found += change != NULL;
        others += called(diff) > (change != NULL);
        if (change) {
            ck_assert_double_lt(change->low, change->percent);
            ck_assert_double_gt(change->high, change->percent);
            ck_assert_double_eq_tol(change->percent, 33, 12);
        }
        cprof_diff_free(diff);
    }
    ck_assert_int_ge(found, 97);
    ck_assert_int_le(others, 7);
}
END_TEST

/* The same build twice: something is called in at most one of twenty. */
START_TEST(test_chance)
{
    uint64_t state = 2;
    int wrong = 0;
    for (int round = 0; round < 300; round++) {
        struct cprof_diff *diff = make(10, &(struct making){0.05, 0.05, 0, 0}, &state);
        facts_of(diff);
        wrong += called(diff) > 0;
        cprof_diff_free(diff);
    }
    ck_assert_int_le(wrong, 21); /* 7 %; 15 are expected at most */
}
END_TEST

START_TEST(test_verdicts)
{
    uint64_t state = 3;
    const struct {
        size_t runs;
        struct making making;
        enum cprof_verdict verdict;
        double speedup;
    } cases[] = {{10, {0.01, 0, 0, 20}, CPROF_VERDICT_SLOWER, 1 / 1.2},
                 {10, {0.01, 0, 0, -0.4}, CPROF_VERDICT_UNCLEAR, 1},
                 {20, {0.001, 0, 0, 0}, CPROF_VERDICT_SAME, 1},
                 {3, {0.01, 0, 0, 20}, CPROF_VERDICT_SLOWER, 1 / 1.2},
                 {1, {0.01, 0, 0, 100}, CPROF_VERDICT_SLOWER, 0.5},
                 {1, {0.01, 0, 0, 5}, CPROF_VERDICT_UNCLEAR, 1 / 1.05}};
    for (size_t idx = 0; idx < sizeof cases / sizeof *cases; idx++) {
        struct cprof_diff *diff = make(cases[idx].runs, &cases[idx].making, &state);
        struct cprof_diff_facts facts = facts_of(diff);
        ck_assert_msg(facts.verdict == cases[idx].verdict, "case %zu: %s", idx,
                      cprof_verdict_word(facts.verdict));
        ck_assert_double_eq_tol(facts.speedup, cases[idx].speedup, 0.03);
        ck_assert_double_le(facts.speedup_low, facts.speedup);
        ck_assert_double_ge(facts.speedup_high, facts.speedup);
        cprof_diff_free(diff);
    }
}
END_TEST

static void add_entries(struct cprof_diff *diff, enum cprof_side side,
                        const struct cprof_entry *entries, size_t count)
{
    struct cprof_snapshot *run = cprof_snapshot_new(side == CPROF_BASELINE ? "old" : "new");
    for (size_t idx = 0; idx < count; idx++)
        ck_assert_int_eq(cprof_snapshot_add(run, &entries[idx], NULL), CPROF_OK);
    ck_assert_int_eq(cprof_diff_add_snapshot(diff, side, run, NULL), CPROF_OK);
    cprof_snapshot_free(run);
}

/* One more of what does not vary is found with one run a side; where it varies on a
 * side it is not exact. */
START_TEST(test_exact)
{
    struct cprof_entry old = entry("loop", "a.c", 1, 1e6, 1000000), new = old, third = old;
    old.values[CPROF_METRIC_ALLOC_COUNT] = 1000;
    new.values[CPROF_METRIC_ALLOC_COUNT] = 1001;
    third.values[CPROF_METRIC_ALLOC_COUNT] = 1003;
    struct cprof_diff *diff = cprof_diff_new(NULL);
    add_entries(diff, CPROF_BASELINE, &old, 1);
    add_entries(diff, CPROF_CANDIDATE, &new, 1);
    facts_of(diff);
    const struct cprof_diff_change *change =
        support_change(diff, CPROF_DIFF_REGRESSIONS, "loop", CPROF_METRIC_ALLOC_COUNT);
    ck_assert_ptr_nonnull(change);
    ck_assert(change->exact);
    ck_assert_double_eq(change->before, 1000);
    ck_assert_double_eq(change->after, 1001);
    ck_assert_double_eq_tol(change->percent, 0.1, 1e-9);
    ck_assert_ptr_null(support_change(diff, CPROF_DIFF_REGRESSIONS, "loop", CPROF_METRIC_CALLS));
    add_entries(diff, CPROF_CANDIDATE, &third, 1);
    facts_of(diff);
    ck_assert_ptr_null(
        support_change(diff, CPROF_DIFF_REGRESSIONS, "loop", CPROF_METRIC_ALLOC_COUNT));
    cprof_diff_free(diff);
}
END_TEST

/* A file that was renamed and lines that moved do not make another function; what is
 * new is new, and from nothing to something is infinitely more. */
START_TEST(test_matched)
{
    const struct cprof_entry old[] = {
        entry("stays", "src/old.c", 10, 100, 1), entry("twice", "a.c", 5, 100, 7),
        entry("twice", "b.c", 5, 100, 8), entry("goes", "a.c", 9, 100, 0)};
    const struct cprof_entry new[] = {
        entry("twice", "b.c", 15, 100, 8), entry("comes", "c.c", 1, 100, 3),
        entry("stays", "lib/new.c", 12, 100, 2), entry("twice", "a.c", 2, 100, 7)};
    struct cprof_diff *diff = cprof_diff_new(NULL);
    add_entries(diff, CPROF_BASELINE, old, 4);
    add_entries(diff, CPROF_CANDIDATE, new, 4);
    facts_of(diff);
    const struct cprof_diff_change *change =
        support_change(diff, CPROF_DIFF_REGRESSIONS, "stays", CPROF_METRIC_CALLS);
    ck_assert_ptr_nonnull(change);
    ck_assert_str_eq(change->file, "lib/new.c");
    ck_assert_uint_eq(change->line, 12);
    ck_assert_double_eq(change->percent, 100);
    ck_assert_ptr_null(support_change(diff, CPROF_DIFF_REGRESSIONS, "twice", CPROF_METRIC_CALLS));
    ck_assert_ptr_null(support_change(diff, CPROF_DIFF_IMPROVEMENTS, "twice", CPROF_METRIC_CALLS));
    struct cprof_entry only;
    ck_assert(cprof_diff_added(diff, 0, &only) && strcmp(only.name, "comes") == 0);
    ck_assert_uint_eq(only.values[CPROF_METRIC_CALLS], 3);
    ck_assert(!cprof_diff_added(diff, 1, &only));
    ck_assert(cprof_diff_removed(diff, 0, &only) && strcmp(only.name, "goes") == 0);
    cprof_diff_free(diff);
}
END_TEST

/* What changed by itself does not move the others: a function of a third of the run
 * takes half as much again, and beside it nothing is called. */
START_TEST(test_rest)
{
    uint64_t state = 4;
    int others = 0;
    for (int round = 0; round < 50; round++) {
        struct cprof_diff *diff = make(10, &(struct making){0.03, 0.005, 19, 17}, &state);
        facts_of(diff);
        const struct cprof_diff_change *change =
            support_change(diff, CPROF_DIFF_REGRESSIONS, "function_19", CPROF_METRIC_SELF_TIME);
        ck_assert_ptr_nonnull(change);
        size_t count;
        cprof_diff_changes(diff, CPROF_DIFF_IMPROVEMENTS, &count);
        others += count > 0;
        cprof_diff_free(diff);
    }
    ck_assert_int_le(others, 5);
}
END_TEST

START_TEST(test_sides)
{
    struct cprof_diff_facts facts;
    struct cprof_error error;
    struct cprof_diff *diff = cprof_diff_new(NULL);
    const struct cprof_entry one = entry("only", "a.c", 1, 1, 1);
    size_t count;
    add_entries(diff, CPROF_CANDIDATE, &one, 1);
    ck_assert_int_eq(cprof_diff_facts(diff, &facts, &error), CPROF_USAGE);
    ck_assert_ptr_nonnull(strstr(error.text, "the baseline has no run"));
    ck_assert_ptr_null(cprof_diff_changes(diff, CPROF_DIFF_UNCLEAR, &count));
    /* An empty run is one, and has no times. */
    add_entries(diff, CPROF_BASELINE, NULL, 0);
    facts = facts_of(diff);
    ck_assert_double_lt(facts.speedup, 0);
    ck_assert_int_eq(facts.verdict, CPROF_VERDICT_UNCLEAR);
    cprof_diff_free(diff);
}
END_TEST

/* Three runs a side are compared by their means: the amounts beside a percentage go its
 * way, even where the medians go the other. */
START_TEST(test_amounts)
{
    static const double times[2][3] = {{150e6, 208e6, 209e6}, {203e6, 204e6, 320e6}};
    struct cprof_diff *diff = cprof_diff_new(NULL);
    for (int side = 0; side < CPROF_SIDE_COUNT; side++)
        for (int run = 0; run < 3; run++) {
            const struct cprof_entry made = entry("f", "a.c", 1, times[side][run], 1);
            add_entries(diff, (enum cprof_side)side, &made, 1);
        }
    facts_of(diff);
    const struct cprof_diff_change *change =
        support_change(diff, CPROF_DIFF_UNCLEAR, "f", CPROF_METRIC_SELF_TIME);
    ck_assert_ptr_nonnull(change);
    ck_assert_double_gt(change->percent, 20);
    ck_assert_double_eq_tol(100 * (change->after / change->before - 1), change->percent, 1e-6);
    cprof_diff_free(diff);
}
END_TEST

/* Hostile names stay inside of every format, and JSON is to the letter. */
START_TEST(test_renderers)
{
    uint64_t state = 5;
    struct cprof_diff *diff = make(10, &(struct making){0.01, 0.01, 18, 5}, &state);
    const struct cprof_entry odd = entry("a|b<i>\"\n\033[31m`", "x|y.c", 3, 10, 1);
    add_entries(diff, CPROF_CANDIDATE, &odd, 1);
    struct cprof_diff_text_options options = {.style = {.columns = 100}};
    struct text text;
    struct cprof_sink sink = support_sink(&text);
    ck_assert_int_eq(cprof_diff_text(diff, &options, &sink, NULL), CPROF_OK);
    ck_assert_ptr_nonnull(strstr(text.ptr, "baseline   run"));
    ck_assert_ptr_nonnull(strstr(text.ptr, "function_18"));
    ck_assert_ptr_null(strchr(text.ptr, '\033'));
    support_free(&text);

    sink = support_sink(&text);
    ck_assert_int_eq(cprof_diff_markdown(diff, &options, &sink, NULL), CPROF_OK);
    ck_assert_ptr_nonnull(strstr(text.ptr, "- baseline: run, 10 runs"));
    ck_assert_ptr_nonnull(strstr(text.ptr, "a\\|b&lt;i&gt;\" "));
    support_free(&text);

    sink = support_sink(&text);
    ck_assert_int_eq(cprof_diff_json(diff, &sink, NULL), CPROF_OK);
    json_t *root = json_loadb(text.ptr, text.len, 0, NULL);
    ck_assert_ptr_nonnull(root);
    ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(root, "baseline"), "runs")),
                     10);
    ck_assert_uint_eq(json_array_size(json_object_get(root, "speedup_ci")), 2);
    json_t *change = json_array_get(json_object_get(root, "regressions"), 0);
    ck_assert_ptr_nonnull(json_object_get(change, "percent_change"));
    ck_assert_uint_eq(json_array_size(json_object_get(change, "ci")), 2);
    ck_assert_uint_eq(json_array_size(json_object_get(root, "added")), 1);
    json_decref(root);
    support_free(&text);
    cprof_diff_free(diff);
}
END_TEST

Suite *diff_suite(void)
{
    Suite *suite = suite_create("diff");
    TCase *tests = tcase_create("diff");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, test_found);
    tcase_add_test(tests, test_chance);
    tcase_add_test(tests, test_verdicts);
    tcase_add_test(tests, test_exact);
    tcase_add_test(tests, test_matched);
    tcase_add_test(tests, test_rest);
    tcase_add_test(tests, test_sides);
    tcase_add_test(tests, test_amounts);
    tcase_add_test(tests, test_renderers);
    suite_add_tcase(suite, tests);
    return suite;
}
