/* Diffs of builds that inline differently: what one of them has no function for counts
 * as its caller's in both, and nothing is called because of it.
 */
#include <stdio.h>
#include <string.h>

#include "support.h"

#define RUNS 10
#define MOST 12

/* A context of a made-up run: its function, which context is above it (-1: none), its
 * own time in milliseconds, its calls and the blocks that it allocates. */
struct node {
    const char *name;
    int above;
    double self;
    uint64_t calls, blocks;
    const char *inlined; /* a function that was put into this one; behind '>', that it jumps to */
};

/* A run whose machine is a little faster or slower than the last. */
static struct cprof_profile *run_of(const struct node *nodes, int run)
{
    struct fabricate *made = fabricate_new();
    uint32_t sites[MOST] = {0}, places[MOST] = {0}, at[MOST] = {0};
    int count = 0;
    for (; nodes[count].name; count++) {
        for (int known = 0; known < count && !sites[count]; known++)
            if (strcmp(nodes[known].name, nodes[count].name) == 0)
                sites[count] = sites[known];
        if (!sites[count])
            sites[count] = fabricate_site(made, nodes[count].name, "f.c", (uint32_t)count + 1);
    }
    for (int idx = 0; idx < count; idx++)
        if (nodes[idx].blocks)
            places[idx] = fabricate_allocation(made, sites[idx], CPROF_KIND_MALLOC, "f.c", 100);
    for (int idx = 0; idx < count; idx++)
        if (nodes[idx].inlined && nodes[idx].inlined[0] == '>')
            fabricate_tail(made, sites[idx], nodes[idx].inlined + 1, "f.c", 60);
        else if (nodes[idx].inlined)
            fabricate_inlined(made, sites[idx], nodes[idx].inlined, "./src/f.c", 50);
    fabricate_heap(made);
    fabricate_header(made)->last = (struct cprof_moment){1000001000, 1000001000};
    uint32_t root = fabricate_thread(made);
    for (int idx = 0; idx < count; idx++) {
        double self = nodes[idx].self * 1e6 * (1 + 0.001 * run);
        at[idx] = fabricate_node(made, nodes[idx].above < 0 ? root : at[nodes[idx].above],
                                 sites[idx], nodes[idx].calls, (uint64_t)self);
        struct cprof_node_alloc blocks = {.count = nodes[idx].blocks,
                                          .bytes = 10 * nodes[idx].blocks};
        if (nodes[idx].blocks)
            fabricate_blocks(made, at[idx], places[idx], &blocks);
    }
    return support_load(made);
}

static void add_runs(struct cprof_diff *diff, enum cprof_side side, const struct node *nodes)
{
    for (int run = 0; run < RUNS; run++) {
        struct cprof_profile *profile = run_of(nodes, (run * 7 + (side == CPROF_BASELINE)) % RUNS);
        ck_assert_int_eq(cprof_diff_add_profile(diff, side, profile, NULL), CPROF_OK);
        cprof_profile_free(profile);
    }
}

static struct cprof_diff *diff_of(const struct node *before, const struct node *after)
{
    struct cprof_diff *diff = cprof_diff_new(NULL);
    struct cprof_diff_facts facts;
    add_runs(diff, CPROF_BASELINE, before);
    add_runs(diff, CPROF_CANDIDATE, after);
    ck_assert_int_eq(cprof_diff_facts(diff, &facts, NULL), CPROF_OK);
    return diff;
}

/* How many changes are called of functions. */
static size_t called(const struct cprof_diff *diff)
{
    size_t called = 0;
    for (int list = CPROF_DIFF_REGRESSIONS; list <= CPROF_DIFF_IMPROVEMENTS; list++) {
        size_t count;
        const struct cprof_diff_change *changes =
            cprof_diff_changes(diff, (enum cprof_diff_list)list, &count);
        for (size_t idx = 0; idx < count; idx++)
            called += strcmp(changes[idx].function, CPROF_WHOLE_PROGRAM) != 0;
    }
    return called;
}

/* inner is called by outer and by main, and calls leaf and inmost, which both builds
 * have and have not. */
static const struct node apart[] = {
    {"main", -1, 100, 1, 0, NULL},   {"outer", 0, 200, 50, 3, NULL},
    {"inner", 1, 300, 500, 4, NULL}, {"inner", 0, 60, 100, 1, NULL},
    {"leaf", 2, 80, 500, 2, NULL},   {"inmost", 2, 40, 500, 0, NULL},
    {"leaf", 5, 20, 500, 0, NULL},   {0}};
