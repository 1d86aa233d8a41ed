/* Call trees and their pictures. */
#include <check.h>
#include <cprof/cprof.h>
#include <stdlib.h>
#include <string.h>

struct text {
    char *ptr;
    size_t len;
};

static bool collect(void *context, const char *bytes, size_t len)
{
    struct text *text = context;
    text->ptr = realloc(text->ptr, text->len + len + 1);
    ck_assert_ptr_nonnull(text->ptr);
    memcpy(text->ptr + text->len, bytes, len);
    text->len += len;
    text->ptr[text->len] = '\0';
    return true;
}

static bool refuse(void *context, const char *bytes, size_t len)
{
    (void)context, (void)bytes, (void)len;
    return false;
}

static struct text picture_of(const struct cprof_tree *tree)
{
    struct text text = {0};
    struct cprof_sink sink = {.write = collect, .context = &text};
    struct cprof_error error = {.text = ""};
    ck_assert_msg(cprof_flamegraph_svg(tree, NULL, &sink, &error) == CPROF_OK, "%s", error.text);
    return text;
}

START_TEST(test_depth)
{
    struct cprof_tree *tree = cprof_tree_new("main", 100, 10);
    ck_assert_uint_eq(cprof_tree_max_depth(tree), 1);
    struct cprof_tree *child = cprof_tree_add_child(tree, "a", 90, 30);
    cprof_tree_add_child(child, "b", 60, 60);
    ck_assert_uint_eq(cprof_tree_max_depth(tree), 3); /* a chain of three */
    cprof_tree_add_child(tree, "c", 0, 0);
    ck_assert_uint_eq(cprof_tree_max_depth(tree), 3);
    ck_assert_uint_eq(cprof_tree_max_depth(child), 2);
    ck_assert_uint_eq(cprof_tree_max_depth(NULL), 0);
    ck_assert_uint_eq(cprof_tree_count(tree), 4);
    ck_assert_str_eq(cprof_tree_facts(child).name, "a");
    ck_assert_uint_eq(cprof_tree_facts(child).self_ns, 30);
    cprof_tree_free(tree);
}
END_TEST

START_TEST(test_freeing_a_part)
{
    struct cprof_tree *tree = cprof_tree_new("main", 100, 10), *parts[3];
    for (size_t idx = 0; idx < 3; idx++) {
        parts[idx] = cprof_tree_add_child(tree, "part", idx, 0);
        cprof_tree_add_child(parts[idx], "below", 0, 0);
    }
    cprof_tree_free(parts[1]);
    ck_assert_uint_eq(cprof_tree_count(tree), 5);
    ck_assert_ptr_eq(cprof_tree_next_sibling(parts[0]), parts[2]);
    cprof_tree_free(parts[0]);
    cprof_tree_free(parts[2]);
    ck_assert_uint_eq(cprof_tree_count(tree), 1);
    cprof_tree_add_child(tree, "again", 0, 0);
    ck_assert_uint_eq(cprof_tree_count(tree), 2);
    cprof_tree_free(tree);
    cprof_tree_free(NULL);
}
END_TEST

START_TEST(test_copy)
{
    struct cprof_tree *tree = cprof_tree_new("main", 100, 10);
    struct cprof_tree *deep =
        cprof_tree_add_child(cprof_tree_add_child(tree, "a", 1, 1), "b", 2, 2);
    cprof_tree_add_child(deep, "c", 3, 3);
    cprof_tree_add_child(tree, "d", 4, 4);
    struct cprof_tree *copy = cprof_tree_copy(tree);
    const struct cprof_tree *left = tree, *right = copy;
    while (left && right) {
        ck_assert_str_eq(cprof_tree_facts(left).name, cprof_tree_facts(right).name);
        ck_assert_uint_eq(cprof_tree_facts(left).self_ns, cprof_tree_facts(right).self_ns);
        left = cprof_tree_next(tree, left);
        right = cprof_tree_next(copy, right);
    }
    ck_assert_ptr_eq(left, right); /* NULL both */
    ck_assert_uint_eq(cprof_tree_max_depth(copy), 4);
    cprof_tree_free(tree);
    cprof_tree_free(copy);
}
END_TEST

