/* The profiler: stack, stats, recursion, switching, threads. */
#include <check.h>
#include <cprof/cprof.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MS 1000000u

/* A clock that goes where it is told. */
static uint64_t fake_now(void *context)
{
    return *(uint64_t *)context;
}

static struct cprof_function find(struct cprof_profiler *profiler, const char *name)
{
    size_t count;
    const struct cprof_function *stats = cprof_profiler_stats(profiler, &count);
    for (size_t idx = 0; idx < count; idx++)
        if (strcmp(stats[idx].name, name) == 0)
            return stats[idx];
    return (struct cprof_function){0};
}

/* Plays calls: "a( 5 b( 1 ) )" is a, which after 5 ns calls b for 1 ns.  What is not
 * closed stays open. */
static void play(struct cprof_profiler *profiler, uint64_t *now, const char *calls)
{
    char word[32];
    for (int used; sscanf(calls, "%31s%n", word, &used) == 1; calls += used) {
        char *open = strchr(word, '(');
        if (strcmp(word, ")") == 0) {
            cprof_profiler_exit(profiler);
        } else if (open) {
            *open = '\0';
            cprof_profiler_enter(profiler, word);
        } else {
            *now += strtoull(word, NULL, 10);
        }
    }
}

static void sleep_ms(unsigned ms)
{
    struct timespec time = {.tv_nsec = (long)ms * 1000000};
    while (nanosleep(&time, &time) != 0)
        ;
}

START_TEST(test_one_call)
{
    struct cprof_profiler *profiler = cprof_profiler_new();
    cprof_profiler_enter(profiler, "slow");
    sleep_ms(10);
    cprof_profiler_exit(profiler);
    size_t count;
    const struct cprof_function *stats = cprof_profiler_stats(profiler, &count);
    ck_assert_uint_eq(count, 1);
    ck_assert_str_eq(stats[0].name, "slow");
    ck_assert_uint_eq(stats[0].calls, 1);
    ck_assert_uint_ge(stats[0].total_ns, 10 * MS);
    ck_assert_uint_eq(stats[0].self_ns, stats[0].total_ns);
    cprof_profiler_free(profiler);
}
END_TEST

START_TEST(test_outer)
{
    uint64_t now = 1000;
    struct cprof_profiler *profiler = cprof_profiler_new_with_clock(fake_now, &now);
    play(profiler, &now, "outer( 1000000 fast( 1000000 ) slow( 10000000 ) )");
    size_t count;
    const struct cprof_function *stats = cprof_profiler_stats(profiler, &count);
    ck_assert_uint_eq(count, 3);
    ck_assert_str_eq(stats[0].name, "outer");
    ck_assert_str_eq(stats[1].name, "slow");
    ck_assert_str_eq(stats[2].name, "fast");
    ck_assert_uint_gt(stats[0].total_ns, stats[1].total_ns);
    ck_assert_uint_eq(stats[0].total_ns, 12 * MS);
    ck_assert_uint_eq(stats[0].self_ns, 1 * MS); /* under 5 ms */
    ck_assert_uint_eq(stats[0].max_depth, 1);
    ck_assert_uint_eq(stats[1].max_depth, 2);
    cprof_profiler_free(profiler);
}
END_TEST

/* The same on the real clock. */
START_TEST(test_outer_sleeping)
{
    struct cprof_profiler *profiler = cprof_profiler_of_thread();
    {
        CPROF_PROFILER_SCOPE(profiler, "outer");
        {
            CPROF_PROFILER_SCOPE(profiler, "fast");
            sleep_ms(1);
        }
        {
            CPROF_PROFILER_SCOPE(profiler, "slow");
            sleep_ms(10);
        }
    }
    ck_assert_uint_gt(find(profiler, "outer").total_ns, find(profiler, "slow").total_ns);
    ck_assert_uint_lt(find(profiler, "outer").self_ns, 5 * MS);
}
END_TEST

START_TEST(test_average)
{
    struct cprof_profiler *profiler = cprof_profiler_new();
    for (int call = 0; call < 10; call++) {
        cprof_profiler_enter(profiler, "f");
        sleep_ms(1);
        cprof_profiler_exit(profiler);
    }
    struct cprof_function function = find(profiler, "f");
    ck_assert_uint_eq(function.calls, 10);
    ck_assert_uint_ge(function.average_ns, 1 * MS);
    ck_assert_uint_ge(function.max_ns, function.average_ns);
    ck_assert_uint_le(function.min_ns, function.average_ns);
    cprof_profiler_free(profiler);
}
END_TEST

