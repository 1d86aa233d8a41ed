/* The analyzer: each rule finds its case, and is silent where evidence is thin. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

#define SECOND 1000000000u

static struct cprof_function function(const char *name, uint64_t self_ns, uint64_t calls)
{
    return (struct cprof_function){.name = name,
                                   .file = "f.c",
                                   .line = 7,
                                   .calls = calls,
                                   .total_ns = self_ns,
                                   .self_ns = self_ns,
                                   .max_depth = 1};
}

static struct cprof_hotspot hotspot(const char *location, uint64_t count, uint64_t size)
{
    return (struct cprof_hotspot){.function = location,
                                  .file = "",
                                  .kind = "",
                                  .count = count,
                                  .total_bytes = count * size,
                                  .average_size = size};
}

/* The issue of this rule and place, or NULL. */
static const struct cprof_issue *find(const struct cprof_analyzer *analyzer, enum cprof_rule rule,
                                      const char *place)
{
    size_t count;
    const struct cprof_issue *issues = cprof_analyzer_issues(analyzer, &count);
    for (size_t idx = 0; idx < count; idx++)
        if (issues[idx].rule == rule && strcmp(issues[idx].function, place) == 0)
            return &issues[idx];
    return NULL;
}

static double evidence(const struct cprof_issue *issue, const char *name)
{
    for (size_t idx = 0; idx < issue->evidence_count; idx++)
        if (strcmp(issue->evidence[idx].name, name) == 0)
            return issue->evidence[idx].value;
    ck_abort_msg("no evidence called %s", name);
}

static char *report(const struct cprof_analyzer *analyzer, struct text *text)
{
    struct cprof_sink sink = support_sink(text);
    struct cprof_style style = {.columns = 80, .unicode = true};
    ck_assert_int_eq(cprof_analyzer_report(analyzer, &style, &sink, NULL), CPROF_OK);
    return text->ptr;
}

static size_t count_of(const struct cprof_analyzer *analyzer)
{
    size_t count;
    cprof_analyzer_issues(analyzer, &count);
    return count;
}

START_TEST(test_empty)
{
    struct cprof_analyzer *analyzer = cprof_analyzer_new(NULL, 0, NULL, 0);
    struct text text;
    ck_assert_uint_eq(count_of(analyzer), 0);
    report(analyzer, &text);
    ck_assert_ptr_nonnull(strstr(text.ptr, "Performance Analysis"));
    ck_assert_ptr_nonnull(strstr(text.ptr, "No issues"));
    ck_assert_ptr_null(strstr(text.ptr, "Issues Found"));
    support_free(&text);
    struct cprof_sink sink = support_sink(&text);
    cprof_analyzer_json(analyzer, &sink, NULL);
    ck_assert_str_eq(text.ptr, "[]\n");
    support_free(&text);
    cprof_analyzer_free(analyzer);
    cprof_analyzer_free(NULL);
}
END_TEST

START_TEST(test_slow)
{
    struct cprof_function functions[] = {function("quick", SECOND, 3),
                                         function("slow", 10ull * SECOND, 1),
                                         function("nothing", SECOND / 100, 1)};
    struct cprof_hotspot place = hotspot("a.c:1", 10000, 100);
    struct cprof_analyzer *analyzer = cprof_analyzer_new(functions, 3, &place, 1);
    size_t count;
    const struct cprof_issue *issues = cprof_analyzer_issues(analyzer, &count);
    ck_assert_uint_eq(count, 3);
    ck_assert_str_eq(issues[0].function, "slow"); /* and first */
    ck_assert_str_eq(issues[0].category, "slow-function");
    ck_assert_int_eq(issues[0].severity, CPROF_SEVERITY_CRITICAL);
    ck_assert_uint_eq(issues[0].line, 7);
    ck_assert_double_eq_tol(issues[0].max_gain_percent, 100.0 * 10 / 11.01, 0.01);
    ck_assert_double_eq(evidence(&issues[0], "self_ns"), 1e10);
    ck_assert_ptr_null(find(analyzer, CPROF_RULE_SLOW_FUNCTION, "nothing"));
    ck_assert_int_eq(find(analyzer, CPROF_RULE_SLOW_FUNCTION, "quick")->severity,
                     CPROF_SEVERITY_LOW);
    struct text text;
    report(analyzer, &text);
    const char *critical = strstr(text.ptr, "\nCritical\n"), *low = strstr(text.ptr, "\nLow\n");
    ck_assert_ptr_nonnull(strstr(text.ptr, "Issues Found: 3"));
    ck_assert(critical && low && critical < low);
    ck_assert_ptr_nonnull(strstr(text.ptr, "      return bsearch(")); /* code */
    ck_assert_ptr_nonnull(strstr(text.ptr, "f.c:7"));
    support_free(&text);
    cprof_analyzer_free(analyzer);
}
END_TEST

