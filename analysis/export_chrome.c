/* Trace events, for chrome://tracing and Perfetto.  A profile has no timeline:
 * the aggregate is drawn as nested slices, callees side by side below their
 * caller, and the file says so wherever its reader may look.
 */
#include <stdlib.h>

#include "array.h"
#include "export.h"
#include "fault.h"
#include "json.h"
#include "stats.h"

#define AGGREGATE "sums over the whole run, not a timeline"

/* Trace events count in microseconds; three decimals keep the nanosecond. */
static void put_microseconds(struct json *json, const char *key, uint64_t nanoseconds)
{
    writer_format(json->writer, "%s\"%s\":%llu.%03u", json->begun ? "," : "", key,
                  (unsigned long long)(nanoseconds / 1000), (unsigned)(nanoseconds % 1000));
    json->begun = true;
}

static void put_process(struct json *json, const struct cprof_profile *profile, const char *event,
                        const char *suffix)
{
    json_line(json);
    json_open(json, NULL, '{');
    json_text(json, "ph", "M");
    json_text(json, "name", event);
    json_whole(json, "pid", 1);
    json_whole(json, "tid", 1);
    json_open(json, "args", '{');
    if (*suffix)
        json_text(json, "name", suffix);
    else
        json_text(json, "name", model_program(profile));
    json_close(json, '}');
    json_close(json, '}');
}

static void put_slice(struct json *json, const struct cprof_profile *profile, uint32_t idx,
                      uint64_t at, uint64_t duration)
{
    const struct context *context = &profile->contexts[idx];
    json_line(json);
    json_open(json, NULL, '{');
    json_text(json, "ph", "X");
    json_text(json, "name", model_context_name(profile, idx));
    json_text(json, "cat", "aggregate");
    json_whole(json, "pid", 1);
    json_whole(json, "tid", 1);
    put_microseconds(json, "ts", at);
    put_microseconds(json, "dur", duration);
    json_open(json, "args", '{');
    if (context->function == MODEL_NONE) {
        json_text(json, "note", AGGREGATE);
    } else {
        const struct function *function = &profile->functions[context->function];
        json_text(json, "file", texts_get(&profile->texts, function->file));
        json_whole(json, "line", function->line);
        json_whole(json, "calls", model_counted(profile) ? context->measure.calls : CPROF_UNKNOWN);
        json_whole(json, "self_ns",
                   model_in_nanoseconds(profile) ? stats_whole(context->measure.self)
                                                 : CPROF_UNKNOWN);
    }
    json_close(json, '}');
    json_close(json, '}');
}

/* Sums of what contexts have of their own, rounded once each: a slice that were
 * rounded as a whole could end before its last callee, which Perfetto drops. */
static uint64_t *sums_of(const struct cprof_profile *profile, const struct export_metric *metric)
{
    uint64_t *sums = array_new(profile->context_count, sizeof *sums);
    for (uint32_t idx = (uint32_t)profile->context_count; sums && idx-- > 0;) {
        sums[idx] += export_own(profile, idx, metric);
        if (idx != MODEL_ROOT)
            sums[profile->contexts[idx].parent] += sums[idx];
    }
    return sums;
}

/* Complete events and not begins and ends, of which not every reader finds the pairs.
 * What a caller did itself stands behind its callees. */
static bool put_slices(struct json *json, const struct cprof_profile *profile,
                       const struct export_metric *metric)
{
    uint64_t *sums = sums_of(profile, metric);
    uint64_t *places = array_new(profile->context_count, sizeof *places); /* of the next callee */
    for (uint32_t at = MODEL_ROOT; sums && places && at != MODEL_NONE;
         at = model_next(profile, at, true)) {
        if (at != MODEL_ROOT) {
            uint32_t parent = profile->contexts[at].parent;
            places[at] = places[parent];
            places[parent] += sums[at];
        }
        put_slice(json, profile, at, places[at], sums[at]);
    }
    bool enough = sums && places;
    free(sums);
    free(places);
    return enough;
}

enum cprof_status export_chrome(struct cprof_profile *profile,
                                const struct cprof_export_options *options,
                                const struct cprof_sink *sink, struct cprof_error *error)
{
    struct export_metric metric = export_metric_asked(profile, options);
    struct writer writer;
    struct json json = {.writer = &writer};
    writer_start(&writer, sink);
    json_open(&json, NULL, '{');
    json_text(&json, "displayTimeUnit", "ns");
    json_open(&json, "otherData", '{');
    json_text(&json, "exporter", "cprof");
    json_text(&json, "note", AGGREGATE);
    json_text(&json, "width", metric.name);
    json_close(&json, '}');
    json_open(&json, "traceEvents", '[');
    put_process(&json, profile, "process_name", "");
    put_process(&json, profile, "thread_name", "all threads: " AGGREGATE);
    bool enough = put_slices(&json, profile, &metric);
    json_close(&json, ']');
    json_close(&json, '}');
    writer_text(&writer, "\n");
    return enough ? writer_finish(&writer, error) : fault_memory(error, "the slices");
}
