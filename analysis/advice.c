/* The analyzer's handle: facts in, issues in order out; see advice.h. */
#include "advice.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "fault.h"

/* ---- Words ---------------------------------------------------------------- */

struct rule {
    const char *category, *title, *recommendation, *example;
};

static const struct rule rules[] = {
#define CPROF_RULE(name, detector, category, title, recommendation, example)                       \
    {category, title, recommendation, example},
#include <cprof/advice.def>
#undef CPROF_RULE
};

struct severity {
    const char *word;
    double least;
};

static const struct severity severities[] = {
#define CPROF_SEVERITY(name, word, least) {word, least},
#include <cprof/severity.def>
#undef CPROF_SEVERITY
};

const char *cprof_severity_word(enum cprof_severity severity)
{
    return (unsigned)severity < CPROF_SEVERITY_COUNT ? severities[severity].word : NULL;
}

const char *advice_title(enum cprof_rule rule)
{
    return rules[rule].title;
}

/* ---- The handle ----------------------------------------------------------- */

struct cprof_analyzer *advice_new(void)
{
    return calloc(1, sizeof(struct cprof_analyzer));
}

void cprof_analyzer_free(struct cprof_analyzer *analyzer)
{
    if (!analyzer)
        return;
    texts_free(&analyzer->texts);
    free(analyzer->functions);
    free(analyzer->hotspots);
    free(analyzer->calls);
    free(analyzer->issues);
    free(analyzer);
}

static const char *keep(struct cprof_analyzer *analyzer, const char *text)
{
    uint32_t id = texts_add(&analyzer->texts, text ? text : "", text ? strlen(text) : 0);
    analyzer->failed = analyzer->failed || id == TABLE_NONE;
    return texts_get(&analyzer->texts, id);
}

void advice_add_function(struct cprof_analyzer *analyzer, const struct advice_function *function)
{
    if (!array_reserve(&analyzer->functions, &analyzer->function_capacity,
                       analyzer->function_count + 1, sizeof *analyzer->functions)) {
        analyzer->failed = true;
        return;
    }
    struct advice_function *kept = &analyzer->functions[analyzer->function_count++];
    *kept = *function;
    kept->numbers.name = keep(analyzer, function->numbers.name);
    kept->numbers.file = keep(analyzer, function->numbers.file);
}

void advice_add_hotspot(struct cprof_analyzer *analyzer, const struct cprof_hotspot *hotspot)
{
    if (!array_reserve(&analyzer->hotspots, &analyzer->hotspot_capacity,
                       analyzer->hotspot_count + 1, sizeof *analyzer->hotspots)) {
        analyzer->failed = true;
        return;
    }
    struct cprof_hotspot *kept = &analyzer->hotspots[analyzer->hotspot_count++];
    *kept = *hotspot;
    kept->function = keep(analyzer, hotspot->function);
    kept->file = keep(analyzer, hotspot->file);
    kept->kind = keep(analyzer, hotspot->kind);
}

/* ---- What shares are of --------------------------------------------------- */

static double known(uint64_t value)
{
    return value == CPROF_UNKNOWN ? 0 : (double)value;
}

/* The run is what a profile says of the whole program, as in its report, or the sum of
 * own times.  Where nobody has any, only totals were measured, and each stands for the
 * function itself: the largest is the run. */
static void measure_run(struct cprof_analyzer *analyzer)
{
    double self = 0, largest = 0;
    for (size_t idx = 0; idx < analyzer->function_count; idx++) {
        const struct cprof_function *function = &analyzer->functions[idx].numbers;
        self += known(function->self_ns);
        if (known(function->total_ns) > largest)
            largest = known(function->total_ns);
    }
    if (analyzer->run_ns <= 0)
        analyzer->run_ns = self > 0 ? self : largest;
    for (size_t idx = 0; self <= 0 && idx < analyzer->function_count; idx++)
        analyzer->functions[idx].numbers.self_ns = analyzer->functions[idx].numbers.total_ns;
    for (size_t idx = 0; idx < analyzer->hotspot_count; idx++) {
        analyzer->run_count += known(analyzer->hotspots[idx].count);
        analyzer->run_bytes += known(analyzer->hotspots[idx].total_bytes);
        analyzer->run_live += known(analyzer->hotspots[idx].current_bytes);
    }
}

