/* What the rules decide: precedence, spellings of names, list files, options.
 *
 * Speaks to policy.h alone, as the plugins do, so that a rewrite of the room
 * keeps these tests.  Run by ctest; needs no compiler and no profile.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "allocation.h"
#include "policy.h"

static struct cprof_policy *policy;
static char message[1024];
static char list_path[40];

static void set_up(void)
{
    policy = cprof_policy_new();
    ck_assert_ptr_nonnull(policy);
    message[0] = '\0';
}

static void tear_down(void)
{
    cprof_policy_free(policy);
}

static bool set(const char *key, const char *value)
{
    return cprof_policy_option(policy, key, value, message, sizeof message);
}

/* The file is gone when this returns, so that a test that fails leaves none. */
static bool set_list(const char *key, const char *lines, size_t len)
{
    snprintf(list_path, sizeof list_path, "/tmp/cprof-list-XXXXXX");
    int descriptor = mkstemp(list_path);
    ck_assert_int_ge(descriptor, 0);
    bool written = write(descriptor, lines, len) == (ssize_t)len && close(descriptor) == 0;
    bool accepted = set(key, list_path);
    unlink(list_path);
    ck_assert(written);
    return accepted;
}

static void deny(const char *lines)
{
    ck_assert_msg(set_list("denylist", lines, strlen(lines)), "%s", message);
}

static void allow(const char *lines)
{
    ck_assert_msg(set_list("allowlist", lines, strlen(lines)), "%s", message);
}

static enum cprof_reason decide(const char *assembler_name, const char *readable_name)
{
    struct cprof_function_facts facts = {
        .assembler_name = assembler_name,
        .readable_name = readable_name,
        .file = "/home/you/project/src/lexer.c",
        .line = 7,
        .line_count = 12,
    };
    return cprof_policy_decide(policy, &facts);
}

/* Asks a fresh policy whether one denylist line names one function. */
static bool names(const char *line, const char *assembler_name, const char *readable_name)
{
    cprof_policy_free(policy);
    policy = cprof_policy_new();
    deny(line);
    return decide(assembler_name, readable_name) == CPROF_REASON_DENYLIST;
}

/* ---- precedence ---- */

START_TEST(every_function_is_in_by_default)
{
    ck_assert_int_eq(decide("work", "work"), CPROF_REASON_DEFAULT);
    ck_assert(cprof_reason_is_in(CPROF_REASON_DEFAULT));
}
END_TEST

/* Everything speaks for or against one function; what wins is taken away, and
 * the next in the order wins. */
START_TEST(the_order_of_the_rules)
{
    struct cprof_function_facts facts = {
        .assembler_name = "work",
        .line_count = 2,
        .attribute_profile = true,
        .attribute_no_profile = true,
        .attribute_no_instrument = true,
        .naked = true,
        .thunk = true,
        .static_init = true,
        .ifunc_resolver = true,
        .interrupt = true,
        .returns_twice_body = true,
    };
    const struct {
        bool *fact;
        enum cprof_reason reason;
    } order[] = {
        {&facts.naked, CPROF_REASON_NAKED},
        {&facts.thunk, CPROF_REASON_THUNK},
        {&facts.static_init, CPROF_REASON_STATIC_INIT},
        {&facts.ifunc_resolver, CPROF_REASON_IFUNC_RESOLVER},
        {&facts.interrupt, CPROF_REASON_INTERRUPT},
        {&facts.returns_twice_body, CPROF_REASON_RETURNS_TWICE_BODY},
        {&facts.attribute_profile, CPROF_REASON_ATTRIBUTE_PROFILE},
        {&facts.attribute_no_profile, CPROF_REASON_ATTRIBUTE_NO_PROFILE},
        {&facts.attribute_no_instrument, CPROF_REASON_ATTRIBUTE_NO_INSTRUMENT},
    };
    deny("work\n");
    allow("work\n");
    ck_assert(set("only", "attribute"));
    ck_assert(set("min-size", "3"));
    for (size_t idx = 0; idx < sizeof order / sizeof *order; idx++) {
        ck_assert_int_eq(cprof_policy_decide(policy, &facts), order[idx].reason);
        *order[idx].fact = false;
    }
    ck_assert_int_eq(cprof_policy_decide(policy, &facts), CPROF_REASON_DENYLIST);
}
END_TEST

START_TEST(an_allowlist_beats_only_and_size)
{
    allow("work\n");
    ck_assert(set("only", "attribute"));
    ck_assert(set("min-size", "100"));
    ck_assert_int_eq(decide("work", NULL), CPROF_REASON_ALLOWLIST);
    ck_assert_int_eq(decide("other", NULL), CPROF_REASON_NOT_ON_ALLOWLIST);
}
END_TEST

START_TEST(an_empty_allowlist_leaves_all_out)
{
    allow("# nothing yet\n");
    ck_assert_int_eq(decide("work", NULL), CPROF_REASON_NOT_ON_ALLOWLIST);
}
END_TEST

START_TEST(only_attribute)
{
    ck_assert(set("only", "attribute"));
    ck_assert(set("min-size", "100"));
    ck_assert_int_eq(decide("work", NULL), CPROF_REASON_ONLY_ATTRIBUTE);
    ck_assert(set("only", "all"));
    ck_assert_int_eq(decide("work", NULL), CPROF_REASON_MIN_SIZE);
}
END_TEST

START_TEST(min_size_counts_lines_and_keeps_the_unknown)
{
    struct cprof_function_facts facts = {.assembler_name = "work", .line_count = 12};
    ck_assert(set("min-size", "12"));
    ck_assert_int_eq(cprof_policy_decide(policy, &facts), CPROF_REASON_DEFAULT);
    ck_assert(set("min-size", "13"));
    ck_assert_int_eq(cprof_policy_decide(policy, &facts), CPROF_REASON_MIN_SIZE);
    facts.line_count = 0;
    ck_assert_int_eq(cprof_policy_decide(policy, &facts), CPROF_REASON_DEFAULT);
}
END_TEST

