/* The records of binaries that nobody has linked: sample.S as it is, in an
 * archive, and damaged.
 */
#include <ar.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support.h"

static unsigned char bytes[1 << 16];
static size_t len;

static void read_sample(void)
{
    FILE *file = fopen(SAMPLE_OBJECT, "rb");
    ck_assert_ptr_nonnull(file);
    len = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    ck_assert_uint_lt(len, sizeof bytes);
}

/* Writes `len` bytes behind `before` to a file and loads it. */
static struct cprof_profile *load(const char *before, enum cprof_status wanted, const char *words)
{
    char path[] = "/tmp/cprof-binary-XXXXXX";
    struct cprof_error error = {.text = ""};
    struct cprof_profile *profile = cprof_profile_new();
    int descriptor = mkstemp(path);
    ck_assert_int_ge(descriptor, 0);
    bool written = write(descriptor, before, strlen(before)) == (ssize_t)strlen(before) &&
                   write(descriptor, bytes, len) == (ssize_t)len && close(descriptor) == 0;
    enum cprof_status status = cprof_profile_add_binary(profile, path, &error);
    unlink(path);
    ck_assert(written);
    ck_assert_msg(status == wanted && strstr(error.text, words), "%d: %s", status, error.text);
    return profile;
}

static void expect_sample(struct cprof_profile *profile)
{
    struct cprof_list_line line;
    struct text text;
    struct cprof_sink sink = support_sink(&text);
    ck_assert_int_eq(cprof_sites_text(profile, &(struct cprof_style){0}, &sink, NULL), CPROF_OK);
    ck_assert_str_eq(text.ptr, "in   ns::work(int)  sample.cc:7\n"
                               "out  left_out  sample.cc:9\n"
                               "     named by the denylist\n"
                               "1 in, 1 out.\n"
                               "lists/deny:3: \"fun:nobody*\" names no function that was compiled "
                               "(inlined ones are part of others).\n");
    support_free(&text);
    ck_assert(cprof_list_line_at(profile, 0, &line) && line.matched);
    ck_assert_str_eq(line.text, "left_out");
    cprof_profile_free(profile);
}

START_TEST(test_object)
{
    read_sample();
    expect_sample(load("", CPROF_OK, ""));
}
END_TEST

START_TEST(test_archive)
{
    char header[SARMAG + sizeof(struct ar_hdr) + 1];
    read_sample();
    snprintf(header, sizeof header, ARMAG "%-16s%-12d%-6d%-6d%-8o%-10zu" ARFMAG, "sample.o/", 0, 0,
             0, 0100644, len);
    expect_sample(load(header, CPROF_OK, ""));
    len /= 2;
    cprof_profile_free(load(header, CPROF_INPUT, "; "));
    len = 0;
    cprof_profile_free(load(ARMAG, CPROF_INPUT, "not built with cprof"));
}
END_TEST

/* Every length that a copy may have been cut to. */
START_TEST(test_cut)
{
    read_sample();
    for (size_t step = len / 37; len > 4 + step;) {
        len -= step;
        cprof_profile_free(load("", CPROF_INPUT, "; "));
    }
}
END_TEST

Suite *binary_suite(void);
Suite *binary_suite(void)
{
    Suite *suite = suite_create("binary");
    TCase *group = tcase_create("binary");
    tcase_add_test(group, test_object);
    tcase_add_test(group, test_archive);
    tcase_add_test(group, test_cut);
    suite_add_tcase(suite, group);
    return suite;
}
