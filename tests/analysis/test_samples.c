/* Where the kernel saw the threads, beside what samples of calls estimate: the arithmetic
 * alone, and in profiles. */
#include <math.h>

#include "raking.h"
#include "support.h"

/* Two functions in two regions.  What regions have stays; functions come near to what
 * was seen, the nearer the more was. */
static void fit(double samples, struct raking_node *nodes, double *first, double *second)
{
    const struct raking_node four[] = {{0, 0, 1, 50}, {1, 0, 1, 50}, {0, 1, 1, 50}, {1, 1, 1, 50}};
    struct raking_function functions[] = {{.seen = 3, .samples = 3 * samples},
                                          {.seen = 1, .samples = samples}};
    struct raking_region regions[2] = {{0}};
    for (int idx = 0; idx < 4; idx++)
        nodes[idx] = four[idx];
    raking_fit(nodes, 4, functions, 2, regions, 2);
    *first = nodes[0].value + nodes[2].value;
    *second = nodes[1].value + nodes[3].value;
}

START_TEST(test_fit)
{
    struct raking_node nodes[4];
    double first, second;
    fit(100000, nodes, &first, &second);
    ck_assert_double_eq_tol(first, 150, 0.1);
    ck_assert_double_eq_tol(second, 50, 0.1);
    ck_assert_double_eq_tol(nodes[0].value + nodes[1].value, 100, 1e-6);
    fit(0.5, nodes, &first, &second); /* two samples say next to nothing */
    ck_assert_double_lt(first, 115);
    ck_assert_double_gt(first, 100);
}
END_TEST

/* A function of which no estimate knows comes in where it was called. */
START_TEST(test_unknown)
{
    struct raking_node nodes[] = {{0, 0, 1, 100}, {1, 0, 30, 0}, {0, 1, 1, 100}, {1, 1, 10, 0}};
    struct raking_function functions[] = {{.seen = 1, .samples = 1000},
                                          {.seen = 1, .samples = 1000}};
    struct raking_region regions[2] = {{0}};
    raking_fit(nodes, 4, functions, 2, regions, 2);
    ck_assert_double_eq_tol(nodes[0].value + nodes[1].value, 100, 1e-6);
    ck_assert_double_eq_tol(nodes[2].value + nodes[3].value, 100, 1e-6);
    ck_assert_double_eq_tol(nodes[1].value + nodes[3].value, 100, 1);
    ck_assert_double_gt(nodes[1].value, 1.5 * nodes[3].value);
}
END_TEST

/* A profile: main is timed and lends to one and two, which are equal by the sampled calls.
 * The kernel says otherwise, and saw the profiler itself. */
static struct fabricate *seen(uint32_t one_seen, uint32_t two_seen, uint32_t main_seen)
{
    struct fabricate *made = fabricate_new();
    fabricate_header(made)->mode = CPROF_MODE_ADAPTIVE;
    uint32_t sites[] = {fabricate_site(made, "main", "m.c", 1),
                        fabricate_site(made, "one", "m.c", 2),
                        fabricate_site(made, "two", "m.c", 3)};
    uint32_t owner = fabricate_node(made, fabricate_thread(made), sites[0], 1, 1000000);
    for (int idx = 1; idx < 3; idx++) {
        struct cprof_node *node =
            fabricate_at(made, fabricate_node(made, owner, sites[idx], 1000, 0));
        node->flags &= ~CPROF_NODE_TIMED;
        node->u.call.timed_calls = node->u.call.sampled_calls = 100;
        node->u.call.sample_weights = 1000 / CPROF_SAMPLE_UNIT;
        node->u.call.sample_ticks = 250000 / CPROF_SAMPLE_UNIT;
        node->u.call.sample_squares = 100;
    }
    fabricate_at(made, owner)->u.call.lent_ticks = 500000 / CPROF_SAMPLE_UNIT;
    if (one_seen + two_seen + main_seen) {
        fabricate_samples(made, sites[0], main_seen);
        fabricate_samples(made, sites[1], one_seen);
        fabricate_samples(made, sites[2], two_seen);
        fabricate_samples(made, CPROF_SAMPLES_ELSEWHERE, 77);
    }
    return made;
}

START_TEST(test_shares)
{
    struct cprof_profile *profile = support_load(seen(700, 100, 200));
    double one = (double)support_function(profile, "one").self_ns;
    double two = (double)support_function(profile, "two").self_ns;
    ck_assert_double_eq_tol(one, 700000, 7000);
    ck_assert_double_eq_tol(two, 100000, 7000);
    ck_assert_uint_eq(support_function(profile, "main").total_ns, 1000000);
    /* As sure as a count of so many is. */
    ck_assert_double_eq_tol(support_function(profile, "two").error_percent,
                            196 / sqrt(100 + RAKING_PRIOR), 0.5);
    cprof_profile_free(profile);

    profile = support_load(seen(0, 0, 0));
    ck_assert_uint_lt(support_function(profile, "one").self_ns, 300000);
    cprof_profile_free(profile);
}
END_TEST

