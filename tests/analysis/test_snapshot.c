/* Snapshots and comparisons: values, files, matching, plain arithmetic. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support.h"

static void add(struct cprof_snapshot *snapshot, const char *name, const char *file, uint32_t line,
                uint64_t total_ns, uint64_t calls)
{
    struct cprof_entry entry = cprof_entry_unknown(name);
    entry.file = file;
    entry.line = line;
    entry.values[CPROF_METRIC_TOTAL_TIME] = total_ns;
    entry.values[CPROF_METRIC_CALLS] = calls;
    ck_assert_int_eq(cprof_snapshot_add(snapshot, &entry, NULL), CPROF_OK);
}

/* Compares and frees both. */
static struct cprof_comparison *compare(struct cprof_snapshot *before, struct cprof_snapshot *after)
{
    struct cprof_comparison *comparison = cprof_comparison_new(before, after);
    cprof_snapshot_free(before);
    cprof_snapshot_free(after);
    ck_assert_ptr_nonnull(comparison);
    return comparison;
}

static char *report_of(const struct cprof_comparison *comparison, struct text *text)
{
    struct cprof_sink sink = support_sink(text);
    struct cprof_style style = {.unicode = true};
    ck_assert_int_eq(cprof_comparison_report(comparison, &style, &sink, NULL), CPROF_OK);
    return text->ptr;
}

START_TEST(test_speedup)
{
    struct cprof_snapshot *before = cprof_snapshot_new("old"), *after = cprof_snapshot_new("new");
    cprof_snapshot_set(before, CPROF_METRIC_TOTAL_TIME, 1000000000);
    cprof_snapshot_set(after, CPROF_METRIC_TOTAL_TIME, 500000000);
    struct cprof_comparison *comparison = compare(before, after);
    ck_assert(cprof_comparison_speedup(comparison) == 2.0);
    size_t count;
    const struct cprof_change *changes = cprof_comparison_improvements(comparison, &count);
    ck_assert_uint_eq(count, 1);
    ck_assert_str_eq(changes[0].function, CPROF_WHOLE_PROGRAM);
    ck_assert(changes[0].percent == -50.0);
    struct text text;
    report_of(comparison, &text);
    ck_assert_ptr_nonnull(strstr(text.ptr, "baseline  old\ncompared  new\nspeed-up  2.000"));
    support_free(&text);
    cprof_comparison_free(comparison);
}
END_TEST

/* No functions at all, and still a regression. */
START_TEST(test_whole_program)
{
    struct cprof_snapshot *before = cprof_snapshot_new("a"), *after = cprof_snapshot_new("b");
    cprof_snapshot_set(before, CPROF_METRIC_TOTAL_TIME, 100000000);
    cprof_snapshot_set(after, CPROF_METRIC_TOTAL_TIME, 200000000);
    struct cprof_comparison *comparison = compare(before, after);
    size_t count;
    const struct cprof_change *changes = cprof_comparison_regressions(comparison, &count);
    ck_assert_uint_eq(count, 1);
    ck_assert_int_eq(changes[0].metric, CPROF_METRIC_TOTAL_TIME);
    ck_assert(changes[0].percent == 100.0);
    cprof_comparison_improvements(comparison, &count);
    ck_assert_uint_eq(count, 0);
    cprof_comparison_free(comparison);
}
END_TEST

START_TEST(test_empty)
{
    struct cprof_comparison *comparison =
        compare(cprof_snapshot_new("a"), cprof_snapshot_new(NULL));
    size_t count = 7;
    struct cprof_entry entry;
    cprof_comparison_improvements(comparison, &count);
    ck_assert_uint_eq(count, 0);
    ck_assert(cprof_comparison_speedup(comparison) < 0);
    ck_assert(!cprof_comparison_added(comparison, 0, &entry));
    ck_assert(!cprof_comparison_pair(comparison, 0, &entry, &entry));
    struct text text;
    ck_assert_ptr_nonnull(strstr(report_of(comparison, &text), "No differences"));
    support_free(&text);
    cprof_comparison_free(comparison);
    cprof_comparison_free(NULL);
    cprof_snapshot_free(NULL);
}
END_TEST

