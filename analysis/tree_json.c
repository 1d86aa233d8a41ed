/* `tree` as JSON, the shape of CONTRACT.md.  Follows the links of the model, so
 * no depth of a profile can overflow a stack.
 */
#include "json.h"
#include "stats.h"
#include "tree.h"

static uint64_t calls_of(const struct cprof_profile *profile, const struct context *context)
{
    if (!model_counted(profile))
        return CPROF_UNKNOWN;
    if (context->heap)
        return profile->heaps[context->heap - 1].count;
    return profile->inverted ? stats_whole(context->total_calls) : context->measure.calls;
}

static void open_context(struct json *json, const struct cprof_profile *profile, uint32_t idx)
{
    static const char *const kinds[] = {"function", "alloc", "scope"};
    const struct context *context = &profile->contexts[idx];
    struct tree_label label = tree_label(profile, idx);
    bool timed = model_in_nanoseconds(profile);
    if (json->begun)
        json_line(json);
    json_open(json, NULL, '{');
    json_text(json, "name", label.name);
    json_text(json, "file", label.file);
    json_whole(json, "line", label.line);
    json_text(json, "kind", kinds[context->kind]);
    json_whole(json, "calls", calls_of(profile, context));
    if (context->measure.calls_error > 0)
        json_decimal(json, "calls_error_percent",
                     100 * context->measure.calls_error / (double)context->measure.calls);
    bool nested = idx == MODEL_ROOT || model_nested(profile);
    json_whole(json, "total_ns", timed && nested ? stats_whole(context->total) : CPROF_UNKNOWN);
    json_whole(json, "self_ns",
               timed && !profile->inverted ? stats_whole(context->measure.self) : CPROF_UNKNOWN);
    const struct heap_total *total = profile->heap_totals ? &profile->heap_totals[idx] : NULL;
    json_whole(json, "alloc_count", total ? stats_whole(total->count) : CPROF_UNKNOWN);
    json_whole(json, "alloc_bytes", total ? stats_whole(total->bytes) : CPROF_UNKNOWN);
    json_whole(json, "live_bytes", total ? stats_whole(total->live_bytes) : CPROF_UNKNOWN);
    if (*model_unit(profile)) {
        json_whole(json, "total_amount", stats_whole(context->total));
        json_whole(json, "self_amount",
                   profile->inverted ? CPROF_UNKNOWN : stats_whole(context->measure.self));
    }
    json_open(json, "children", '[');
}

static void close_context(struct json *json)
{
    json_close(json, ']');
    json_close(json, '}');
}

enum cprof_status cprof_tree_json(struct cprof_profile *profile,
                                  const struct cprof_tree_options *options,
                                  const struct cprof_sink *sink, struct cprof_error *error)
{
    struct writer writer;
    struct json json = {.writer = &writer};
    enum cprof_status status = model_finish(profile, error);
    if (status != CPROF_OK)
        return status;
    writer_start(&writer, sink);
    uint32_t at = MODEL_ROOT;
    while (at != MODEL_NONE) {
        open_context(&json, profile, at);
        uint32_t next = tree_shown(profile, options, profile->contexts[at].first_child);
        while (next == MODEL_NONE && at != MODEL_NONE) {
            close_context(&json);
            next = tree_shown(profile, options, profile->contexts[at].next_sibling);
            at = profile->contexts[at].parent;
        }
        at = next;
    }
    writer_text(&writer, "\n");
    return writer_finish(&writer, error);
}
