/* The inside of the analyzer; the interface is cprof/advice.h.
 *
 *   advice_profile.c  a profile -> facts
 *   advice.c          the handle, facts by hand, order of the issues
 *   advice_rules.c    facts -> issues, a detector for each rule of advice.def
 *   advice_text.c, advice_json.c  issues for people and for scripts
 */
#ifndef CPROF_ANALYSIS_ADVICE_H
#define CPROF_ANALYSIS_ADVICE_H

#include <cprof/cprof.h>

#include "texts.h"

struct advice_function {
    struct cprof_function numbers; /* self_ns is what rules on time go by */
    uint32_t site_flags;           /* CPROF_SITE_*; 0 by hand */
    uint32_t statements;           /* its size in the compiler's own; 0: unknown */
    bool called_from_elsewhere;    /* by a function of another file */
};

/* A place in the source that calls, and what went over it and the other places in
 * the same function that call the same. */
struct advice_call {
    uint32_t caller, callee; /* functions */
    const char *file;
    uint32_t line;
    uint32_t loop_depth;
    bool placeless; /* through a pointer, or code without the plugin: file and line are
                     * the caller's, and loops not known */
    uint64_t calls;
    double total_ns;
};

struct cprof_analyzer {
    struct texts texts;
    struct advice_function *functions;
    size_t function_count, function_capacity;
    struct cprof_hotspot *hotspots;
    size_t hotspot_count, hotspot_capacity;
    struct advice_call *calls;
    size_t call_count, call_capacity;
    bool knows_calls; /* where calls stand is known: silence about a loop means none */
    bool ended;       /* what is live now was never freed */
    double run_ns;    /* what shares of time are of */
    double run_count, run_bytes, run_live; /* allocations, their bytes, what is live */
    struct cprof_issue *issues;
    size_t issue_count, issue_capacity;
    bool failed; /* no memory */
};

struct cprof_analyzer *advice_new(void);

/* Adds a fact; texts are copied. */
void advice_add_function(struct cprof_analyzer *analyzer, const struct advice_function *function);
void advice_add_hotspot(struct cprof_analyzer *analyzer, const struct cprof_hotspot *hotspot);

/* Runs all rules and orders what they found.  The analyzer, or NULL, freed, when
 * memory was short at any time. */
struct cprof_analyzer *advice_finish(struct cprof_analyzer *analyzer);

/* A new issue, for the rules, or NULL.  `worst` is the most severe it may be. */
struct cprof_issue *advice_issue(struct cprof_analyzer *analyzer, enum cprof_rule rule,
                                 double share_percent, enum cprof_severity worst);
void advice_evidence(struct cprof_issue *issue, const char *name, double value);
__attribute__((format(printf, 3, 4))) void advice_describe(struct cprof_analyzer *analyzer,
                                                           struct cprof_issue *issue,
                                                           const char *format, ...);

const char *advice_title(enum cprof_rule rule);

/* Every rule of advice.def. */
void advice_detect(struct cprof_analyzer *analyzer);

#endif
