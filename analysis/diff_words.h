/* Numbers of a diff as words, the same in text and Markdown.  Each function writes
 * into its buffer and returns it.
 */
#ifndef CPROF_ANALYSIS_DIFF_WORDS_H
#define CPROF_ANALYSIS_DIFF_WORDS_H

#include "number.h"

#include <cprof/cprof.h>

#define DIFF_TEXT_SIZE 256
#define DIFF_PLACE_SIZE 300

const char *diff_value(char buf[DIFF_TEXT_SIZE], enum cprof_metric metric, double value,
                       bool unicode);

/* The same of a diff, whose times may be another profiler's unit. */
const char *diff_amount(char buf[DIFF_TEXT_SIZE], const struct cprof_diff *diff,
                        enum cprof_metric metric, double value, bool unicode);

/* "+3.2 %"; "new" for a change from nothing. */
const char *diff_percent(char buf[DIFF_TEXT_SIZE], double percent);

/* "+1.0 to +5.4 %", "exact", or "" where nothing is known. */
const char *diff_interval(char buf[DIFF_TEXT_SIZE], const struct cprof_diff_change *change);

/* "0.012", "<0.0001", "" for what is exact. */
const char *diff_p(char buf[DIFF_TEXT_SIZE], const struct cprof_diff_change *change);

/* "95 %" */
const char *diff_confidence(char buf[DIFF_TEXT_SIZE], const struct cprof_diff_facts *facts);

/* ": 1.03 times as fast (1.01 to 1.05, p 0.002)" of the whole program, or why not. */
const char *diff_speedup(char buf[DIFF_TEXT_SIZE], const struct cprof_diff_facts *facts);

/* Of the functions that count as a part of a change's, how many are named. */
#define DIFF_MOST_WITH 3

/* " and 2 more" behind them, or "". */
const char *diff_more(char buf[DIFF_TEXT_SIZE], const struct cprof_diff_change *change);

/* What "with" means, and what is to be known where contexts are not. */
extern const char diff_with_sentence[], diff_lost_sentence[];

/* "file:line" without folders, "" if unknown. */
const char *diff_place(char buf[DIFF_PLACE_SIZE], const char *file, uint32_t line);

#endif
