/* The renderers: the JSON of the contract, and names that try to break out. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

static const char *const hostile[] = {
    "plain",
    "tag<b>&amp;\"quote\"'apostrophe'",
    "]]><script>alert(1)</script>",
    "line\nbreak\ttab\033[31mred\177",
    "\xff\xfe broken \xc3",
    "\xd1\x84\xd1\x83\xd0\xbd\xd0\xba\xd1\x86\xd0\xb8\xd1\x8f", /* Cyrillic */
    "\xe5\x87\xbd\xe6\x95\xb0",                                 /* two columns each */
    "over\xe2\x80\xaeride",                                     /* right-to-left */
    "back\\slash/*",
    "",
};
#define HOSTILE_COUNT (sizeof hostile / sizeof *hostile)

static struct cprof_profile *hostile_profile(void)
{
    struct fabricate *made = fabricate_new();
    uint32_t root = fabricate_thread(made);
    uint32_t at = fabricate_node(made, root, fabricate_site(made, "main", "a <b>\".c", 1), 1, 900);
    static char longest[4001];
    memset(longest, 'T', sizeof longest - 1);
    fabricate_node(made, at, fabricate_site(made, longest, "long.c", 1), 1, 800);
    for (uint32_t idx = 0; idx < HOSTILE_COUNT; idx++)
        fabricate_node(made, at, fabricate_site(made, hostile[idx], hostile[idx], idx), idx + 1,
                       500);
    fabricate_left_out(made, "skipped", "a.c", 7, CPROF_REASON_NAKED);
    fabricate_left_out(made, "also", "a.c", 8, CPROF_REASON_NAKED);
    fabricate_left_out(made, "unknown", "a.c", 9, (enum cprof_reason)1000);
    strcpy(fabricate_header(made)->program, "/tmp/<&\"'\xff\001>");
    return support_load(made);
}

/* Every key of `expected`, "name:type" with type one of the letters below. */
static void expect_keys(json_t *object, const char *const *expected)
{
    ck_assert(json_is_object(object));
    for (; *expected; expected++) {
        char key[64];
        const char *colon = strchr(*expected, ':');
        snprintf(key, sizeof key, "%.*s", (int)(colon - *expected), *expected);
        json_t *value = json_object_get(object, key);
        ck_assert_msg(value, "%s is missing", key);
        bool fits = false;
        for (const char *type = colon + 1; *type; type++)
            fits = fits || (*type == 's' && json_is_string(value)) ||
                   (*type == 'i' && json_is_integer(value)) ||
                   (*type == 'n' && json_is_number(value)) ||
                   (*type == 'b' && json_is_boolean(value)) ||
                   (*type == 'a' && json_is_array(value)) ||
                   (*type == 'o' && json_is_object(value)) || (*type == '0' && json_is_null(value));
        ck_assert_msg(fits, "%s is of a wrong type", key);
    }
}

static json_t *parse(struct text *text)
{
    json_error_t error;
    json_t *root = json_loadb(text->ptr, text->len, 0, &error);
    ck_assert_msg(root, "line %d: %s", error.line, error.text);
    return root;
}

START_TEST(test_report_json)
{
    static const char *const top[] = {"schema:i",           "program:o",         "run:o",
                                      "functions:a",        "allocations:a",     "totals:o",
                                      "not_instrumented:a", "idle_list_lines:a", NULL};
    static const char *const program[] = {"path:s",     "build_id:s", "argv:a", "pid:i",
                                          "compiler:s", "started:s",  NULL};
    static const char *const run[] = {
        "wall_ns:i",          "threads:i", "complete:b",     "mode:s",           "overhead_ns:i",
        "overhead_percent:n", "lost:i",    "cache_source:s", "kernel_samples:i", NULL};
    static const char *const function[] = {
        "name:s",      "file:s",        "line:i",        "calls:i",       "total_ns:i",
        "self_ns:i",   "cpu_ns:i",      "avg_ns:i",      "min_ns:i0",     "max_ns:i0",
        "p50_ns:i0",   "p95_ns:i0",     "p99_ns:i0",     "timed_calls:i", "error_percent:n",
        "max_depth:i", "alloc_count:0", "alloc_bytes:0", "cache:0",       NULL};
    static const char *const totals[] = {"allocated_bytes:0", "freed_bytes:0", "current_bytes:0",
                                         "peak_bytes:0", NULL};
    struct cprof_profile *profile = hostile_profile();
    struct text text;
    struct cprof_sink sink = support_sink(&text);
    ck_assert_int_eq(cprof_report_json(profile, &(struct cprof_report_options){0}, &sink, NULL),
                     CPROF_OK);
    json_t *root = parse(&text), *functions = json_object_get(root, "functions");
    expect_keys(root, top);
    expect_keys(json_object_get(root, "program"), program);
    expect_keys(json_object_get(root, "run"), run);
    expect_keys(json_object_get(root, "totals"), totals);
    ck_assert_str_eq(
        json_string_value(json_object_get(json_object_get(root, "program"), "started")),
        "2023-11-14T22:13:20.123456789Z");
    ck_assert_uint_eq(json_array_size(functions), HOSTILE_COUNT + 2);
    json_int_t before = INT64_MAX;
    for (size_t idx = 0; idx < json_array_size(functions); idx++) {
        expect_keys(json_array_get(functions, idx), function);
        json_int_t self =
            json_integer_value(json_object_get(json_array_get(functions, idx), "self_ns"));
        ck_assert_int_le(self, before);
        before = self;
    }
    json_t *left_out = json_object_get(root, "not_instrumented");
    ck_assert_uint_eq(json_array_size(left_out), 2);
    ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(left_out, 0), "functions")),
                     2);
    json_decref(root);
    support_free(&text);
    cprof_profile_free(profile);
}
END_TEST

