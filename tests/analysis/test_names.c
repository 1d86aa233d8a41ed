/* Names as they are shown: what is left out of them, and in which order where
 * there is little room.
 */
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "support.h"

#define STRING "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >"

static const struct {
    const char *name, *label, *brief;
} cases[] = {
    {"main", "main", "main"},
    {"parse(" STRING " const&)", "parse(std::string const&)", "parse"},
    {"std::basic_ostream<char, std::char_traits<char> >& std::operator<< <int>(int)",
     "std::ostream& std::operator<< <int>(int)", "std::operator<<<>"},
    {"std::vector<int, std::allocator<int> >::push_back(int&&)",
     "std::vector<int>::push_back(int&&)", "std::vector<>::push_back"},
    {"f(std::map<int, " STRING ", std::less<int>, std::allocator<std::pair<int const, " STRING
     " > > >&)",
     "f(std::map<int, std::string>&)", "f"},
    /* Asked for, not a default. */
    {"sort<int*, std::less<int> >(int*, std::less<int>)",
     "sort<int*, std::less<int>>(int*, std::less<int>)", "sort<>"},
    {"make(int, std::allocator<int>)", "make(int, std::allocator<int>)", "make"},
    {"A::describe[abi:cxx11]() const", "A::describe() const", "A::describe"},
    {"Scene::area() const::{lambda(auto:1 const&)#1}::operator()(int) const",
     "Scene::area() const::{lambda(auto:1 const&)#1}::operator()(int) const",
     "Scene::area::{lambda}::operator()"},
    {"(anonymous namespace)::f(int)", "(anonymous namespace)::f(int)", "(anonymous namespace)::f"},
    {"void a::b<c>::operator()<d>(e)", "void a::b<c>::operator()<d>(e)", "a::b<>::operator()<>"},
    {"A::operator bool() const", "A::operator bool() const", "A::operator bool"},
    {"operator new(unsigned long)", "operator new(unsigned long)", "operator new"},
    {"a::operator\"\" _km(unsigned long long)", "a::operator\"\" _km(unsigned long long)",
     "a::operator\"\" _km"},
    {"A::operator->() const", "A::operator->() const", "A::operator->"},
    {"A::operator[](int)", "A::operator[](int)", "A::operator[]"},
    {"f<&A::operator- >(A)", "f<&A::operator- >(A)", "f<>"},
    {"unbalanced<int, std::allocator<int", "unbalanced<int, std::allocator<int", NULL},
    {"std::basic_", "std::basic_", "std::basic_"},
    {"<", "<", NULL},
    {"", "", NULL},
};

START_TEST(test_labels)
{
    for (size_t idx = 0; idx < sizeof cases / sizeof *cases; idx++) {
        char label[512], brief[512];
        names_label(cases[idx].name, label);
        ck_assert_str_eq(label, cases[idx].label);
        if (!names_brief(label, brief, sizeof brief))
            ck_assert_msg(!cases[idx].brief, "%s: nothing brief", label);
        else
            ck_assert_pstr_eq(cases[idx].brief, brief);
    }
}
END_TEST

/* What a compiler copied is still the function, what it split off is not. */
START_TEST(test_origins)
{
    static const char *const pairs[][2] = {
        {"f.constprop.0", "f"},         {"f.isra.0.part.0", "f.part.0"}, {"f.llvm.8126", "f"},
        {"f.__uniq.99.cold", "f.cold"}, {"f.specialized.1", "f"},        {"f.resume", "f.resume"},
        {".f.constprop.12", ".f"},
    };
    char origin[64];
    for (size_t idx = 0; idx < sizeof pairs / sizeof *pairs; idx++) {
        names_origin(pairs[idx][0], strlen(pairs[idx][0]), origin);
        ck_assert_str_eq(origin, pairs[idx][1]);
    }
}
END_TEST

