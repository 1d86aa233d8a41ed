/* The model: merging, recursion, the split of regions, averages. */
#include <string.h>

#include "support.h"

START_TEST(test_sums)
{
    struct fabricate *made = fabricate_new();
    uint32_t first = fabricate_thread(made), second = fabricate_thread(made);
    uint32_t main_site = fabricate_site(made, "main", "m.c", 1);
    uint32_t work = fabricate_site(made, "work", "m.c", 2);
    uint32_t unused = fabricate_site(made, "unused", "m.c", 3);
    uint32_t top = fabricate_node(made, first, main_site, 1, 100);
    uint32_t low = fabricate_node(made, top, work, 3, 40);
    fabricate_at(made, low)->u.call.wait_ticks = 10;
    fabricate_at(made, low)->u.call.min_ticks = 5;
    fabricate_at(made, low)->u.call.max_ticks = 30;
    fabricate_node(made, low, unused, 0, 0);
    fabricate_node(made, second, work, 2, 20); /* another thread */
    fabricate_node(made, top, work, 1, 7);     /* a second node of the same context */
    struct cprof_profile *profile = support_load(made);

    struct cprof_function function = support_function(profile, "work");
    ck_assert_uint_eq(function.calls, 6);
    ck_assert_uint_eq(function.self_ns, 67);
    ck_assert_uint_eq(function.total_ns, 67);
    ck_assert_uint_eq(function.cpu_ns, 57);
    ck_assert_uint_eq(function.min_ns, 5);
    ck_assert_uint_eq(function.max_ns, 30);
    ck_assert_uint_eq(function.max_depth, 2);
    ck_assert_uint_eq(function.average_ns, 11);
    ck_assert_double_eq(function.error_percent, 0);
    function = support_function(profile, "main");
    ck_assert_uint_eq(function.total_ns, 147);
    ck_assert_uint_eq(function.self_ns, 100);
    ck_assert_uint_eq(function.min_ns, CPROF_UNKNOWN);
    ck_assert_ptr_null(support_function(profile, "unused").name);

    struct cprof_run run;
    cprof_run_facts(profile, &run, NULL);
    ck_assert_uint_eq(run.contexts, 3);
    ck_assert_uint_eq(run.threads, 2);
    ck_assert_uint_eq(run.wall_ns, 1000000);
    ck_assert_str_eq(run.build_id, "0123abff");
    ck_assert_str_eq(run.compiler, "GNU C17 12.2.0");
    ck_assert_uint_eq(run.arguments, 2);
    ck_assert_str_eq(cprof_run_argument(profile, 1), "--fast");
    ck_assert_ptr_null(cprof_run_argument(profile, 2));
    cprof_profile_free(profile);
}
END_TEST

/* Two threads' parts of a histogram, one of them of a site that nobody knows. */
START_TEST(test_percentiles)
{
    struct fabricate *made = fabricate_new();
    uint32_t root = fabricate_thread(made);
    uint32_t work = fabricate_site(made, "work", "m.c", 1);
    uint32_t even = fabricate_site(made, "even", "m.c", 2);
    uint32_t low = fabricate_node(made, root, work, 200, 100000);
    fabricate_at(made, low)->u.call.durations = 1;
    fabricate_at(made, low)->u.call.min_ticks = 130;
    fabricate_at(made, low)->u.call.max_ticks = 1100000;
    fabricate_at(made, fabricate_node(made, root, even, 7, 707))->u.call.max_ticks = 101;
    fabricate_durations(made, work, 7, 0, 60);  /* 128 .. 143 */
    fabricate_durations(made, work, 7, 0, 60);  /* another thread's */
    fabricate_durations(made, work, 10, 4, 76); /* 1536 .. 1663 */
    fabricate_durations(made, work, 20, 0, 4);  /* 1048576 .. 1179647 */
    fabricate_durations(made, even, 6, 4, 7);   /* 96 .. 103 */
    fabricate_durations(made, 4711, 6, 4, 1000);
    fabricate_durations(made, work, CPROF_DURATION_OCTAVES, 4, 1000);
    struct cprof_profile *profile = support_load(made);

    struct cprof_function function = support_function(profile, "work");
    ck_assert_uint_ge(function.p50_ns, 130);
    ck_assert_uint_le(function.p50_ns, 143);
    ck_assert_uint_ge(function.p95_ns, 1536);
    ck_assert_uint_le(function.p95_ns, 1664);
    ck_assert_uint_ge(function.p99_ns, 1048576);
    ck_assert_uint_le(function.p99_ns, 1100000);
    function = support_function(profile, "even");
    ck_assert_uint_ge(function.p50_ns, 96);
    ck_assert_uint_le(function.p99_ns, 101);
    cprof_profile_free(profile);
}
END_TEST

