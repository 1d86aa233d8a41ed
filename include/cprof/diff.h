/* Contract 3, diff: two builds compared by runs of each, noise considered.  A part
 * of cprof.h, which includes it.
 *
 * A side is one or more runs of a build, the baseline's first.  What is the same in
 * all runs of a side (calls, allocations, bytes, mostly) is compared exactly.  Times,
 * and counts that vary from run to run, are tested: by Mann and Whitney's test with
 * Hodges and Lehmann's interval; by Welch's where there are too few runs for ranks;
 * with one run a side by a noise that is assumed.  Holm's correction holds the chance
 * of any false claim in a whole diff below 1 - confidence.  docs/adr/0030 tells why.
 *
 * Ownership and errors as in cprof.h.
 */
#ifndef CPROF_DIFF_H
#define CPROF_DIFF_H

#include <cprof/cprof.h>

#ifdef __cplusplus
extern "C" {
#endif

enum cprof_verdict {
    CPROF_VERDICT_UNCLEAR, /* more runs would tell */
    CPROF_VERDICT_SAME,    /* any difference is smaller than what is worth a word */
    CPROF_VERDICT_FASTER,
    CPROF_VERDICT_SLOWER
};

/* "unclear", "same", "faster", "slower" */
const char *cprof_verdict_word(enum cprof_verdict verdict);

struct cprof_diff_options {
    double confidence;    /* 0.95 */
    double least_effect;  /* 1: percent of a value that a change has to have */
    double least_share;   /* 0.5: percent of the run that a function has to have */
    double assumed_noise; /* 10: percent, deviation of a single run of a build */
};

struct cprof_diff_options cprof_diff_defaults(void);

struct cprof_diff;

/* NULL options: the defaults.  NULL only when there is no memory. */
struct cprof_diff *cprof_diff_new(const struct cprof_diff_options *options);
void cprof_diff_free(struct cprof_diff *diff);

/* Adds a run, which may be merged of several processes, to a side.  What a snapshot
 * knows nothing of (compiler, build) is "" in facts. */
enum cprof_status cprof_diff_add_profile(struct cprof_diff *diff, enum cprof_side side,
                                         struct cprof_profile *profile, struct cprof_error *error);
enum cprof_status cprof_diff_add_snapshot(struct cprof_diff *diff, enum cprof_side side,
                                          const struct cprof_snapshot *snapshot,
                                          struct cprof_error *error);

/* What a side is called in facts, where its runs do not say. */
enum cprof_status cprof_diff_describe(struct cprof_diff *diff, enum cprof_side side,
                                      const char *program, const char *build_id,
                                      const char *compiler, struct cprof_error *error);

/* What a side is: texts of its first run. */
struct cprof_diff_side {
    const char *program;
    const char *build_id;
    const char *compiler;
    size_t runs;
    double total_ns; /* median of the run's time; negative: unknown */
};

struct cprof_diff_facts {
    struct cprof_diff_side sides[CPROF_SIDE_COUNT];
    double speedup;                   /* before / after; negative: unknown */
    double speedup_low, speedup_high; /* where it is with `confidence`; 0 and infinity: anywhere */
    double p;                         /* of no difference, corrected; negative: not tested */
    enum cprof_verdict verdict;
    double confidence;  /* as in the options */
    size_t tests;       /* that the correction is for */
    size_t same;        /* tested values with the verdict "same" */
    const char *method; /* a sentence */
};

/* CPROF_USAGE when a side has no run. */
enum cprof_status cprof_diff_facts(struct cprof_diff *diff, struct cprof_diff_facts *facts,
                                   struct cprof_error *error);

struct cprof_diff_change {
    const char *function; /* CPROF_WHOLE_PROGRAM for the whole program */
    const char *file;     /* of the candidate */
    uint32_t line;
    enum cprof_metric metric;
    double before, after; /* medians over the runs */
    double percent;       /* negative is better; infinite from 0 */
    double low, high;     /* where `percent` is with `confidence`; may be infinite */
    double p;             /* corrected; 0 for what is exact */
    bool exact;           /* the same in all runs of a side */
    bool relative;        /* to the rest of the run, whose speed as a whole varied */
    /* Functions that one build alone has, as when the other inlined them: what they
     * took themselves when this function called them counts as its own, on both sides.
     * The most of it first. */
    const char *const *with;
    size_t with_count;
};

enum cprof_diff_list { CPROF_DIFF_REGRESSIONS, CPROF_DIFF_IMPROVEMENTS, CPROF_DIFF_UNCLEAR };

/* The changes of a list: the whole program's first, then times by how much of the run
 * they are, then exact metrics.  What is unclear may be noise.  An array of *count
 * items that is the diff's; NULL and 0 before cprof_diff_facts. */
const struct cprof_diff_change *cprof_diff_changes(const struct cprof_diff *diff,
                                                   enum cprof_diff_list list, size_t *count);

/* Functions that only the candidate, or only the baseline, has; values are medians.
 * Where a caller is compared, they are parts of it: `with` of its changes. */
bool cprof_diff_added(const struct cprof_diff *diff, size_t idx, struct cprof_entry *entry);
bool cprof_diff_removed(const struct cprof_diff *diff, size_t idx, struct cprof_entry *entry);

/* All of it: for people, for a pull request, for scripts. */
struct cprof_diff_text_options {
    size_t top; /* changes a list; 0: all */
    struct cprof_style style;
};

enum cprof_status cprof_diff_text(struct cprof_diff *diff,
                                  const struct cprof_diff_text_options *options,
                                  const struct cprof_sink *sink, struct cprof_error *error);
enum cprof_status cprof_diff_markdown(struct cprof_diff *diff,
                                      const struct cprof_diff_text_options *options,
                                      const struct cprof_sink *sink, struct cprof_error *error);
/* One page for a browser; with the differential flamegraph where both profiles, of which
 * each may be merged of a side's runs, are not NULL. */
enum cprof_status cprof_diff_html(struct cprof_diff *diff, struct cprof_profile *baseline,
                                  struct cprof_profile *candidate, const struct cprof_sink *sink,
                                  struct cprof_error *error);
enum cprof_status cprof_diff_json(struct cprof_diff *diff, const struct cprof_sink *sink,
                                  struct cprof_error *error);

#ifdef __cplusplus
}
#endif

#endif
