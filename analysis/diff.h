/* The inside of a diff.
 *
 *   diff.c          the handle: runs of both sides, functions matched
 *   diff_contexts.c what one build inlined counts as its caller's in both
 *   diff_verdict.c  what is tested and what comes of it
 *   diff_text.c, diff_markdown.c, diff_json.c  renderers
 *
 * The interface is cprof/diff.h.
 */
#ifndef CPROF_ANALYSIS_DIFF_H
#define CPROF_ANALYSIS_DIFF_H

#include <cprof/cprof.h>

#include "diff_contexts.h"
#include "model.h"
#include "snapshot.h"

#define DIFF_NONE SIZE_MAX

/* One run of a side. */
struct diff_run {
    struct cprof_snapshot *snapshot;
    size_t *places;                /* of its entries, in the side's `known` */
    double *errors;                /* of the entries' self times, in percent; NULL: none is known */
    struct diff_context *contexts; /* NULL: a snapshot's are not known */
    size_t context_count;
    struct diff_inlined *inlined;
    size_t inlined_count;
    struct diff_inlined *tails; /* what functions jump to at their end */
    size_t tail_count;
};

struct diff_half {
    struct diff_run *runs;
    size_t count, capacity;
    struct cprof_snapshot *known; /* the functions of all runs; values of the last */
    char *program, *build_id, *compiler;
    size_t *subject_at; /* of `known`; set by diff_finish */
};

/* A function of either side or of both; the first is the whole program. */
struct diff_subject {
    const char *name, *file;
    uint32_t line;
    bool in[CPROF_SIDE_COUNT];
    const char **parts; /* functions whose own values count as this one's, NULL: none */
    size_t part_count;
};

struct diff_list {
    struct cprof_diff_change *items;
    size_t count, capacity;
};

struct cprof_diff {
    struct cprof_diff_options options;
    struct diff_half sides[CPROF_SIDE_COUNT];
    char unit[MODEL_UNIT_SIZE]; /* of all times; "": nanoseconds */
    bool finished;
    /* Set by diff_finish. */
    struct diff_subject *subjects;
    size_t subject_count;
    size_t run_count;   /* of both sides; the baseline's come first */
    uint64_t *values;   /* [subject][metric][run], as they are compared; CPROF_UNKNOWN */
    uint64_t *measured; /* the same as the runs say */
    const char **parts; /* of all subjects */
    size_t part_count;
    bool lost_parts; /* a run without contexts has functions that one side alone has */
    double *errors;  /* [subject][run], of self time in percent; 0: none is known */
    struct diff_list lists[3];
    size_t *added, *removed; /* subjects */
    size_t added_count, removed_count;
    struct cprof_diff_facts facts;
};

/* Lays the values out, without what compares them, for those who ask for one side. */
enum cprof_status diff_lay_out(struct cprof_diff *diff, struct cprof_error *error);

/* Brings everything "set by diff_finish" up to date. */
enum cprof_status diff_finish(struct cprof_diff *diff, struct cprof_error *error);

/* The second half of it, once the values are there.  False: no memory. */
bool diff_judge(struct cprof_diff *diff);

/* The values of a metric of a subject, run by run. */
static inline const uint64_t *diff_values(const struct cprof_diff *diff, size_t subject,
                                          enum cprof_metric metric)
{
    return diff->values + (subject * CPROF_METRIC_COUNT + metric) * diff->run_count;
}

/* The same without what counts as a function's because a build inlined it. */
static inline const uint64_t *diff_measured(const struct cprof_diff *diff, size_t subject,
                                            enum cprof_metric metric)
{
    return diff->measured + (subject * CPROF_METRIC_COUNT + metric) * diff->run_count;
}

/* The median over the runs of a side, as they are compared; negative: unknown. */
double diff_median(const struct cprof_diff *diff, size_t subject, enum cprof_metric metric,
                   enum cprof_side side);

#endif
