/* speedscope's file format: frames once, then for each metric a profile of
 * open and close events.  Events and not samples, because a sample repeats its
 * whole stack.  The places of the events are running sums of what contexts have
 * of their own: speedscope's weights are ours to the nanosecond.
 */
#include <string.h>

#include "export.h"
#include "json.h"
#include "number.h"
#include "stats.h"

/* The frame of a context; the program itself stands behind the functions. */
static uint64_t frame_of(const struct cprof_profile *profile, uint32_t context)
{
    uint32_t function = profile->contexts[context].function;
    return function == MODEL_NONE ? profile->function_count : function;
}

static void put_frames(struct json *json, const struct cprof_profile *profile)
{
    json_open(json, "shared", '{');
    json_open(json, "frames", '[');
    for (uint32_t idx = 0; idx < profile->function_count; idx++) {
        const struct function *function = &profile->functions[idx];
        const char *file = texts_get(&profile->texts, function->file);
        json_line(json);
        json_open(json, NULL, '{');
        json_text(json, "name", model_function_name(profile, idx));
        if (*file) {
            json_text(json, "file", file);
            if (function->line)
                json_whole(json, "line", function->line);
        }
        json_close(json, '}');
    }
    json_line(json);
    json_open(json, NULL, '{');
    json_text(json, "name", model_program(profile));
    json_close(json, '}');
    json_close(json, ']');
    json_close(json, '}');
}

static void put_event(struct json *json, const char *type, uint64_t frame, uint64_t at)
{
    json_line(json);
    json_open(json, NULL, '{');
    json_text(json, "type", type);
    json_whole(json, "frame", frame);
    json_whole(json, "at", at);
    json_close(json, '}');
}

static void put_events(struct json *json, const struct cprof_profile *profile,
                       const struct export_metric *metric)
{
    const struct context *contexts = profile->contexts;
    uint64_t at = 0;
    for (uint32_t context = MODEL_ROOT; context != MODEL_NONE;) {
        put_event(json, "O", frame_of(profile, context), at);
        at += export_own(profile, context, metric);
        uint32_t next = contexts[context].first_child;
        while (next == MODEL_NONE && context != MODEL_NONE) {
            put_event(json, "C", frame_of(profile, context), at);
            next = contexts[context].next_sibling;
            context = contexts[context].parent;
        }
        context = next;
    }
}

static void put_profile(struct json *json, const struct cprof_profile *profile,
                        const struct export_metric *metric)
{
    static const char *const known[] = {"nanoseconds", "bytes"};
    const char *unit = "none";
    for (size_t idx = 0; idx < sizeof known / sizeof *known; idx++)
        if (strcmp(metric->unit, known[idx]) == 0)
            unit = known[idx];
    json_line(json);
    json_open(json, NULL, '{');
    json_text(json, "type", "evented");
    json_text(json, "name", metric->name);
    json_text(json, "unit", unit);
    json_whole(json, "startValue", 0);
    json_whole(json, "endValue", export_whole(profile, metric));
    json_open(json, "events", '[');
    put_events(json, profile, metric);
    json_close(json, ']');
    json_close(json, '}');
}

enum cprof_status export_speedscope(struct cprof_profile *profile,
                                    const struct cprof_export_options *options,
                                    const struct cprof_sink *sink, struct cprof_error *error)
{
    struct export_metric metrics[EXPORT_METRICS];
    size_t count = export_metrics(profile, metrics), active = 0;
    enum export_kind asked = export_metric_asked(profile, options).kind;
    for (size_t idx = 0; idx < count; idx++)
        if (metrics[idx].kind == asked)
            active = idx;
    struct writer writer;
    struct json json = {.writer = &writer};
    writer_start(&writer, sink);
    json_open(&json, NULL, '{');
    json_text(&json, "$schema", "https://www.speedscope.app/file-format-schema.json");
    json_text(&json, "exporter", "cprof");
    json_text(&json, "name", model_program(profile));
    json_whole(&json, "activeProfileIndex", active);
    put_frames(&json, profile);
    json_open(&json, "profiles", '[');
    for (size_t idx = 0; idx < count; idx++)
        put_profile(&json, profile, &metrics[idx]);
    json_close(&json, ']');
    json_close(&json, '}');
    writer_text(&writer, "\n");
    return writer_finish(&writer, error);
}