/* Only totals are known: 10 s of a run are slow all the same. */
START_TEST(test_totals_only)
{
    struct cprof_function only = {.name = "slow", .total_ns = 10ull * SECOND, .calls = 1};
    struct cprof_analyzer *analyzer = cprof_analyzer_new(&only, 1, NULL, 0);
    const struct cprof_issue *issue = find(analyzer, CPROF_RULE_SLOW_FUNCTION, "slow");
    ck_assert_ptr_nonnull(issue);
    ck_assert_int_eq(issue->severity, CPROF_SEVERITY_CRITICAL);
    ck_assert_str_eq(issue->file, "");
    cprof_analyzer_free(analyzer);
}
END_TEST

START_TEST(test_severities)
{
    static const char *const names[] = {"half", "fifth", "tenth", "less", "least"};
    static const uint64_t parts[] = {52, 22, 12, 9, 5};
    struct cprof_function functions[5];
    for (size_t idx = 0; idx < 5; idx++)
        functions[idx] = function(names[idx], parts[idx] * SECOND / 100, 1);
    struct cprof_analyzer *analyzer = cprof_analyzer_new(functions, 5, NULL, 0);
    size_t count;
    const struct cprof_issue *issues = cprof_analyzer_issues(analyzer, &count);
    ck_assert_uint_eq(count, 5);
    for (size_t idx = 0; idx < 5; idx++) {
        ck_assert_str_eq(issues[idx].function, names[idx]);
        ck_assert_int_eq(issues[idx].severity, idx < 4 ? idx : CPROF_SEVERITY_LOW);
    }
    cprof_analyzer_free(analyzer);
}
END_TEST

/* A run of half a millisecond, a number that may be wrong by half, unknown times. */
START_TEST(test_thin_evidence)
{
    struct cprof_function thin = function("f", 500000, 1);
    struct cprof_analyzer *analyzer = cprof_analyzer_new(&thin, 1, NULL, 0);
    ck_assert_uint_eq(count_of(analyzer), 0);
    cprof_analyzer_free(analyzer);
    thin = function("f", SECOND, 1);
    thin.error_percent = 60;
    analyzer = cprof_analyzer_new(&thin, 1, NULL, 0);
    ck_assert_uint_eq(count_of(analyzer), 0);
    cprof_analyzer_free(analyzer);
    thin = function("f", CPROF_UNKNOWN, 1);
    analyzer = cprof_analyzer_new(&thin, 1, NULL, 0);
    ck_assert_uint_eq(count_of(analyzer), 0);
    cprof_analyzer_free(analyzer);
    struct cprof_hotspot places[] = {hotspot("few", 9999, 100), hotspot("small", 3, 1000000)};
    analyzer = cprof_analyzer_new(NULL, 0, places, 2);
    ck_assert_uint_eq(count_of(analyzer), 0);
    cprof_analyzer_free(analyzer);
}
END_TEST

