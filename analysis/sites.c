/* `sites`: every function the compiler saw, by file and line, with the verdict
 * and its reason; `sites --allocs`: every call that allocates; and `sites --lists`:
 * every line of the lists.  From a profile or
 * from a binary, which has no counts.
 */
#include <inttypes.h>

#include "facts.h"
#include "heap.h"
#include "heap_json.h"
#include "json.h"
#include "page.h"

static bool is_pseudo(const struct function *function)
{
    return function->unit == TABLE_NONE; /* no compiler wrote it */
}

static void put_site(struct writer *writer, const struct cprof_style *style,
                     const struct cprof_profile *profile, const struct function *function)
{
    bool in = (function->flags & CPROF_SITE_INSTRUMENTED) != 0;
    page_emphasis(writer, style, in ? EMPHASIS_NONE : EMPHASIS_WARNING);
    writer_text(writer, in ? "in   " : "out  ");
    page_emphasis(writer, style, EMPHASIS_NONE);
    size_t room = style->columns > 40 ? style->columns - 5 : 35;
    page_function_and_place(writer, style, profile, (uint32_t)(function - profile->functions),
                            style->columns ? room : 0);
    writer_text(writer, "\n");
    if (function->reason != CPROF_REASON_DEFAULT) {
        writer_spaces(writer, 5);
        page_sentence(writer, style, "%s", facts_reason(function->reason));
    }
}

enum cprof_status cprof_sites_text(struct cprof_profile *profile, const struct cprof_style *style,
                                   const struct cprof_sink *sink, struct cprof_error *error)
{
    struct writer writer;
    enum cprof_status status = model_finish(profile, error);
    if (status != CPROF_OK)
        return status;
    writer_start(&writer, sink);
    size_t in = 0, out = 0;
    for (size_t idx = 0; idx < profile->function_count; idx++) {
        const struct function *function = &profile->functions[profile->by_place[idx]];
        if (is_pseudo(function))
            continue;
        put_site(&writer, style, profile, function);
        *(function->flags & CPROF_SITE_INSTRUMENTED ? &in : &out) += 1;
    }
    page_sentence(&writer, style, "%zu in, %zu out.", in, out);
    page_idle_lines(&writer, style, profile);
    return writer_finish(&writer, error);
}

/* Puts one of a list, or leaves it out; false: there are no more. */
typedef bool (*json_putter)(struct json *, const struct cprof_profile *, size_t);

static enum cprof_status list_json(struct cprof_profile *profile, const struct cprof_sink *sink,
                                   json_putter put, struct cprof_error *error)
{
    struct writer writer;
    struct json json = {.writer = &writer};
    enum cprof_status status = model_finish(profile, error);
    if (status != CPROF_OK)
        return status;
    writer_start(&writer, sink);
    json_open(&json, NULL, '[');
    for (size_t idx = 0; put(&json, profile, idx); idx++)
        ;
    json_close(&json, ']');
    writer_text(&writer, "\n");
    return writer_finish(&writer, error);
}

static bool put_site_json(struct json *json, const struct cprof_profile *profile, size_t idx)
{
    if (idx == profile->function_count)
        return false;
    const struct function *function = &profile->functions[profile->by_place[idx]];
    if (is_pseudo(function))
        return true;
    json_line(json);
    json_open(json, NULL, '{');
    json_text(json, "name", texts_get(&profile->texts, function->name));
    json_text(json, "file", texts_get(&profile->texts, function->file));
    json_whole(json, "line", function->line);
    json_bool(json, "instrumented", (function->flags & CPROF_SITE_INSTRUMENTED) != 0);
    json_text(json, "reason", facts_reason(function->reason));
    json_close(json, '}');
    return true;
}

enum cprof_status cprof_sites_json(struct cprof_profile *profile, const struct cprof_sink *sink,
                                   struct cprof_error *error)
{
    return list_json(profile, sink, put_site_json, error);
}

/* ---- Allocation sites ------------------------------------------------------ */

static bool site_allocates(const struct cprof_profile *profile, size_t idx)
{
    return !heap_gives_back(profile->heap_sites[idx].kind);
}

