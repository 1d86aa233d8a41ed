/* Contract 3, the analyzer: what in a run is worth changing, and how.  A part of
 * cprof.h, which includes it.
 *
 * The rules stand in advice.def.  Each is silent where the evidence is thin: short
 * runs, few calls, estimates that may be wrong.
 */
#ifndef CPROF_ADVICE_H
#define CPROF_ADVICE_H

#include <cprof/cprof.h>

#ifdef __cplusplus
extern "C" {
#endif

enum cprof_rule {
#define CPROF_RULE(name, detector, category, title, recommendation, example) CPROF_RULE_##name,
#include <cprof/advice.def>
#undef CPROF_RULE
    CPROF_RULE_COUNT
};

enum cprof_severity {
#define CPROF_SEVERITY(name, word, least) CPROF_SEVERITY_##name,
#include <cprof/severity.def>
#undef CPROF_SEVERITY
    CPROF_SEVERITY_COUNT
};

/* "critical", ...; NULL past the last. */
const char *cprof_severity_word(enum cprof_severity severity);

/* A number that an issue rests on, like "calls" or "share_percent". */
struct cprof_evidence {
    const char *name;
    double value;
};
#define CPROF_EVIDENCE_MAX 8

struct cprof_issue {
    enum cprof_rule rule;
    enum cprof_severity severity;
    const char *category; /* of the rule */
    const char *function;
    const char *file; /* "" if unknown */
    uint32_t line;
    const char *description;    /* a sentence with the numbers */
    const char *recommendation; /* what to do */
    const char *example;        /* lines of code */
    double share_percent;       /* of the run that it concerns: its time, or its allocations */
    double max_gain_percent;    /* the run gets at most this much shorter; negative: unknown */
    size_t evidence_count;
    struct cprof_evidence evidence[CPROF_EVIDENCE_MAX];
};

struct cprof_analyzer;

/* Of functions and allocations from anywhere, a profiler and a tracker for
 * instance; either may be none.  A member that is CPROF_UNKNOWN is left out of
 * account; a self time of 0 in all functions means that only totals are known.
 * NULL only when there is no memory. */
struct cprof_analyzer *cprof_analyzer_new(const struct cprof_function *functions, size_t count,
                                          const struct cprof_hotspot *allocations,
                                          size_t allocation_count);

/* Of a profile, whose call sites and facts from the compiler make for more rules.
 * NULL with *error filled. */
struct cprof_analyzer *cprof_analyzer_of_profile(struct cprof_profile *profile,
                                                 struct cprof_error *error);
void cprof_analyzer_free(struct cprof_analyzer *analyzer);

/* The issues, most severe first, then by what there is to gain: an array of *count
 * items that is the analyzer's. */
const struct cprof_issue *cprof_analyzer_issues(const struct cprof_analyzer *analyzer,
                                                size_t *count);

/* For people: the heading "Performance Analysis", then the issues by severity with
 * code examples, or that there are none. */
enum cprof_status cprof_analyzer_report(const struct cprof_analyzer *analyzer,
                                        const struct cprof_style *style,
                                        const struct cprof_sink *sink, struct cprof_error *error);

/* The array of `cprof advise --format json`. */
enum cprof_status cprof_analyzer_json(const struct cprof_analyzer *analyzer,
                                      const struct cprof_sink *sink, struct cprof_error *error);

#ifdef __cplusplus
}
#endif

#endif