static const struct node inlined[] = {{"main", -1, 160, 1, 1, NULL},
                                      {"outer", 0, 540, 50, 7, NULL},
                                      {"leaf", 1, 100, 1000, 2, NULL},
                                      {0}};

START_TEST(test_caller_is_no_regression)
{
    for (int turned = 0; turned < 2; turned++) {
        struct cprof_diff *diff = diff_of(turned ? inlined : apart, turned ? apart : inlined);
        struct cprof_entry entry;
        ck_assert_uint_eq(called(diff), 0);
        bool (*only)(const struct cprof_diff *, size_t, struct cprof_entry *) =
            turned ? cprof_diff_added : cprof_diff_removed;
        ck_assert(only(diff, 0, &entry)); /* and still says what it had */
        ck_assert_str_eq(entry.name, "inner");
        ck_assert_uint_eq(entry.values[CPROF_METRIC_CALLS], 600);
        ck_assert_uint_eq(entry.values[CPROF_METRIC_ALLOC_COUNT], 5);
        ck_assert_uint_ge(entry.values[CPROF_METRIC_SELF_TIME], 360000000);
        ck_assert(only(diff, 1, &entry));
        ck_assert(!only(diff, 2, &entry));
        cprof_diff_free(diff);
    }
}
END_TEST

/* What is slower and inlined as well is found, with what is in it. */
START_TEST(test_caller_is_slower)
{
    struct node slower[sizeof inlined / sizeof *inlined];
    memcpy(slower, inlined, sizeof slower);
    slower[1].self += 54;
    slower[1].blocks++;
    struct cprof_diff *diff = diff_of(apart, slower);
    const struct cprof_diff_change *change =
        support_change(diff, CPROF_DIFF_REGRESSIONS, "outer", CPROF_METRIC_SELF_TIME);
    ck_assert_ptr_nonnull(change);
    ck_assert_double_eq_tol(change->percent, 10, 1);
    ck_assert_double_eq_tol(change->before, 540e6, 10e6);
    ck_assert_uint_eq(change->with_count, 2);
    ck_assert_str_eq(change->with[0], "inner");
    ck_assert_str_eq(change->with[1], "inmost");
    change = support_change(diff, CPROF_DIFF_REGRESSIONS, "outer", CPROF_METRIC_ALLOC_COUNT);
    ck_assert_ptr_nonnull(change);
    ck_assert(change->exact);
    ck_assert_double_eq(change->before, 7);
    ck_assert_double_eq(change->after, 8);
    change = support_change(diff, CPROF_DIFF_REGRESSIONS, "outer", CPROF_METRIC_TOTAL_TIME);
    ck_assert_ptr_nonnull(change); /* in which it has always been */
    ck_assert_uint_eq(change->with_count, 0);
    cprof_diff_free(diff);
}
END_TEST

/* step is called by outer and by other; one build has put it into outer, and a
 * piece of rest into main. */
START_TEST(test_some_callers)
{
    static const struct node before[] = {{"main", -1, 100, 1, 0, NULL},
                                         {"outer", 0, 100, 50, 0, NULL},
                                         {"a::step(int)", 1, 200, 700, 3, NULL},
                                         {"leaf", 2, 30, 700, 0, NULL},
                                         {"other", 0, 50, 60, 0, NULL},
                                         {"a::step(int)", 4, 80, 60, 2, NULL},
                                         {"rest.part.0", 0, 60, 20, 0, NULL},
                                         {"rest.part.0", 4, 20, 9, 0, NULL},
                                         {0}};
    static const struct node after[] = {{"main", -1, 160, 1, 0, "rest"},
                                        {"outer", 0, 300, 50, 3, "step"},
                                        {"leaf", 1, 30, 700, 0, NULL},
                                        {"other", 0, 50, 60, 0, NULL},
                                        {"a::step(int)", 3, 80, 60, 2, NULL},
                                        {"rest.part.0", 3, 20, 9, 0, NULL},
                                        {0}};
    for (int turned = 0; turned < 2; turned++) {
        struct cprof_diff *diff = diff_of(turned ? after : before, turned ? before : after);
        size_t count = 1;
        ck_assert_uint_eq(called(diff), 0);
        cprof_diff_changes(diff, turned ? CPROF_DIFF_REGRESSIONS : CPROF_DIFF_IMPROVEMENTS, &count);
        ck_assert_uint_eq(count, 0); /* calls of the whole program neither */
        cprof_diff_free(diff);
    }
}
END_TEST