START_TEST(every_reason_has_words)
{
    for (int reason = 0; reason < CPROF_REASON_COUNT; reason++)
        ck_assert_uint_gt(strlen(cprof_reason_words((enum cprof_reason)reason)), 5);
    ck_assert(!cprof_reason_is_in(CPROF_REASON_DENYLIST));
    ck_assert(cprof_reason_is_in(CPROF_REASON_ALLOWLIST));
    ck_assert(!cprof_reason_is_in((enum cprof_reason)9999));
}
END_TEST

/* ---- names ---- */

static const struct {
    const char *line;
    const char *assembler_name;
    const char *readable_name;
    bool named;
} spellings[] = {
    {"work", "work", "work", true},
    {"work", "worker", "worker", false},
    {"fun:work", "work", "work", true},
    {"fun:w*", "work", "work", true},
    {"fun:w?rk", "work", "work", true},
    {"fun:w[aeo]rk", "work", "work", true},
    {"fun:w[!aeo]rk", "work", "work", false},
    {"fun:w[a-n]rk", "work", "work", false},
    {"fun:w[m-p]rk", "work", "work", true},
    {"fun:w[]o]rk", "work", "work", true},
    {"fun:w[o-]rk", "work", "work", true},
    {"fun:w\\?rk", "work", "work", false},
    {"fun:w\\?rk", "w?rk", NULL, true},
    {"fun:*", "work", NULL, true},
    {"fun:*ork*", "work", NULL, true},
    {"fun:a*b*c", "aXbXbXc", NULL, true},
    {"fun:a*b*c", "aXbXbXd", NULL, false},
    {"w*", "work", "work", false},
    {"work", "work.constprop.0", "work", true},
    {"work", "work.isra.0.cold", NULL, true},
    {"work", "work.llvm.1234567", NULL, true},
    {"work.cold", "work.cold", NULL, true},
    {"work.cold", "work.part.0", NULL, false},
    {"work", "by_another_name", "work", true},
    {"::work", "by_another_name", "work", true},
    {"by_another_name", "by_another_name", "work", true},
    {"work", "_Z4playi", "work", false}, /* a mangled name tells more */
    {"work # with a reason", "work", NULL, true},
    {"  work  ", "work", NULL, true},
    {"work", "", "", false},
    {"work", NULL, NULL, false},
    {"fun:*", "x", "broken(<(", true},
    {"fun:*", "_Zbroken", NULL, true},
    {"_Zbroken", "_Zbroken", NULL, true},
};

START_TEST(spellings_of_a_name)
{
    const char *readable_name = spellings[_i].readable_name;
    ck_assert_msg(names(spellings[_i].line, spellings[_i].assembler_name, readable_name) ==
                      spellings[_i].named,
                  "'%s' on '%s'", spellings[_i].line,
                  readable_name != NULL ? readable_name : "no readable name");
}
END_TEST