START_TEST(test_picture)
{
    struct cprof_tree *tree = cprof_tree_new("main", 1000, 100);
    struct cprof_tree *child = cprof_tree_add_child(tree, "a<b>&\"\xff", 750, 750);
    struct text text = picture_of(tree);
    ck_assert_ptr_nonnull(strstr(text.ptr, "<svg"));
    ck_assert_ptr_nonnull(strstr(text.ptr, "a&lt;b&gt;&amp;&quot;"));
    ck_assert_ptr_null(strstr(text.ptr, "a<b>"));
    ck_assert_ptr_nonnull(strstr(text.ptr, "width=\"75.0000%\""));
    ck_assert_ptr_nonnull(strstr(text.ptr, ">main</text>"));
    free(text.ptr);
    cprof_tree_add_child(child, "more than its caller", 2000, 0); /* counts all the same */
    text = picture_of(tree);
    ck_assert_ptr_nonnull(strstr(text.ptr, "more than its caller"));
    ck_assert_ptr_nonnull(strstr(text.ptr, " 2.85 "));
    free(text.ptr);
    struct cprof_sink sink = {.write = refuse};
    struct cprof_error error = {.text = ""};
    ck_assert_int_eq(cprof_flamegraph_svg(tree, NULL, &sink, &error), CPROF_OUTPUT);
    ck_assert_int_ne(error.text[0], '\0');
    cprof_tree_free(tree);
}
END_TEST

START_TEST(test_small_pictures)
{
    struct text text = picture_of(NULL);
    ck_assert_ptr_nonnull(strstr(text.ptr, "[empty]"));
    free(text.ptr);
    struct cprof_tree *tree = cprof_tree_new("", 0, 0);
    text = picture_of(tree);
    ck_assert_ptr_nonnull(strstr(text.ptr, "</svg>"));
    free(text.ptr);
    cprof_tree_free(tree);
}
END_TEST

START_TEST(test_huge)
{
    struct cprof_tree *tree = cprof_tree_new("root", UINT64_MAX, 0), *at = tree;
    for (int level = 0; level < 200000; level++)
        at = cprof_tree_add_child(at, "level", UINT64_MAX, level % 2);
    for (int idx = 0; idx < 100000; idx++)
        cprof_tree_add_child(tree, "wide", 1, 1);
    ck_assert_uint_eq(cprof_tree_max_depth(tree), 200001);
    struct text text = picture_of(tree);
    ck_assert_uint_lt(text.len, 4000000);
    free(text.ptr);
    struct cprof_tree *copy = cprof_tree_copy(tree);
    ck_assert_uint_eq(cprof_tree_count(copy), 300001);
    cprof_tree_free(copy);
    cprof_tree_free(tree);
}
END_TEST

START_TEST(test_colours)
{
    uint32_t colour = cprof_color_for_name("main");
    ck_assert_uint_eq(colour, cprof_color_for_name("main"));
    ck_assert_uint_le(colour, 0xffffff);
    ck_assert_uint_ne(colour, cprof_color_for_name("work"));
    ck_assert_uint_le(cprof_color_for_name(""), 0xffffff);
}
END_TEST

Suite *call_tree_suite(void);
Suite *call_tree_suite(void)
{
    Suite *suite = suite_create("call tree");
    TCase *group = tcase_create("call tree");
    tcase_add_test(group, test_depth);
    tcase_add_test(group, test_freeing_a_part);
    tcase_add_test(group, test_copy);
    tcase_add_test(group, test_picture);
    tcase_add_test(group, test_small_pictures);
    tcase_add_test(group, test_huge);
    tcase_add_test(group, test_colours);
    tcase_set_timeout(group, 30);
    suite_add_tcase(suite, group);
    return suite;
}