/* What only looks alike: no build has put it into its caller, so one call less is one. */
START_TEST(test_calls_are_calls)
{
    struct node before[] = {{"main", -1, 100, 1, 0, NULL},  {"outer", 0, 100, 50, 0, "else"},
                            {"step", 1, 200, 700, 0, NULL}, {"other", 0, 50, 60, 0, NULL},
                            {"step", 3, 80, 60, 0, NULL},   {0}};
    struct node after[sizeof before / sizeof *before];
    memcpy(after, before, sizeof before);
    after[2].calls = 699;
    after[1].inlined = NULL;
    struct cprof_diff *diff = diff_of(before, after);
    const struct cprof_diff_change *change =
        support_change(diff, CPROF_DIFF_IMPROVEMENTS, "step", CPROF_METRIC_CALLS);
    ck_assert_ptr_nonnull(change);
    ck_assert_double_eq(change->after, 759);
    cprof_diff_free(diff);
}
END_TEST

/* outer and other jump to step, which so is called by main; the other build has it inlined
 * in both.  Each of them has the part of its calls, total times included. */
START_TEST(test_jumps)
{
    static const struct node before[] = {
        {"main", -1, 100, 1, 0, NULL}, {"outer", 0, 10, 50, 0, ">step"},
        {"step", 0, 290, 50, 3, NULL}, {"leaf", 2, 60, 50, 0, NULL},
        {"around", 0, 20, 4, 0, NULL}, {"other", 4, 40, 60, 0, ">step"},
        {"step", 4, 80, 60, 0, NULL},  {0}};
    static const struct node after[] = {
        {"main", -1, 100, 1, 0, NULL},    {"outer", 0, 300, 50, 3, "step"},
        {"leaf", 1, 60, 50, 0, NULL},     {"around", 0, 20, 4, 0, NULL},
        {"other", 3, 120, 60, 0, "step"}, {0}};
    for (int turned = 0; turned < 2; turned++) {
        struct cprof_diff *diff = diff_of(turned ? after : before, turned ? before : after);
        size_t count = 1;
        ck_assert_uint_eq(called(diff), 0);
        cprof_diff_changes(diff, turned ? CPROF_DIFF_REGRESSIONS : CPROF_DIFF_IMPROVEMENTS, &count);
        ck_assert_uint_eq(count, 0);
        cprof_diff_free(diff);
    }
}
END_TEST

/* A function that is put into itself makes fewer calls, and takes what it took. */
START_TEST(test_recursion)
{
    static const struct node before[] = {{"main", -1, 100, 1, 0, NULL},
                                         {"walk", 0, 300, 50, 0, NULL},
                                         {"walk", 1, 200, 700, 0, NULL},
                                         {0}};
    static const struct node after[] = {{"main", -1, 100, 1, 0, NULL},
                                        {"walk", 0, 350, 50, 0, "walk"},
                                        {"walk", 1, 150, 70, 0, NULL},
                                        {0}};
    struct cprof_diff *diff = diff_of(before, after);
    ck_assert_uint_eq(called(diff), 0);
    cprof_diff_free(diff);
}
END_TEST

/* A start function has no caller whose part it could be. */
START_TEST(test_top)
{
    static const struct node before[] = {{"main", -1, 500, 1, 0, NULL}, {0}};
    static const struct node after[] = {{"main", -1, 500, 1, 0, NULL},
                                        {"start", -1, 400, 1, 0, NULL},
                                        {"callee", 1, 100, 1, 0, NULL},
                                        {0}};
    struct cprof_diff *diff = diff_of(before, after);
    struct cprof_entry entry;
    ck_assert_uint_eq(called(diff), 0);
    ck_assert(cprof_diff_added(diff, 1, &entry));
    cprof_diff_free(diff);
}
END_TEST

/* An absolute budget is for what the run says, one against the baseline for what can
 * be compared. */