static void expect_clean(const char *text)
{
    for (; *text; text++)
        ck_assert_msg((unsigned char)*text >= 0x20 || *text == '\n', "control character %d", *text);
}

static struct cprof_profile *listed_profile(uint32_t idle)
{
    struct fabricate *made = fabricate_new();
    fabricate_site(made, "main", "m.c", 1);
    fabricate_line(made, "allow", 1, "main", CPROF_LINE_ALLOW | CPROF_LINE_MATCHED);
    for (uint32_t idx = 0; idx < idle; idx++)
        fabricate_line(made, "den\"y\n", idx + 1, hostile[idx % HOSTILE_COUNT],
                       idx % 2 ? CPROF_LINE_ALLOW : 0);
    return support_load(made);
}

START_TEST(test_idle_lines_json)
{
    static const char *const idle_keys[] = {"file:s", "line:i", "text:s", "list:s", NULL};
    static const char *const keys[] = {"file:s", "line:i", "text:s", "list:s", "matched:b", NULL};
    struct cprof_profile *profile = listed_profile(HOSTILE_COUNT);
    struct text text;
    struct cprof_sink sink = support_sink(&text);
    cprof_report_json(profile, &(struct cprof_report_options){0}, &sink, NULL);
    json_t *root = parse(&text), *idle = json_object_get(root, "idle_list_lines");
    ck_assert_uint_eq(json_array_size(idle), HOSTILE_COUNT);
    json_t *second = json_array_get(idle, 1);
    expect_keys(second, idle_keys);
    ck_assert_str_eq(json_string_value(json_object_get(second, "file")), "den\"y\n");
    ck_assert_str_eq(json_string_value(json_object_get(second, "text")), hostile[1]);
    ck_assert_str_eq(json_string_value(json_object_get(second, "list")), "allowlist");
    ck_assert_int_eq(json_integer_value(json_object_get(second, "line")), 2);
    json_decref(root);
    support_free(&text);

    sink = support_sink(&text);
    cprof_lists_json(profile, &sink, NULL);
    root = parse(&text);
    ck_assert_uint_eq(json_array_size(root), HOSTILE_COUNT + 1);
    expect_keys(json_array_get(root, 1), keys);
    ck_assert(json_is_true(json_object_get(json_array_get(root, 0), "matched")));
    ck_assert(json_is_false(json_object_get(json_array_get(root, 1), "matched")));
    json_decref(root);
    support_free(&text);
    cprof_profile_free(profile);
}
END_TEST

/* A sentence a line up to ten; no word where there are no lists. */
START_TEST(test_idle_lines_text)
{
    for (uint32_t idle = 0; idle < 13; idle += 4) {
        struct cprof_profile *profile = listed_profile(idle);
        struct text report, sites, lists;
        struct cprof_sink sink = support_sink(&report);
        cprof_report_text(profile, &(struct cprof_report_options){.brief = true}, &sink, NULL);
        sink = support_sink(&sites);
        cprof_sites_text(profile, &(struct cprof_style){0}, &sink, NULL);
        sink = support_sink(&lists);
        cprof_lists_text(profile, &(struct cprof_style){0}, &sink, NULL);
        expect_clean(report.ptr);
        expect_clean(lists.ptr);
        size_t sentences = 0;
        for (const char *at = report.ptr; (at = strstr(at, "names no function")); at++)
            sentences++;
        ck_assert_uint_eq(sentences, idle < 10 ? idle : 10);
        ck_assert_int_eq(strstr(report.ptr, "2 lines more") != NULL, idle == 12);
        ck_assert_int_eq(strstr(sites.ptr, ":2: \"tag<b>") != NULL, idle > 0);
        ck_assert_ptr_nonnull(strstr(lists.ptr, "used  allow:1  main\n"));
        ck_assert_int_eq(strstr(lists.ptr, "idle  ") != NULL, idle > 0);
        support_free(&report);
        support_free(&sites);
        support_free(&lists);
        cprof_profile_free(profile);
    }
}
END_TEST

