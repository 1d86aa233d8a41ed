/* The rules: facts in, issues out; a detector for each row of advice.def.  Called by
 * advice.c.
 *
 * Each begins with what makes its evidence thin, for a rule that cries wolf is
 * switched off.  The numbers were chosen so that the programs of bench/ and the demo
 * are told what their authors know of them and nothing else; docs/adr/0032.
 *
 * What there is to gain is Amdahl's: if the part were free, the run would get
 * shorter by its share and no more.
 */
#include <string.h>

#include "advice.h"
#include "number.h"

#include <cprof/record.h>

/* Shorter runs say nothing about time. */
#define LEAST_RUN_NS 1e6

/* Own time of a function that could be an accident of sampling is none. */
#define MOST_ERROR_PERCENT 50.0

#define LEAST_SHARE_PERCENT 5.0

/* Calls over an edge that make a loop hot, and how short they then are. */
#define HOT_CALLS 100000
#define HOT_CALL_NS 10000.0
#define LOOP_CALLS 100

#define INLINE_CALLS 1000000
#define TINY_STATEMENTS 12
#define INLINE_CALL_NS 50.0
#define INLINE_SHARE_PERCENT 2.0

#define DEEP_STACK 64
#define VERY_DEEP_STACK 1024

#define EXCESSIVE_BYTES (100.0 * 1024 * 1024)
#define LARGE_BLOCK (1024.0 * 1024)
#define FREQUENT_COUNT 10000
#define TEMPORARY_COUNT 10000
#define REALLOC_COUNT 1000
#define LEAKED_COUNT 100
#define LEAKED_BYTES (64.0 * 1024)
#define LEAKED_ANYWAY (1024.0 * 1024)

static double known(uint64_t value)
{
    return value == CPROF_UNKNOWN ? 0 : (double)value;
}

static double share(double part, double whole)
{
    return whole > 0 ? 100.0 * part / whole : 0;
}

static void place(struct cprof_issue *issue, const char *function, const char *file, uint32_t line)
{
    issue->function = function;
    issue->file = file;
    issue->line = line;
}

/* ---- Time ----------------------------------------------------------------- */

static bool has_times(const struct cprof_analyzer *analyzer)
{
    return analyzer->run_ns >= LEAST_RUN_NS;
}

static void slow_function(struct cprof_analyzer *analyzer)
{
    for (size_t idx = 0; has_times(analyzer) && idx < analyzer->function_count; idx++) {
        const struct cprof_function *function = &analyzer->functions[idx].numbers;
        double self = known(function->self_ns), percent = share(self, analyzer->run_ns);
        if (percent < LEAST_SHARE_PERCENT || function->error_percent > MOST_ERROR_PERCENT)
            continue;
        struct cprof_issue *issue =
            advice_issue(analyzer, CPROF_RULE_SLOW_FUNCTION, percent, CPROF_SEVERITY_CRITICAL);
        if (!issue)
            return;
        char time[NUMBER_SIZE], part[NUMBER_SIZE], calls[NUMBER_SIZE];
        bool counted = function->calls != CPROF_UNKNOWN; /* samplers do not */
        place(issue, function->name, function->file, function->line);
        issue->max_gain_percent = percent;
        advice_describe(analyzer, issue, "%.200s spends %s itself, %s of the run%s%s",
                        function->name, number_duration(time, function->self_ns, false),
                        number_percent(part, percent), counted ? ", in " : "",
                        counted ? number_of(calls, function->calls, "call") : "");
        advice_evidence(issue, "self_ns", self);
        advice_evidence(issue, "total_ns", known(function->total_ns));
        if (counted)
            advice_evidence(issue, "calls", (double)function->calls);
        advice_evidence(issue, "share_percent", percent);
    }
}

/* Where nobody knows the call's place, as through a pointer, many of them each time that
 * the caller runs are a loop: its own or, as qsort's, one that it started. */
static bool in_loop(const struct advice_call *call, const struct cprof_function *caller)
{
    return call->loop_depth || (call->placeless && caller->calls != CPROF_UNKNOWN &&
                                call->calls >= LOOP_CALLS * caller->calls);
}

