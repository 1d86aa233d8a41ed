/* Allocations in the model: contexts and threads merged, what was live at the peak,
 * leaks and what suppresses them.
 */
#include <jansson.h>
#include <string.h>

#include "support.h"

/* main and work allocate at one line; a second thread frees some of main's blocks. */
static struct cprof_profile *example(void)
{
    struct fabricate *made = fabricate_new();
    uint32_t main_site = fabricate_site(made, "main", "src/m.c", 1);
    uint32_t work = fabricate_site(made, "work", "lib/w.c", 20);
    uint32_t own = fabricate_allocation(made, main_site, CPROF_KIND_MALLOC, "src/m.c", 5);
    uint32_t other = fabricate_allocation(made, work, CPROF_KIND_NEW_ARRAY, "lib/w.c", 22);
    uint32_t first = fabricate_thread(made), second = fabricate_thread(made);
    uint32_t top = fabricate_node(made, first, main_site, 1, 100);
    uint32_t low = fabricate_node(made, top, work, 3, 40);
    struct cprof_heap *heap = fabricate_heap(made);
    heap->sequence = 100;
    heap->peak_number = 7;
    heap->peak_bytes = 1000;

    struct cprof_node_alloc blocks = {.count = 10,
                                      .bytes = 1000,
                                      .freed_count = 2,
                                      .freed_bytes = 150,
                                      .temporary = 1,
                                      .peak_number = 7,
                                      .at_peak_bytes = 700,
                                      .at_peak_count = 6};
    uint32_t node = fabricate_blocks(made, top, own, &blocks);
    blocks = (struct cprof_node_alloc){.freed_count = 3,
                                       .freed_bytes = 300,
                                       .peak_number = 3,
                                       .at_peak_bytes = -50}; /* older: now counts */
    fabricate_blocks(made, node, own, &blocks);
    blocks = (struct cprof_node_alloc){.count = 4, .bytes = 400, .peak_number = 2};
    fabricate_blocks(made, low, other, &blocks);
    blocks =
        (struct cprof_node_alloc){.count = 1, .bytes = 60, .freed_count = 1, .freed_bytes = 60};
    fabricate_blocks(made, fabricate_node(made, second, work, 1, 5), other, &blocks);
    fabricate_place(made, own, 900);
    fabricate_place(made, other, 400);

    uint32_t life = fabricate_blocks(made, node, own, &(struct cprof_node_alloc){0});
    fabricate_at(made, life)->flags |= CPROF_NODE_LIVES;
    fabricate_at(made, life)->u.lives =
        (struct cprof_node_lives){.lifetimes = {1, 4}, .oldest = 91};
    return support_load(made);
}

START_TEST(test_sites)
{
    struct cprof_profile *profile = example();
    struct cprof_heap_site site;
    ck_assert_int_eq(cprof_heap_site_at(profile, 0, &site, NULL), CPROF_OK);
    ck_assert_str_eq(site.function, "main");
    ck_assert_str_eq(site.kind, "malloc");
    ck_assert_uint_eq(site.line, 5);
    ck_assert_uint_eq(site.count, 10);
    ck_assert_uint_eq(site.freed_count, 5);
    ck_assert_uint_eq(site.freed_elsewhere, 3);
    ck_assert_uint_eq(site.current_bytes, 550);
    ck_assert_uint_eq(site.peak_bytes, 900);
    ck_assert_uint_eq(site.at_peak_bytes, 400); /* 700, and 300 gone elsewhere since then */
    ck_assert_uint_eq(site.temporary, 1);
    ck_assert_uint_eq(site.lifetimes[1], 4);
    ck_assert_uint_eq(site.age, 10);
    ck_assert_int_eq(cprof_heap_site_at(profile, 1, &site, NULL), CPROF_OK);
    ck_assert_str_eq(site.kind, "new[]");
    ck_assert_uint_eq(site.count, 5); /* of both contexts */
    ck_assert_int_eq(cprof_heap_site_at(profile, 2, &site, NULL), CPROF_USAGE);

    struct cprof_heap_totals totals;
    ck_assert_int_eq(cprof_heap_facts(profile, &totals, NULL), CPROF_OK);
    ck_assert_uint_eq(totals.allocated_bytes, 1460);
    ck_assert_uint_eq(totals.current_bytes, 950);
    ck_assert_uint_eq(totals.peak_bytes, 1000);
    struct cprof_function function = support_function(profile, "work");
    ck_assert_uint_eq(function.alloc_count, 5);
    ck_assert_uint_eq(function.calls, 4); /* allocators are no calls of it */
    ck_assert_ptr_null(support_function(profile, "malloc").name);
    cprof_profile_free(profile);
}
END_TEST

