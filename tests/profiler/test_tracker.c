/* The allocation tracker: locations, live blocks, blocks by name, malloc's kin. */
#include <check.h>
#include <cprof/cprof.h>
#include <stdlib.h>
#include <string.h>

static uint64_t counting(void *context)
{
    return ++*(uint64_t *)context;
}

/* Addresses are only told apart. */
static const void *at(size_t number)
{
    return (const char *)NULL + 16 * (number + 1);
}

START_TEST(test_hotspots)
{
    struct cprof_tracker *tracker = cprof_tracker_new();
    for (size_t idx = 0; idx < 10; idx++)
        cprof_tracker_alloc(tracker, at(idx), 100, "a.c:1");
    for (size_t idx = 10; idx < 12; idx++)
        cprof_tracker_alloc(tracker, at(idx), 50, "b.c:2");
    size_t count;
    const struct cprof_hotspot *hotspots = cprof_tracker_hotspots(tracker, &count);
    ck_assert_uint_eq(count, 2);
    ck_assert_str_eq(hotspots[0].function, "a.c:1");
    ck_assert_uint_eq(hotspots[0].count, 10);
    ck_assert_uint_eq(hotspots[0].total_bytes, 1000);
    ck_assert_uint_eq(hotspots[0].current_bytes, 1000);
    ck_assert_uint_eq(hotspots[1].count, 2);
    ck_assert_uint_eq(hotspots[1].total_bytes, 100);
    cprof_tracker_free(tracker);
}
END_TEST

START_TEST(test_live)
{
    uint64_t now = 0;
    struct cprof_tracker *tracker = cprof_tracker_new_with_clock(counting, &now);
    cprof_tracker_alloc(tracker, at(0), 100, "a");
    cprof_tracker_alloc(tracker, at(1), 200, "b");
    cprof_tracker_dealloc(tracker, at(0));
    size_t count;
    const struct cprof_block *live = cprof_tracker_live(tracker, &count);
    ck_assert_uint_eq(count, 1);
    ck_assert_uint_eq(live[0].size, 200);
    ck_assert_str_eq(live[0].location, "b");
    ck_assert_ptr_eq(live[0].ptr, at(1));
    ck_assert_uint_eq(live[0].allocated_ns, 2);
    ck_assert_uint_eq(cprof_tracker_total_allocated(tracker), 300);
    ck_assert_uint_eq(cprof_tracker_total_freed(tracker), 100);
    ck_assert_uint_eq(cprof_tracker_current_usage(tracker), 200);
    ck_assert_uint_eq(cprof_tracker_peak_usage(tracker), 300);
    cprof_tracker_free(tracker);
}
END_TEST

START_TEST(test_average)
{
    struct cprof_tracker *tracker = cprof_tracker_new();
    cprof_tracker_alloc(tracker, at(0), 100, "a");
    cprof_tracker_alloc(tracker, at(1), 200, "a");
    cprof_tracker_alloc(tracker, at(2), 300, "a");
    size_t count;
    ck_assert_uint_eq(cprof_tracker_hotspots(tracker, &count)[0].average_size, 200);
    cprof_tracker_free(tracker);
}
END_TEST

START_TEST(test_peak_and_temporary)
{
    struct cprof_tracker *tracker = cprof_tracker_new();
    for (size_t idx = 0; idx < 5; idx++) {
        cprof_tracker_alloc(tracker, at(idx), 10, "a");
        cprof_tracker_dealloc(tracker, at(idx)); /* nothing was allocated between */
    }
    cprof_tracker_alloc(tracker, at(0), 7, "a");
    cprof_tracker_alloc(tracker, at(1), 7, "a");
    cprof_tracker_dealloc(tracker, at(0));
    size_t count;
    const struct cprof_hotspot *hotspots = cprof_tracker_hotspots(tracker, &count);
    ck_assert_uint_eq(hotspots[0].temporary, 5);
    ck_assert_uint_eq(hotspots[0].peak_bytes, 14);
    ck_assert_uint_eq(hotspots[0].current_bytes, 7);
    ck_assert_uint_eq(hotspots[0].freed_bytes, 57);
    cprof_tracker_free(tracker);
}
END_TEST

START_TEST(test_hostile)
{
    struct cprof_tracker *tracker = cprof_tracker_new();
    size_t count;
    ck_assert_ptr_null(cprof_tracker_hotspots(tracker, &count));
    ck_assert_ptr_null(cprof_tracker_live(tracker, &count));
    ck_assert_uint_eq(count, 0);
    cprof_tracker_dealloc(tracker, at(3)); /* never seen */
    cprof_tracker_alloc(tracker, at(0), 10, "a");
    cprof_tracker_dealloc(tracker, at(0));
    cprof_tracker_dealloc(tracker, at(0)); /* twice */
    ck_assert_uint_eq(cprof_tracker_unmatched(tracker), 2);
    cprof_tracker_alloc(tracker, NULL, 10, "a");
    cprof_tracker_dealloc(tracker, NULL);
    cprof_tracker_alloc(tracker, at(1), 10, "a");
    cprof_tracker_alloc(tracker, at(1), 30, NULL); /* freed unseen */
    cprof_tracker_alloc(tracker, at(2), 0, "\xff\n");
    ck_assert_uint_eq(cprof_tracker_current_usage(tracker), 30);
    ck_assert_uint_eq(cprof_tracker_total_freed(tracker), 20);
    ck_assert_str_eq(cprof_tracker_live(tracker, &count)[0].location, "[unknown]");
    ck_assert_uint_eq(count, 2);
    cprof_tracker_alloc(tracker, at(4), SIZE_MAX, "a"); /* wraps, as sums do */
    cprof_tracker_dealloc(tracker, at(4));
    ck_assert_uint_eq(cprof_tracker_current_usage(tracker), 30);
    cprof_tracker_free(tracker);
    cprof_tracker_free(NULL);
    cprof_tracker_alloc(NULL, at(0), 1, "a");
    ck_assert_uint_eq(cprof_tracker_current_usage(NULL), 0);
}
END_TEST