/* What no clock has measured is null, in the report and in the tree. */
START_TEST(test_untimed_json)
{
    static const char *const untimed[] = {"calls:i",  "total_ns:0",      "self_ns:0",
                                          "cpu_ns:0", "avg_ns:0",        "min_ns:0",
                                          "max_ns:0", "error_percent:0", NULL};
    static const char *const context[] = {"calls:i", "total_ns:0", "self_ns:0", NULL};
    struct fabricate *made = fabricate_new();
    fabricate_header(made)->mode = CPROF_MODE_COUNT;
    fabricate_node(made, fabricate_thread(made), fabricate_site(made, "f", "f.c", 1), 3, 0);
    struct cprof_profile *profile = support_load(made);
    struct text text;
    struct cprof_sink sink = support_sink(&text);
    cprof_report_json(profile, &(struct cprof_report_options){0}, &sink, NULL);
    json_t *root = parse(&text);
    expect_keys(json_array_get(json_object_get(root, "functions"), 0), untimed);
    json_decref(root);
    support_free(&text);
    sink = support_sink(&text);
    cprof_tree_json(profile, &(struct cprof_tree_options){0}, &sink, NULL);
    root = parse(&text);
    expect_keys(root, context);
    json_decref(root);
    support_free(&text);
    cprof_profile_free(profile);
}
END_TEST

START_TEST(test_tree_json)
{
    static const char *const keys[] = {
        "name:s",    "file:s",        "line:i",        "kind:s",       "calls:i",    "total_ns:i",
        "self_ns:i", "alloc_count:0", "alloc_bytes:0", "live_bytes:0", "children:a", NULL};
    struct cprof_profile *profile = hostile_profile();
    struct text text;
    struct cprof_sink sink = support_sink(&text);
    ck_assert_int_eq(cprof_tree_json(profile, &(struct cprof_tree_options){0}, &sink, NULL),
                     CPROF_OK);
    json_t *root = parse(&text);
    expect_keys(root, keys);
    json_t *below = json_array_get(json_object_get(root, "children"), 0);
    expect_keys(below, keys);
    ck_assert_str_eq(json_string_value(json_object_get(below, "name")), "main");
    json_t *children = json_object_get(below, "children");
    ck_assert_uint_eq(json_array_size(children), HOSTILE_COUNT + 1);
    expect_keys(json_array_get(children, HOSTILE_COUNT), keys);
    json_decref(root);
    support_free(&text);

    sink = support_sink(&text);
    cprof_tree_json(profile, &(struct cprof_tree_options){.max_depth = 1}, &sink, NULL);
    root = parse(&text);
    below = json_array_get(json_object_get(root, "children"), 0);
    ck_assert_uint_eq(json_array_size(json_object_get(below, "children")), 0);
    json_decref(root);
    support_free(&text);
    cprof_profile_free(profile);
}
END_TEST

START_TEST(test_text_widths)
{
    static const unsigned widths[] = {1, 20, 40, 59, 72, 80, 100, 120, 300};
    struct cprof_profile *profile = hostile_profile();
    for (size_t idx = 0; idx < 2 * sizeof widths / sizeof *widths; idx++) {
        struct cprof_style style = {.columns = widths[idx / 2], .unicode = idx % 2};
        struct text report, tree;
        struct cprof_sink sink = support_sink(&report), tree_sink = support_sink(&tree);
        cprof_report_text(profile, &(struct cprof_report_options){.style = style}, &sink, NULL);
        cprof_tree_text(profile, &(struct cprof_tree_options){.style = style}, &tree_sink, NULL);
        expect_clean(report.ptr);
        expect_clean(tree.ptr);
        if (style.unicode || style.columns < 72) {
            support_free(&report);
            support_free(&tree);
            continue;
        }
        for (char *line = strtok(report.ptr, "\n"); line; line = strtok(NULL, "\n"))
            ck_assert_msg(strlen(line) <= style.columns, "%zu columns of %u: %s", strlen(line),
                          style.columns, line);
        for (char *line = strtok(tree.ptr, "\n"); line; line = strtok(NULL, "\n"))
            ck_assert_msg(strlen(line) <= style.columns, "%zu columns of %u: %s", strlen(line),
                          style.columns, line);
        support_free(&report);
        support_free(&tree);
    }
    cprof_profile_free(profile);
}
END_TEST