/* Names as GCC 12 and Clang 19 mangle them; `clang` only where they differ. */
static const struct {
    const char *line;
    const char *gcc;
    const char *clang;
    bool named;
} mangled[] = {
    /* ns::Box::put(int) */
    {"_ZN2ns3Box3putEi", "_ZN2ns3Box3putEi", NULL, true},
    {"ns::Box::put(int)", "_ZN2ns3Box3putEi", NULL, true},
    {"ns::Box::put", "_ZN2ns3Box3putEi", NULL, true},
    {"Box::put", "_ZN2ns3Box3putEi", NULL, true},
    {"put", "_ZN2ns3Box3putEi", NULL, true},
    {"put(int)", "_ZN2ns3Box3putEi", NULL, true},
    {"ox::put", "_ZN2ns3Box3putEi", NULL, false},
    {"put(long)", "_ZN2ns3Box3putEi", NULL, false},
    {"ns::Box", "_ZN2ns3Box3putEi", NULL, false},
    {"::put", "_ZN2ns3Box3putEi", NULL, false},
    {"::put", "_Z3puti", NULL, true},
    {"::ns::Box::put", "_ZN2ns3Box3putEi", NULL, true},
    {"fun:ns::*", "_ZN2ns3Box3putEi", NULL, true},
    {"fun:ns::B*t(int)", "_ZN2ns3Box3putEi", NULL, true},
    /* ns::Box::put(int) const */
    {"fun:*::put(*)", "_ZNK2ns3Box3putEi", NULL, false},
    {"fun:*::put(*) const", "_ZNK2ns3Box3putEi", NULL, true},
    {"put", "_ZNK2ns3Box3putEi", NULL, true},
    /* char ns::Box<int>::get<char>(char), and its copy */
    {"ns::Box::get", "_ZN2ns3BoxIiE3getIcEET_S3_", NULL, true},
    {"ns::Box<int>::get<char>", "_ZN2ns3BoxIiE3getIcEET_S3_", NULL, true},
    {"ns::Box<int>::get<char>(char)", "_ZN2ns3BoxIiE3getIcEET_S3_", NULL, true},
    {"Box::get(char)", "_ZN2ns3BoxIiE3getIcEET_S3_", NULL, true},
    {"Box<int>::get", "_ZN2ns3BoxIiE3getIcEET_S3_", NULL, false},
    {"Box<long>::get<char>", "_ZN2ns3BoxIiE3getIcEET_S3_", NULL, false},
    {"Box<>::get<>", "_ZN2ns3BoxIiE3getIcEET_S3_", NULL, true},
    {"char ns::Box<int>::get<char>(char)", "_ZN2ns3BoxIiE3getIcEET_S3_", NULL, true},
    {"fun:char ns::*", "_ZN2ns3BoxIiE3getIcEET_S3_", NULL, true},
    {"fun:* get", "_ZN2ns3BoxIiE3getIcEET_S3_", NULL, false},
    {"char", "_ZN2ns3BoxIiE3getIcEET_S3_", NULL, false},
    {"get", "_ZN2ns3BoxIiE3getIcEET_S3_.constprop.0.cold", NULL, true},
    {"get<char>(char)", "_ZN2ns3BoxIiE3getIcEET_S3_.constprop.0.cold", NULL, true},
    /* decltype ({parm#1}+(1)) dec<int>(int), void (*ns::fp<int>(int))(char) */
    {"dec", "_Z3decIiEDTplfp_Li1EET_", NULL, true},
    {"dec<int>(int)", "_Z3decIiEDTplfp_Li1EET_", NULL, true},
    {"::ns::fp", "_ZN2ns2fpIiEEPFvcET_", NULL, true},
    {"fp<int>(int)", "_ZN2ns2fpIiEEPFvcET_", NULL, true},
    /* ns::put(ns::Arg::at), ns::put(void (*)(int)), void ns::pack<>() */
    {"Arg::at", "_ZN2ns3putENS_3Arg2atE", NULL, false},
    {"ns::put", "_ZN2ns3putEPFviE", NULL, true},
    {"put(void (*)(int))", "_ZN2ns3putEPFviE", NULL, true},
    {"put(void(*)(int))", "_ZN2ns3putEPFviE", NULL, true},
    {"fun:put(void (*)(*))", "_ZN2ns3putEPFviE", NULL, true},
    {"pack<>()", "_ZN2ns4packIJEEEvDpT_", NULL, true},
    {"ns::pack", "_ZN2ns4packIJicdEEEvDpT_", NULL, true},
    {"pack<int,char,double>", "_ZN2ns4packIJicdEEEvDpT_", NULL, true},
    {"fun:ns::pack<int, *>", "_ZN2ns4packIJicdEEEvDpT_", NULL, true},
    /* ns::tagged[abi:zz]() */
    {"ns::tagged", "_ZN2ns6taggedB2zzEv", NULL, true},
    {"ns::tagged()", "_ZN2ns6taggedB2zzEv", NULL, true},
    {"tagged[abi:zz](void)", "_ZN2ns6taggedB2zzEv", NULL, true},
    {"fun:tagged[abi:zz]*", "_ZN2ns6taggedB2zzEv", NULL, true},
    /* constructors, destructors, operators */
    {"ns::W::W", "_ZN2ns1WC1Ev", "_ZN2ns1WC2Ev", true},
    {"W::~W()", "_ZN2ns1WD0Ev", NULL, true},
    {"W::W", "_ZN2ns1WD0Ev", NULL, false},
    {"Box::~Box", "_ZN2ns3BoxIiED2Ev", NULL, true},
    {"fun:*::~*", "_ZN2ns3BoxIiED2Ev", NULL, true},
    {"Box::operator<", "_ZNK2ns3BoxltERKS0_", NULL, true},
    {"Box::operator <", "_ZNK2ns3BoxltERKS0_", NULL, true},
    {"operator<(const Box &) const", "_ZNK3BoxltERKS_", NULL, true},
    {"Box::operator<<", "_ZNK2ns3BoxltERKS0_", NULL, false},
    {"Box::operator<<", "_ZNK2ns3BoxIiElsIiEEbT_", NULL, true},
    {"Box::operator<", "_ZNK2ns3BoxIiElsIiEEbT_", NULL, false},
    {"operator<< <int>", "_ZNK2ns3BoxIiElsIiEEbT_", NULL, true},
    {"operator<<<int>(int) const", "_ZNK2ns3BoxIiElsIiEEbT_", NULL, true},
    {"Box<>::operator<<<>", "_ZNK2ns3BoxIiElsIiEEbT_", NULL, true},
    {"Box<>::operator<<>", "_ZNK2ns3BoxIiElsIiEEbT_", NULL, false},
    {"Box<>::operator<<>", "_ZNK2ns3BoxIiEltIiEEbT_", NULL, true},
    {"work::{lambda}::operator()<>", "_ZZ4workiENKUlT_E2_clIcEEDaS_", "_ZZ4workiENK3$_0clIcEEDaT_",
     true},
    {"Box::operator std::vector<int>", "_ZNK2ns3BoxIiEcvSt6vectorIiSaIiEEEv", NULL, true},
    {"Box<>::operator std::string",
     "_ZNK2ns3BoxIiEcvNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEEEv", NULL, true},
    {"Box::operator->", "_ZN2ns3BoxIiEptEv", NULL, true},
    {"Box::operator[]", "_ZN2ns3BoxIiEixEi", NULL, true},
    {"fun:Box::operator[]", "_ZN2ns3BoxIiEixEi", NULL, true},
    {"Box::operator()", "_ZN2ns3BoxIiEclEi", NULL, true},
    {"operator()(int)", "_ZN2ns3BoxIiEclEi", NULL, true},
    {"Box::operator=", "_ZN2ns3BoxIiEaSERKS1_", NULL, true},
    {"operator=(ns::Box<int> const&)", "_ZN2ns3BoxIiEaSERKS1_", NULL, true},
    {"operator=(const ns::Box<int> &)", "_ZN2ns3BoxIiEaSERKS1_", NULL, true},
    {"fun:Box::operator=(const ns::Box<*> &)", "_ZN2ns3BoxIiEaSERKS1_", NULL, true},
    {"Box::operator bool", "_ZNK2ns3BoxIiEcvbEv", NULL, true},
    {"bool", "_ZNK2ns3BoxIiEcvbEv", NULL, false},
    {"Box::operator std::string",
     "_ZNK3BoxcvNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEEEv", NULL, true},
    {"basic_string", "_ZNK3BoxcvNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEEEv", NULL,
     false},
    {"C::operator void (*)(int)", "_ZN2ns1CcvPFviEEv", NULL, true},
    {"C::operator const char *", "_ZN1CcvPKcEv", NULL, true},
    {"operator new", "_Znwm", NULL, true},
    {"operator new(unsigned long)", "_Znwm", NULL, true},
    {"new", "_Znwm", NULL, false},
    {"operator\"\" _km", "_ZN2nsli3_kmEy", NULL, true},
    {"ns::operator\"\"_km", "_ZN2nsli3_kmEy", NULL, true},
    {"operator_like", "_ZN2ns13operator_likeEi", NULL, true},
    {"my_operator", "_ZN2ns11my_operatorIiEEvi", NULL, true},
    /* anonymous namespaces and unnamed types */
    {"anon", "_ZN12_GLOBAL__N_14anonEi", NULL, true},
    {"(anonymous namespace)::anon", "_ZN12_GLOBAL__N_14anonEi", NULL, true},
    {"{anonymous}::anon(int)", "_ZN12_GLOBAL__N_14anonEi", NULL, true},
    {"<unnamed>::anon", "_ZN12_GLOBAL__N_14anonEi", NULL, true},
    {"fun:(anonymous namespace)::*", "_ZN12_GLOBAL__N_14anonEi", NULL, true},
    {"::anon", "_ZN12_GLOBAL__N_14anonEi", NULL, false},
    {"{unnamed}::um", "_ZN9._anon_802umEv", "_ZN3$_02umEv", true},
    {"um()", "_ZN9._anon_802umEv", "_ZN3$_02umEv", true},
    /* lambdas: work(int)'s, one in it, one handed on, a generic one, an inline
     * function's, which both compilers number */
    {"operator()", "_ZZ4workiENKUliE_clEi", "_ZZ4workiENK3$_1clEi", true},
    {"fun:work(int)::*", "_ZZ4workiENKUliE_clEi", "_ZZ4workiENK3$_1clEi", true},
    {"fun:work(*)::{lambda*", "_ZZ4workiENKUliE_clEi", "_ZZ4workiENK3$_1clEi", true},
    {"work", "_ZZ4workiENKUliE_clEi", "_ZZ4workiENK3$_1clEi", false},
    {"work(int)::{lambda}::operator()", "_ZZ4workiENKUliE_clEi", "_ZZ4workiENK3$_1clEi", true},
    {"{lambda}::operator()(int) const", "_ZZ4workiENKUliE_clEi", "_ZZ4workiENK3$_1clEi", true},
    {"{lambda}::operator()(char) const", "_ZZ4workiENKUliE_clEi", "_ZZ4workiENK3$_1clEi", false},
    {"work(int)::<lambda(int)>::operator()", "_ZZ4workiENKUliE_clEi", "_ZZ4workiENK3$_1clEi", true},
    {"work(int)::{lambda}::operator()", "_ZZ4workiENKUlT_E2_clIcEEDaS_",
     "_ZZ4workiENK3$_0clIcEEDaT_", true},
    {"fun:work(int)::{lambda}::operator()() const::{lambda}::*",
     "_ZZZ4workiENKUlvE1_clEvENKUlcE_clEc", "_ZZZ4workiENK3$_3clEvENKUlcE_clEc", true},
    {"call<work(int)::{lambda}>", "_Z4callIZ4workiEUliE_EvT_", "_Z4callIZ4workiE3$_1EvT_", true},
    {"outer()::{lambda(int)#2}::operator()", "_ZZ5outervENKUliE0_clEi", NULL, true},
    {"outer()::{lambda(int)#1}::operator()", "_ZZ5outervENKUliE0_clEi", NULL, false},
    {"outer()::'lambda0'(int)::operator()", "_ZZ5outervENKUliE0_clEi", NULL, true},
    {"outer()::'lambda'(int)::operator()", "_ZZ5outervENKUliE0_clEi", NULL, false},
    {"outer()::{lambda}::operator()", "_ZZ5outervENKUliE0_clEi", NULL, true},
    {"work::{lambda}::operator()", "_ZZ4workiENKUliE_clEi", "_ZZ4workiENK3$_1clEi", true},
    {"::work::{lambda}::operator()::{lambda}::operator()", "_ZZZ4workiENKUlvE1_clEvENKUlcE_clEc",
     "_ZZZ4workiENK3$_3clEvENKUlcE_clEc", true},
    {"fun:work::*", "_ZZ4workiENKUliE_clEi", "_ZZ4workiENK3$_1clEi", true},
    /* a local class, an inline namespace */
    {"work(int)::Local::lm", "_ZZ4workiEN5Local2lmEv", NULL, true},
    {"work::Local::lm", "_ZZ4workiEN5Local2lmEv", NULL, true},
    {"Box::get::Local::lm", "_ZZN2ns3BoxIiE3getIcEET_S3_EN5Local2lmEv", NULL, true},
    {"Local::lm", "_ZZ4workiEN5Local2lmEv", NULL, true},
    {"ns::v1::inl", "_ZN2ns2v13inlEv", NULL, true},
    /* a coroutine's body */
    {"ns::co", "_ZN2ns2coEPZNS_2coEiE17_ZN2ns2coEi.Frame.actor", "_ZN2ns2coEi.resume", true},
    {"co(int)", "_ZN2ns2coEPZNS_2coEiE17_ZN2ns2coEi.Frame.actor", "_ZN2ns2coEi.resume", true},
    {"_ZN2ns2coEi", "_ZN2ns2coEPZNS_2coEiE17_ZN2ns2coEi.Frame.actor", "_ZN2ns2coEi.resume", true},
    {"fun:ns::co(int)", "_ZN2ns2coEPZNS_2coEiE17_ZN2ns2coEi.Frame.destroy", "_ZN2ns2coEi.destroy",
     true},
    /* the standard library's own way of writing */
    {"name(std::string)", "_Z4nameNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE", NULL,
     true},
    {"name(std::string)", "_Z4nameSs", NULL, true},
    {"name(std::string)", "_Z4nameNSt3__112basic_stringIcNS_11char_traitsIcEENS_9allocatorIcEEEE",
     NULL, true},
    {"name(const std::string &)", "_Z4nameRKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE",
     NULL, true},
    {"name(std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char>>)",
     "_Z4nameNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE", NULL, true},
    {"name(std::vector<std::vector<const int*>>)", "_Z4nameSt6vectorIS_IPKiSaIS1_EESaIS3_EE", NULL,
     true},
    {"name(std::set<int>)", "_Z4nameSt3setIiSt4lessIiESaIiEE", NULL, true},
    {"name(std::set<int>)", "_Z4nameSt3setIiSt7greaterIiESaIiEE", NULL, false},
    {"name(int, std::allocator<int>)", "_Z4nameiSaIiE", NULL, true},
    {"name(int)", "_Z4nameiSaIiE", NULL, false},
    {"name(int, int)", "_Z4nameiSaIiEi", NULL, false},
    {"fun:name(char const *, int)", "_Z4namePKci", NULL, true},
    {"fun:name(const char *, *)", "_Z4namePKci", NULL, true},
    {"fun:name(std::vector<*>)", "_Z4nameSt6vectorIiSaIiEE", NULL, true},
};