START_TEST(test_changes)
{
    struct cprof_snapshot *before = cprof_snapshot_new("a"), *after = cprof_snapshot_new("b");
    add(before, "same", "x.c", 1, 10, 1);
    add(before, "worse", "x.c", 2, 100, 4);
    add(before, "better", "x.c", 3, 300, 2);
    add(before, "gone", "x.c", 4, 1, 1);
    add(before, "from_zero", "x.c", 5, 0, 0);
    add(after, "from_zero", "x.c", 5, 7, 0);
    add(after, "come", "x.c", 6, 1, 1);
    add(after, "better", "x.c", 9, 150, 2);
    add(after, "worse", "x.c", 2, 110, 5);
    add(after, "same", "x.c", 1, 10, 1);
    struct cprof_comparison *comparison = compare(before, after);
    size_t count;
    const struct cprof_change *changes = cprof_comparison_improvements(comparison, &count);
    ck_assert_uint_eq(count, 2); /* the whole program: 300 to 150 */
    ck_assert_str_eq(changes[1].function, "better");
    ck_assert_uint_eq(changes[1].line, 9);
    ck_assert_uint_eq(changes[1].before, 300);
    changes = cprof_comparison_regressions(comparison, &count);
    ck_assert_uint_eq(count, 4); /* calls in all: 8 to 9 */
    ck_assert_str_eq(changes[0].function, CPROF_WHOLE_PROGRAM);
    ck_assert_str_eq(changes[1].function, "worse");
    ck_assert(changes[1].percent == 10.0);
    ck_assert_str_eq(changes[2].function, "from_zero");
    ck_assert(isinf(changes[2].percent) && changes[2].percent > 0);
    ck_assert_int_eq(changes[3].metric, CPROF_METRIC_CALLS); /* behind all times */
    ck_assert(changes[3].percent == 25.0);
    struct cprof_entry entry;
    ck_assert(cprof_comparison_added(comparison, 0, &entry));
    ck_assert_str_eq(entry.name, "come");
    ck_assert(!cprof_comparison_added(comparison, 1, &entry));
    ck_assert(cprof_comparison_removed(comparison, 0, &entry));
    ck_assert_str_eq(entry.name, "gone");
    cprof_comparison_free(comparison);
}
END_TEST

/* What a side does not know is no change. */
START_TEST(test_unknown)
{
    struct cprof_snapshot *before = cprof_snapshot_new("a"), *after = cprof_snapshot_new("b");
    add(before, "f", "", 0, CPROF_UNKNOWN, 5);
    add(after, "f", "", 0, 900, 5);
    struct cprof_comparison *comparison = compare(before, after);
    size_t count;
    cprof_comparison_regressions(comparison, &count);
    ck_assert_uint_eq(count, 0);
    ck_assert(cprof_comparison_speedup(comparison) < 0);
    cprof_comparison_free(comparison);
}
END_TEST

static void expect_partner(const struct cprof_comparison *comparison, const char *file,
                           uint32_t line, const char *partner_file, uint32_t partner_line)
{
    struct cprof_entry before, after;
    for (size_t idx = 0; cprof_comparison_pair(comparison, idx, &before, &after); idx++)
        if (strcmp(before.file, file) == 0 && before.line == line) {
            ck_assert_str_eq(after.file, partner_file);
            ck_assert_uint_eq(after.line, partner_line);
            return;
        }
    ck_abort_msg("%s:%u has no partner", file, line);
}

START_TEST(test_matching)
{
    struct cprof_snapshot *before = cprof_snapshot_new("a"), *after = cprof_snapshot_new("b");
    add(before, "init", "a/x.c", 4, 1, 1);
    add(before, "init", "b/x.c", 4, 2, 1);
    add(before, "init", "y.c", 10, 3, 1);
    add(before, "init", "y.c", 20, 4, 1);
    add(before, "init", "old.c", 7, 5, 1);
    add(before, "init", "zz.c", 7, 5, 1);
    add(before, "exact", "p/place.c", 4, 1, 1); /* went to z, while r stayed */
    add(before, "exact", "r/place.c", 4, 1, 1);
    add(after, "exact", "r/place.c", 4, 1, 1);
    add(after, "exact", "z/place.c", 4, 1, 1);
    add(after, "init", "zzz.c", 70, 5, 1);
    add(after, "init", "y.c", 22, 4, 1);
    add(after, "init", "y.c", 12, 3, 1);
    add(after, "init", "b/x.c", 4, 2, 1);
    add(after, "init", "a/x.c", 4, 1, 1);
    struct cprof_comparison *comparison = compare(before, after);
    struct cprof_entry entry;
    expect_partner(comparison, "a/x.c", 4, "a/x.c", 4);
    expect_partner(comparison, "b/x.c", 4, "b/x.c", 4);
    expect_partner(comparison, "y.c", 10, "y.c", 12);
    expect_partner(comparison, "y.c", 20, "y.c", 22);
    expect_partner(comparison, "old.c", 7, "zzz.c", 70);
    expect_partner(comparison, "p/place.c", 4, "z/place.c", 4);
    expect_partner(comparison, "r/place.c", 4, "r/place.c", 4);
    ck_assert(cprof_comparison_removed(comparison, 0, &entry));
    ck_assert_str_eq(entry.file, "zz.c");
    ck_assert(!cprof_comparison_added(comparison, 0, &entry));
    cprof_comparison_free(comparison);
}
END_TEST

