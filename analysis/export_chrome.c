/* Trace events, for chrome://tracing and Perfetto.  A profile has no timeline:
 * the aggregate is drawn as nested slices, callees side by side below their
 * caller, and the file says so wherever its reader may look.
 */
#include "export.h"
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

static void put_begin(struct json *json, const struct cprof_profile *profile, uint32_t idx,
                      uint64_t at)
{
    const struct context *context = &profile->contexts[idx];
    json_line(json);
    json_open(json, NULL, '{');
    json_text(json, "ph", "B");
    json_text(json, "name", model_context_name(profile, idx));
    json_text(json, "cat", "aggregate");
    json_whole(json, "pid", 1);
    json_whole(json, "tid", 1);
    put_microseconds(json, "ts", at);
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

static void put_end(struct json *json, uint64_t at)
{
    json_line(json);
    json_open(json, NULL, '{');
    json_text(json, "ph", "E");
    json_whole(json, "pid", 1);
    json_whole(json, "tid", 1);
    put_microseconds(json, "ts", at);
    json_close(json, '}');
}

/* Begin and end, not complete events: those would need the total first, and two
 * roundings of one sum would let slices overlap, which Perfetto drops. */
static void put_slices(struct json *json, const struct cprof_profile *profile,
                       const struct export_metric *metric)
{
    const struct context *contexts = profile->contexts;
    uint64_t at = 0;
    for (uint32_t context = MODEL_ROOT; context != MODEL_NONE;) {
        put_begin(json, profile, context, at);
        uint32_t next = contexts[context].first_child, closed = context;
        if (next == MODEL_NONE)
            at += export_own(profile, context, metric);
        while (next == MODEL_NONE && closed != MODEL_NONE) {
            /* What a caller did itself stands behind its callees. */
            if (contexts[closed].first_child != MODEL_NONE)
                at += export_own(profile, closed, metric);
            put_end(json, at);
            next = contexts[closed].next_sibling;
            closed = contexts[closed].parent;
        }
        context = next;
    }
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
    put_slices(&json, profile, &metric);
    json_close(&json, ']');
    json_close(&json, '}');
    writer_text(&writer, "\n");
    return writer_finish(&writer, error);
}