/* Well-formedness is tested with xmllint by tests/cli. */
START_TEST(test_flame)
{
    struct cprof_profile *profile = hostile_profile();
    struct text text;
    for (int metric = 0; metric < CPROF_FLAME_COUNT; metric++) {
        struct cprof_sink sink = support_sink(&text);
        struct cprof_flame_options options = {.metric = (enum cprof_flame_metric)metric};
        ck_assert_int_eq(cprof_flame_svg(profile, &options, &sink, NULL), CPROF_OK);
        ck_assert_ptr_null(strstr(text.ptr, "<b>"));
        ck_assert_ptr_null(strstr(text.ptr, "<script>alert"));
        if (metric > CPROF_FLAME_CALLS) { /* without allocations there is the root alone */
            support_free(&text);
            continue;
        }
        ck_assert_ptr_nonnull(strstr(text.ptr, "tag&lt;b&gt;&amp;amp;&quot;quote&quot;&#39;"));
        size_t frames = 0;
        for (const char *at = text.ptr; (at = strstr(at, "<svg class=\"frame\"")); at++)
            frames++;
        ck_assert_uint_eq(frames, HOSTILE_COUNT + 3);
        support_free(&text);
    }
    cprof_profile_free(profile);
}
END_TEST

static bool refuse(void *context, const char *bytes, size_t len)
{
    (void)bytes;
    (void)len;
    ++*(int *)context;
    return false;
}

START_TEST(test_refusing_sink)
{
    struct cprof_profile *profile = hostile_profile();
    struct cprof_error error = {.text = ""};
    int asked = 0;
    struct cprof_sink sink = {.write = refuse, .context = &asked};
    ck_assert_int_eq(cprof_flame_svg(profile, &(struct cprof_flame_options){0}, &sink, &error),
                     CPROF_OUTPUT);
    ck_assert_int_eq(error.status, CPROF_OUTPUT);
    ck_assert_int_eq(asked, 1);
    cprof_profile_free(profile);
}
END_TEST

/* Waiting has a column where there is waiting and room for it. */
START_TEST(test_wait)
{
    for (unsigned idx = 0; idx < 4; idx++) {
        struct fabricate *made = fabricate_new();
        uint32_t root = fabricate_thread(made);
        uint32_t sleeps =
            fabricate_node(made, root, fabricate_site(made, "f", "w.c", 1), 1, 100000);
        fabricate_node(made, root, fabricate_site(made, "g", "w.c", 2), 1, 300000);
        fabricate_at(made, sleeps)->u.call.wait_ticks = idx == 3 ? 1000 : 70000;
        struct cprof_profile *profile = support_load(made);
        struct text text;
        struct cprof_sink sink = support_sink(&text);
        const unsigned columns[] = {0, 90, 80, 0};
        struct cprof_report_options options = {.style = {.columns = columns[idx]}};
        ck_assert_int_eq(cprof_report_text(profile, &options, &sink, NULL), CPROF_OK);
        bool shown = strstr(text.ptr, "self     wait    total") &&
                     strstr(text.ptr, "100 us  70.0 us   100 us") &&
                     strstr(text.ptr, "300 us            300 us");
        ck_assert_msg(shown == (idx < 2), "case %u: %s", idx, text.ptr);
        ck_assert(shown || !strstr(text.ptr, "wait "));
        support_free(&text);
        cprof_profile_free(profile);
    }
}
END_TEST

Suite *render_suite(void);
Suite *render_suite(void)
{
    Suite *suite = suite_create("render");
    TCase *group = tcase_create("render");
    tcase_add_test(group, test_report_json);
    tcase_add_test(group, test_idle_lines_json);
    tcase_add_test(group, test_idle_lines_text);
    tcase_add_test(group, test_untimed_json);
    tcase_add_test(group, test_tree_json);
    tcase_add_test(group, test_text_widths);
    tcase_add_test(group, test_flame);
    tcase_add_test(group, test_refusing_sink);
    tcase_add_test(group, test_wait);
    suite_add_tcase(suite, group);
    return suite;
}