static void put_allocation(struct writer *writer, const struct cprof_style *style,
                           const struct cprof_profile *profile, size_t idx)
{
    struct cprof_heap_site site = heap_site_numbers(profile, (uint32_t)idx);
    page_function_and_place(writer, style, profile, profile->heap_sites[idx].leaf, 0);
    if (site.size != CPROF_UNKNOWN)
        writer_format(writer, "  %" PRIu64 " bytes", site.size);
    if (site.type[0]) {
        writer_text(writer, "  of ");
        writer_screen(writer, site.type, 0, style);
    }
    if (site.function[0]) {
        writer_text(writer, "  in ");
        writer_screen(writer, site.function, 0, style);
    }
    writer_text(writer, "\n");
}

enum cprof_status cprof_allocation_sites_text(struct cprof_profile *profile,
                                              const struct cprof_style *style,
                                              const struct cprof_sink *sink,
                                              struct cprof_error *error)
{
    struct writer writer;
    enum cprof_status status = model_finish(profile, error);
    size_t count = 0;
    if (status != CPROF_OK)
        return status;
    writer_start(&writer, sink);
    for (size_t idx = 0; idx < profile->heap_site_count; idx++)
        if (site_allocates(profile, idx)) {
            put_allocation(&writer, style, profile, idx);
            count++;
        }
    page_sentence(&writer, style, "%zu allocation site%s.", count, count == 1 ? "" : "s");
    return writer_finish(&writer, error);
}

static bool put_allocation_json(struct json *json, const struct cprof_profile *profile, size_t idx)
{
    if (idx == profile->heap_site_count)
        return false;
    if (!site_allocates(profile, idx))
        return true;
    struct cprof_heap_site site = heap_site_numbers(profile, (uint32_t)idx);
    json_line(json);
    json_open(json, NULL, '{');
    heap_json_facts(json, &site);
    json_close(json, '}');
    return true;
}

enum cprof_status cprof_allocation_sites_json(struct cprof_profile *profile,
                                              const struct cprof_sink *sink,
                                              struct cprof_error *error)
{
    return list_json(profile, sink, put_allocation_json, error);
}

/* ---- The lists ------------------------------------------------------------ */

enum cprof_status cprof_lists_text(struct cprof_profile *profile, const struct cprof_style *style,
                                   const struct cprof_sink *sink, struct cprof_error *error)
{
    struct cprof_list_line line;
    struct writer writer;
    writer_start(&writer, sink);
    size_t used = 0, idle = 0;
    for (size_t idx = 0; cprof_list_line_at(profile, idx, &line); idx++) {
        page_emphasis(&writer, style, line.matched ? EMPHASIS_NONE : EMPHASIS_WARNING);
        writer_text(&writer, line.matched ? "used  " : "idle  ");
        page_emphasis(&writer, style, EMPHASIS_NONE);
        writer_screen(&writer, line.file, 0, style);
        writer_format(&writer, ":%u  ", line.line);
        writer_screen(&writer, line.text, 0, style);
        writer_text(&writer, "\n");
        *(line.matched ? &used : &idle) += 1;
    }
    if (used + idle)
        page_sentence(&writer, style, "%zu used, %zu idle.", used, idle);
    else
        page_sentence(&writer, style, "It was compiled without an allowlist or denylist.");
    return writer_finish(&writer, error);
}

static bool put_list_json(struct json *json, const struct cprof_profile *profile, size_t idx)
{
    struct cprof_list_line line;
    if (!cprof_list_line_at(profile, idx, &line))
        return false;
    json_line(json);
    json_open(json, NULL, '{');
    json_text(json, "file", line.file);
    json_whole(json, "line", line.line);
    json_text(json, "text", line.text);
    json_text(json, "list", line.allow ? "allowlist" : "denylist");
    json_bool(json, "matched", line.matched);
    json_close(json, '}');
    return true;
}

enum cprof_status cprof_lists_json(struct cprof_profile *profile, const struct cprof_sink *sink,
                                   struct cprof_error *error)
{
    return list_json(profile, sink, put_list_json, error);
}