START_TEST(spellings_of_a_mangled_name)
{
    const char *compilers[] = {mangled[_i].gcc, mangled[_i].clang};
    for (size_t idx = 0; idx < 2 && compilers[idx] != NULL; idx++)
        ck_assert_msg(names(mangled[_i].line, compilers[idx], NULL) == mangled[_i].named,
                      "'%s' on '%s'", mangled[_i].line, compilers[idx]);
}
END_TEST

/* A name that stands for gigabytes of text, one that is nested without end. */
START_TEST(names_that_ask_for_too_much)
{
    static const char part[] = "30a_name_that_takes_many_bytes__";
    static char name[8 << 20] = "_Z1f1aIiiE";
    for (int idx = 0; idx < 30; idx++)
        sprintf(name + strlen(name), "S_IS%c_S%c_E", "0123456789ABCDEFGHIJKLMNOPQRST"[idx],
                "0123456789ABCDEFGHIJKLMNOPQRST"[idx]);
    ck_assert(names("fun:_Z1f*", name, NULL));
    ck_assert(!names("f", name, NULL));
    strcpy(name, "_ZN");
    for (int idx = 0; idx < 250; idx++)
        strcat(name, part);
    strcat(name, "4workEv");
    ck_assert(names("fun:::a_name_that_takes_many_bytes__::*", name, NULL));
    for (int idx = 0; idx < 250; idx++)
        strcat(name, part);
    ck_assert(names("fun:_ZN*", name, NULL));
    memset(name, 'P', sizeof name - 2);
    memcpy(name, "_Z1f", 4);
    name[sizeof name - 2] = 'i';
    ck_assert(names("fun:_Z1f*", name, NULL));
}
END_TEST