START_TEST(test_hot_loop_by_hand)
{
    struct cprof_function functions[] = {function("often", SECOND, 1000000),
                                         function("main", SECOND, 1),
                                         function("seldom", SECOND, 99999)};
    struct cprof_analyzer *analyzer = cprof_analyzer_new(functions, 3, NULL, 0);
    const struct cprof_issue *issue = find(analyzer, CPROF_RULE_HOT_LOOP, "often");
    ck_assert_ptr_nonnull(issue);
    ck_assert_double_eq(evidence(issue, "average_ns"), 1000);
    ck_assert_ptr_null(find(analyzer, CPROF_RULE_HOT_LOOP, "main"));
    ck_assert_ptr_null(find(analyzer, CPROF_RULE_HOT_LOOP, "seldom"));
    cprof_analyzer_free(analyzer);
}
END_TEST

START_TEST(test_deep_stack)
{
    struct cprof_function functions[] = {function("main", SECOND, 1), function("deep", 1, 5)};
    functions[1].max_depth = 100;
    struct cprof_analyzer *analyzer = cprof_analyzer_new(functions, 2, NULL, 0);
    const struct cprof_issue *issue = find(analyzer, CPROF_RULE_DEEP_CALL_STACK, "deep");
    ck_assert_ptr_nonnull(issue);
    ck_assert_double_eq(evidence(issue, "max_depth"), 100);
    ck_assert(issue->max_gain_percent < 0);
    cprof_analyzer_free(analyzer);
    functions[1].max_depth = 63;
    analyzer = cprof_analyzer_new(functions, 2, NULL, 0);
    ck_assert_ptr_null(find(analyzer, CPROF_RULE_DEEP_CALL_STACK, "deep"));
    cprof_analyzer_free(analyzer);
}
END_TEST

/* No CPU statistics at all. */
START_TEST(test_frequent)
{
    struct cprof_hotspot place = hotspot("a.c:1", 10000, 100);
    struct cprof_analyzer *analyzer = cprof_analyzer_new(NULL, 0, &place, 1);
    ck_assert_uint_eq(count_of(analyzer), 1);
    const struct cprof_issue *issue = find(analyzer, CPROF_RULE_FREQUENT_ALLOCATION, "a.c:1");
    ck_assert_ptr_nonnull(issue);
    ck_assert_str_eq(issue->category, "frequent-allocation");
    ck_assert_double_eq(evidence(issue, "count"), 10000);
    ck_assert(issue->max_gain_percent < 0);
    cprof_analyzer_free(analyzer);
}
END_TEST

/* Where the allocating function was timed, that is what there is to gain. */
START_TEST(test_allocation_gain)
{
    struct cprof_function functions[] = {function("parse", 3ull * SECOND, 1),
                                         function("rest", SECOND, 1)};
    struct cprof_hotspot place = hotspot("parse", 20000, 100);
    place.file = "p.c";
    place.line = 12;
    struct cprof_analyzer *analyzer = cprof_analyzer_new(functions, 2, &place, 1);
    const struct cprof_issue *issue = find(analyzer, CPROF_RULE_FREQUENT_ALLOCATION, "parse");
    ck_assert_double_eq(issue->max_gain_percent, 75);
    ck_assert_uint_eq(issue->line, 12);
    ck_assert_int_eq(issue->severity, CPROF_SEVERITY_HIGH);
    cprof_analyzer_free(analyzer);
}
END_TEST

START_TEST(test_bytes)
{
    struct cprof_hotspot places[] = {hotspot("excessive", 1000, 400000),
                                     hotspot("large", 20, 2 << 20),
                                     hotspot("neither", 1000, 100000)};
    struct cprof_analyzer *analyzer = cprof_analyzer_new(NULL, 0, places, 3);
    ck_assert_ptr_nonnull(find(analyzer, CPROF_RULE_EXCESSIVE_ALLOCATION, "excessive"));
    ck_assert_ptr_null(find(analyzer, CPROF_RULE_EXCESSIVE_ALLOCATION, "large"));
    ck_assert_ptr_nonnull(find(analyzer, CPROF_RULE_LARGE_ALLOCATION, "large"));
    ck_assert_ptr_null(find(analyzer, CPROF_RULE_LARGE_ALLOCATION, "excessive"));
    ck_assert_uint_eq(count_of(analyzer), 2);
    cprof_analyzer_free(analyzer);
}
END_TEST