static const char hostile_name[] = "<b>\"\\\n\t\033[31m\x7f\xe5\x87\xbd";

START_TEST(test_save_and_load)
{
    char folder[] = "/tmp/cprof-snapshot-XXXXXX", path[64];
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/kept.json", folder);
    struct cprof_snapshot *snapshot = cprof_snapshot_new("a \"run\"");
    add(snapshot, hostile_name, "x.c", 4000000000u, INT64_MAX, 0);
    add(snapshot, "", "", 0, CPROF_UNKNOWN, 5);
    cprof_snapshot_set(snapshot, CPROF_METRIC_PEAK_BYTES, 77);
    struct cprof_error error = {.text = ""};
    for (int round = 0; round < 2; round++) /* the second takes the first one's place */
        ck_assert_msg(cprof_snapshot_save(snapshot, path, &error) == CPROF_OK, "%s", error.text);
    struct cprof_snapshot *loaded;
    ck_assert_msg(cprof_snapshot_load(&loaded, path, &error) == CPROF_OK, "%s", error.text);
    ck_assert_str_eq(cprof_snapshot_name(loaded), "a \"run\"");
    ck_assert_uint_eq(cprof_snapshot_count(loaded), 2);
    for (size_t idx = 0; idx < 2; idx++) {
        struct cprof_entry kept, read;
        cprof_snapshot_at(snapshot, idx, &kept);
        ck_assert(cprof_snapshot_at(loaded, idx, &read));
        ck_assert_str_eq(kept.name, read.name);
        ck_assert_str_eq(kept.file, read.file);
        ck_assert_uint_eq(kept.line, read.line);
        ck_assert_mem_eq(kept.values, read.values, sizeof kept.values);
    }
    ck_assert_uint_eq(cprof_snapshot_whole(loaded).values[CPROF_METRIC_PEAK_BYTES], 77);
    cprof_snapshot_free(loaded);
    cprof_snapshot_free(snapshot);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(rmdir(folder), 0); /* nothing else was left there */
}
END_TEST

/* A tree goes into the file and comes back, however deep. */
START_TEST(test_tree)
{
    struct cprof_snapshot *snapshot = cprof_snapshot_new("tree"), *loaded;
    struct cprof_tree *tree = cprof_tree_new("root", 9, 0), *at = tree;
    struct cprof_tree_node facts = {.name = "n", .file = "n.c", .line = 4, .calls = 7};
    for (int level = 0; level < 5000; level++)
        at = cprof_tree_add_node(at, &facts);
    cprof_tree_add_child(cprof_tree_add_child(tree, "second", 2, 1), "third", 1, 1);
    ck_assert_ptr_null(cprof_snapshot_tree(snapshot));
    ck_assert_int_eq(cprof_snapshot_set_tree(snapshot, tree, NULL), CPROF_OK);
    struct text text;
    struct cprof_sink sink = support_sink(&text);
    ck_assert_int_eq(cprof_snapshot_json(snapshot, &sink, NULL), CPROF_OK);
    struct cprof_error error = {.text = ""};
    ck_assert_msg(cprof_snapshot_load_bytes(&loaded, "x", text.ptr, text.len, &error) == CPROF_OK,
                  "%s", error.text);
    const struct cprof_tree *root = cprof_snapshot_tree(loaded), *left = tree, *right = root;
    while (left && right) {
        struct cprof_tree_node kept = cprof_tree_facts(left), read = cprof_tree_facts(right);
        ck_assert_str_eq(kept.name, read.name);
        ck_assert_str_eq(kept.file, read.file);
        ck_assert_uint_eq(kept.line, read.line);
        ck_assert_uint_eq(kept.calls, read.calls);
        ck_assert_uint_eq(kept.self_ns, read.self_ns);
        left = cprof_tree_next(tree, left);
        right = cprof_tree_next(root, right);
    }
    ck_assert_ptr_eq(left, right);
    ck_assert_uint_eq(cprof_tree_max_depth(root), 5001);
    support_free(&text);
    cprof_tree_free(tree);
    cprof_snapshot_free(snapshot);
    cprof_snapshot_free(loaded);
}
END_TEST