/* What is inlined is known by the name that stands in the source. */
START_TEST(test_bare)
{
    static const char *const pairs[][2] = {
        {"f", "f"},
        {"f.part.0", "f"},
        {".f.cold", ".f"},
        {"ns::Box<int>::put(int, a::b) const", "put"},
        {"void work<int, a::b>(int) [clone .part.0]", "work"},
        {"std::ostream& operator<< <int>(std::ostream&, int)", "operator<<"},
        {"Box<a::b>::~Box()", "~Box"},
        {"(anonymous namespace)::inner(int)", "inner"},
    };
    char bare[64];
    for (size_t idx = 0; idx < sizeof pairs / sizeof *pairs; idx++) {
        ck_assert(names_bare(pairs[idx][0], bare, sizeof bare));
        ck_assert_str_eq(bare, pairs[idx][1]);
    }
    ck_assert(!names_bare("", bare, sizeof bare));
    ck_assert(!names_bare("a::", bare, sizeof bare));
}
END_TEST

/* Templates make names beyond libiberty's own limit; without end it goes nowhere. */
START_TEST(test_long_names)
{
    static char name[8 << 20];
    strcpy(name, "_Z1fIJ");
    for (int idx = 0; idx < 100; idx++)
        strcat(name, "32a_name_that_takes_many_bytes____");
    strcat(name, "EEvv");
    char *display = names_display(name);
    ck_assert_msg(strncmp(display, "void f<a_name_that", 18) == 0, "%.40s", display);
    free(display);
    strcpy(name, "_Z1f");
    memset(name + 4, 'P', sizeof name - 6);
    strcpy(name + sizeof name - 2, "i");
    display = names_display(name);
    ck_assert_str_eq(display, name);
    free(display);
}
END_TEST

START_TEST(test_brief_room)
{
    char brief[8];
    ck_assert(names_brief("f123456(int)", brief, sizeof brief));
    ck_assert(!names_brief("f1234567(int)", brief, sizeof brief));
}
END_TEST

/* Long names of nothing but openings must not take long. */
START_TEST(test_hostile_names)
{
    size_t len = 60000;
    char *name = malloc(len + 1), *label = malloc(len + 1), brief[512];
    static const char *const parts[] = {"a<", ", std::allocator<", ", std::less<a>", "operator<",
                                        "> >"};
    for (size_t part = 0; part < sizeof parts / sizeof *parts; part++) {
        for (size_t idx = 0; idx < len; idx++)
            name[idx] = parts[part][idx % strlen(parts[part])];
        memcpy(name, "a<", 2);
        name[len] = '\0';
        names_label(name, label);
        ck_assert_uint_le(strlen(label), len);
        names_brief(label, brief, sizeof brief);
    }
    free(name);
    free(label);
}
END_TEST

/* On a page of limited width files lose the folder that all have in common. */
START_TEST(test_common_folder)
{
    struct fabricate *made = fabricate_new();
    uint32_t root = fabricate_thread(made);
    const char *files[] = {"/home/me/app/src/a.c", "/home/me/app/src/sub/b.c",
                           "/home/me/app/srt/c.c", "/usr/include/d.h", "relative/e.c"};
    const char *shown[] = {"  src/a.c:0", "  src/sub/b.c:1", "  srt/c.c:2", "  /usr/include/d.h:3",
                           "  relative/e.c:4"};
    for (uint32_t idx = 0; idx < 5; idx++)
        fabricate_node(made, root, fabricate_site(made, "f", files[idx], idx), 1, 10);
    struct cprof_profile *profile = support_load(made);
    for (unsigned columns = 0; columns <= 120; columns += 120) {
        struct text text;
        struct cprof_sink sink = support_sink(&text);
        struct cprof_report_options options = {.style = {.columns = columns}};
        ck_assert_int_eq(cprof_report_text(profile, &options, &sink, NULL), CPROF_OK);
        for (size_t idx = 0; columns && idx < 5; idx++)
            ck_assert_msg(strstr(text.ptr, shown[idx]), "no %s in %s", shown[idx], text.ptr);
        if (columns == 0)
            ck_assert_ptr_nonnull(strstr(text.ptr, "  /home/me/app/src/sub/b.c:1"));
        support_free(&text);
    }
    cprof_profile_free(profile);
}
END_TEST

Suite *names_suite(void);
Suite *names_suite(void)
{
    Suite *suite = suite_create("names");
    TCase *group = tcase_create("names");
    tcase_add_test(group, test_labels);
    tcase_add_test(group, test_origins);
    tcase_add_test(group, test_bare);
    tcase_add_test(group, test_long_names);
    tcase_add_test(group, test_brief_room);
    tcase_add_test(group, test_hostile_names);
    tcase_add_test(group, test_common_folder);
    suite_add_tcase(suite, group);
    return suite;
}