START_TEST(test_leak)
{
    struct cprof_hotspot places[] = {hotspot("leaks", 1000, 100), hotspot("frees", 1000, 100),
                                     hotspot("keeps one", 1, 50000), hotspot("few", 99, 1000)};
    places[0].current_count = 1000;
    places[0].current_bytes = 100000;
    places[1].current_count = 800; /* a cache: some were freed */
    places[1].current_bytes = 80000;
    places[2].current_count = 1;
    places[2].current_bytes = 50000;
    places[3].current_count = 99;
    places[3].current_bytes = 99000;
    struct cprof_analyzer *analyzer = cprof_analyzer_new(NULL, 0, places, 4);
    const struct cprof_issue *issue = find(analyzer, CPROF_RULE_MEMORY_LEAK, "leaks");
    ck_assert_uint_eq(count_of(analyzer), 1);
    ck_assert_double_eq(evidence(issue, "current_bytes"), 100000);
    ck_assert_ptr_nonnull(strstr(issue->description, "1,000 blocks"));
    cprof_analyzer_free(analyzer);
}
END_TEST

START_TEST(test_temporary_and_realloc)
{
    struct cprof_hotspot places[] = {hotspot("short", 20000, 10), hotspot("long", 50000, 10),
                                     hotspot("grows", 5000, 10)};
    places[0].temporary = 19000;
    places[1].temporary = 11000; /* not half of them */
    places[2].kind = "realloc";
    struct cprof_analyzer *analyzer = cprof_analyzer_new(NULL, 0, places, 3);
    ck_assert_ptr_nonnull(find(analyzer, CPROF_RULE_TEMPORARY_ALLOCATION, "short"));
    ck_assert_ptr_null(find(analyzer, CPROF_RULE_TEMPORARY_ALLOCATION, "long"));
    ck_assert_ptr_nonnull(find(analyzer, CPROF_RULE_REALLOC_GROWTH, "grows"));
    ck_assert_ptr_null(find(analyzer, CPROF_RULE_REALLOC_GROWTH, "short"));
    cprof_analyzer_free(analyzer);
}
END_TEST

START_TEST(test_hostile)
{
    static const char name[] = "a\033[31m\n\"\\\xff%s%n<b>";
    struct cprof_function functions[] = {
        function(name, UINT64_MAX - 1, UINT64_MAX - 1), function("", UINT64_MAX - 1, 0), {0}};
    struct cprof_hotspot places[] = {hotspot(name, UINT64_MAX, 1), {0}};
    places[0].current_count = places[0].current_bytes = places[0].temporary = UINT64_MAX - 1;
    places[1].kind = NULL;
    struct cprof_analyzer *analyzer = cprof_analyzer_new(functions, 3, places, 2);
    struct text text;
    ck_assert_ptr_null(strchr(report(analyzer, &text), '\033'));
    support_free(&text);
    struct cprof_sink sink = support_sink(&text);
    ck_assert_int_eq(cprof_analyzer_json(analyzer, &sink, NULL), CPROF_OK);
    json_error_t trouble;
    json_t *root = json_loads(text.ptr, 0, &trouble);
    ck_assert_msg(root != NULL, "%s", trouble.text);
    json_decref(root);
    support_free(&text);
    cprof_analyzer_free(analyzer);
}
END_TEST

START_TEST(test_huge)
{
    size_t count = 200000;
    struct cprof_function *functions = calloc(count, sizeof *functions);
    for (size_t idx = 0; idx < count; idx++)
        functions[idx] = function("f", SECOND, 1);
    struct cprof_analyzer *analyzer = cprof_analyzer_new(functions, count, NULL, 0);
    ck_assert_uint_eq(count_of(analyzer), 0); /* none stands out */
    cprof_analyzer_free(analyzer);
    free(functions);
}
END_TEST

/* ---- Of a profile --------------------------------------------------------- */