START_TEST(names_for_messages)
{
    static const char *const pairs[][2] = {
        {"work", "work"},
        {"_ZN2ns3Box3putEi", "ns::Box::put(int)"},
        {"_ZN2ns3BoxIiE3getIcEET_S3_.constprop.0", "char ns::Box<int>::get<char>(char)"},
        {"_Zbroken", "_Zbroken"},
    };
    for (size_t idx = 0; idx < sizeof pairs / sizeof *pairs; idx++) {
        char *readable = cprof_policy_readable(pairs[idx][0]);
        ck_assert_str_eq(readable, pairs[idx][1]);
        free(readable);
    }
}
END_TEST

START_TEST(paths_match_from_behind_any_slash)
{
    /* decide() speaks of /home/you/project/src/lexer.c. */
    ck_assert(names("src:lexer.c", "f", NULL));
    ck_assert(names("src:src/lexer.c", "f", NULL));
    ck_assert(names("src:/home/*", "f", NULL));
    ck_assert(names("src:src/*", "f", NULL));
    ck_assert(names("src:project/*.c", "f", NULL));
    ck_assert(names("src:./src//lexer.c", "f", NULL));
    ck_assert(names("src:test/../src/./lexer.c", "f", NULL));
    ck_assert(!names("src:*/../src/lexer.c", "f", NULL));
    ck_assert(!names("src:exer.c", "f", NULL));
    ck_assert(!names("src:src/lexer.cc", "f", NULL));
    ck_assert(!names("src:f", "f", NULL));
    ck_assert(!names("fun:lexer.c", "f", NULL));
}
END_TEST

/* The line is a file's own, and the file is written in another way. */
START_TEST(paths_of_one_file)
{
    static const struct {
        const char *line, *file;
        bool named;
    } pairs[] = {
        {"src:/usr/include/*", "/usr/include/c++/12/vector", true},
        {"src:/usr/include/*", "/usr/lib/gcc/x/12/../../../../include/c++/12/vector", true},
        {"src:lexer.c", "./lexer.c", true},
        {"src:lexer.c", "../src/lexer.c", true},
        {"src:../src/lexer.c", "../src/lexer.c", true},
        {"src:../lexer.c", "lexer.c", false},
        {"src:../../lexer.c", "../../lexer.c", true},
        {"src:../../lexer.c", "lexer.c", false},
        {"src:/lexer.c", "/../lexer.c", false}, /* nobody writes that */
        {"src:a b.c", "./a b.c", true},
        {"src:..c", "..c", true},
    };
    for (size_t idx = 0; idx < sizeof pairs / sizeof *pairs; idx++) {
        struct cprof_function_facts facts = {.assembler_name = "f", .file = pairs[idx].file};
        cprof_policy_free(policy);
        policy = cprof_policy_new();
        deny(pairs[idx].line);
        ck_assert_msg((cprof_policy_decide(policy, &facts) == CPROF_REASON_DENYLIST) ==
                          pairs[idx].named,
                      "'%s' on '%s'", pairs[idx].line, pairs[idx].file);
    }
}
END_TEST

/* ---- list files ---- */