START_TEST(test_unmatched)
{
    struct cprof_profiler *profiler = cprof_profiler_new();
    size_t count = 7;
    cprof_profiler_exit(profiler);
    cprof_profiler_exit(profiler);
    ck_assert_uint_eq(cprof_profiler_unmatched(profiler), 2);
    ck_assert_ptr_null(cprof_profiler_stats(profiler, &count));
    ck_assert_uint_eq(count, 0);
    cprof_profiler_enter(profiler, "f");
    cprof_profiler_exit(profiler);
    ck_assert_uint_eq(find(profiler, "f").calls, 1);
    cprof_profiler_free(profiler);
}
END_TEST

START_TEST(test_frames)
{
    uint64_t now = 5;
    struct cprof_profiler *profiler = cprof_profiler_new_with_clock(fake_now, &now);
    struct cprof_frame frame;
    ck_assert_uint_eq(cprof_profiler_started(profiler), 5);
    ck_assert(!cprof_profiler_frame_at(profiler, 0, &frame));
    char name[] = "a";
    cprof_profiler_enter(profiler, name);
    name[0] = 'x'; /* it was copied */
    now = 9;
    cprof_profiler_enter(profiler, "b");
    ck_assert_uint_eq(cprof_profiler_depth(profiler), 2);
    ck_assert(cprof_profiler_frame_at(profiler, 0, &frame));
    ck_assert_str_eq(frame.name, "a");
    ck_assert_uint_eq(frame.parent, CPROF_FRAME_NONE);
    ck_assert(cprof_profiler_frame_at(profiler, 1, &frame));
    ck_assert_uint_eq(frame.entered_ns, 9);
    ck_assert_uint_eq(frame.parent, 0);
    ck_assert(!cprof_profiler_frame_at(profiler, 2, &frame));
    cprof_profiler_free(profiler);
}
END_TEST

/* A calls B calls A: the outermost A counts for the total, each for its own. */
START_TEST(test_recursion)
{
    uint64_t now = 0;
    struct cprof_profiler *profiler = cprof_profiler_new_with_clock(fake_now, &now);
    play(profiler, &now, "A( 5 B( 1 A( 5 B( 1 A( 5 B( 1 ) ) ) ) ) )");
    ck_assert_uint_eq(find(profiler, "A").calls, 3);
    ck_assert_uint_eq(find(profiler, "A").total_ns, 18);
    ck_assert_uint_eq(find(profiler, "A").self_ns, 15);
    ck_assert_uint_eq(find(profiler, "B").total_ns, 13);
    ck_assert_uint_eq(find(profiler, "B").self_ns, 3);
    struct cprof_tree *tree = cprof_tree_from_profiler(profiler);
    ck_assert_uint_eq(cprof_tree_facts(tree).total_ns, 18);
    ck_assert_uint_le(cprof_tree_max_depth(tree), 5);
    cprof_tree_free(tree);
    cprof_profiler_free(profiler);
}
END_TEST

START_TEST(test_deep)
{
    struct cprof_profiler *profiler = cprof_profiler_new();
    for (int call = 0; call < 1000000; call++)
        cprof_profiler_enter(profiler, "f");
    ck_assert_uint_eq(cprof_profiler_depth(profiler), 1000000);
    for (int call = 0; call < 1000000; call++)
        cprof_profiler_exit(profiler);
    ck_assert_uint_eq(find(profiler, "f").calls, 1000000);
    ck_assert_uint_eq(find(profiler, "f").max_depth, 1000000);
    struct cprof_tree *tree = cprof_tree_from_profiler(profiler);
    ck_assert_uint_eq(cprof_tree_count(tree), 3); /* folded */
    cprof_tree_free(tree);
    ck_assert_uint_eq(cprof_profiler_lost(profiler), 0);
    cprof_profiler_free(profiler);
}
END_TEST

START_TEST(test_many_names)
{
    struct cprof_profiler *profiler = cprof_profiler_new();
    static char longest[100001];
    char name[32];
    memset(longest, 'x', sizeof longest - 1);
    for (int idx = 0; idx < 100000; idx++) {
        snprintf(name, sizeof name, "function %d", idx);
        cprof_profiler_enter(profiler, name);
        cprof_profiler_exit(profiler);
    }
    static const char *const hostile[] = {"", "\xff\xfe", "<script>", "a\nb", "\033[2J", longest};
    for (size_t idx = 0; idx < sizeof hostile / sizeof *hostile; idx++) {
        cprof_profiler_enter(profiler, hostile[idx]);
        cprof_profiler_exit(profiler);
        ck_assert_uint_eq(find(profiler, hostile[idx]).calls, 1);
    }
    size_t count;
    cprof_profiler_stats(profiler, &count);
    ck_assert_uint_eq(count, 100006);
    cprof_profiler_free(profiler);
}
END_TEST