START_TEST(test_refused)
{
    static const char *const documents[] = {
        "",
        "{}",
        "[]",
        "{\"schema\":1}",
        "\x89"
        "CPROF\r\n",
        "{\"schema\":1,\"kind\":\"cprof-snapshot\",\"functions\":[{}]}",
        "{\"schema\":1,\"kind\":\"cprof-snapshot\",\"functions\":[5]}",
        "{\"schema\":1,\"kind\":\"cprof-snapshot\",\"functions\":[{\"name\":\"f\",\"line\":-1}]}",
        "{\"schema\":1,\"kind\":\"cprof-snapshot\",\"functions\":[{\"name\":\"f\",\"file\":3}]}",
        "{\"schema\":1,\"kind\":\"cprof-snapshot\",\"whole\":{\"total_time\":-1}}",
        "{\"schema\":1,\"kind\":\"cprof-snapshot\",\"whole\":{\"call_count\":1.5}}",
        "{\"schema\":2,\"kind\":\"cprof-snapshot\"}",
        "{\"schema\":1,\"schema\":1,\"kind\":\"cprof-snapshot\"}",
        "{\"schema\":1,\"kind\":\"cprof-snapshot\"} more",
        "{\"schema\":1,\"kind\":\"cprof-snapshot\",\"tree\":[{\"name\":\"f\",\"parent\":1}]}",
        "{\"schema\":1,\"kind\":\"cprof-snapshot\",\"tree\":[{\"name\":\"f\"}]}",
        "{\"schema\":1,\"kind\":\"cprof-snapshot\",\"tree\":[{\"name\":\"f\",\"parent\":0},"
        "{\"name\":\"g\",\"parent\":0}]}",
        "{\"schema\":1,\"kind\":\"cprof-snapshot\",\"tree\":[{\"name\":\"f\",\"parent\":0},"
        "{\"name\":\"g\",\"parent\":2}]}"};
    for (size_t idx = 0; idx < sizeof documents / sizeof *documents; idx++) {
        struct cprof_snapshot *snapshot = (void *)1;
        struct cprof_error error = {.text = ""};
        ck_assert_msg(cprof_snapshot_load_bytes(&snapshot, "kept", documents[idx],
                                                strlen(documents[idx]), &error) == CPROF_INPUT,
                      "taken: %s", documents[idx]);
        ck_assert_ptr_null(snapshot);
        ck_assert_int_eq(strncmp(error.text, "kept: ", 6), 0);
        ck_assert_ptr_null(strchr(error.text, '\n'));
    }
    struct cprof_snapshot *snapshot = cprof_snapshot_new("x");
    struct cprof_error error = {.text = ""};
    ck_assert_int_eq(cprof_snapshot_save(snapshot, "/nowhere/x", &error), CPROF_OUTPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "/nowhere/x"));
    cprof_snapshot_free(snapshot);
    ck_assert_int_eq(cprof_snapshot_load(&snapshot, "/nowhere/x", &error), CPROF_INPUT);
}
END_TEST

START_TEST(test_of_profile)
{
    struct fabricate *made = fabricate_new();
    uint32_t top = fabricate_node(made, fabricate_thread(made),
                                  fabricate_site(made, "main", "m.c", 1), 1, 100);
    fabricate_node(made, top, fabricate_site(made, "work", "m.c", 2), 3, 40);
    struct cprof_profile *profile = support_load(made);
    struct cprof_snapshot *snapshot = cprof_snapshot_new("run");
    struct cprof_entry entry;
    ck_assert_int_eq(cprof_snapshot_add_profile(snapshot, profile, NULL), CPROF_OK);
    cprof_profile_free(profile); /* texts were copied */
    ck_assert_uint_eq(cprof_tree_count(cprof_snapshot_tree(snapshot)), 3);
    ck_assert_uint_eq(cprof_snapshot_count(snapshot), 2);
    cprof_snapshot_at(snapshot, 1, &entry);
    ck_assert_str_eq(entry.name, "work");
    ck_assert_uint_eq(entry.values[CPROF_METRIC_CALLS], 3);
    ck_assert_uint_eq(entry.values[CPROF_METRIC_SELF_TIME], 40);
    entry = cprof_snapshot_whole(snapshot);
    ck_assert_uint_eq(entry.values[CPROF_METRIC_TOTAL_TIME], 1000000); /* wall time */
    ck_assert_uint_eq(entry.values[CPROF_METRIC_SELF_TIME], 140);
    ck_assert_uint_eq(entry.values[CPROF_METRIC_CALLS], 4);
    cprof_snapshot_free(snapshot);
}
END_TEST