START_TEST(comments_blank_lines_and_carriage_returns)
{
    deny("# a comment\r\n\r\n   \t\r\n  # another\r\nfirst\r\nsecond # why\r\nlast");
    ck_assert_int_eq(decide("first", NULL), CPROF_REASON_DENYLIST);
    ck_assert_int_eq(decide("second", NULL), CPROF_REASON_DENYLIST);
    ck_assert_int_eq(decide("last", NULL), CPROF_REASON_DENYLIST);
    ck_assert_int_eq(decide("why", NULL), CPROF_REASON_DEFAULT);
}
END_TEST

static void refused_list(const char *lines, size_t len, const char *where)
{
    ck_assert(!set_list("denylist", lines, len));
    ck_assert_msg(strstr(message, list_path) != NULL && strstr(message, where) != NULL, "%s",
                  message);
    ck_assert_int_eq(decide("good", NULL), CPROF_REASON_DEFAULT);
}

START_TEST(a_bad_line_is_named_and_nothing_is_kept)
{
    char long_line[5000];
    memset(long_line, 'x', sizeof long_line);
    refused_list("good\nfoo:bar\n", 13, ":2:");
    refused_list("good\n\nfun:\n", 11, ":3:");
    refused_list("good\nsrc: # all\n", 16, ":2:");
    refused_list("good\na\0b\n", 9, ":2:");
    refused_list(long_line, sizeof long_line, ":1:");
}
END_TEST

START_TEST(a_list_that_cannot_be_read)
{
    ck_assert(!set("allowlist", "/no/such/file"));
    ck_assert_ptr_nonnull(strstr(message, "/no/such/file"));
    ck_assert(!set("denylist", "/tmp"));
    ck_assert_ptr_nonnull(strstr(message, "/tmp"));
    ck_assert_int_eq(decide("work", NULL), CPROF_REASON_DEFAULT);
}
END_TEST

/* All lines as NUMBER=TEXT with + for an allowlist and ! for an idle line. */
static void lines_as_text(char *all, size_t size)
{
    struct cprof_policy_line line;
    size_t used = 0;
    all[0] = '\0';
    for (size_t idx = 0; cprof_policy_line_at(policy, idx, &line); idx++) {
        ck_assert_ptr_nonnull(strstr(line.file, "/cprof-list-"));
        used += (size_t)snprintf(all + used, size - used, "%s%s%u=%s;",
                                 line.flags & CPROF_LINE_ALLOW ? "+" : "",
                                 line.flags & CPROF_LINE_MATCHED ? "" : "!", line.line, line.text);
        ck_assert_uint_lt(used, size);
    }
}

START_TEST(lines_say_whether_they_named_anything)
{
    char lines[400];
    lines_as_text(lines, sizeof lines);
    ck_assert_str_eq(lines, "");
    deny("work\n# comment\nfun:wo*\nfun:nobody*  # yet\nsrc:nowhere.c\nnaked_one\n");
    allow("\n work\nother\n");
    struct cprof_function_facts naked = {.assembler_name = "naked_one", .naked = true};
    decide("work", NULL);
    cprof_policy_decide(policy, &naked);
    lines_as_text(lines, sizeof lines);
    ck_assert_str_eq(lines, "+2=work;+!3=other;1=work;3=fun:wo*;!4=fun:nobody*;!5=src:nowhere.c;"
                            "6=naked_one;");
}
END_TEST

START_TEST(two_lists_add_up)
{
    deny("first\n");
    deny("second\n");
    ck_assert_int_eq(decide("first", NULL), CPROF_REASON_DENYLIST);
    ck_assert_int_eq(decide("second", NULL), CPROF_REASON_DENYLIST);
}
END_TEST

/* ---- options ---- */

static const struct {
    const char *key;
    const char *value;
    const char *complaint;
} refusals[] = {
    {"min-sise", "3", "did you mean 'min-size'?"},
    {"dinylost", "3", "did you mean 'denylist'?"},
    {"alow-list", "3", "did you mean 'allowlist'?"},
    {"zzzzzz", NULL, "unknown option 'zzzzzz' (valid: allowlist, denylist,"},
    {"", NULL, "unknown option ''"},
    {"min-size", NULL, "needs a value: min-size=LINES"},
    {"min-size", "", "needs a value: min-size=LINES"},
    {"min-size", "-1", "not '-1'"},
    {"min-size", "3x", "not '3x'"},
    {"min-size", " 3", "not ' 3'"},
    {"min-size", "99999999999999999999", "not '99999999999999999999'"},
    {"alloc", "of", "one of on|off"},
    {"alloc", "on|off", "one of on|off"},
    {"only", "attributes", "one of all|attribute"},
    {"runtime", "shared", "one of carried|none"},
    {"guard", "off", "one of auto|on"},
    {"verbose", "yes", "one of on|off"},
    {"alloc-fn", "pool", "NAME:ARGS"},
    {"alloc-fn", ":1", "NAME:ARGS"},
    {"alloc-fn", "pool:", "NAME:ARGS"},
    {"alloc-fn", "pool:0", "NAME:ARGS"},
    {"alloc-fn", "pool:1,", "NAME:ARGS"},
    {"alloc-fn", "pool:-1", "NAME:ARGS"},
    {"switch-fn", "", "needs a value: switch-fn=NAME"},
};

START_TEST(refused_options)
{
    ck_assert(!set(refusals[_i].key, refusals[_i].value));
    ck_assert_msg(strstr(message, refusals[_i].complaint) != NULL, "%s", message);
    ck_assert_ptr_nonnull(strstr(message, refusals[_i].key));
}
END_TEST

START_TEST(a_short_message_buffer_is_respected)
{
    char small[16];
    memset(small, 'x', sizeof small);
    ck_assert(!cprof_policy_option(policy, "zzzzzz", NULL, small, 9));
    ck_assert_str_eq(small, "unknown ");
    ck_assert_int_eq(small[9], 'x');
}
END_TEST