/* A million addresses, one live at a time: what is gone is forgotten. */
START_TEST(test_many)
{
    struct cprof_tracker *tracker = cprof_tracker_new();
    cprof_tracker_alloc(tracker, at(5000000), 3, "kept");
    for (size_t idx = 0; idx < 1000000; idx++) {
        cprof_tracker_alloc(tracker, at(idx), 8, "a");
        cprof_tracker_dealloc(tracker, at(idx));
    }
    size_t count;
    ck_assert_uint_eq(cprof_tracker_live(tracker, &count)[0].size, 3);
    ck_assert_uint_eq(count, 1);
    ck_assert_uint_eq(cprof_tracker_total_freed(tracker), 8000000);
    for (size_t idx = 0; idx < 100000; idx++)
        cprof_tracker_alloc(tracker, at(idx), 8, "b");
    const struct cprof_block *live = cprof_tracker_live(tracker, &count);
    ck_assert_uint_eq(count, 100001);
    ck_assert_ptr_eq(live[100000].ptr, at(99999)); /* oldest first */
    cprof_tracker_free(tracker);
}
END_TEST

static const struct cprof_hotspot *hotspot_of(const char *name)
{
    size_t count;
    const struct cprof_hotspot *all = cprof_tracker_hotspots(cprof_tracker_of_thread(), &count);
    for (size_t idx = 0; idx < count; idx++)
        if (strcmp(all[idx].function, name) == 0)
            return &all[idx];
    return NULL;
}

START_TEST(test_blocks)
{
    char *outside = cprof_malloc(1000); /* in no block: not told */
    char *kept, *moved;
    {
        CPROF_TRACK_ALLOCATIONS("parse");
        kept = cprof_malloc(100);
        {
            CPROF_TRACK_ALLOCATIONS("lex");
            char *part = cprof_calloc(5, 10);
            ck_assert_mem_eq(part, "\0\0\0", 3);
            cprof_free(part);
            moved = cprof_realloc(NULL, 20);
        }
        cprof_tracker_alloc(cprof_tracker_of_thread(), at(0), 7, NULL);
        moved = cprof_realloc(moved, 40);
    }
    ck_assert_uint_eq(hotspot_of("parse")->count, 3);
    ck_assert_uint_eq(hotspot_of("parse")->total_bytes, 147);
    ck_assert_uint_eq(hotspot_of("lex")->count, 2);
    ck_assert_uint_eq(hotspot_of("lex")->current_bytes, 0);
    cprof_free(outside);
    cprof_free(moved); /* behind the block, and still known */
    ck_assert_uint_eq(hotspot_of("parse")->current_bytes, 107);
    cprof_free(kept);
    cprof_tracker_dealloc(cprof_tracker_of_thread(), at(0));
    ck_assert_uint_eq(cprof_tracker_current_usage(cprof_tracker_of_thread()), 0);
    ck_assert_uint_eq(cprof_tracker_unmatched(cprof_tracker_of_thread()), 0);
}
END_TEST

START_TEST(test_failing)
{
    CPROF_TRACK_ALLOCATIONS("failing");
    char *ptr = cprof_malloc(10);
    volatile size_t huge = SIZE_MAX - 4096;
    ck_assert_ptr_null(cprof_malloc(huge));
    ck_assert_ptr_null(cprof_calloc(huge, 2));
    ck_assert_ptr_null(cprof_realloc(ptr, huge)); /* and ptr is still there */
    ck_assert_uint_eq(cprof_tracker_current_usage(cprof_tracker_of_thread()), 10);
    cprof_free(ptr);
    cprof_free(NULL);
    ck_assert_uint_eq(cprof_tracker_current_usage(cprof_tracker_of_thread()), 0);
}
END_TEST

Suite *tracker_suite(void);
Suite *tracker_suite(void)
{
    Suite *suite = suite_create("tracker");
    TCase *group = tcase_create("tracker");
    tcase_add_test(group, test_hotspots);
    tcase_add_test(group, test_live);
    tcase_add_test(group, test_average);
    tcase_add_test(group, test_peak_and_temporary);
    tcase_add_test(group, test_hostile);
    tcase_add_test(group, test_many);
    tcase_add_test(group, test_blocks);
    tcase_add_test(group, test_failing);
    tcase_set_timeout(group, 30);
    suite_add_tcase(suite, group);
    return suite;
}