static void hot_call(struct cprof_analyzer *analyzer, const struct advice_call *call)
{
    const struct cprof_function *caller = &analyzer->functions[call->caller].numbers;
    const struct cprof_function *callee = &analyzer->functions[call->callee].numbers;
    double percent = share(call->total_ns, analyzer->run_ns);
    double average = call->calls ? call->total_ns / (double)call->calls : 0;
    if (!in_loop(call, caller) || call->caller == call->callee || call->calls < HOT_CALLS ||
        average > HOT_CALL_NS || percent < LEAST_SHARE_PERCENT)
        return;
    struct cprof_issue *issue =
        advice_issue(analyzer, CPROF_RULE_HOT_LOOP, percent, CPROF_SEVERITY_CRITICAL);
    if (!issue)
        return;
    char calls[NUMBER_SIZE], part[NUMBER_SIZE];
    place(issue, caller->name, call->file, call->line);
    issue->max_gain_percent = percent;
    advice_describe(analyzer, issue, "%.200s calls %.200s %s times%s, %s of the run", caller->name,
                    callee->name, number_grouped(calls, call->calls),
                    call->placeless        ? ", as only a loop calls"
                    : call->loop_depth > 1 ? " in a loop inside a loop"
                                           : " in a loop",
                    number_percent(part, percent));
    advice_evidence(issue, "calls", (double)call->calls);
    if (!call->placeless)
        advice_evidence(issue, "loop_depth", call->loop_depth);
    advice_evidence(issue, "calls_per_caller",
                    caller->calls ? (double)call->calls / (double)caller->calls : 0);
    advice_evidence(issue, "average_ns", average);
    advice_evidence(issue, "total_ns", call->total_ns);
    advice_evidence(issue, "share_percent", percent);
}

/* Without call sites a function that is called so often and does so little is what
 * a hot loop looks like from inside. */
static void hot_callee(struct cprof_analyzer *analyzer, const struct cprof_function *function)
{
    double total = known(function->total_ns), percent = share(total, analyzer->run_ns);
    if (known(function->calls) < HOT_CALLS || total / (double)function->calls > HOT_CALL_NS ||
        percent < LEAST_SHARE_PERCENT)
        return;
    struct cprof_issue *issue =
        advice_issue(analyzer, CPROF_RULE_HOT_LOOP, percent, CPROF_SEVERITY_CRITICAL);
    if (!issue)
        return;
    char calls[NUMBER_SIZE], part[NUMBER_SIZE];
    place(issue, function->name, function->file, function->line);
    issue->max_gain_percent = percent < 100 ? percent : 100;
    advice_describe(
        analyzer, issue, "%.200s is called %s times, as only a loop calls, %s of the run",
        function->name, number_grouped(calls, function->calls), number_percent(part, percent));
    advice_evidence(issue, "calls", (double)function->calls);
    advice_evidence(issue, "average_ns", total / (double)function->calls);
    advice_evidence(issue, "total_ns", total);
    advice_evidence(issue, "share_percent", percent);
}

static void hot_loop(struct cprof_analyzer *analyzer)
{
    if (!has_times(analyzer))
        return;
    for (size_t idx = 0; idx < analyzer->call_count; idx++)
        hot_call(analyzer, &analyzer->calls[idx]);
    for (size_t idx = 0; !analyzer->knows_calls && idx < analyzer->function_count; idx++)
        hot_callee(analyzer, &analyzer->functions[idx].numbers);
}

static bool is_tiny(const struct advice_function *function)
{
    return (function->site_flags & CPROF_SITE_TINY) ||
           ((function->site_flags & CPROF_SITE_LEAF) && function->statements > 0 &&
            function->statements <= TINY_STATEMENTS);
}

static void missed_inline(struct cprof_analyzer *analyzer)
{
    for (size_t idx = 0; has_times(analyzer) && idx < analyzer->function_count; idx++) {
        const struct advice_function *own = &analyzer->functions[idx];
        const struct cprof_function *function = &own->numbers;
        double self = known(function->self_ns), percent = share(self, analyzer->run_ns);
        if (!is_tiny(own) || !own->called_from_elsewhere || function->calls < INLINE_CALLS ||
            self / (double)function->calls > INLINE_CALL_NS || percent < INLINE_SHARE_PERCENT)
            continue;
        struct cprof_issue *issue =
            advice_issue(analyzer, CPROF_RULE_MISSED_INLINE, percent, CPROF_SEVERITY_HIGH);
        if (!issue)
            return;
        char calls[NUMBER_SIZE], part[NUMBER_SIZE];
        place(issue, function->name, function->file, function->line);
        issue->max_gain_percent = percent;
        advice_describe(
            analyzer, issue, "%.200s is tiny and called %s times from other files, %s of the run",
            function->name, number_grouped(calls, function->calls), number_percent(part, percent));
        advice_evidence(issue, "calls", (double)function->calls);
        advice_evidence(issue, "statements", own->statements);
        advice_evidence(issue, "average_ns", self / (double)function->calls);
        advice_evidence(issue, "self_ns", self);
        advice_evidence(issue, "share_percent", percent);
    }
}

