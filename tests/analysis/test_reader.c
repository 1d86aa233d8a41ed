/* The reader: what is refused and in which words, and the calls formula. */
#include <cprof/abi.h>
#include <stdlib.h>
#include <string.h>

#include "binary.h"
#include "reader.h"
#include "support.h"

/* What one wall calls a section and what the other does. */
_Static_assert(__builtin_strcmp(BINARY_SECTION_SITE, CPROF_SECTION_SITE) == 0, "sites");
_Static_assert(__builtin_strcmp(BINARY_SECTION_LINE, CPROF_SECTION_LINE) == 0, "lines");
_Static_assert(__builtin_strcmp(BINARY_SECTION_STRING, CPROF_SECTION_STRING) == 0, "strings");

static struct fabricate *small(void)
{
    struct fabricate *profile = fabricate_new();
    uint32_t root = fabricate_thread(profile);
    uint32_t caller =
        fabricate_node(profile, root, fabricate_site(profile, "main", "m.c", 3), 1, 70);
    fabricate_node(profile, caller, fabricate_site(profile, "leaf", "m.c", 9), 5, 30);
    return profile;
}

/* Loads `len` bytes and expects a refusal that holds `words`. */
static void expect_refusal(const unsigned char *bytes, size_t len, const char *words)
{
    struct cprof_error error = {.text = ""};
    struct cprof_profile *profile = cprof_profile_new();
    /* A copy of exactly the size, so that a sanitizer sees a read beyond it. */
    unsigned char *copy = malloc(len ? len : 1);
    memcpy(copy, bytes, len);
    enum cprof_status status = cprof_profile_add_bytes(profile, "x.prof", copy, len, &error);
    ck_assert_msg(status == CPROF_INPUT, "accepted what should be: %s", words);
    ck_assert_int_eq(error.status, CPROF_INPUT);
    ck_assert_msg(strstr(error.text, words), "\"%s\" lacks \"%s\"", error.text, words);
    ck_assert_msg(strncmp(error.text, "x.prof: ", 8) == 0, "no name: %s", error.text);
    ck_assert_msg(!strchr(error.text, '\n') && strstr(error.text, ";"), "says not what to do: %s",
                  error.text);
    free(copy);
    cprof_profile_free(profile);
}

static void expect_refused_profile(struct fabricate *profile, const char *words)
{
    size_t len;
    const unsigned char *bytes = fabricate_bytes(profile, &len);
    expect_refusal(bytes, len, words);
}

static void put_header(unsigned char *bytes, size_t offset, uint32_t value)
{
    memcpy(bytes + offset, &value, sizeof value);
}

START_TEST(test_refusals)
{
    struct fabricate *profile = small();
    size_t len;
    unsigned char *bytes = fabricate_bytes(profile, &len);
    expect_refusal(bytes, 0, "is empty");
    expect_refusal((const unsigned char *)"#!/bin/sh\nexit 0\n", 17, "not a cprof profile");
    expect_refusal((const unsigned char *)"x", 1, "not a cprof profile");
    expect_refusal(bytes, 4, "truncated");
    expect_refusal(bytes, 2000, "truncated");
    expect_refusal(bytes, len - 1, "truncated");
    put_header(bytes, offsetof(struct cprof_header, version), CPROF_FORMAT_VERSION + 1);
    expect_refusal(bytes, len, "newer cprof");
    put_header(bytes, offsetof(struct cprof_header, byte_order), 0x04030201);
    expect_refusal(bytes, len, "other byte order");
    bytes = fabricate_bytes(profile, &len);
    put_header(bytes, offsetof(struct cprof_header, mode), 77);
    expect_refusal(bytes, len, "damaged");
    bytes = fabricate_bytes(profile, &len);
    put_header(bytes, offsetof(struct cprof_header, file_length), (uint32_t)len - 1);
    expect_refusal(bytes, len, "in use");
    fabricate_free(profile);
}
END_TEST

static struct cprof_extent *extent_of(unsigned char *bytes, size_t idx)
{
    return (struct cprof_extent *)(void *)(bytes + CPROF_TOC_OFFSET + idx * CPROF_EXTENT_SIZE);
}

static struct cprof_site *first_site(unsigned char *bytes)
{
    return (struct cprof_site *)(void *)(bytes + extent_of(bytes, 0)->offset +
                                         sizeof(struct cprof_module));
}