/* Counted calls have their hook within the function. */
START_TEST(test_hooks)
{
    struct fabricate *made = seen(400, 400, 200);
    fabricate_header(made)->hook_cost_x256 = 256 * 200; /* ticks a call */
    struct cprof_profile *profile = support_load(made);
    struct cprof_function one = support_function(profile, "one");
    ck_assert_uint_eq(one.calls, 1000);
    uint64_t sum = one.self_ns + support_function(profile, "two").self_ns;
    /* A sample is 1000 ticks: 400,000 each, less 1000 calls at 200. */
    double share = 400000.0 / (400000 + 200000);
    double all = (double)(sum + support_function(profile, "main").self_ns);
    ck_assert_double_eq_tol((double)sum / all, share, 0.01);
    cprof_profile_free(profile);
}
END_TEST

/* What the notes of allocations took is the profiler's and not the program's. */
START_TEST(test_notes)
{
    struct fabricate *made = seen(300, 300, 200);
    struct cprof_node_alloc blocks = {.count = 5000, .bytes = 5000};
    uint32_t site = fabricate_site(made, "taker", "m.c", 4);
    uint32_t taker = fabricate_node(made, 1, site, 10, 400000);
    fabricate_blocks(made, taker, fabricate_allocation(made, site, CPROF_KIND_MALLOC, "m.c", 5),
                     &blocks);
    fabricate_samples(made, site, 200);
    fabricate_samples(made, CPROF_SAMPLES_RUNTIME, 250);
    fabricate_samples(made, CPROF_SAMPLES_LOST, 31);
    struct cprof_profile *profile = support_load(made);
    struct cprof_function function = support_function(profile, "taker");
    ck_assert_uint_eq(function.total_ns, 150000);
    ck_assert_uint_eq(function.self_raw_ns, 400000);
    ck_assert_uint_eq(support_function(profile, "main").total_ns, 1000000);
    struct cprof_run run;
    cprof_run_facts(profile, &run, NULL);
    ck_assert_uint_ge(run.overhead_ns, 250000);
    ck_assert_uint_eq(run.kernel_samples, 1000);
    ck_assert_uint_eq(run.kernel_samples_lost, 31);
    cprof_profile_free(profile);
}
END_TEST

/* A build for a budget: no region was measured, nobody knows who called whom. */
START_TEST(test_budget)
{
    struct fabricate *made = seen(300, 100, 0);
    fabricate_header(made)->mode = CPROF_MODE_BUDGET;
    struct cprof_profile *profile = support_load(made);
    struct cprof_function one = support_function(profile, "one");
    ck_assert_uint_eq(one.self_ns, 300000);
    ck_assert_uint_eq(one.total_ns, CPROF_UNKNOWN);
    ck_assert_uint_eq(one.average_ns, CPROF_UNKNOWN);
    ck_assert_uint_eq(one.total_amount, CPROF_UNKNOWN);
    struct text report, tree;
    struct cprof_sink sink = support_sink(&report);
    ck_assert_int_eq(cprof_report_text(profile, &(struct cprof_report_options){0}, &sink, NULL),
                     CPROF_OK);
    ck_assert_ptr_nonnull(strstr(report.ptr, " self "));
    ck_assert_ptr_null(strstr(report.ptr, " total "));
    ck_assert_ptr_null(strstr(report.ptr, " avg "));
    support_free(&report);
    sink = support_sink(&tree);
    ck_assert_int_eq(cprof_tree_text(profile, &(struct cprof_tree_options){0}, &sink, NULL),
                     CPROF_OK);
    ck_assert_ptr_null(strstr(tree.ptr, "total"));
    ck_assert_ptr_nonnull(strstr(tree.ptr, " 75.00"));
    support_free(&tree);
    ck_assert_double_eq_tol(one.error_percent, 196 / sqrt(300), 0.5);
    ck_assert_uint_eq(support_function(profile, "two").self_ns, 100000);
    cprof_profile_free(profile);

    made = seen(0, 0, 0);
    fabricate_header(made)->mode = CPROF_MODE_BUDGET;
    profile = support_load(made);
    ck_assert_uint_eq(support_function(profile, "one").self_ns, CPROF_UNKNOWN);
    cprof_profile_free(profile);
}
END_TEST

Suite *samples_suite(void)
{
    Suite *suite = suite_create("samples");
    TCase *tests = tcase_create("all");
    tcase_add_test(tests, test_fit);
    tcase_add_test(tests, test_unknown);
    tcase_add_test(tests, test_shares);
    tcase_add_test(tests, test_hooks);
    tcase_add_test(tests, test_notes);
    tcase_add_test(tests, test_budget);
    suite_add_tcase(suite, tests);
    return suite;
}