START_TEST(test_switching)
{
    uint64_t now = 0;
    struct cprof_profiler *profiler = cprof_profiler_new_with_clock(fake_now, &now);
    cprof_profiler_enter(profiler, "a");
    cprof_profiler_disable(profiler);
    ck_assert(!cprof_profiler_enabled(profiler));
    cprof_profiler_enter(profiler, "hidden");
    cprof_profiler_enable(profiler);
    play(profiler, &now, "b( 4 ) ) )"); /* below what is hidden, so below a */
    ck_assert_ptr_null(find(profiler, "hidden").name);
    ck_assert_uint_eq(find(profiler, "b").total_ns, 4);
    ck_assert_uint_eq(find(profiler, "a").total_ns, 4);
    ck_assert_uint_eq(find(profiler, "a").self_ns, 0);
    ck_assert_uint_eq(cprof_profiler_unmatched(profiler), 0);
    cprof_profiler_free(profiler);
}
END_TEST

START_TEST(test_reset)
{
    uint64_t now = 0;
    struct cprof_profiler *profiler = cprof_profiler_new_with_clock(fake_now, &now);
    play(profiler, &now, "a( b( 4 )");
    cprof_profiler_reset(profiler);
    ck_assert_uint_eq(cprof_profiler_started(profiler), 4);
    play(profiler, &now, "3 )"); /* a has been open for 3 since then */
    ck_assert_ptr_null(find(profiler, "b").name);
    ck_assert_uint_eq(find(profiler, "a").total_ns, 3);
    ck_assert_uint_eq(find(profiler, "a").self_ns, 3);
    struct cprof_tree *tree = cprof_tree_from_profiler(profiler);
    ck_assert_uint_eq(cprof_tree_facts(tree).total_ns, 3);
    cprof_tree_free(tree);
    cprof_profiler_free(profiler);
}
END_TEST

/* A clock that goes back takes no time and harms nothing. */
START_TEST(test_clock_back)
{
    uint64_t now = 100;
    struct cprof_profiler *profiler = cprof_profiler_new_with_clock(fake_now, &now);
    cprof_profiler_enter(profiler, "a");
    cprof_profiler_enter(profiler, "b");
    now = 110;
    cprof_profiler_exit(profiler);
    now = 3;
    cprof_profiler_exit(profiler);
    ck_assert_uint_eq(find(profiler, "a").self_ns, 0);
    ck_assert_uint_eq(find(profiler, "b").total_ns, 10);
    cprof_profiler_free(profiler);
}
END_TEST

START_TEST(test_null)
{
    size_t count = 1;
    struct cprof_frame frame;
    cprof_profiler_enter(NULL, "f");
    cprof_profiler_exit(NULL);
    cprof_profiler_reset(NULL);
    cprof_profiler_enable(NULL);
    cprof_profiler_disable(NULL);
    cprof_profiler_free(NULL);
    ck_assert_ptr_null(cprof_profiler_stats(NULL, &count));
    ck_assert_uint_eq(count, 0);
    ck_assert(!cprof_profiler_frame_at(NULL, 0, &frame));
    CPROF_PROFILER_SCOPE(NULL, "nothing");
    struct cprof_profiler *profiler = cprof_profiler_new();
    cprof_profiler_enter(profiler, NULL);
    cprof_profiler_exit(profiler);
    ck_assert_uint_eq(find(profiler, "").calls, 1);
    cprof_profiler_free(profiler);
}
END_TEST

static void *in_thread(void *other)
{
    struct cprof_profiler *own = cprof_profiler_of_thread();
    bool apart = own && own != other && own == cprof_profiler_of_thread();
    CPROF_PROFILER_SCOPE(own, "thread");
    return apart ? own : NULL;
}

START_TEST(test_threads)
{
    struct cprof_profiler *own = cprof_profiler_of_thread();
    ck_assert_ptr_eq(own, cprof_profiler_of_thread());
    for (int idx = 0; idx < 100; idx++) { /* freed each time, says the leak checker */
        pthread_t thread;
        void *result;
        ck_assert_int_eq(pthread_create(&thread, NULL, in_thread, own), 0);
        pthread_join(thread, &result);
        ck_assert_ptr_nonnull(result);
    }
    ck_assert_ptr_null(find(own, "thread").name);
}
END_TEST