START_TEST(choices_and_their_presets)
{
    ck_assert(cprof_policy_chosen(policy, CPROF_OPTION_ALLOC, "on"));
    ck_assert(cprof_policy_chosen(policy, CPROF_OPTION_CACHE, "off"));
    ck_assert(cprof_policy_chosen(policy, CPROF_OPTION_RUNTIME, "carried"));
    ck_assert(cprof_policy_chosen(policy, CPROF_OPTION_GUARD, "auto"));
    ck_assert(cprof_policy_chosen(policy, CPROF_OPTION_VERBOSE, "off"));
    ck_assert(!cprof_policy_chosen(policy, CPROF_OPTION_MIN_SIZE, "0"));
    ck_assert(set("alloc", "off") && set("guard", "on") && set("runtime", "none"));
    ck_assert(set("verbose", NULL));
    ck_assert(cprof_policy_chosen(policy, CPROF_OPTION_ALLOC, "off"));
    ck_assert(!cprof_policy_chosen(policy, CPROF_OPTION_ALLOC, "on"));
    ck_assert(cprof_policy_chosen(policy, CPROF_OPTION_RUNTIME, "none"));
    ck_assert(cprof_policy_chosen(policy, CPROF_OPTION_GUARD, "on"));
    ck_assert(cprof_policy_chosen(policy, CPROF_OPTION_VERBOSE, "on"));
}
END_TEST

START_TEST(functions_that_switch_stacks)
{
    ck_assert(cprof_policy_is_switch(policy, "swapcontext"));
    ck_assert(!cprof_policy_is_switch(policy, "co_yield_to"));
    ck_assert(set("switch-fn", "co_yield_to") && set("switch-fn", "other"));
    ck_assert(cprof_policy_is_switch(policy, "co_yield_to"));
    ck_assert(cprof_policy_is_switch(policy, "other"));
    ck_assert(cprof_policy_is_switch(policy, "swapcontext"));
}
END_TEST

START_TEST(allocators_of_the_user)
{
    ck_assert(set("alloc-fn", "pool_alloc:2") && set("alloc-fn", "pool_calloc:1,3"));
    const struct cprof_policy_allocator *one = cprof_policy_find_allocator(policy, "pool_alloc");
    ck_assert(one != NULL && one->first == 2 && one->second == 0);
    const struct cprof_policy_allocator *two = cprof_policy_find_allocator(policy, "pool_calloc");
    ck_assert(two != NULL && two->first == 1 && two->second == 3);
    ck_assert_ptr_null(cprof_policy_find_allocator(policy, "malloc"));
}
END_TEST

static bool finds(const char *symbol, const char *signature, bool local,
                  struct cprof_allocator *allocator)
{
    struct cprof_callee_facts facts = {
        .assembler_name = symbol, .signature = signature, .local = local};
    return cprof_policy_allocator(policy, &facts, allocator);
}

static const struct {
    const char *symbol, *signature;
    bool found;
    enum cprof_kind kind;
    enum cprof_way way;
} callees[] = {
    {"malloc", "pi", true, CPROF_KIND_MALLOC, CPROF_WAY_RETURNS},
    {"malloc", "i", false, 0, 0},
    {"malloc", "pii", false, 0, 0},
    {"malloc", "ii", false, 0, 0},
    {"mallocs", "pi", false, 0, 0},
    {"realloc", "ppi", true, CPROF_KIND_REALLOC, CPROF_WAY_RESIZES},
    {"asprintf", "ippix", true, CPROF_KIND_ASPRINTF, CPROF_WAY_FILLS},
    {"asprintf", "ipp", true, CPROF_KIND_ASPRINTF, CPROF_WAY_FILLS},
    {"asprintf", "ip", false, 0, 0},
    /* of the book */
    {"getline", "ipi", false, 0, 0},
    {"getline", "ippp", true, CPROF_KIND_GETLINE, CPROF_WAY_GROWS},
    {"_Znwm", "pi", true, CPROF_KIND_NEW, CPROF_WAY_RETURNS},
    {"_ZdaPvmSt11align_val_t", "vpii", true, CPROF_KIND_DELETE_ARRAY, CPROF_WAY_RELEASES},
    {"mmap64", "ppiiiii", true, CPROF_KIND_MMAP, CPROF_WAY_MAPS},
};

START_TEST(callees_by_name_and_signature)
{
    struct cprof_allocator found;
    bool is = finds(callees[_i].symbol, callees[_i].signature, false, &found);

    ck_assert_msg(is == callees[_i].found, "%s %s", callees[_i].symbol, callees[_i].signature);
    if (!is)
        return;
    ck_assert_int_eq(found.kind, callees[_i].kind);
    ck_assert_int_eq(found.way, callees[_i].way);
    /* another of that name that only this unit has */
    ck_assert(!finds(callees[_i].symbol, callees[_i].signature, true, &found));
    ck_assert(set("alloc", "off"));
    ck_assert(!finds(callees[_i].symbol, callees[_i].signature, false, &found));
}
END_TEST