/* One issue for the deepest function: those around it are as deep. */
static void deep_call_stack(struct cprof_analyzer *analyzer)
{
    const struct cprof_function *deepest = NULL;
    for (size_t idx = 0; idx < analyzer->function_count; idx++) {
        const struct cprof_function *function = &analyzer->functions[idx].numbers;
        if (function->calls && (!deepest || function->max_depth > deepest->max_depth))
            deepest = function;
    }
    if (!deepest || deepest->max_depth < DEEP_STACK)
        return;
    double percent = share(known(deepest->total_ns), analyzer->run_ns);
    bool very = deepest->max_depth >= VERY_DEEP_STACK;
    struct cprof_issue *issue = advice_issue(analyzer, CPROF_RULE_DEEP_CALL_STACK, percent,
                                             very ? CPROF_SEVERITY_HIGH : CPROF_SEVERITY_MEDIUM);
    if (!issue)
        return;
    place(issue, deepest->name, deepest->file, deepest->line);
    advice_describe(analyzer, issue, "%.200s runs %u calls deep", deepest->name,
                    deepest->max_depth);
    advice_evidence(issue, "max_depth", deepest->max_depth);
    advice_evidence(issue, "calls", (double)deepest->calls);
    advice_evidence(issue, "share_percent", percent);
}

/* ---- Allocation ----------------------------------------------------------- */

/* The most that a place that allocates can cost: the own time of its function, in
 * which the allocator is, since nobody instruments libc.  Negative: unknown. */
static double time_share(const struct cprof_analyzer *analyzer, const struct cprof_hotspot *hotspot)
{
    for (size_t idx = 0; has_times(analyzer) && idx < analyzer->function_count; idx++) {
        const struct cprof_function *function = &analyzer->functions[idx].numbers;
        if (strcmp(function->name, hotspot->function) == 0)
            return share(known(function->self_ns), analyzer->run_ns);
    }
    return -1;
}

/* `percent` of all allocations, bytes or live bytes; the share of time counts for
 * more where it is known. */
static struct cprof_issue *allocation_issue(struct cprof_analyzer *analyzer, enum cprof_rule rule,
                                            const struct cprof_hotspot *hotspot, double percent,
                                            bool costs_time)
{
    double time = costs_time ? time_share(analyzer, hotspot) : -1;
    struct cprof_issue *issue =
        advice_issue(analyzer, rule, time >= 0 ? time : percent,
                     time >= 0 || !costs_time ? CPROF_SEVERITY_HIGH : CPROF_SEVERITY_MEDIUM);
    if (!issue)
        return NULL;
    place(issue, hotspot->function, hotspot->file, hotspot->line);
    issue->max_gain_percent = time;
    advice_evidence(issue, "count", known(hotspot->count));
    advice_evidence(issue, "total_bytes", known(hotspot->total_bytes));
    advice_evidence(issue, "average_size", known(hotspot->average_size));
    advice_evidence(issue, "share_percent", percent);
    return issue;
}

static const char *at(const struct cprof_hotspot *hotspot)
{
    return hotspot->function[0] ? hotspot->function : "this place";
}

/* The rules on memory look at one place at a time. */
static void each_hotspot(struct cprof_analyzer *analyzer,
                         void (*rule)(struct cprof_analyzer *, const struct cprof_hotspot *))
{
    for (size_t idx = 0; idx < analyzer->hotspot_count; idx++)
        rule(analyzer, &analyzer->hotspots[idx]);
}

static void excessive_at(struct cprof_analyzer *analyzer, const struct cprof_hotspot *hotspot)
{
    double percent = share(known(hotspot->total_bytes), analyzer->run_bytes);
    if (known(hotspot->total_bytes) < EXCESSIVE_BYTES || percent < LEAST_SHARE_PERCENT)
        return;
    struct cprof_issue *issue =
        allocation_issue(analyzer, CPROF_RULE_EXCESSIVE_ALLOCATION, hotspot, percent, false);
    char size[NUMBER_SIZE], part[NUMBER_SIZE];
    if (!issue)
        return;
    issue->max_gain_percent = time_share(analyzer, hotspot);
    advice_describe(analyzer, issue, "%.200s allocates %s, %s of all bytes", at(hotspot),
                    number_size(size, hotspot->total_bytes), number_percent(part, percent));
}

static void excessive_allocation(struct cprof_analyzer *analyzer)
{
    each_hotspot(analyzer, excessive_at);
}

static void large_at(struct cprof_analyzer *analyzer, const struct cprof_hotspot *hotspot)
{
    double percent = share(known(hotspot->total_bytes), analyzer->run_bytes);
    if (known(hotspot->average_size) < LARGE_BLOCK || percent < LEAST_SHARE_PERCENT)
        return;
    struct cprof_issue *issue =
        allocation_issue(analyzer, CPROF_RULE_LARGE_ALLOCATION, hotspot, percent, false);
    char size[NUMBER_SIZE], count[NUMBER_SIZE];
    if (!issue)
        return;
    advice_describe(analyzer, issue, "%.200s allocates blocks of %s, %s", at(hotspot),
                    number_size(size, hotspot->average_size),
                    number_of(count, hotspot->count, "time"));
}

