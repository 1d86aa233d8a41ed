/* The inside of a history, for history.c and its renderers; the interface is
 * cprof/history.h.
 *
 * Tables (history.c has them as SQL):
 *   builds     one row a build, with sums over its runs, so that a list reads nothing else
 *   profiles   one row a run; its numbers as a compressed snapshot (snapshot_json.c)
 *   functions  names, by a hash of name and file
 *   trends     one row a function and build, with sums over the runs by metric
 * Ids are hashes of what they stand for: machines add without asking each other.
 */
#ifndef CPROF_ANALYSIS_HISTORY_H
#define CPROF_ANALYSIS_HISTORY_H

#include <cprof/cprof.h>

#include "database.h"
#include "texts.h"

struct cprof_history {
    struct database *database;
    struct texts texts; /* of what was handed out */
    struct cprof_build *builds;
    size_t build_count, build_capacity;
    struct cprof_trend_point *points;
    size_t point_count, point_capacity;
    double degrees, quantile; /* of Student's distribution, computed last */
};

#endif