START_TEST(test_tree)
{
    uint64_t now = 0;
    struct cprof_profiler *profiler = cprof_profiler_new_with_clock(fake_now, &now);
    play(profiler, &now, "a( 2 b( 3 ) 4"); /* a is open */
    struct cprof_tree *tree = cprof_tree_from_profiler(profiler);
    const struct cprof_tree *a = cprof_tree_first_child(tree), *b = cprof_tree_first_child(a);
    ck_assert_str_eq(cprof_tree_facts(tree).name, "[session]");
    ck_assert_uint_eq(cprof_tree_facts(tree).total_ns, 9);
    ck_assert_uint_eq(cprof_tree_facts(a).total_ns, 9);
    ck_assert_uint_eq(cprof_tree_facts(a).self_ns, 6);
    ck_assert_uint_eq(cprof_tree_facts(b).total_ns, 3);
    ck_assert_uint_eq(cprof_tree_facts(b).calls, 1);
    ck_assert_uint_eq(cprof_tree_max_depth(tree), 3);
    cprof_tree_free(tree);
    play(profiler, &now, "c( 5"); /* and now two calls are */
    tree = cprof_tree_from_profiler(profiler);
    a = cprof_tree_first_child(tree);
    ck_assert_uint_eq(cprof_tree_facts(a).total_ns, 14);
    ck_assert_uint_eq(cprof_tree_facts(a).self_ns, 6);
    ck_assert_uint_eq(cprof_tree_facts(cprof_tree_next_sibling(cprof_tree_first_child(a))).self_ns,
                      5);
    cprof_tree_free(tree);
    cprof_profiler_free(profiler);
}
END_TEST

START_TEST(test_snapshot)
{
    uint64_t now = 0;
    struct cprof_profiler *profiler = cprof_profiler_new_with_clock(fake_now, &now);
    play(profiler, &now, "a( b( 3 ) )");
    struct cprof_snapshot *snapshot = cprof_snapshot_new("x");
    ck_assert_int_eq(cprof_snapshot_add_profiler(snapshot, profiler, NULL), CPROF_OK);
    cprof_profiler_free(profiler);
    ck_assert_uint_eq(cprof_snapshot_count(snapshot), 2);
    ck_assert_uint_eq(cprof_snapshot_whole(snapshot).values[CPROF_METRIC_TOTAL_TIME], 3);
    ck_assert_uint_eq(cprof_snapshot_whole(snapshot).values[CPROF_METRIC_CALLS], 2);
    cprof_snapshot_free(snapshot);
}
END_TEST

/* Not instrumented: what the thread measured by hand. */
START_TEST(test_capture)
{
    struct cprof_snapshot *snapshot = cprof_snapshot_capture("nothing");
    ck_assert_uint_eq(cprof_snapshot_count(snapshot), 0);
    ck_assert_ptr_nonnull(strstr(cprof_snapshot_note(snapshot), "plugin"));
    cprof_snapshot_free(snapshot);
    {
        CPROF_PROFILER_SCOPE(cprof_profiler_of_thread(), "work");
        CPROF_TRACK_ALLOCATIONS("work");
        cprof_free(cprof_malloc(50));
    }
    snapshot = cprof_snapshot_capture("something");
    ck_assert_uint_eq(cprof_snapshot_count(snapshot), 1);
    ck_assert_ptr_null(cprof_snapshot_note(snapshot));
    ck_assert_uint_eq(cprof_snapshot_whole(snapshot).values[CPROF_METRIC_ALLOC_BYTES], 50);
    ck_assert_uint_eq(cprof_tree_count(cprof_snapshot_tree(snapshot)), 2);
    cprof_snapshot_free(snapshot);
}
END_TEST

Suite *profiler_suite(void);
Suite *profiler_suite(void)
{
    Suite *suite = suite_create("profiler");
    TCase *group = tcase_create("profiler");
    tcase_add_test(group, test_one_call);
    tcase_add_test(group, test_outer);
    tcase_add_test(group, test_outer_sleeping);
    tcase_add_test(group, test_average);
    tcase_add_test(group, test_unmatched);
    tcase_add_test(group, test_frames);
    tcase_add_test(group, test_recursion);
    tcase_add_test(group, test_deep);
    tcase_add_test(group, test_many_names);
    tcase_add_test(group, test_switching);
    tcase_add_test(group, test_reset);
    tcase_add_test(group, test_clock_back);
    tcase_add_test(group, test_null);
    tcase_add_test(group, test_threads);
    tcase_add_test(group, test_tree);
    tcase_add_test(group, test_snapshot);
    tcase_add_test(group, test_capture);
    tcase_set_timeout(group, 30);
    suite_add_tcase(suite, group);
    return suite;
}