/* Counts are compared one by one, so estimates of them are no counts. */
START_TEST(test_of_estimates)
{
    struct fabricate *made = fabricate_new();
    fabricate_header(made)->mode = CPROF_MODE_BUDGET;
    fabricate_heap(made)->mode = CPROF_HEAP_SAMPLED;
    fabricate_node(made, fabricate_thread(made), fabricate_site(made, "main", "m.c", 1), 1, 0);
    struct cprof_profile *profile = support_load(made);
    struct cprof_snapshot *snapshot = cprof_snapshot_new("run");
    struct cprof_entry entry;
    ck_assert_int_eq(cprof_snapshot_add_profile(snapshot, profile, NULL), CPROF_OK);
    cprof_profile_free(profile);
    cprof_snapshot_at(snapshot, 0, &entry);
    ck_assert_str_eq(entry.name, "main");
    ck_assert_uint_eq(entry.values[CPROF_METRIC_CALLS], CPROF_UNKNOWN);
    ck_assert_uint_eq(entry.values[CPROF_METRIC_ALLOC_COUNT], CPROF_UNKNOWN);
    entry = cprof_snapshot_whole(snapshot);
    ck_assert_uint_eq(entry.values[CPROF_METRIC_CALLS], CPROF_UNKNOWN);
    ck_assert_uint_eq(entry.values[CPROF_METRIC_PEAK_BYTES], CPROF_UNKNOWN);
    cprof_snapshot_free(snapshot);
}
END_TEST

/* Many functions of one name are the worst case of matching. */
START_TEST(test_huge)
{
    struct cprof_snapshot *before = cprof_snapshot_new("a"), *after = cprof_snapshot_new("b");
    for (uint32_t idx = 0; idx < 100000; idx++) {
        add(before, "lambda", "x.c", idx, UINT64_MAX - 2, UINT64_MAX - 2);
        add(after, "lambda", "y.c", idx, 1, 1);
    }
    struct cprof_entry whole = cprof_snapshot_whole(before);
    ck_assert_uint_eq(whole.values[CPROF_METRIC_CALLS], CPROF_UNKNOWN - 1); /* and no overflow */
    struct cprof_comparison *comparison = compare(before, after);
    size_t count;
    cprof_comparison_improvements(comparison, &count);
    ck_assert_uint_eq(count, 200002);
    struct text text;
    ck_assert_ptr_nonnull(strstr(report_of(comparison, &text), "and 199962 more"));
    support_free(&text);
    cprof_comparison_free(comparison);
}
END_TEST

START_TEST(test_words)
{
    ck_assert_str_eq(cprof_metric_word(CPROF_METRIC_CALLS), "call_count");
    ck_assert_ptr_null(cprof_metric_word(CPROF_METRIC_COUNT));
    ck_assert_int_eq(cprof_metric_unit(CPROF_METRIC_PEAK_BYTES), CPROF_UNIT_BYTES);
}
END_TEST

Suite *snapshot_suite(void);
Suite *snapshot_suite(void)
{
    Suite *suite = suite_create("snapshot");
    TCase *group = tcase_create("snapshot");
    tcase_add_test(group, test_speedup);
    tcase_add_test(group, test_whole_program);
    tcase_add_test(group, test_empty);
    tcase_add_test(group, test_changes);
    tcase_add_test(group, test_unknown);
    tcase_add_test(group, test_matching);
    tcase_add_test(group, test_save_and_load);
    tcase_add_test(group, test_tree);
    tcase_add_test(group, test_refused);
    tcase_add_test(group, test_of_profile);
    tcase_add_test(group, test_of_estimates);
    tcase_add_test(group, test_huge);
    tcase_add_test(group, test_words);
    suite_add_tcase(suite, group);
    return suite;
}