/* main calls often from line 5 in two loops, and seldom from none. */
static struct fabricate *fabricated(void)
{
    struct fabricate *made = fabricate_new();
    uint32_t main_site = fabricate_site(made, "main", "m.c", 1);
    uint32_t often = fabricate_site(made, "often", "o.c", 2);
    uint32_t seldom = fabricate_site(made, "seldom", "m.c", 3);
    fabricate_call(made, main_site, "often", "m.c", 4, 1);
    fabricate_call(made, main_site, "often", "m.c", 5, 2);
    fabricate_call(made, main_site, "seldom", "m.c", 6, 0);
    fabricate_call(made, main_site, "libc_function", "m.c", 7, 3);
    uint32_t top = fabricate_node(made, fabricate_thread(made), main_site, 1, SECOND);
    fabricate_node(made, top, often, 2000000, SECOND / 25);
    fabricate_node(made, top, often, 0, 0);
    fabricate_node(made, top, seldom, 2000000, SECOND);
    return made;
}

/* sort calls compare through libc, so no record says from where: a hundred times a call of
 * its own are a loop, fewer are not.  A call from a block is the function's. */
START_TEST(test_calls_without_place)
{
    for (uint64_t callers = 2000; callers <= 20001; callers += 18001) {
        struct fabricate *made = fabricate_new();
        uint32_t main_site = fabricate_site(made, "main", "m.c", 1);
        uint32_t sort = fabricate_site(made, "sort", "s.c", 7);
        uint32_t compare = fabricate_site(made, "compare", "s.c", 3);
        uint32_t block = fabricate_site(made, "block", "", 9), inner;
        fabricate_record(made, 3)->flags |= CPROF_SITE_SCOPE;
        fabricate_call(made, main_site, "sort", "m.c", 4, 1);
        uint32_t top = fabricate_node(made, fabricate_thread(made), main_site, 1, SECOND / 100);
        inner = fabricate_node(made, top, block, 1, 0);
        fabricate_at(made, inner)->flags |= CPROF_NODE_SCOPE;
        inner = fabricate_node(made, inner, sort, callers, SECOND / 100);
        fabricate_node(made, inner, compare, 2000000, SECOND);
        struct cprof_profile *profile = support_load(made);
        struct cprof_analyzer *analyzer = cprof_analyzer_of_profile(profile, NULL);
        const struct cprof_issue *issue = find(analyzer, CPROF_RULE_HOT_LOOP, "sort");
        if (callers == 2000) {
            ck_assert_ptr_nonnull(issue);
            ck_assert_uint_eq(issue->line, 7);
            ck_assert_str_eq(issue->file, "s.c");
            ck_assert_ptr_nonnull(strstr(issue->description, "as only a loop calls"));
            ck_assert_double_eq(evidence(issue, "calls_per_caller"), 1000);
        } else {
            ck_assert_ptr_null(issue);
        }
        ck_assert_ptr_null(find(analyzer, CPROF_RULE_HOT_LOOP, "block"));
        cprof_analyzer_free(analyzer);
        cprof_profile_free(profile);
    }
}
END_TEST