START_TEST(test_budget)
{
    static const struct {
        const char *line;
        const struct node *before, *after;
        size_t excesses;
    } cases[] = {{"outer: alloc_count == 7", apart, inlined, 0},
                 {"outer: alloc_count == 3", inlined, apart, 0},
                 {"outer: alloc_count <= baseline + 0", apart, inlined, 0},
                 {"outer: self_time <= baseline + 1%", apart, inlined, 0},
                 {"outer: self_time >= baseline - 1%", inlined, apart, 0},
                 {"outer: alloc_count < 7", apart, inlined, 1}};
    for (size_t idx = 0; idx < sizeof cases / sizeof *cases; idx++) {
        struct cprof_diff *diff = diff_of(cases[idx].before, cases[idx].after);
        struct cprof_budget *budget;
        struct cprof_excess excess;
        ck_assert_int_eq(
            cprof_budget_read(&budget, "budgets", cases[idx].line, strlen(cases[idx].line), NULL),
            CPROF_OK);
        ck_assert_int_eq(cprof_budget_check(budget, diff, NULL), CPROF_OK);
        ck_assert_msg(cprof_budget_excess(budget, 0, &excess) == (cases[idx].excesses > 0), "%s",
                      cases[idx].line);
        cprof_budget_free(budget);
        cprof_diff_free(diff);
    }
}
END_TEST

/* Runs of a store are snapshots: who called whom is not in them, and the text says so. */
START_TEST(test_snapshots)
{
    struct cprof_diff *diff = cprof_diff_new(NULL);
    for (int side = 0; side < CPROF_SIDE_COUNT; side++) {
        struct cprof_profile *profile = run_of(side ? inlined : apart, 0);
        struct cprof_snapshot *snapshot = cprof_snapshot_new("run");
        ck_assert_int_eq(cprof_snapshot_add_profile(snapshot, profile, NULL), CPROF_OK);
        ck_assert_int_eq(cprof_diff_add_snapshot(diff, (enum cprof_side)side, snapshot, NULL),
                         CPROF_OK);
        cprof_snapshot_free(snapshot);
        cprof_profile_free(profile);
    }
    struct text text = {0};
    struct cprof_sink sink = support_sink(&text);
    struct cprof_diff_text_options options = {.style = {.columns = 0}};
    ck_assert_int_eq(cprof_diff_text(diff, &options, &sink, NULL), CPROF_OK);
    ck_assert_ptr_nonnull(strstr(text.ptr, "Some functions are in one build only."));
    support_free(&text);
    cprof_diff_free(diff);
}
END_TEST

START_TEST(test_renderers)
{
    struct node slower[sizeof inlined / sizeof *inlined];
    memcpy(slower, inlined, sizeof slower);
    slower[1].self += 100;
    struct cprof_diff *diff = diff_of(apart, slower);
    struct cprof_diff_text_options options = {.style = {.columns = 0}};
    static const char *const expected[] = {
        "            with inner, inmost\n", "| outer with inner, inmost |",
        "outer <span class=\"with\">with inner, inmost</span>", "\"with\":[\"inner\",\"inmost\"]"};
    for (int way = 0; way < 4; way++) {
        struct text text = {0};
        struct cprof_sink sink = support_sink(&text);
        enum cprof_status status = way == 0   ? cprof_diff_text(diff, &options, &sink, NULL)
                                   : way == 1 ? cprof_diff_markdown(diff, &options, &sink, NULL)
                                   : way == 2 ? cprof_diff_html(diff, NULL, NULL, &sink, NULL)
                                              : cprof_diff_json(diff, &sink, NULL);
        ck_assert_int_eq(status, CPROF_OK);
        ck_assert_msg(strstr(text.ptr, expected[way]) != NULL, "%s", text.ptr);
        ck_assert(way == 3 || strstr(text.ptr, "counts as the caller's") != NULL);
        support_free(&text);
    }
    cprof_diff_free(diff);
}
END_TEST

Suite *inlining_suite(void);
Suite *inlining_suite(void)
{
    Suite *suite = suite_create("inlining");
    TCase *tests = tcase_create("inlining");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, test_caller_is_no_regression);
    tcase_add_test(tests, test_caller_is_slower);
    tcase_add_test(tests, test_some_callers);
    tcase_add_test(tests, test_calls_are_calls);
    tcase_add_test(tests, test_jumps);
    tcase_add_test(tests, test_recursion);
    tcase_add_test(tests, test_top);
    tcase_add_test(tests, test_budget);
    tcase_add_test(tests, test_snapshots);
    tcase_add_test(tests, test_renderers);
    suite_add_tcase(suite, tests);
    return suite;
}