/* ---- Issues --------------------------------------------------------------- */

struct cprof_issue *advice_issue(struct cprof_analyzer *analyzer, enum cprof_rule rule,
                                 double share_percent, enum cprof_severity worst)
{
    if (!array_reserve(&analyzer->issues, &analyzer->issue_capacity, analyzer->issue_count + 1,
                       sizeof *analyzer->issues)) {
        analyzer->failed = true;
        return NULL;
    }
    int severity = worst;
    while (severity < CPROF_SEVERITY_COUNT - 1 && share_percent < severities[severity].least)
        severity++;
    struct cprof_issue *issue = &analyzer->issues[analyzer->issue_count++];
    *issue = (struct cprof_issue){.rule = rule,
                                  .severity = (enum cprof_severity)severity,
                                  .category = rules[rule].category,
                                  .function = "",
                                  .file = "",
                                  .description = "",
                                  .recommendation = rules[rule].recommendation,
                                  .example = rules[rule].example,
                                  .share_percent = share_percent,
                                  .max_gain_percent = -1};
    return issue;
}

void advice_evidence(struct cprof_issue *issue, const char *name, double value)
{
    if (issue->evidence_count < CPROF_EVIDENCE_MAX)
        issue->evidence[issue->evidence_count++] =
            (struct cprof_evidence){.name = name, .value = value};
}

void advice_describe(struct cprof_analyzer *analyzer, struct cprof_issue *issue, const char *format,
                     ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    issue->description = keep(analyzer, text);
}

static int compare_issues(const void *left_ptr, const void *right_ptr)
{
    const struct cprof_issue *left = left_ptr, *right = right_ptr;
    if (left->severity != right->severity)
        return left->severity < right->severity ? -1 : 1;
    if (left->max_gain_percent != right->max_gain_percent)
        return left->max_gain_percent > right->max_gain_percent ? -1 : 1;
    if (left->share_percent != right->share_percent)
        return left->share_percent > right->share_percent ? -1 : 1;
    int order = (int)left->rule - (int)right->rule;
    if (!order)
        order = strcmp(left->function, right->function);
    if (!order)
        order = strcmp(left->file, right->file);
    return order ? order : (left->line < right->line ? -1 : left->line > right->line);
}

struct cprof_analyzer *advice_finish(struct cprof_analyzer *analyzer)
{
    measure_run(analyzer);
    if (!analyzer->failed)
        advice_detect(analyzer);
    if (analyzer->failed) {
        cprof_analyzer_free(analyzer);
        return NULL;
    }
    if (analyzer->issue_count)
        qsort(analyzer->issues, analyzer->issue_count, sizeof *analyzer->issues, compare_issues);
    return analyzer;
}

struct cprof_analyzer *cprof_analyzer_new(const struct cprof_function *functions, size_t count,
                                          const struct cprof_hotspot *allocations,
                                          size_t allocation_count)
{
    struct cprof_analyzer *analyzer = advice_new();
    if (!analyzer)
        return NULL;
    analyzer->ended = true;
    for (size_t idx = 0; idx < count; idx++)
        advice_add_function(analyzer, &(struct advice_function){.numbers = functions[idx]});
    for (size_t idx = 0; idx < allocation_count; idx++)
        advice_add_hotspot(analyzer, &allocations[idx]);
    return advice_finish(analyzer);
}

const struct cprof_issue *cprof_analyzer_issues(const struct cprof_analyzer *analyzer,
                                                size_t *count)
{
    *count = analyzer->issue_count;
    return analyzer->issues;
}
