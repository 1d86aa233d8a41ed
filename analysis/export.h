/* The formats of other tools: one function a format, one file a function, and
 * what they share.  Called through cprof_export alone.
 *
 * All of them show the same contexts with the same numbers: a context's own
 * amount is its self time and its own calls, rounded once, so that the sums that
 * the other tool makes are ours.
 */
#ifndef CPROF_ANALYSIS_EXPORT_H
#define CPROF_ANALYSIS_EXPORT_H

#include "model.h"
#include "writer.h"

/* Writes one document; the model is finished. */
#define CPROF_EXPORT(name, word, function, meaning)                                                \
    enum cprof_status function(struct cprof_profile *profile,                                      \
                               const struct cprof_export_options *options,                         \
                               const struct cprof_sink *sink, struct cprof_error *error);
#include <cprof/export.def>
#undef CPROF_EXPORT

/* A number that contexts have. */
enum export_kind {
    EXPORT_TIME,
    EXPORT_CALLS,
    EXPORT_ALLOCATIONS,
    EXPORT_ALLOCATED, /* bytes */
    EXPORT_LIVE,      /* blocks, at the end or now */
    EXPORT_LIVE_BYTES,
    EXPORT_PEAK_BYTES, /* that were live at the program's peak; only where asked for */
    EXPORT_METRICS
};

struct export_metric {
    const char *name; /* "time", "calls", ...; as pprof has them */
    const char *unit; /* as pprof writes it: "nanoseconds", "count", "bytes" */
    enum export_kind kind;
};

/* Fills `metrics` with those that are known; returns how many.  Time first. */
size_t export_metrics(const struct cprof_profile *profile,
                      struct export_metric metrics[EXPORT_METRICS]);

/* The one metric for formats with a single number. */
struct export_metric export_metric_asked(const struct cprof_profile *profile,
                                         const struct cprof_export_options *options);

/* A context's own amount, without its callees'. */
uint64_t export_own(const struct cprof_profile *profile, uint32_t context,
                    const struct export_metric *metric);

/* All contexts' own amounts. */
uint64_t export_whole(const struct cprof_profile *profile, const struct export_metric *metric);

#endif
