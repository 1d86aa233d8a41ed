/* Contract 3, budgets: what runs may take at most, line by line.  A part of cprof.h,
 * which includes it.
 *
 *   parse_json: total_time < 20ms          a function, or a glob over names
 *   *: alloc_count <= baseline + 0         every function, against the baseline
 *   sort*: self_time <= baseline + 5%
 *   call_count < 1000000                   the whole program
 *   leaks == 0
 *   speedup >= 1.0                         of the whole program, baseline / candidate
 *   # a comment
 *
 * The operators are < <= > >= == !=; units ns us ms s, B KiB MiB GiB, and % behind
 * baseline.  What varies from run to run fails only where it clearly does: where no
 * value of its interval would do, or, against a baseline, where the diff calls it.
 */
#ifndef CPROF_BUDGET_H
#define CPROF_BUDGET_H

#include <cprof/cprof.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cprof_budget;

/* Reads budgets; `name` is used in errors, which name the line (CPROF_INPUT).  To be
 * freed. */
enum cprof_status cprof_budget_read(struct cprof_budget **budget, const char *name,
                                    const char *text, size_t len, struct cprof_error *error);
enum cprof_status cprof_budget_read_path(struct cprof_budget **budget, const char *path,
                                         struct cprof_error *error);
void cprof_budget_free(struct cprof_budget *budget);

/* Whether a line speaks of a baseline or of a speed-up. */
bool cprof_budget_needs_baseline(const struct cprof_budget *budget);

/* A budget that did not hold, or could not be told. */
struct cprof_excess {
    uint32_t line;
    const char *text;     /* the line */
    const char *function; /* that it failed for */
    const char *reason;   /* "is 25.1 ms", "was not measured", ... */
};

/* Holds the candidate's runs against the budgets; the baseline may have none where no
 * line needs it.  CPROF_OK, also when some do not hold: ask cprof_budget_excess. */
enum cprof_status cprof_budget_check(struct cprof_budget *budget, struct cprof_diff *diff,
                                     struct cprof_error *error);

size_t cprof_budget_lines(const struct cprof_budget *budget);

/* Excess `idx` of the last check; false past the last. */
bool cprof_budget_excess(const struct cprof_budget *budget, size_t idx,
                         struct cprof_excess *excess);

/* The lines that failed, and a sentence over all of them. */
enum cprof_status cprof_budget_text(const struct cprof_budget *budget,
                                    const struct cprof_style *style, const struct cprof_sink *sink,
                                    struct cprof_error *error);
enum cprof_status cprof_budget_json(const struct cprof_budget *budget,
                                    const struct cprof_sink *sink, struct cprof_error *error);

#ifdef __cplusplus
}
#endif

#endif