static struct cprof_module *first_module(unsigned char *bytes)
{
    return (struct cprof_module *)(void *)(bytes + extent_of(bytes, 0)->offset);
}

START_TEST(test_damaged_extents)
{
    struct fabricate *profile = small();
    size_t len;
    unsigned char *bytes = fabricate_bytes(profile, &len);
    extent_of(bytes, 1)->offset = UINT64_MAX - 8;
    expect_refusal(bytes, len, "lies outside");
    bytes = fabricate_bytes(profile, &len);
    extent_of(bytes, 1)->record_size = 0;
    expect_refusal(bytes, len, "wrong size");
    bytes = fabricate_bytes(profile, &len);
    extent_of(bytes, 1)->first = extent_of(bytes, 2)->first;
    expect_refusal(bytes, len, "number the same");
    bytes = fabricate_bytes(profile, &len);
    extent_of(bytes, 0)->first = UINT64_MAX;
    expect_refusal(bytes, len, "beyond 32 bits");
    bytes = fabricate_bytes(profile, &len);
    first_module(bytes)->site_count = 0x40000000;
    expect_refusal(bytes, len, "outside of it");
    fabricate_free(profile);
}
END_TEST

START_TEST(test_damaged_nodes)
{
    struct fabricate *profile = small();
    fabricate_at(profile, 2)->parent = 3; /* main below leaf below main */
    expect_refused_profile(profile, "its own caller");
    fabricate_at(profile, 2)->parent = 2;
    expect_refused_profile(profile, "its own caller");
    fabricate_at(profile, 2)->parent = 4000;
    expect_refused_profile(profile, "does not exist");
    fabricate_free(profile);
}
END_TEST

/* A ref to the byte behind the strings, and to strings that nothing ends. */
START_TEST(test_string_bounds)
{
    struct fabricate *profile = small();
    size_t len;
    unsigned char *bytes = fabricate_bytes(profile, &len);
    struct cprof_module *module = first_module(bytes);
    first_site(bytes)->name_ref =
        (int32_t)(module->string_address + module->string_len - module->site_address);
    expect_refusal(bytes, len, "name or file");
    first_site(bytes)->name_ref -= 1; /* the NUL of the last string */
    struct cprof_profile *accepted = cprof_profile_new();
    ck_assert_int_eq(cprof_profile_add_bytes(accepted, "x", bytes, len, NULL), CPROF_OK);
    cprof_profile_free(accepted);
    module->string_len -= 1;
    first_site(bytes)->name_ref -= 1;
    expect_refusal(bytes, len, "name or file");
    fabricate_free(profile);
}
END_TEST

static struct cprof_line *first_line(unsigned char *bytes)
{
    return (struct cprof_line *)(void *)((unsigned char *)first_module(bytes) +
                                         first_module(bytes)->line_offset);
}

static struct fabricate *with_lines(void)
{
    struct fabricate *profile = small();
    fabricate_line(profile, "deny", 1, "fun:lea*", CPROF_LINE_MATCHED);
    fabricate_line(profile, "deny", 2, "nobody", 0);
    return profile;
}

START_TEST(test_damaged_lines)
{
    struct fabricate *profile = with_lines();
    size_t len;
    unsigned char *bytes = fabricate_bytes(profile, &len);
    first_module(bytes)->line_count = 0x10000000;
    expect_refusal(bytes, len, "outside of it");
    bytes = fabricate_bytes(profile, &len);
    first_module(bytes)->line_offset = UINT64_MAX - 15;
    expect_refusal(bytes, len, "outside of it");
    bytes = fabricate_bytes(profile, &len);
    first_module(bytes)->line_size = sizeof(struct cprof_line) - 1;
    expect_refusal(bytes, len, "wrong size");
    bytes = fabricate_bytes(profile, &len);
    first_line(bytes)[1].text_ref = INT32_MIN;
    expect_refusal(bytes, len, "not where its record says");
    bytes = fabricate_bytes(profile, &len);
    first_module(bytes)->line_address += first_module(bytes)->string_len;
    expect_refusal(bytes, len, "not where its record says");
    fabricate_free(profile);
}
END_TEST

/* A profile of before there were lines: its struct is shorter, and what stands
 * where the new fields would be is something else. */
