/* Contract 3, history: the runs of many builds in a store, to list, to compare and to
 * follow a function over them.  A part of cprof.h, which includes it.
 *
 * A store is an SQLite file, made where there is none, or a PostgreSQL database named
 * by a postgresql:// URL, for a team whose CI runs on many machines.  The tables are
 * the same.  A build is what has one program, build id, compiler, flags and revision;
 * builds are in the order in which they were first run.
 *
 * Ownership and errors as in cprof.h; what a function hands out lives until the next
 * call with the same handle.
 */
#ifndef CPROF_HISTORY_H
#define CPROF_HISTORY_H

#include <cprof/cprof.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cprof_history;

/* Opens a store.  ":memory:" is one that nobody else sees and that ends with it. */
enum cprof_status cprof_history_open(struct cprof_history **history, const char *store,
                                     struct cprof_error *error);
void cprof_history_close(struct cprof_history *history);

/* What a profile does not know of its build; NULL or "": unknown. */
struct cprof_history_about {
    const char *revision; /* of the source */
    const char *flags;    /* that it was compiled with */
};

/* Adds a run.  *added is false, and nothing changes, where the store has it already. */
enum cprof_status cprof_history_add(struct cprof_history *history, struct cprof_profile *profile,
                                    const struct cprof_history_about *about, bool *added,
                                    struct cprof_error *error);

struct cprof_build {
    int64_t id; /* in the store */
    const char *program, *build_id, *compiler, *flags, *revision;
    uint64_t first_ns; /* its first run began, since 1970 */
    uint64_t runs;
    double wall_ns;    /* mean of its runs; negative: unknown */
    double wall_error; /* half of the 95 % interval of the mean; negative: unknown */
};

/* The builds of a program (NULL: all), newest first, at most `most` (0: all). */
enum cprof_status cprof_history_builds(struct cprof_history *history, const char *program,
                                       size_t most, const struct cprof_build **builds,
                                       size_t *count, struct cprof_error *error);

/* Adds all runs of a build to a side.  `word` is "@latest", "@previous", "@N" (the N-th
 * before the latest), or "@" and the beginning of a revision or a build id.  NULL for
 * the program means that of the latest build. */
enum cprof_status cprof_history_compare(struct cprof_history *history, const char *program,
                                        const char *word, struct cprof_diff *diff,
                                        enum cprof_side side, struct cprof_error *error);

/* A function in one build. */
struct cprof_trend_point {
    struct cprof_build build;
    double value; /* mean over the runs: nanoseconds, calls, bytes */
    double error; /* half of the 95 % interval of the mean; negative: one run */
};

/* A function over the newest `most` builds (0: all) of a program, oldest first; those
 * that did not call it are left out. */
enum cprof_status cprof_history_trend(struct cprof_history *history, const char *program,
                                      const char *function, enum cprof_metric metric, size_t most,
                                      const struct cprof_trend_point **points, size_t *count,
                                      struct cprof_error *error);

/* ---- Rendering -------------------------------------------------------------- */

enum cprof_status cprof_history_text(struct cprof_history *history, const char *program,
                                     size_t most, const struct cprof_style *style,
                                     const struct cprof_sink *sink, struct cprof_error *error);
enum cprof_status cprof_history_json(struct cprof_history *history, const char *program,
                                     size_t most, const struct cprof_sink *sink,
                                     struct cprof_error *error);

/* What trend is asked for. */
struct cprof_trend_options {
    const char *program; /* NULL: of the latest build */
    const char *function;
    enum cprof_metric metric;
    size_t most; /* builds, the newest; 0: all */
    struct cprof_style style;
};

enum cprof_status cprof_trend_text(struct cprof_history *history,
                                   const struct cprof_trend_options *options,
                                   const struct cprof_sink *sink, struct cprof_error *error);
enum cprof_status cprof_trend_json(struct cprof_history *history,
                                   const struct cprof_trend_options *options,
                                   const struct cprof_sink *sink, struct cprof_error *error);
/* A picture: the means as a line, their intervals as bars. */
enum cprof_status cprof_trend_svg(struct cprof_history *history,
                                  const struct cprof_trend_options *options,
                                  const struct cprof_sink *sink, struct cprof_error *error);

#ifdef __cplusplus
}
#endif

#endif
