/* Finds the format and shares what formats need; see export.h. */
#include "export.h"

#include "fault.h"
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
    return status == CPROF_OK ? rows[options->format].write(profile, options, sink, error) : status;
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
    return cprof_report_html(profile, sink, error);
}

/* ---- Amounts -------------------------------------------------------------- */

static struct export_metric time_metric(const struct cprof_profile *profile)
{
    const char *unit = model_unit(profile);
    return (struct export_metric){
        .name = *unit ? unit : "time", .unit = *unit ? "count" : "nanoseconds", .time = true};
}

static const struct export_metric calls_metric = {.name = "calls", .unit = "count"};

size_t export_metrics(const struct cprof_profile *profile,
                      struct export_metric metrics[EXPORT_METRICS])
{
    size_t count = 0;
    if (model_timed(profile))
        metrics[count++] = time_metric(profile);
    if (model_counted(profile) || count == 0)
        metrics[count++] = calls_metric;
    return count;
}

struct export_metric export_metric_asked(const struct cprof_profile *profile,
                                         const struct cprof_export_options *options)
{
    struct export_metric metrics[EXPORT_METRICS];
    size_t count = export_metrics(profile, metrics);
    return options->metric == CPROF_METRIC_CALLS ? metrics[count - 1] : metrics[0];
}

uint64_t export_own(const struct cprof_profile *profile, uint32_t context,
                    const struct export_metric *metric)
{
    const struct measure *measure = &profile->contexts[context].measure;
    return metric->time ? stats_whole(measure->self) : measure->calls;
}

uint64_t export_whole(const struct cprof_profile *profile, const struct export_metric *metric)
{
    uint64_t sum = 0;
    for (uint32_t at = MODEL_ROOT; at != MODEL_NONE; at = model_next(profile, at, true))
        sum += export_own(profile, at, metric);
    return sum;
}
