/* Budgets: what is read, what is refused, and which lines fail. */
#include <jansson.h>
#include <string.h>

#include "support.h"

static struct cprof_budget *read_budget(const char *text)
{
    struct cprof_budget *budget;
    struct cprof_error error = {.text = ""};
    ck_assert_msg(cprof_budget_read(&budget, "b", text, strlen(text), &error) == CPROF_OK, "%s",
                  error.text);
    return budget;
}

/* A run of two functions, f with these values. */
static void add_run(struct cprof_diff *diff, enum cprof_side side, uint64_t self, uint64_t calls,
                    uint64_t bytes)
{
    struct cprof_snapshot *run = cprof_snapshot_new("run");
    struct cprof_entry f = cprof_entry_unknown("ns::f(int)"), g = cprof_entry_unknown("g");
    f.values[CPROF_METRIC_SELF_TIME] = f.values[CPROF_METRIC_TOTAL_TIME] = self;
    f.values[CPROF_METRIC_CALLS] = calls;
    f.values[CPROF_METRIC_ALLOC_BYTES] = bytes;
    g.values[CPROF_METRIC_SELF_TIME] = g.values[CPROF_METRIC_TOTAL_TIME] = 1000000;
    g.values[CPROF_METRIC_CALLS] = 10;
    ck_assert_int_eq(cprof_snapshot_add(run, &f, NULL), CPROF_OK);
    ck_assert_int_eq(cprof_snapshot_add(run, &g, NULL), CPROF_OK);
    cprof_snapshot_set(run, CPROF_METRIC_TOTAL_TIME, self + 1000000);
    ck_assert_int_eq(cprof_diff_add_snapshot(diff, side, run, NULL), CPROF_OK);
    cprof_snapshot_free(run);
}

static size_t excesses(struct cprof_diff *diff, const char *text)
{
    struct cprof_budget *budget = read_budget(text);
    struct cprof_error error = {.text = ""};
    struct cprof_excess excess;
    size_t count = 0;
    ck_assert_msg(cprof_budget_check(budget, diff, &error) == CPROF_OK, "%s", error.text);
    while (cprof_budget_excess(budget, count, &excess))
        count++;
    cprof_budget_free(budget);
    return count;
}

/* 200 ms in 100 calls, 4 KiB, against 100 ms in 99. */
START_TEST(test_single)
{
    const struct {
        const char *line;
        size_t failed;
    } cases[] = {{"ns::f(int): total_time < 200ms", 1},
                 {"ns::f(int): total_time <= 200 ms", 0},
                 {"ns::f(int): total_time < 200.1ms", 0},
                 {"ns::*: self_time < 199999us", 1},
                 {"*: self_time > 2000000", 1},
                 {"*: call_count <= 100", 0},
                 {"*: call_count == 100", 1},
                 {"*: call_count != 100", 1},
                 {"*: call_count >= 10", 0},
                 {"call_count == 110", 0},
                 {"total_time < 201ms", 1},
                 {"total_time < 0.2011 s", 0},
                 {"ns::f(int): alloc_bytes <= 4KiB", 0},
                 {"ns::f(int): alloc_bytes <= 4095 B", 1},
                 {"*: alloc_bytes <= 4KiB", 1}, /* of g it is unknown */
                 {"leaks == 0", 1},             /* likewise */
                 {"nobody: total_time < 1s", 1},
                 {"nobody*: total_time < 1s", 0},
                 {"*: call_count <= baseline + 1", 0},
                 {"*: call_count <= baseline", 1},
                 {"*: call_count <= baseline + 1%", 1},
                 {"*: call_count <= baseline + 2 %", 0},
                 {"*: call_count > baseline - 1", 0},
                 {"ns::f(int): self_time <= baseline + 50%", 1},
                 {"ns::f(int): self_time <= baseline + 200ms", 0},
                 {"speedup >= 1.0", 1},
                 {"speedup >= 0.5", 0},
                 {"# nothing\n\n  \n", 0},
                 {"call_count == 110\n# and\r\n\t*: call_count == 1\r\n", 2}};
    struct cprof_diff *diff = cprof_diff_new(NULL);
    add_run(diff, CPROF_BASELINE, 100000000, 99, 4096);
    add_run(diff, CPROF_CANDIDATE, 200000000, 100, 4096);
    for (size_t idx = 0; idx < sizeof cases / sizeof *cases; idx++)
        ck_assert_msg(excesses(diff, cases[idx].line) == cases[idx].failed, "%s", cases[idx].line);
    cprof_diff_free(diff);
}
END_TEST