START_TEST(test_profile_without_lines)
{
    const size_t shorter = offsetof(struct cprof_module, line_count);
    const size_t less = sizeof(struct cprof_module) - shorter;
    struct fabricate *fabricated = with_lines();
    size_t len;
    unsigned char *bytes = fabricate_bytes(fabricated, &len);
    unsigned char *module = (unsigned char *)first_module(bytes);
    memmove(module + less, module, shorter);
    extent_of(bytes, 0)->offset += less;
    extent_of(bytes, 0)->length -= less;
    first_module(bytes)->site_offset -= less;
    first_module(bytes)->call_offset -= less;
    first_module(bytes)->string_offset -= less;
    struct cprof_profile *profile = cprof_profile_new();
    struct cprof_error error;
    ck_assert_msg(cprof_profile_add_bytes(profile, "x", bytes, len, &error) == CPROF_OK, "%s",
                  error.text);
    struct cprof_list_line line;
    ck_assert(!cprof_list_line_at(profile, 0, &line));
    ck_assert_uint_eq(support_function(profile, "leaf").calls, 5);
    cprof_profile_free(profile);
    fabricate_free(fabricated);
}
END_TEST

/* A small file must not make the reader read the same bytes over and over. */
START_TEST(test_overlapping_strings)
{
    static char longest[60001];
    memset(longest, 'n', sizeof longest - 1);
    struct fabricate *profile = fabricate_new();
    for (uint32_t idx = 0; idx < 200; idx++)
        fabricate_site(profile, idx ? "" : longest, "f.c", idx);
    size_t len;
    unsigned char *bytes = fabricate_bytes(profile, &len);
    for (uint32_t idx = 1; idx < 200; idx++) /* each ref is a record further on */
        first_site(bytes)[idx].name_ref =
            first_site(bytes)->name_ref + (int32_t)idx - (int32_t)(idx * sizeof(struct cprof_site));
    expect_refusal(bytes, len, "name or file");
    fabricate_free(profile);
}
END_TEST

/* While a program runs a copy may hold a node whose caller is not there yet. */
START_TEST(test_unfinished_node)
{
    struct fabricate *fabricated = small();
    fabricate_header(fabricated)->state = CPROF_STATE_RUNNING;
    fabricate_at(fabricated, 2)->parent = 4000;
    struct cprof_profile *profile = support_load(fabricated);
    ck_assert_uint_eq(support_function(profile, "main").calls, 1);
    struct cprof_run run;
    ck_assert_int_eq(cprof_run_facts(profile, &run, NULL), CPROF_OK);
    ck_assert(!run.complete);
    ck_assert(!run.running); /* its host is elsewhere */
    cprof_profile_free(profile);
}
END_TEST

START_TEST(test_calls)
{
    static const struct {
        int32_t left;
        uint32_t armed;
        uint64_t seen, calls;
    } cases[] = {
        {0, 0, 0, 0},
        {90, 100, 0, 10},                                     /* first arming */
        {-1, 0, 0, 1},                                        /* ran out, not yet re-armed */
        {70, 200, 100, 130},                                  /* re-armed, seen up to date */
        {0x7ffffff0, 0x80000000u, 0xfffffff0u, 0x100000010u}, /* a carry beyond 32 bits */
        {50, 150, 90, 100},                                   /* seen behind */
        {100, 100, 7, 0},                                     /* damage: less than nothing */
    };
    for (size_t idx = 0; idx < sizeof cases / sizeof *cases; idx++) {
        struct cprof_node node = {
            .left = cases[idx].left, .armed = cases[idx].armed, .seen = cases[idx].seen};
        ck_assert_msg(reader_calls(&node) == cases[idx].calls, "case %zu: %llu, not %llu", idx,
                      (unsigned long long)reader_calls(&node),
                      (unsigned long long)cases[idx].calls);
    }
}
END_TEST

Suite *reader_suite(void);
Suite *reader_suite(void)
{
    Suite *suite = suite_create("reader");
    TCase *group = tcase_create("reader");
    tcase_add_test(group, test_refusals);
    tcase_add_test(group, test_damaged_extents);
    tcase_add_test(group, test_damaged_nodes);
    tcase_add_test(group, test_string_bounds);
    tcase_add_test(group, test_damaged_lines);
    tcase_add_test(group, test_profile_without_lines);
    tcase_add_test(group, test_overlapping_strings);
    tcase_add_test(group, test_unfinished_node);
    tcase_add_test(group, test_calls);
    suite_add_tcase(suite, group);
    return suite;
}