/* What the probes took is taken off, down to nothing, and said; what counted calls
 * cost comes off the node that was charged for them. */
START_TEST(test_probes)
{
    struct fabricate *made = fabricate_new();
    uint32_t root = fabricate_thread(made);
    uint32_t sites[] = {fabricate_site(made, "main", "m.c", 1),
                        fabricate_site(made, "tiny", "m.c", 2),
                        fabricate_site(made, "counted", "m.c", 3)};
    uint32_t top = fabricate_node(made, root, sites[0], 1, 1000);
    fabricate_at(made, top)->u.call.probe_x16 = 16 * 300;
    uint32_t tiny = fabricate_node(made, top, sites[1], 100, 50);
    fabricate_at(made, tiny)->u.call.probe_x16 = 16 * 80;
    fabricate_at(made, tiny)->u.call.wait_ticks = 20;
    uint32_t counted = fabricate_node(made, top, sites[2], 50, 0);
    fabricate_at(made, counted)->flags &= ~CPROF_NODE_TIMED;
    fabricate_header(made)->hook_cost_x256 = 2 * 256;
    struct cprof_profile *profile = support_load(made);

    struct cprof_function function = support_function(profile, "main");
    ck_assert_uint_eq(function.self_ns, 1000 - 300 - 2 * 50);
    ck_assert_uint_eq(function.self_raw_ns, 1000);
    ck_assert_double_gt(function.error_percent, 5);
    ck_assert_double_lt(function.error_percent, 50);
    function = support_function(profile, "tiny");
    ck_assert_uint_eq(function.self_ns, 0);
    ck_assert_uint_eq(function.cpu_ns, 0);
    ck_assert_uint_eq(function.self_raw_ns, 50);
    ck_assert_double_eq(function.error_percent, 100);
    cprof_profile_free(profile);
}
END_TEST

/* One header, by another way from each folder; not one that only begins alike. */
START_TEST(test_ways_to_a_file)
{
    struct fabricate *made = fabricate_new();
    uint32_t thread = fabricate_thread(made), calls = 1;
    const char *const ways[] = {"x.h", "./x.h", "../x.h", ".././../x.h", "..//x.h"};
    for (size_t idx = 0; idx < sizeof ways / sizeof *ways; idx++)
        fabricate_node(made, thread, fabricate_site(made, "shared", ways[idx], 4), calls, 10);
    const char *const others[] = {"sub/x.h", ".x.h", ".../x.h"};
    for (size_t idx = 0; idx < sizeof others / sizeof *others; idx++)
        fabricate_node(made, thread, fabricate_site(made, "shared", others[idx], 4), calls, 1);
    struct cprof_profile *profile = support_load(made);

    size_t count = 0;
    struct cprof_function function, largest = {0};
    for (; cprof_function_at(profile, count, &function, NULL) == CPROF_OK; count++)
        if (function.calls > largest.calls)
            largest = function;
    ck_assert_uint_eq(count, 4);
    ck_assert_uint_eq(largest.calls, 5);
    ck_assert_str_eq(largest.file, "x.h");
    cprof_profile_free(profile);
}
END_TEST

static void expect_line(const struct cprof_profile *profile, size_t idx, const char *file,
                        uint32_t number, const char *text, bool allow, bool matched)
{
    struct cprof_list_line line;
    ck_assert_msg(cprof_list_line_at(profile, idx, &line), "no line %zu", idx);
    ck_assert_str_eq(line.file, file);
    ck_assert_str_eq(line.text, text);
    ck_assert_uint_eq(line.line, number);
    ck_assert_int_eq(line.allow, allow);
    ck_assert_int_eq(line.matched, matched);
}

