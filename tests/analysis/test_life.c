/* Profiles of processes that run or were killed: this test maps a fabricated
 * file itself, so that it is the process that writes it.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define SECOND UINT64_C(1000000000)
#define HOLE (64 << 20)

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec;
}

/* main has been open for 3 s, of which 1 s was charged; another thread's, which
 * is no more, for as long. */
static struct fabricate *make_running(void)
{
    struct fabricate *made = fabricate_new();
    struct cprof_header *header = fabricate_header(made);
    uint64_t start = now_ns() - 3 * SECOND;
    header->state = CPROF_STATE_RUNNING;
    header->clock = CPROF_CLOCK_MONOTONIC;
    header->pid = (uint32_t)getpid();
    memset(header->host, 0, sizeof header->host);
    header->first = header->last = (struct cprof_moment){start, start};
    const char *names[] = {"main", "ended"};
    for (size_t idx = 0; idx < 2; idx++) {
        uint32_t root = fabricate_thread(made);
        struct cprof_thread *thread = fabricate_thread_at(made, idx);
        thread->tid = idx ? INT32_MAX : (uint32_t)gettid();
        thread->last_event = start + SECOND;
        uint32_t site = fabricate_site(made, names[idx], "l.c", 1);
        fabricate_thread_at(made, idx)->open_node = fabricate_node(made, root, site, 1, SECOND);
    }
    return made;
}

/* Writes the profile and a hole behind it into a new file. */
static int write_file(struct fabricate *made, char *path)
{
    size_t len;
    const unsigned char *bytes = fabricate_bytes(made, &len);
    int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(write(file, bytes, len), (ssize_t)len);
    ck_assert_int_eq(ftruncate(file, HOLE), 0);
    return file;
}

static struct cprof_profile *load_file(const char *path)
{
    struct cprof_error error = {.text = ""};
    struct cprof_profile *profile = cprof_profile_new();
    ck_assert_msg(cprof_profile_add_path(profile, path, &error) == CPROF_OK, "%s", error.text);
    return profile;
}

START_TEST(test_live)
{
    char path[] = "/tmp/cprof-test-XXXXXX";
    struct fabricate *made = make_running();
    int file = write_file(made, path);
    void *mapped = mmap(NULL, 4096, PROT_READ, MAP_SHARED, file, 0);
    struct cprof_profile *profile = load_file(path);
    struct cprof_function function = support_function(profile, "main");
    struct cprof_run run;
    cprof_run_facts(profile, &run, NULL);
    ck_assert(run.running);
    ck_assert_uint_ge(run.wall_ns, 3 * SECOND);
    ck_assert_uint_lt(run.wall_ns, 8 * SECOND);
    ck_assert_uint_ge(function.self_ns, 3 * SECOND);
    ck_assert_uint_lt(function.self_ns, 8 * SECOND);
    ck_assert_uint_eq(function.cpu_ns, function.self_ns); /* this thread does not sleep */
    ck_assert_uint_eq(support_function(profile, "ended").self_ns, SECOND);
    cprof_profile_free(profile);

    munmap(mapped, 4096); /* now it is a copy from who knows when */
    profile = load_file(path);
    cprof_run_facts(profile, &run, NULL);
    ck_assert(run.running);
    ck_assert_uint_eq(run.wall_ns, SECOND);
    ck_assert_uint_eq(support_function(profile, "main").self_ns, SECOND);
    cprof_profile_free(profile);
    fabricate_free(made);
    close(file);
    unlink(path);
}
END_TEST

/* A record that is older than what its nodes were charged: 1 s of the 3 is
 * charged to main, 1.5 s to what has returned, so only 0.5 s are open. */
START_TEST(test_stale_record)
{
    char path[] = "/tmp/cprof-test-XXXXXX";
    struct fabricate *made = make_running();
    struct cprof_thread *thread = fabricate_thread_at(made, 0);
    thread->first_ticks = fabricate_header(made)->first.ticks;
    fabricate_node(made, thread->open_node, fabricate_site(made, "returned", "l.c", 2), 1,
                   SECOND + SECOND / 2);
    int file = write_file(made, path);
    void *mapped = mmap(NULL, 4096, PROT_READ, MAP_SHARED, file, 0);
    struct cprof_profile *profile = load_file(path);
    struct cprof_function function = support_function(profile, "main");
    ck_assert_uint_ge(function.self_ns, SECOND + SECOND / 2);
    ck_assert_uint_lt(function.self_ns, 2 * SECOND);
    ck_assert_uint_eq(support_function(profile, "returned").self_ns, SECOND + SECOND / 2);
    cprof_profile_free(profile);
    fabricate_free(made);
    munmap(mapped, 4096);
    close(file);
    unlink(path);
}
END_TEST

/* The header's last moment is old; a thread's last event says more. */
START_TEST(test_killed)
{
    struct fabricate *made = fabricate_new();
    struct cprof_header *header = fabricate_header(made);
    header->state = CPROF_STATE_RUNNING;
    header->clock = CPROF_CLOCK_TSC;
    header->first = (struct cprof_moment){5000, 100};
    header->last = (struct cprof_moment){8000, 1100}; /* three ticks a nanosecond */
    fabricate_node(made, fabricate_thread(made), fabricate_site(made, "f", "k.c", 1), 1, 600);
    fabricate_thread(made);
    fabricate_thread_at(made, 0)->last_event = 35000;
    fabricate_thread_at(made, 1)->last_event = 20000;
    struct cprof_profile *profile = support_load(made);
    struct cprof_run run;
    cprof_run_facts(profile, &run, NULL);
    ck_assert_uint_eq(run.wall_ns, 10000);
    cprof_profile_free(profile);
}
END_TEST

/* Only the part in use is read; a damaged length is no licence. */
START_TEST(test_hole)
{
    char path[] = "/tmp/cprof-test-XXXXXX";
    struct fabricate *made = make_running();
    int file = write_file(made, path);
    struct cprof_profile *profile = load_file(path);
    struct cprof_run run;
    size_t len;
    fabricate_bytes(made, &len);
    cprof_run_facts(profile, &run, NULL);
    ck_assert_uint_eq(run.file_bytes, len);
    cprof_profile_free(profile);

    const uint64_t lengths[] = {0, 100, len - 1, HOLE + 1, UINT64_MAX};
    for (size_t idx = 0; idx < sizeof lengths / sizeof *lengths; idx++) {
        struct cprof_error error = {.text = ""};
        ck_assert_int_eq(pwrite(file, &lengths[idx], sizeof lengths[idx],
                                offsetof(struct cprof_header, file_length)),
                         sizeof lengths[idx]);
        profile = cprof_profile_new();
        ck_assert_int_eq(cprof_profile_add_path(profile, path, &error), CPROF_INPUT);
        ck_assert_msg(strstr(error.text, idx < 3 ? "in use" : "truncated"), "%s", error.text);
        cprof_profile_free(profile);
    }
    fabricate_free(made);
    close(file);
    unlink(path);
}
END_TEST

Suite *life_suite(void);
Suite *life_suite(void)
{
    Suite *suite = suite_create("life");
    TCase *group = tcase_create("life");
    tcase_add_test(group, test_live);
    tcase_add_test(group, test_stale_record);
    tcase_add_test(group, test_killed);
    tcase_add_test(group, test_hole);
    suite_add_tcase(suite, group);
    return suite;
}