static json_t *listed(struct cprof_profile *profile, enum cprof_heap_view view,
                      const char *suppressions)
{
    struct text text;
    struct cprof_sink sink = support_sink(&text);
    struct cprof_heap_options options = {.view = view, .suppressions = suppressions};
    ck_assert_int_eq(cprof_heap_json(profile, &options, &sink, NULL), CPROF_OK);
    json_t *document = json_loads(text.ptr, 0, NULL);
    ck_assert_ptr_nonnull(document);
    support_free(&text);
    return document;
}

static long long number_at(json_t *list, size_t idx, const char *name)
{
    return json_integer_value(json_object_get(json_array_get(list, idx), name));
}

START_TEST(test_listings)
{
    struct cprof_profile *profile = example();
    json_t *leaks = listed(profile, CPROF_HEAP_LEAKS, NULL);
    ck_assert_uint_eq(json_array_size(leaks), 2);
    ck_assert_int_eq(number_at(leaks, 0, "bytes"), 550);
    ck_assert_int_eq(number_at(leaks, 0, "age"), 10);
    ck_assert_int_eq(number_at(leaks, 1, "count"), 4);
    ck_assert_uint_eq(json_array_size(json_object_get(json_array_get(leaks, 1), "frames")), 3);
    json_decref(leaks);
    json_t *peak = listed(profile, CPROF_HEAP_PEAK, NULL);
    ck_assert_int_eq(number_at(peak, 0, "bytes"), 400);
    ck_assert_int_eq(number_at(peak, 1, "bytes"), 400);
    json_decref(peak);
    json_t *temporary = listed(profile, CPROF_HEAP_TEMPORARY, NULL);
    ck_assert_uint_eq(json_array_size(temporary), 1);
    json_decref(temporary);
    cprof_profile_free(profile);
}
END_TEST

/* That the listing as text says this. */
static void check_said(struct cprof_profile *profile, const struct cprof_heap_options *options,
                       const char *words)
{
    struct text text;
    struct cprof_sink sink = support_sink(&text);
    ck_assert_int_eq(cprof_heap_text(profile, options, &sink, NULL), CPROF_OK);
    ck_assert_msg(strstr(text.ptr, words), "not in the text: %s\n%s", words, text.ptr);
    support_free(&text);
}

START_TEST(test_suppressions)
{
    static const struct {
        const char *lines;
        size_t left;
    } cases[] = {{"# nothing\n\n", 2},    {"work", 1},      {"main", 0},
                 {"fun:wo*  # why\n", 1}, {"fun:w", 2},     {"src:w.c", 1},
                 {"src:lib/*", 1},        {"src:b/w.c", 2}, {"nobody\nwork\r\n", 1},
                 {"fun:\\", 2},           {"src:[", 2}};
    struct cprof_profile *profile = example();
    for (size_t idx = 0; idx < sizeof cases / sizeof *cases; idx++) {
        json_t *leaks = listed(profile, CPROF_HEAP_LEAKS, cases[idx].lines);
        ck_assert_msg(json_array_size(leaks) == cases[idx].left, "%s leaves %zu", cases[idx].lines,
                      json_array_size(leaks));
        json_decref(leaks);
    }
    struct cprof_heap_options options = {.view = CPROF_HEAP_LEAKS,
                                         .suppressions = "work\nnobody\n",
                                         .suppressions_name = "known.txt"};
    check_said(profile, &options, "Suppressed: 1 calling context with 400 bytes.");
    check_said(profile, &options, "Of known.txt, 1 line suppressed nothing.");
    options.suppressions = "main\n"; /* which calls all of them */
    check_said(profile, &options, "No block is left that is not suppressed.");
    cprof_profile_free(profile);
}
END_TEST

Suite *heap_suite(void);
Suite *heap_suite(void)
{
    Suite *suite = suite_create("heap");
    TCase *tests = tcase_create("heap");
    tcase_add_test(tests, test_sites);
    tcase_add_test(tests, test_listings);
    tcase_add_test(tests, test_suppressions);
    suite_add_tcase(suite, tests);
    return suite;
}