START_TEST(test_profile)
{
    struct cprof_profile *profile = support_load(fabricated());
    struct cprof_error error = {.text = ""};
    struct cprof_analyzer *analyzer = cprof_analyzer_of_profile(profile, &error);
    ck_assert_msg(analyzer != NULL, "%s", error.text);
    const struct cprof_issue *issue = find(analyzer, CPROF_RULE_SLOW_FUNCTION, "main");
    ck_assert_ptr_nonnull(issue);
    double share = issue->share_percent;
    ck_assert_ptr_null(find(analyzer, CPROF_RULE_HOT_LOOP, "main")); /* 2 % */
    cprof_analyzer_free(analyzer);
    cprof_profile_free(profile);

    /* Shares are of the program, time outside of functions included. */
    struct fabricate *outside = fabricated();
    fabricate_at(outside, 1)->u.call.self_ticks = 2 * SECOND + SECOND / 25; /* its root */
    profile = support_load(outside);
    analyzer = cprof_analyzer_of_profile(profile, NULL);
    issue = find(analyzer, CPROF_RULE_SLOW_FUNCTION, "main");
    ck_assert_double_eq_tol(issue->share_percent, share / 2, 0.1);
    cprof_analyzer_free(analyzer);
    cprof_profile_free(profile);

    struct fabricate *made = fabricated();
    fabricate_at(made, 3)->u.call.self_ticks = SECOND; /* often */
    fabricate_record(made, 1)->flags |= CPROF_SITE_LEAF;
    fabricate_record(made, 1)->statements = 4;
    profile = support_load(made);
    analyzer = cprof_analyzer_of_profile(profile, NULL);
    issue = find(analyzer, CPROF_RULE_HOT_LOOP, "main");
    ck_assert_ptr_nonnull(issue);
    ck_assert_str_eq(issue->file, "m.c");
    ck_assert_uint_eq(issue->line, 5);
    ck_assert_double_eq(evidence(issue, "loop_depth"), 2);
    ck_assert_double_eq(evidence(issue, "calls"), 2000000);
    ck_assert_double_eq_tol(issue->max_gain_percent, 100.0 / 3, 0.1);
    ck_assert_ptr_null(find(analyzer, CPROF_RULE_MISSED_INLINE, "often")); /* 500 ns a call */
    cprof_analyzer_free(analyzer);
    cprof_profile_free(profile);

    made = fabricated();
    fabricate_record(made, 1)->flags |= CPROF_SITE_LEAF;
    fabricate_record(made, 1)->statements = 4;
    fabricate_record(made, 2)->flags |= CPROF_SITE_LEAF; /* of main's own file */
    fabricate_record(made, 2)->statements = 4;
    fabricate_at(made, 3)->u.call.self_ticks = SECOND / 12;
    fabricate_at(made, 5)->u.call.self_ticks = SECOND / 15; /* seldom: as short */
    profile = support_load(made);
    analyzer = cprof_analyzer_of_profile(profile, NULL);
    issue = find(analyzer, CPROF_RULE_MISSED_INLINE, "often");
    ck_assert_ptr_nonnull(issue);
    ck_assert_double_eq(evidence(issue, "statements"), 4);
    ck_assert_ptr_null(find(analyzer, CPROF_RULE_MISSED_INLINE, "seldom"));
    cprof_analyzer_free(analyzer);
    cprof_profile_free(profile);
}
END_TEST

START_TEST(test_untimed_profile)
{
    struct fabricate *made = fabricated();
    fabricate_header(made)->mode = CPROF_MODE_COUNT;
    struct cprof_profile *profile = support_load(made);
    struct cprof_analyzer *analyzer = cprof_analyzer_of_profile(profile, NULL);
    ck_assert_uint_eq(count_of(analyzer), 0);
    cprof_analyzer_free(analyzer);
    cprof_profile_free(profile);
    profile = cprof_profile_new();
    analyzer = cprof_analyzer_of_profile(profile, NULL);
    ck_assert_uint_eq(count_of(analyzer), 0);
    cprof_analyzer_free(analyzer);
    cprof_profile_free(profile);
}
END_TEST

Suite *advice_suite(void);
Suite *advice_suite(void)
{
    Suite *suite = suite_create("advice");
    TCase *group = tcase_create("advice");
    tcase_add_test(group, test_empty);
    tcase_add_test(group, test_slow);
    tcase_add_test(group, test_totals_only);
    tcase_add_test(group, test_severities);
    tcase_add_test(group, test_thin_evidence);
    tcase_add_test(group, test_hot_loop_by_hand);
    tcase_add_test(group, test_calls_without_place);
    tcase_add_test(group, test_deep_stack);
    tcase_add_test(group, test_frequent);
    tcase_add_test(group, test_allocation_gain);
    tcase_add_test(group, test_bytes);
    tcase_add_test(group, test_leak);
    tcase_add_test(group, test_temporary_and_realloc);
    tcase_add_test(group, test_hostile);
    tcase_add_test(group, test_huge);
    tcase_add_test(group, test_profile);
    tcase_add_test(group, test_untimed_profile);
    suite_add_tcase(suite, group);
    return suite;
}