/* A line is used as soon as one object needed it, of whatever module, whatever
 * way the object took to the list. */
START_TEST(test_list_lines)
{
    struct fabricate *made = fabricate_new();
    fabricate_site(made, "f", "f.c", 1);
    fabricate_line(made, "deny", 1, "work", 0);
    fabricate_line(made, "deny", 2, "idle", 0);
    fabricate_line(made, "deny", 3, "f", CPROF_LINE_MATCHED);
    fabricate_module(made);
    fabricate_site(made, "work", "w.c", 1);
    fabricate_line(made, "../lists/deny", 1, "work", CPROF_LINE_MATCHED);
    fabricate_line(made, "../lists/deny", 2, "idle", 0);
    fabricate_line(made, "../lists/deny", 3, "f", 0);
    fabricate_line(made, "deny", 2, "idle", CPROF_LINE_ALLOW | CPROF_LINE_MATCHED);
    fabricate_line(made, "deny", 2, "edited", CPROF_LINE_MATCHED);
    fabricate_line(made, "denied", 2, "idle", CPROF_LINE_MATCHED);
    struct cprof_profile *profile = support_load(made);
    struct cprof_list_line line;
    expect_line(profile, 0, "deny", 1, "work", false, true);
    expect_line(profile, 1, "deny", 2, "idle", false, false);
    expect_line(profile, 2, "deny", 3, "f", false, true);
    expect_line(profile, 3, "deny", 2, "idle", true, true);
    expect_line(profile, 4, "deny", 2, "edited", false, true);
    expect_line(profile, 5, "denied", 2, "idle", false, true);
    ck_assert(!cprof_list_line_at(profile, 6, &line));
    cprof_profile_free(profile);
}
END_TEST

/* A calls B calls A ...: 100 calls each, A uses 500 and B 50. */
START_TEST(test_recursion)
{
    struct fabricate *made = fabricate_new();
    uint32_t a = fabricate_site(made, "A", "r.c", 1), b = fabricate_site(made, "B", "r.c", 9);
    uint32_t outer = fabricate_node(made, fabricate_thread(made), a, 1, 5);
    uint32_t inner = fabricate_node(made, outer, b, 1, 2);
    uint32_t again = fabricate_node(made, inner, a, 99, 495);
    fabricate_node(made, again, b, 99, 48);
    ck_assert(fabricate_at(made, again)->flags & CPROF_NODE_RECURSIVE);
    struct cprof_profile *profile = support_load(made);
    struct cprof_function function = support_function(profile, "A");
    ck_assert_uint_eq(function.calls, 100);
    ck_assert_uint_eq(function.self_ns, 500);
    ck_assert_uint_eq(function.total_ns, 550);
    function = support_function(profile, "B");
    ck_assert_uint_eq(function.self_ns, 50);
    ck_assert_uint_eq(function.total_ns, 545);
    ck_assert_uint_eq(function.max_depth, 4);
    cprof_profile_free(profile);
}
END_TEST

/* Copies are the function itself, also when they call each other; pieces are
 * functions of their own. */