/* Ten runs around 10 ms: a limit among them is not clearly broken, one below is. */
START_TEST(test_many)
{
    struct cprof_diff *diff = cprof_diff_new(NULL);
    for (uint64_t run = 0; run < 10; run++) {
        add_run(diff, CPROF_BASELINE, 9500000 + run * 100000, 100, 1);
        add_run(diff, CPROF_CANDIDATE, 9500000 + (run * 7 + 2) % 10 * 100000, 100, 1);
    }
    ck_assert_uint_eq(excesses(diff, "*f*: self_time < 9.9ms"), 0);
    ck_assert_uint_eq(excesses(diff, "*f*: self_time < 9.5ms"), 1);
    ck_assert_uint_eq(excesses(diff, "*f*: self_time <= 9.9ms"), 0);
    ck_assert_uint_eq(excesses(diff, "*: self_time <= baseline\nspeedup >= 1.0"), 0);
    cprof_diff_free(diff);
    diff = cprof_diff_new(NULL);
    for (uint64_t run = 0; run < 10; run++) {
        add_run(diff, CPROF_BASELINE, 9500000 + run * 100000, 100, 1);
        add_run(diff, CPROF_CANDIDATE, 19500000 + run * 100000, 100, 1);
    }
    ck_assert_uint_eq(excesses(diff, "*f*: self_time <= baseline"), 1);
    ck_assert_uint_eq(excesses(diff, "*f*: self_time <= baseline + 200%\n"), 0);
    cprof_diff_free(diff);
}
END_TEST

START_TEST(test_refused)
{
    static const char *const lines[] = {"f: total_time",
                                        "f: speed < 3",
                                        "f: total_time < fast",
                                        "f: total_time < 3 KiB",
                                        "f: call_count < 3ms",
                                        "f: speedup > 1",
                                        "f total_time < 3ms extra",
                                        "total_time < baseline * 2",
                                        "total_time < 5%",
                                        "< 3",
                                        "f: call_count < inf"};
    for (size_t idx = 0; idx < sizeof lines / sizeof *lines; idx++) {
        struct cprof_budget *budget;
        struct cprof_error error;
        char text[100];
        snprintf(text, sizeof text, "# a comment\n%s\n", lines[idx]);
        ck_assert_msg(cprof_budget_read(&budget, "b", text, strlen(text), &error) == CPROF_INPUT,
                      "%s", lines[idx]);
        ck_assert_ptr_null(budget);
        ck_assert_msg(strncmp(error.text, "b:2: ", 5) == 0, "%s", error.text);
    }
    struct cprof_budget *budget;
    ck_assert_int_eq(cprof_budget_read(&budget, "b", "\0x", 2, NULL), CPROF_INPUT);
}
END_TEST

/* Without a baseline, and rendered. */
START_TEST(test_renderers)
{
    struct cprof_diff *diff = cprof_diff_new(NULL);
    struct cprof_budget *budget = read_budget("call_count == 1\n*: self_time < 1us\nleaks == 0");
    struct text text;
    struct cprof_style style = {.columns = 0};
    ck_assert_int_eq(cprof_budget_check(budget, diff, NULL), CPROF_USAGE);
    add_run(diff, CPROF_CANDIDATE, 5000000, 1, 1);
    ck_assert(!cprof_budget_needs_baseline(budget));
    ck_assert_int_eq(cprof_budget_check(budget, diff, NULL), CPROF_OK);
    struct cprof_sink sink = support_sink(&text);
    ck_assert_int_eq(cprof_budget_text(budget, &style, &sink, NULL), CPROF_OK);
    ck_assert_str_eq(text.ptr, "FAILED  b:1: call_count == 1  ([whole program] is 11)\n"
                               "FAILED  b:2: *: self_time < 1us  (ns::f(int) is 5.00 ms)\n"
                               "FAILED  b:2: *: self_time < 1us  (g is 1.00 ms)\n"
                               "FAILED  b:3: leaks == 0  ([whole program] was not measured)\n"
                               "3 of 3 budgets failed.\n");
    support_free(&text);
    sink = support_sink(&text);
    ck_assert_int_eq(cprof_budget_json(budget, &sink, NULL), CPROF_OK);
    json_t *root = json_loadb(text.ptr, text.len, 0, NULL);
    ck_assert_int_eq(json_integer_value(json_object_get(root, "failed")), 3);
    ck_assert_uint_eq(json_array_size(json_object_get(root, "excesses")), 4);
    json_decref(root);
    support_free(&text);
    cprof_budget_free(budget);
    cprof_diff_free(diff);
}
END_TEST

Suite *budget_suite(void)
{
    Suite *suite = suite_create("budget");
    TCase *tests = tcase_create("budget");
    tcase_add_test(tests, test_single);
    tcase_add_test(tests, test_many);
    tcase_add_test(tests, test_refused);
    tcase_add_test(tests, test_renderers);
    suite_add_tcase(suite, tests);
    return suite;
}