START_TEST(rows_name_arguments_that_they_have)
{
    static const struct cprof_allocator rows[] = {
#define CPROF_ALLOCATOR(symbol, kind, way, signature, block, size, count, alignment)               \
    {#symbol, CPROF_KIND_##kind, CPROF_WAY_##way, signature, block, size, count, alignment},
#include "allocator.def"
#undef CPROF_ALLOCATOR
    };
    for (size_t idx = 0; idx < sizeof rows / sizeof *rows; idx++) {
        const struct cprof_allocator *row = &rows[idx];
        const char *letters = row->signature;
        char size_letter = row->way == CPROF_WAY_GROWS ? 'p' : 'i';
        ck_assert_msg(!row->block || letters[row->block] == 'p', "%s", row->symbol);
        ck_assert_msg(!row->size || letters[row->size] == size_letter, "%s", row->symbol);
        ck_assert_msg(!row->count || letters[row->count] == 'i', "%s", row->symbol);
        ck_assert_msg(!row->alignment || letters[row->alignment] == 'i', "%s", row->symbol);
        for (size_t other = 0; other < idx; other++)
            ck_assert_str_ne(rows[other].symbol, row->symbol);
    }
}
END_TEST

START_TEST(named_and_marked_allocators)
{
    struct cprof_allocator found;
    struct cprof_callee_facts marked = {
        .assembler_name = "xcalloc", .signature = "pii", .marked_size = 2, .marked_count = 1};

    ck_assert(!finds("pool_alloc", "ppi", true, &found));
    ck_assert(set("alloc-fn", "pool_alloc:2"));
    ck_assert(finds("pool_alloc", "ppi", true, &found));
    ck_assert(found.kind == CPROF_KIND_CUSTOM && found.size == 2 && found.count == 0);
    ck_assert(!finds("pool_alloc", "ipi", true, &found)); /* returns no block */
    ck_assert(!finds("pool_alloc", "ppp", true, &found)); /* no size there */
    ck_assert(!finds("pool_alloc", "pi", true, &found));
    ck_assert(cprof_policy_allocator(policy, &marked, &found));
    ck_assert(found.kind == CPROF_KIND_CUSTOM && found.size == 2 && found.count == 1);
    ck_assert_str_eq(found.symbol, "xcalloc");
    marked.marked_size = 0;
    ck_assert(!cprof_policy_allocator(policy, &marked, &found));
    /* the table knows better than a mark */
    marked = (struct cprof_callee_facts){
        .assembler_name = "calloc", .signature = "pii", .marked_size = 1};
    ck_assert(cprof_policy_allocator(policy, &marked, &found));
    ck_assert(found.kind == CPROF_KIND_CALLOC && found.size == 2 && found.count == 1);
}
END_TEST

START_TEST(functions_that_get_notes)
{
    for (enum cprof_reason reason = 0; reason < CPROF_REASON_COUNT; reason++) {
        bool stays = reason == CPROF_REASON_ATTRIBUTE_NO_PROFILE ||
                     reason == CPROF_REASON_ATTRIBUTE_NO_INSTRUMENT ||
                     reason == CPROF_REASON_NAKED || reason == CPROF_REASON_THUNK ||
                     reason == CPROF_REASON_IFUNC_RESOLVER || reason == CPROF_REASON_INTERRUPT;
        ck_assert_msg(cprof_policy_notes(policy, reason) == !stays, "%s",
                      cprof_reason_words(reason));
    }
    ck_assert(set("alloc", "off"));
    ck_assert(!cprof_policy_notes(policy, CPROF_REASON_DEFAULT));
}
END_TEST

START_TEST(wrappers_take_what_fits_into_registers)
{
    struct cprof_allocator found;

    ck_assert(finds("asprintf", "ipp", false, &found) && !cprof_wrapper_is_possible(&found));
    ck_assert(finds("mmap", "ppiiiii", false, &found) && cprof_wrapper_is_possible(&found));
    ck_assert(finds("free", "vp", false, &found) && cprof_wrapper_is_possible(&found));
    char *text = cprof_wrapper_text(&found, "a \"file\".c");
    char *name = cprof_wrapper_name(&found);
    ck_assert_ptr_nonnull(strstr(text, name));
    ck_assert_ptr_nonnull(strstr(text, ".string \"a \\042file\\042.c\""));
    ck_assert_ptr_nonnull(strstr(text, "jmp free@PLT"));
    free(name);
    free(text);
}
END_TEST

static TCase *add_case(Suite *suite, const char *name)
{
    TCase *tests = tcase_create(name);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    suite_add_tcase(suite, tests);
    return tests;
}

static Suite *policy_suite(void)
{
    Suite *suite = suite_create("policy");
    TCase *order = add_case(suite, "precedence");
    tcase_add_test(order, every_function_is_in_by_default);
    tcase_add_test(order, the_order_of_the_rules);
    tcase_add_test(order, an_allowlist_beats_only_and_size);
    tcase_add_test(order, an_empty_allowlist_leaves_all_out);
    tcase_add_test(order, only_attribute);
    tcase_add_test(order, min_size_counts_lines_and_keeps_the_unknown);
    tcase_add_test(order, every_reason_has_words);
    TCase *spelling = add_case(suite, "names");
    tcase_add_loop_test(spelling, spellings_of_a_name, 0, sizeof spellings / sizeof *spellings);
    tcase_add_loop_test(spelling, spellings_of_a_mangled_name, 0, sizeof mangled / sizeof *mangled);
    tcase_add_test(spelling, names_that_ask_for_too_much);
    tcase_add_test(spelling, names_for_messages);
    tcase_add_test(spelling, paths_match_from_behind_any_slash);
    tcase_add_test(spelling, paths_of_one_file);
    TCase *lists = add_case(suite, "lists");
    tcase_add_test(lists, comments_blank_lines_and_carriage_returns);
    tcase_add_test(lists, a_bad_line_is_named_and_nothing_is_kept);
    tcase_add_test(lists, a_list_that_cannot_be_read);
    tcase_add_test(lists, lines_say_whether_they_named_anything);
    tcase_add_test(lists, two_lists_add_up);
    TCase *option = add_case(suite, "options");
    tcase_add_loop_test(option, refused_options, 0, sizeof refusals / sizeof *refusals);
    tcase_add_test(option, a_short_message_buffer_is_respected);
    tcase_add_test(option, choices_and_their_presets);
    tcase_add_test(option, functions_that_switch_stacks);
    tcase_add_test(option, allocators_of_the_user);
    TCase *allocation = add_case(suite, "allocators");
    tcase_add_loop_test(allocation, callees_by_name_and_signature, 0,
                        sizeof callees / sizeof *callees);
    tcase_add_test(allocation, rows_name_arguments_that_they_have);
    tcase_add_test(allocation, named_and_marked_allocators);
    tcase_add_test(allocation, functions_that_get_notes);
    tcase_add_test(allocation, wrappers_take_what_fits_into_registers);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(policy_suite());
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