START_TEST(test_names)
{
    struct fabricate *made = fabricate_new();
    uint32_t root = fabricate_thread(made);
    uint32_t at = fabricate_node(made, root, fabricate_site(made, "f", "n.c", 4), 1, 10);
    at = fabricate_node(made, at, fabricate_site(made, "f.constprop.0", "n.c", 4), 2, 20);
    at = fabricate_node(made, at, fabricate_site(made, "f.isra.0.part.1.lto_priv.2", "n.c", 4), 3,
                        30);
    fabricate_node(made, at, fabricate_site(made, "f.cold", "n.c", 4), 4, 40);
    fabricate_node(made, root, fabricate_site(made, "f", "other.c", 4), 5, 50);
    fabricate_module(made); /* the same function of a header in a library */
    fabricate_node(made, root, fabricate_site(made, "f", "n.c", 4), 6, 60);
    fabricate_node(made, root, fabricate_site(made, "_ZN3app3runERKSs.constprop.3", "r.cc", 1), 7,
                   70);
    fabricate_node(made, root, fabricate_site(made, "_Z", "r.cc", 2), 8, 80);
    fabricate_node(made, root, fabricate_site(made, "", "r.cc", 3), 9, 90);
    struct cprof_profile *profile = support_load(made);
    struct cprof_function function;
    size_t count = 0, in_n = 0;
    for (; cprof_function_at(profile, count, &function, NULL) == CPROF_OK; count++)
        if (strcmp(function.name, "f") == 0 && strcmp(function.file, "n.c") == 0) {
            in_n++;
            ck_assert_uint_eq(function.calls, 9);
            ck_assert_uint_eq(function.self_ns, 90);
            ck_assert_uint_eq(function.total_ns, 160);
        }
    ck_assert_uint_eq(in_n, 1);
    ck_assert_uint_eq(count, 7);
    ck_assert_uint_eq(support_function(profile, "[unnamed]").calls, 9);
    ck_assert_uint_eq(support_function(profile, "f.part.1").calls, 3);
    ck_assert_uint_eq(support_function(profile, "f.cold").calls, 4);
    ck_assert_uint_eq(support_function(profile, "_Z").calls, 8);
    ck_assert_ptr_nonnull(strstr(support_function(profile, "_Z").file, "r.cc"));
    count = 0;
    while (cprof_function_at(profile, count, &function, NULL) == CPROF_OK &&
           strncmp(function.name, "app::run(", 9) != 0)
        count++;
    ck_assert_uint_eq(function.calls, 7);
    cprof_profile_free(profile);
}
END_TEST

/* Gives a node `count` samples of `ticks` each, of weight 16, and as many calls as
 * these stand for: the calls that it had were timed. */
static void add_samples(struct fabricate *made, uint32_t node, uint32_t count, uint64_t ticks)
{
    struct cprof_node *stored = fabricate_at(made, node);
    uint64_t weighted = 16 * ticks / CPROF_SQUARE_UNIT;
    stored->u.call.sample_ticks = 16 * count * ticks;
    stored->u.call.sample_squares = count * weighted * weighted;
    stored->u.call.sample_weights = 16 * count;
    stored->u.call.sampled_calls = count;
    uint32_t lender = stored->parent;
    while (!(fabricate_at(made, lender)->flags & CPROF_NODE_TIMED))
        lender = fabricate_at(made, lender)->parent;
    fabricate_at(made, lender)->u.call.lent_ticks += 16 * count * ticks;
    stored->u.call.timed_calls = stored->seen + count;
    stored->seen += 64 * 16 * count;
    stored->left -= (int32_t)(64 * 16 * count);
}

static uint32_t add_untimed(struct fabricate *made, uint32_t parent, const char *name,
                            uint64_t calls, uint64_t self_ticks)
{
    uint32_t node =
        fabricate_node(made, parent, fabricate_site(made, name, "g.c", 1), calls, self_ticks);
    fabricate_at(made, node)->flags &= ~CPROF_NODE_TIMED;
    return node;
}