static void large_allocation(struct cprof_analyzer *analyzer)
{
    each_hotspot(analyzer, large_at);
}

static void frequent_at(struct cprof_analyzer *analyzer, const struct cprof_hotspot *hotspot)
{
    double percent = share(known(hotspot->count), analyzer->run_count);
    if (known(hotspot->count) < FREQUENT_COUNT || percent < LEAST_SHARE_PERCENT)
        return;
    struct cprof_issue *issue =
        allocation_issue(analyzer, CPROF_RULE_FREQUENT_ALLOCATION, hotspot, percent, true);
    char count[NUMBER_SIZE], size[NUMBER_SIZE], part[NUMBER_SIZE];
    if (!issue)
        return;
    advice_describe(analyzer, issue, "%.200s allocates %s times, %s each, %s of all allocations",
                    at(hotspot), number_grouped(count, hotspot->count),
                    number_size(size, hotspot->average_size), number_percent(part, percent));
}

static void frequent_allocation(struct cprof_analyzer *analyzer)
{
    each_hotspot(analyzer, frequent_at);
}

static void temporary_at(struct cprof_analyzer *analyzer, const struct cprof_hotspot *hotspot)
{
    double temporary = known(hotspot->temporary);
    if (temporary < TEMPORARY_COUNT || 2 * temporary < known(hotspot->count))
        return;
    struct cprof_issue *issue = allocation_issue(analyzer, CPROF_RULE_TEMPORARY_ALLOCATION, hotspot,
                                                 share(temporary, analyzer->run_count), true);
    char some[NUMBER_SIZE], all[NUMBER_SIZE];
    if (!issue)
        return;
    advice_evidence(issue, "temporary", temporary);
    advice_describe(analyzer, issue, "%s of %s allocations of %.200s are freed before the next one",
                    number_grouped(some, hotspot->temporary), number_grouped(all, hotspot->count),
                    at(hotspot));
}

static void temporary_allocation(struct cprof_analyzer *analyzer)
{
    each_hotspot(analyzer, temporary_at);
}

static void growth_at(struct cprof_analyzer *analyzer, const struct cprof_hotspot *hotspot)
{
    if (strncmp(hotspot->kind, "realloc", 7) != 0 || known(hotspot->count) < REALLOC_COUNT)
        return;
    struct cprof_issue *issue =
        allocation_issue(analyzer, CPROF_RULE_REALLOC_GROWTH, hotspot,
                         share(known(hotspot->count), analyzer->run_count), true);
    char count[NUMBER_SIZE], size[NUMBER_SIZE];
    if (!issue)
        return;
    advice_describe(analyzer, issue, "%.200s calls realloc %s times, to %s on average", at(hotspot),
                    number_grouped(count, hotspot->count),
                    number_size(size, hotspot->average_size));
}

static void realloc_growth(struct cprof_analyzer *analyzer)
{
    each_hotspot(analyzer, growth_at);
}

/* Something that is made once and kept for the whole run is no leak: many blocks of
 * one place are, of which nearly none was freed, or many bytes. */
static bool looks_leaked(const struct cprof_hotspot *hotspot)
{
    double live = known(hotspot->current_count), bytes = known(hotspot->current_bytes);
    bool kept = 10 * live >= 9 * known(hotspot->count);
    return kept && ((live >= LEAKED_COUNT && bytes >= LEAKED_BYTES) ||
                    (live >= 2 && bytes >= LEAKED_ANYWAY));
}

static void leak_at(struct cprof_analyzer *analyzer, const struct cprof_hotspot *hotspot)
{
    double percent = share(known(hotspot->current_bytes), analyzer->run_live);
    if (!looks_leaked(hotspot) || percent < LEAST_SHARE_PERCENT)
        return;
    struct cprof_issue *issue =
        allocation_issue(analyzer, CPROF_RULE_MEMORY_LEAK, hotspot, percent, false);
    char live[NUMBER_SIZE], size[NUMBER_SIZE];
    if (!issue)
        return;
    advice_evidence(issue, "current_count", known(hotspot->current_count));
    advice_evidence(issue, "current_bytes", known(hotspot->current_bytes));
    advice_describe(analyzer, issue, "%s of %.200s, %s, were never freed",
                    number_of(live, hotspot->current_count, "block"), at(hotspot),
                    number_size(size, hotspot->current_bytes));
}

static void memory_leak(struct cprof_analyzer *analyzer)
{
    if (analyzer->ended)
        each_hotspot(analyzer, leak_at);
}

void advice_detect(struct cprof_analyzer *analyzer)
{
#define CPROF_RULE(name, detector, category, title, recommendation, example) detector(analyzer);
#include <cprof/advice.def>
#undef CPROF_RULE
}
