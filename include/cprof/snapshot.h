/* Contract 3, snapshot and comparison: the numbers of a run, kept, and two of
 * them held against each other.  A part of cprof.h, which includes it.
 *
 * A snapshot has a name, a value of every metric for the whole program and for
 * each function.  It is made from a profile, from what a program measured by
 * hand, from the running program itself, or entry by entry, and can be saved.
 * A comparison of two is plain arithmetic on single values: it knows no noise and
 * makes no claim about it.  `cprof diff` puts statistics on top.
 */
#ifndef CPROF_SNAPSHOT_H
#define CPROF_SNAPSHOT_H

#include <cprof/cprof.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Snapshot ------------------------------------------------------------- */

/* What is called the whole program in comparisons. */
#define CPROF_WHOLE_PROGRAM "[whole program]"

/* A function's values by metric, or the whole program's.  Times are nanoseconds,
 * sizes bytes; CPROF_UNKNOWN where the source was off. */
struct cprof_entry {
    const char *name;
    const char *file; /* "" or NULL: unknown */
    uint32_t line;    /* 0: unknown */
    uint64_t values[CPROF_METRIC_COUNT];
};

/* An entry of which nothing is known yet. */
struct cprof_entry cprof_entry_unknown(const char *name);

/* An empty one.  NULL only when there is no memory. */
struct cprof_snapshot *cprof_snapshot_new(const char *name);
void cprof_snapshot_free(struct cprof_snapshot *snapshot);

/* What this process has measured of itself so far: its own profile, with the calls
 * that are open, where it was built with the plugin; else what the calling thread's
 * profiler and tracker have.  NULL only when there is no memory; where there is
 * nothing to capture the snapshot is empty and its note says so. */
struct cprof_snapshot *cprof_snapshot_capture(const char *name);

/* A sentence about what is missing, or NULL; and setting it (NULL: none). */
const char *cprof_snapshot_note(const struct cprof_snapshot *snapshot);
void cprof_snapshot_set_note(struct cprof_snapshot *snapshot, const char *note);

const char *cprof_snapshot_name(const struct cprof_snapshot *snapshot);

/* Adds an entry; the texts are copied. */
enum cprof_status cprof_snapshot_add(struct cprof_snapshot *snapshot,
                                     const struct cprof_entry *entry, struct cprof_error *error);

/* Sets a value of the whole program; CPROF_UNKNOWN takes it back. */
void cprof_snapshot_set(struct cprof_snapshot *snapshot, enum cprof_metric metric, uint64_t value);

/* Adds all functions of a profile that were called, and its contexts as the tree.  The whole
 * program's total time is the time from the first start to the last end; its self time that of all
 * threads together. */
enum cprof_status cprof_snapshot_add_profile(struct cprof_snapshot *snapshot,
                                             struct cprof_profile *profile,
                                             struct cprof_error *error);

/* The whole program's values.  What nobody has set follows from the functions:
 * the sum of their self times, calls and allocations; for the total time the sum
 * of self times or, without these, the largest total; unknown for the peak. */
struct cprof_entry cprof_snapshot_whole(const struct cprof_snapshot *snapshot);

/* The functions in the order in which they were added; false past the last. */
size_t cprof_snapshot_count(const struct cprof_snapshot *snapshot);
bool cprof_snapshot_at(const struct cprof_snapshot *snapshot, size_t idx,
                       struct cprof_entry *entry);

/* The call tree, or NULL: the snapshot's until it is freed or given another one. */
const struct cprof_tree *cprof_snapshot_tree(const struct cprof_snapshot *snapshot);

/* Gives it a copy of the tree; NULL: none. */
enum cprof_status cprof_snapshot_set_tree(struct cprof_snapshot *snapshot,
                                          const struct cprof_tree *tree, struct cprof_error *error);

/* The document that `save` writes. */
enum cprof_status cprof_snapshot_json(const struct cprof_snapshot *snapshot,
                                      const struct cprof_sink *sink, struct cprof_error *error);

/* Saves as JSON; an older file of that name is replaced whole or not at all. */
enum cprof_status cprof_snapshot_save(const struct cprof_snapshot *snapshot, const char *path,
                                      struct cprof_error *error);

/* What was saved, in *snapshot, to be freed; NULL when it cannot be read. */
enum cprof_status cprof_snapshot_load(struct cprof_snapshot **snapshot, const char *path,
                                      struct cprof_error *error);
/* The same from memory; `name` is used in errors. */
enum cprof_status cprof_snapshot_load_bytes(struct cprof_snapshot **snapshot, const char *name,
                                            const void *bytes, size_t len,
                                            struct cprof_error *error);

/* ---- Comparison ------------------------------------------------------------
 * Functions are the same when their names are, wherever they stand; of several
 * with one name those of the same file and line, then of the same file's name in
 * the order of their lines, then in order. */

struct cprof_change {
    const char *function; /* CPROF_WHOLE_PROGRAM for the whole program */
    const char *file;     /* after; "" if unknown */
    uint32_t line;
    enum cprof_metric metric;
    uint64_t before, after;
    double percent; /* 100 * (after - before) / before: negative is better, infinite from 0 */
};

struct cprof_comparison;

/* Keeps what it needs: the snapshots may be freed at once.  The first is the
 * baseline.  NULL only when there is no memory. */
struct cprof_comparison *cprof_comparison_new(const struct cprof_snapshot *before,
                                              const struct cprof_snapshot *after);
void cprof_comparison_free(struct cprof_comparison *comparison);

/* The whole program's total time before by that after: above 1 is faster, infinite
 * when there is none after.  Negative: unknown, on either side or none on both. */
double cprof_comparison_speedup(const struct cprof_comparison *comparison);

/* The changes for the better and for the worse, of every metric that both sides
 * know: the whole program's first, then the functions' by how much it is, times
 * before counts before bytes.  An array of *count items that is the comparison's. */
const struct cprof_change *cprof_comparison_improvements(const struct cprof_comparison *comparison,
                                                         size_t *count);
const struct cprof_change *cprof_comparison_regressions(const struct cprof_comparison *comparison,
                                                        size_t *count);

/* Functions that only the second, or only the first snapshot has. */
bool cprof_comparison_added(const struct cprof_comparison *comparison, size_t idx,
                            struct cprof_entry *entry);
bool cprof_comparison_removed(const struct cprof_comparison *comparison, size_t idx,
                              struct cprof_entry *entry);

/* Functions that both have, for those who compare in another way. */
bool cprof_comparison_pair(const struct cprof_comparison *comparison, size_t idx,
                           struct cprof_entry *before, struct cprof_entry *after);

/* All of it for people. */
enum cprof_status cprof_comparison_report(const struct cprof_comparison *comparison,
                                          const struct cprof_style *style,
                                          const struct cprof_sink *sink, struct cprof_error *error);

#ifdef __cplusplus
}
#endif

#endif