/* A timed node whose time is partly that of untimed ones below it. */
START_TEST(test_regions)
{
    struct fabricate *made = fabricate_new();
    fabricate_header(made)->mode = CPROF_MODE_ADAPTIVE;
    uint32_t owner = fabricate_node(made, fabricate_thread(made),
                                    fabricate_site(made, "owner", "g.c", 1), 1, 1000000);
    uint32_t twice = add_untimed(made, owner, "twice", 80, 60000);
    uint32_t once = add_untimed(made, twice, "once", 40, 0);
    uint32_t blind = add_untimed(made, owner, "blind", 9, 0);
    uint32_t timed = fabricate_node(made, once, fabricate_site(made, "timed", "g.c", 5), 2, 300000);
    fabricate_at(made, owner)->u.call.wait_ticks = 400000;
    fabricate_at(made, blind)->u.call.timed_calls = 0;
    add_samples(made, add_untimed(made, owner, "below", 7, 0), 3, (uint64_t)-1); /* less than 0 */
    add_samples(made, twice, 25, 20); /* 64 * 16 * 25 * 20 = 512000 */
    fabricate_at(made, twice)->u.call.sample_squares *= 2;
    add_samples(made, once, 25, 10); /* 256000 */
    add_samples(made, timed, 1, 10); /* 10240, from before it was timed */
    struct cprof_profile *profile = support_load(made);

    struct cprof_function function = support_function(profile, "owner");
    ck_assert_uint_eq(function.self_ns, 1000000 - 512000 - 256000 - 10240);
    ck_assert_uint_eq(function.total_ns, 1360000);
    ck_assert_double_gt(function.error_percent, 200); /* all that the others may be wrong */
    ck_assert_uint_eq(function.cpu_ns, 960000);
    function = support_function(profile, "twice");
    ck_assert_uint_eq(function.self_ns, 572000);
    /* Half of its samples took nothing, half 40 ticks, and one that nobody saw 200:
     * of the sum of 25 times 20 that is a deviation of 207, times Student's 2.06. */
    ck_assert_double_eq_tol(function.error_percent, 100 * 2.064 * 207 / 500 * 512 / 572, 1);
    function = support_function(profile, "once");
    ck_assert_uint_eq(function.self_ns, 256000);
    /* The owner keeps 221760, all of it waiting; of the 178240 that waited below
     * it `once` and `timed` have 266240 parts in 778240. */
    ck_assert_uint_eq(function.cpu_ns, 256000 + 300000 + 10240 - 60977);
    ck_assert_uint_eq(support_function(profile, "timed").self_ns, 310240);
    ck_assert(support_function(profile, "blind").error_percent < 0);
    ck_assert_uint_eq(support_function(profile, "below").self_ns, 0);
    cprof_profile_free(profile);
}
END_TEST

/* Samples that claim more than there is share what there is. */
START_TEST(test_overdrawn_region)
{
    struct fabricate *made = fabricate_new();
    uint32_t owner = fabricate_node(made, fabricate_thread(made),
                                    fabricate_site(made, "owner", "g.c", 1), 1, 30000);
    add_samples(made, add_untimed(made, owner, "two", 50, 0), 5, 20);
    add_samples(made, add_untimed(made, owner, "one", 50, 0), 5, 10);
    fabricate_at(made, owner)->u.call.wait_ticks = 90000; /* more than it lasted */
    struct cprof_profile *profile = support_load(made);
    ck_assert_uint_eq(support_function(profile, "owner").self_ns, 0);
    ck_assert_uint_eq(support_function(profile, "two").self_ns, 20000);
    ck_assert_uint_eq(support_function(profile, "one").self_ns, 10000);
    ck_assert_uint_eq(support_function(profile, "owner").cpu_ns, 0);
    cprof_profile_free(profile);
}
END_TEST

START_TEST(test_clock)
{
    struct fabricate *made = fabricate_new();
    struct cprof_header *header = fabricate_header(made);
    header->clock = CPROF_CLOCK_TSC;
    header->first = (struct cprof_moment){5000, 100};
    header->last = (struct cprof_moment){8000, 1100}; /* three ticks a nanosecond */
    fabricate_node(made, fabricate_thread(made), fabricate_site(made, "f", "c.c", 1), 1, 600);
    struct cprof_profile *profile = support_load(made);
    ck_assert_uint_eq(support_function(profile, "f").self_ns, 200);
    cprof_profile_free(profile);

    made = fabricate_new(); /* ended before a second moment was taken */
    fabricate_header(made)->clock = CPROF_CLOCK_TSC;
    fabricate_header(made)->last = fabricate_header(made)->first;
    fabricate_node(made, fabricate_thread(made), fabricate_site(made, "f", "c.c", 1), 1, 600);
    profile = support_load(made);
    ck_assert_uint_eq(support_function(profile, "f").self_ns, CPROF_UNKNOWN);
    ck_assert_uint_eq(support_function(profile, "f").calls, 1);
    cprof_profile_free(profile);
}
END_TEST

