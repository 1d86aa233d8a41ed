/* Allocations as JSON: members of `report`, to the letter of CONTRACT.md, and the
 * listings of `report --leaks` and its like.
 */
#include "heap_json.h"

#include "heap_list.h"

/* ---- Members of the report -------------------------------------------------------- */

static void put_lifetimes(struct json *json, const uint64_t *lifetimes)
{
    json_open(json, "lifetimes", '[');
    for (int bucket = 0; bucket < CPROF_LIFETIME_BUCKETS; bucket++)
        json_whole(json, NULL, lifetimes[bucket]);
    json_close(json, ']');
}

void heap_json_facts(struct json *json, const struct cprof_heap_site *site)
{
    json_text(json, "function", site->function);
    json_text(json, "file", site->file);
    json_whole(json, "line", site->line);
    json_whole(json, "column", site->column);
    json_text(json, "kind", site->kind);
    json_text(json, "type", site->type);
    json_whole(json, "size", site->size);
    json_whole(json, "loop_depth", site->loop_depth);
    json_text(json, "inlined", site->inlined);
}

static void put_site(struct json *json, const struct cprof_heap_site *site)
{
    json_line(json);
    json_open(json, NULL, '{');
    heap_json_facts(json, site);
    json_whole(json, "count", site->count);
    json_whole(json, "total_bytes", site->total_bytes);
    json_whole(json, "avg_size", site->count ? site->total_bytes / site->count : 0);
    json_whole(json, "current_bytes", site->current_bytes);
    json_whole(json, "current_count", site->current_count);
    json_whole(json, "peak_bytes", site->peak_bytes);
    json_whole(json, "freed_bytes", site->freed_bytes);
    json_whole(json, "temporary", site->temporary);
    json_whole(json, "freed_count", site->freed_count);
    json_whole(json, "freed_elsewhere", site->freed_elsewhere);
    json_whole(json, "bytes_at_peak", site->at_peak_bytes);
    json_whole(json, "grown_count", site->grown_count);
    json_whole(json, "grown_bytes", site->grown_bytes);
    json_whole(json, "moved_count", site->moved_count);
    put_lifetimes(json, site->lifetimes);
    json_unknown(json, "cache");
    json_close(json, '}');
}

static void put_sites(struct json *json, struct cprof_profile *profile, size_t top)
{
    struct cprof_heap_site site;
    json_open(json, "allocations", '[');
    for (size_t idx = 0; (!top || idx < top) && idx < profile->heap_seen; idx++) {
        site = heap_site_numbers(profile, profile->heap_by_bytes[idx]);
        put_site(json, &site);
    }
    json_close(json, ']');
}

static void put_totals(struct json *json, const struct cprof_heap_totals *totals)
{
    bool known = totals->known;
    json_open(json, "totals", '{');
    json_whole(json, "allocated_bytes", known ? totals->allocated_bytes : CPROF_UNKNOWN);
    json_whole(json, "freed_bytes", known ? totals->freed_bytes : CPROF_UNKNOWN);
    json_whole(json, "current_bytes", known ? totals->current_bytes : CPROF_UNKNOWN);
    json_whole(json, "peak_bytes", known ? totals->peak_bytes : CPROF_UNKNOWN);
    json_whole(json, "allocations", known ? totals->allocations : CPROF_UNKNOWN);
    json_whole(json, "releases", known ? totals->releases : CPROF_UNKNOWN);
    json_whole(json, "current_count", known ? totals->current_count : CPROF_UNKNOWN);
    json_whole(json, "temporary", known ? totals->temporary : CPROF_UNKNOWN);
    json_whole(json, "mapped_bytes", known ? totals->mapped_bytes : CPROF_UNKNOWN);
    json_close(json, '}');
}

static void put_heap(struct json *json, const struct cprof_profile *profile,
                     const struct cprof_heap_totals *totals)
{
    struct cprof_heap_moment moment;
    if (!totals->known) {
        json_unknown(json, "heap");
        return;
    }
    json_open(json, "heap", '{');
    json_text(json, "mode", totals->sampled ? "sampled" : "on");
    json_whole(json, "unknown_releases", totals->unknown_releases);
    json_whole(json, "released_elsewhere", totals->replaced);
    json_whole(json, "failed", totals->failed);
    json_whole(json, "untracked", totals->untracked);
    json_open(json, "moments", '[');
    for (size_t idx = 0; cprof_heap_moment_at(profile, idx, &moment); idx++) {
        json_line(json);
        json_open(json, NULL, '{');
        json_whole(json, "time_ns", moment.time_ns);
        json_whole(json, "allocations", moment.allocations);
        json_whole(json, "live_bytes", moment.live_bytes);
        json_whole(json, "highest_bytes", moment.highest_bytes);
        json_close(json, '}');
    }
    json_close(json, ']');
    json_close(json, '}');
}

void heap_json_report(struct json *json, struct cprof_profile *profile, size_t top)
{
    struct cprof_heap_totals totals;
    cprof_heap_facts(profile, &totals, NULL); /* the model is finished: it cannot fail */
    put_sites(json, profile, top);
    put_totals(json, &totals);
    put_heap(json, profile, &totals);
}

/* ---- Listings ---------------------------------------------------------------------- */

static void put_frames(struct json *json, const struct cprof_profile *profile, uint32_t context)
{
    json_open(json, "frames", '[');
    for (uint32_t at = context; at != MODEL_NONE; at = profile->contexts[at].parent) {
        uint32_t function = profile->contexts[at].function;
        if (function == MODEL_NONE)
            continue;
        json_open(json, NULL, '{');
        json_text(json, "name", model_function_name(profile, function));
        json_text(json, "file", texts_get(&profile->texts, profile->functions[function].file));
        json_whole(json, "line", profile->functions[function].line);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void put_context_row(struct json *json, const struct cprof_profile *profile,
                            const struct heap_row *row)
{
    json_line(json);
    json_open(json, NULL, '{');
    json_whole(json, "bytes", row->bytes);
    json_whole(json, "count", row->count);
    json_whole(json, "age", row->age ? row->age : CPROF_UNKNOWN);
    put_frames(json, profile, row->context);
    json_close(json, '}');
}

/* An array of calling contexts, or of sites as they stand in the report. */
enum cprof_status cprof_heap_json(struct cprof_profile *profile,
                                  const struct cprof_heap_options *options,
                                  const struct cprof_sink *sink, struct cprof_error *error)
{
    struct writer writer;
    struct json json = {.writer = &writer};
    struct heap_list list;
    enum cprof_status status = model_finish(profile, error);
    if (status == CPROF_OK)
        status = heap_list_make(&list, profile, options, error);
    if (status != CPROF_OK)
        return status;
    size_t shown = options->top && options->top < list.count ? options->top : list.count;
    writer_start(&writer, sink);
    json_open(&json, NULL, '[');
    for (size_t idx = 0; idx < shown; idx++) {
        if (heap_list_of_contexts(options->view)) {
            put_context_row(&json, profile, &list.rows[idx]);
        } else {
            struct cprof_heap_site site = heap_site_numbers(profile, list.rows[idx].site);
            put_site(&json, &site);
        }
    }
    json_close(&json, ']');
    writer_text(&writer, "\n");
    heap_list_free(&list);
    return writer_finish(&writer, error);
}
