/* Finds the format and shares what formats need; see export.h. */
#include "export.h"

#include "fault.h"
#include "heap.h"
#include "stats.h"

typedef enum cprof_status export_function(struct cprof_profile *profile,
                                          const struct cprof_export_options *options,
                                          const struct cprof_sink *sink, struct cprof_error *error);

struct export_row {
    const char *word, *meaning;
    export_function *write;
};

static const struct export_row rows[] = {
#define CPROF_EXPORT(name, word, function, meaning) {word, meaning, function},
#include <cprof/export.def>
#undef CPROF_EXPORT
};

const char *cprof_export_word(enum cprof_export format)
{
    return (unsigned)format < CPROF_EXPORT_COUNT ? rows[format].word : NULL;
}

const char *cprof_export_meaning(enum cprof_export format)
{
    return (unsigned)format < CPROF_EXPORT_COUNT ? rows[format].meaning : NULL;
}

enum cprof_status cprof_export(struct cprof_profile *profile,
                               const struct cprof_export_options *options,
                               const struct cprof_sink *sink, struct cprof_error *error)
{
    if ((unsigned)options->format >= CPROF_EXPORT_COUNT)
        return fault_set(error, CPROF_USAGE, "export format %d does not exist; see export.def",
                         (int)options->format);
    enum cprof_status status = model_finish(profile, error);
    if (status != CPROF_OK)
        return status;
    bool allocations = options->metric == CPROF_METRIC_ALLOC_COUNT ||
                       options->metric == CPROF_METRIC_ALLOC_BYTES ||
                       options->metric == CPROF_METRIC_PEAK_BYTES;
    if (allocations && !heap_known(profile))
        return fault_set(error, CPROF_INPUT,
                         "the profile has no allocations; record one with CPROF_ALLOC=on");
    return rows[options->format].write(profile, options, sink, error);
}

/* The functions as JSON: scripts that know `report` know this. */
enum cprof_status export_json(struct cprof_profile *profile,
                              const struct cprof_export_options *options,
                              const struct cprof_sink *sink, struct cprof_error *error)
{
    (void)options;
    return cprof_report_json(profile, &(struct cprof_report_options){0}, sink, error);
}

enum cprof_status export_html(struct cprof_profile *profile,
                              const struct cprof_export_options *options,
                              const struct cprof_sink *sink, struct cprof_error *error)
{
    (void)options;
    return cprof_report_html(profile, &(struct cprof_page_options){0}, sink, error);
}

/* ---- Amounts -------------------------------------------------------------- */

static struct export_metric metric_of(const struct cprof_profile *profile, enum export_kind kind)
{
    static const struct export_metric metrics[] = {
        {"time", "nanoseconds", EXPORT_TIME},           {"calls", "count", EXPORT_CALLS},
        {"alloc_objects", "count", EXPORT_ALLOCATIONS}, {"alloc_space", "bytes", EXPORT_ALLOCATED},
        {"inuse_objects", "count", EXPORT_LIVE},        {"inuse_space", "bytes", EXPORT_LIVE_BYTES},
        {"peak_space", "bytes", EXPORT_PEAK_BYTES},
    };
    struct export_metric metric = metrics[kind];
    if (kind == EXPORT_TIME && *model_unit(profile)) {
        metric.name = model_unit(profile);
        metric.unit = "count";
    }
    return metric;
}

size_t export_metrics(const struct cprof_profile *profile,
                      struct export_metric metrics[EXPORT_METRICS])
{
    size_t count = 0;
    if (model_timed(profile))
        metrics[count++] = metric_of(profile, EXPORT_TIME);
    if (model_counted(profile) || count == 0)
        metrics[count++] = metric_of(profile, EXPORT_CALLS);
    if (heap_known(profile))
        for (int kind = EXPORT_ALLOCATIONS; kind <= EXPORT_LIVE_BYTES; kind++)
            metrics[count++] = metric_of(profile, (enum export_kind)kind);
    return count;
}

struct export_metric export_metric_asked(const struct cprof_profile *profile,
                                         const struct cprof_export_options *options)
{
    bool heap = heap_known(profile);
    switch (options->metric) {
    case CPROF_METRIC_CALLS:
        return metric_of(profile, model_counted(profile) ? EXPORT_CALLS : EXPORT_TIME);
    case CPROF_METRIC_ALLOC_COUNT:
    case CPROF_METRIC_ALLOC_BYTES:
    case CPROF_METRIC_PEAK_BYTES:
        if (heap)
            return metric_of(profile,
                             options->metric == CPROF_METRIC_ALLOC_COUNT   ? EXPORT_ALLOCATIONS
                             : options->metric == CPROF_METRIC_ALLOC_BYTES ? EXPORT_ALLOCATED
                                                                           : EXPORT_PEAK_BYTES);
        break;
    default:
        break;
    }
    return metric_of(profile, model_timed(profile) ? EXPORT_TIME : EXPORT_CALLS);
}

static uint64_t heap_own(const struct heap_numbers *numbers, enum export_kind kind)
{
    switch (kind) {
    case EXPORT_ALLOCATIONS:
        return numbers->count;
    case EXPORT_ALLOCATED:
        return numbers->bytes;
    case EXPORT_LIVE:
        return heap_live(numbers->count, numbers->freed_count);
    case EXPORT_LIVE_BYTES:
        return heap_live(numbers->bytes, numbers->freed_bytes);
    default:
        return heap_live(numbers->at_peak_bytes, 0);
    }
}

uint64_t export_own(const struct cprof_profile *profile, uint32_t context,
                    const struct export_metric *metric)
{
    const struct context *own = &profile->contexts[context];
    if (metric->kind == EXPORT_TIME)
        return stats_whole(own->measure.self);
    if (metric->kind == EXPORT_CALLS)
        return own->measure.calls;
    return own->heap ? heap_own(&profile->heaps[own->heap - 1], metric->kind) : 0;
}

uint64_t export_whole(const struct cprof_profile *profile, const struct export_metric *metric)
{
    uint64_t sum = 0;
    for (uint32_t at = MODEL_ROOT; at != MODEL_NONE; at = model_next(profile, at, true))
        sum += export_own(profile, at, metric);
    return sum;
}