START_TEST(test_count_mode)
{
    struct fabricate *made = fabricate_new();
    fabricate_header(made)->mode = CPROF_MODE_COUNT;
    fabricate_node(made, fabricate_thread(made), fabricate_site(made, "f", "c.c", 1), 6, 0);
    struct cprof_profile *profile = support_load(made);
    struct cprof_function function = support_function(profile, "f");
    ck_assert_uint_eq(function.calls, 6);
    ck_assert_uint_eq(function.self_ns, CPROF_UNKNOWN);
    ck_assert_uint_eq(function.total_ns, CPROF_UNKNOWN);
    ck_assert(function.error_percent < 0);
    cprof_profile_free(profile);
}
END_TEST

START_TEST(test_several_files)
{
    struct cprof_profile *profile = cprof_profile_new();
    for (uint32_t idx = 0; idx < 3; idx++) {
        struct fabricate *made = fabricate_new();
        size_t len;
        fabricate_header(made)->pid = 100 + idx;
        fabricate_header(made)->started_ns -= idx; /* the last one began first */
        fabricate_header(made)->lost_calls = 2;
        if (idx == 1)
            fabricate_header(made)->state = CPROF_STATE_RUNNING;
        fabricate_node(made, fabricate_thread(made), fabricate_site(made, "f", "c.c", 1), 5, 10);
        const unsigned char *bytes = fabricate_bytes(made, &len);
        ck_assert_int_eq(cprof_profile_add_bytes(profile, "x", bytes, len, NULL), CPROF_OK);
        fabricate_free(made);
    }
    struct cprof_run run;
    cprof_run_facts(profile, &run, NULL);
    ck_assert_uint_eq(run.processes, 3);
    ck_assert_uint_eq(run.pid, 102);
    ck_assert_uint_eq(run.lost_calls, 6);
    ck_assert(!run.complete);
    ck_assert_uint_eq(run.wall_ns, 1000002);
    ck_assert_uint_eq(support_function(profile, "f").calls, 15);
    ck_assert_uint_eq(run.contexts, 1);
    cprof_profile_free(profile);
}
END_TEST

/* Beyond the cap: below one parent that says so, counted in their functions. */
START_TEST(test_cap)
{
    struct fabricate *made = fabricate_new();
    uint32_t root = fabricate_thread(made), f = fabricate_site(made, "f", "c.c", 1);
    uint32_t node = fabricate_node(made, root, f, 5, 10);
    node = fabricate_node(made, node, fabricate_site(made, "g", "c.c", 2), 4, 20);
    fabricate_at(made, node)->flags |= CPROF_NODE_OVERFLOW;
    fabricate_header(made)->troubles = CPROF_TROUBLE_CONTEXT_CAP;
    struct cprof_profile *profile = support_load(made);
    struct text text;
    struct cprof_sink sink = support_sink(&text);
    ck_assert_int_eq(cprof_tree_text(profile, &(struct cprof_tree_options){0}, &sink, NULL),
                     CPROF_OK);
    const char *cap = strstr(text.ptr, "[context cap]");
    ck_assert_ptr_nonnull(cap);
    ck_assert_ptr_nonnull(strstr(cap, "g  c.c:2"));
    ck_assert_uint_eq(support_function(profile, "g").calls, 4);
    ck_assert_ptr_nonnull(strstr(cprof_run_trouble(profile, 0), "[context cap]"));
    ck_assert_ptr_null(cprof_run_trouble(profile, 1));
    support_free(&text);
    cprof_profile_free(profile);
}
END_TEST

Suite *model_suite(void);
Suite *model_suite(void)
{
    Suite *suite = suite_create("model");
    TCase *group = tcase_create("model");
    tcase_add_test(group, test_sums);
    tcase_add_test(group, test_percentiles);
    tcase_add_test(group, test_probes);
    tcase_add_test(group, test_ways_to_a_file);
    tcase_add_test(group, test_list_lines);
    tcase_add_test(group, test_recursion);
    tcase_add_test(group, test_names);
    tcase_add_test(group, test_regions);
    tcase_add_test(group, test_overdrawn_region);
    tcase_add_test(group, test_clock);
    tcase_add_test(group, test_count_mode);
    tcase_add_test(group, test_several_files);
    tcase_add_test(group, test_cap);
    suite_add_tcase(suite, group);
    return suite;
}
