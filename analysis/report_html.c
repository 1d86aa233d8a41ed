/* `report` as one HTML page that needs nothing else: the documents that scripts
 * read (the report's JSON, the contexts as columns) beside the scripts and looks
 * of html/, put into the places that html/page.html names.
 *
 * The page computes its sums and pictures itself, so this file only writes what
 * was measured.  Contexts are columns of numbers in pre-order: a hundred thousand
 * of them as objects would take a browser a second to read, as columns a tenth.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "fault.h"
#include "html_css.inc"
#include "html_js.inc"
#include "html_page.inc"
#include "json.h"
#include "names.h"
#include "source.h"
#include "stats.h"

struct page {
    struct cprof_profile *profile;
    const struct cprof_page_options *options;
    struct writer *writer;
    struct cprof_error *error;
    enum cprof_status status;
    uint32_t *place; /* of a function in the report, or behind it; MODEL_NONE: nowhere */
    uint32_t *extra; /* functions that have contexts but do not stand in the report */
    uint32_t extra_count;
};

/* ---- Documents in the page ------------------------------------------------- */

/* Inside a <script> nothing but "</script" and "<!--" ends or changes the text, and
 * a JSON text holds < in strings alone, where it has another spelling. */
static bool write_harmless(void *context, const char *bytes, size_t len)
{
    struct writer *writer = context;
    while (len) {
        const char *found = memchr(bytes, '<', len);
        size_t part = found ? (size_t)(found - bytes) : len;
        writer_bytes(writer, bytes, part);
        if (found) {
            writer_text(writer, "\\u003c");
            part++;
        }
        bytes += part;
        len -= part;
    }
    return !writer->failed;
}

static void put_report(struct page *page)
{
    struct cprof_sink sink = {write_harmless, page->writer};
    struct cprof_report_options all = {0};
    page->status = cprof_report_json(page->profile, &all, &sink, page->error);
}

static void put_advice(struct page *page)
{
    struct cprof_sink sink = {write_harmless, page->writer};
    struct cprof_analyzer *analyzer = cprof_analyzer_of_profile(page->profile, page->error);
    page->status = analyzer ? cprof_analyzer_json(analyzer, &sink, page->error) : CPROF_INPUT;
    cprof_analyzer_free(analyzer);
}

static void put_source(struct page *page)
{
    struct writer writer;
    struct cprof_sink sink = {write_harmless, page->writer};
    struct json json = {.writer = &writer};
    writer_start(&writer, &sink);
    if (page->options->no_source)
        writer_text(&writer, "{\"files\": [], \"lines\": []}");
    else if (!source_put(&json, page->profile))
        page->status = fault_memory(page->error, "the source");
    if (page->status == CPROF_OK)
        page->status = writer_finish(&writer, page->error);
}

/* ---- Contexts --------------------------------------------------------------- */

static void put_names(struct json *json, const struct page *page)
{
    const struct cprof_profile *profile = page->profile;
    size_t count = profile->seen_count + page->extra_count;
    char brief[512];
    for (int briefly = 0; briefly < 2; briefly++) {
        json_open(json, briefly ? "briefs" : "labels", '[');
        for (size_t idx = 0; idx < count; idx++) {
            uint32_t function = idx < profile->seen_count ? profile->by_self[idx]
                                                          : page->extra[idx - profile->seen_count];
            const char *label = model_function_label(profile, function);
            if (!briefly && profile->functions[function].label != profile->functions[function].name)
                json_text(json, NULL, label);
            else if (briefly && strpbrk(label, "<(") && names_brief(label, brief, sizeof brief))
                json_text(json, NULL, brief);
            else
                json_unknown(json, NULL);
        }
        json_close(json, ']');
    }
}

static void put_extra(struct json *json, const struct page *page)
{
    json_open(json, "extra", '[');
    for (uint32_t idx = 0; idx < page->extra_count; idx++) {
        const struct function *function = &page->profile->functions[page->extra[idx]];
        json_open(json, NULL, '{');
        json_text(json, "name", texts_get(&page->profile->texts, function->name));
        json_text(json, "file", texts_get(&page->profile->texts, function->file));
        json_whole(json, "line", function->line);
        json_whole(json, "calls", 0);
        json_close(json, '}');
    }
    json_close(json, ']');
}

/* A context's own part of everything; those from ALLOC_COUNT on are of allocation
 * sites, and absent where none were noted. */
enum column {
    COLUMN_DEPTH,
    COLUMN_FUNCTION,
    COLUMN_CALLS,
    COLUMN_SELF,
    COLUMN_ALLOC_COUNT,
    COLUMN_ALLOC_BYTES,
    COLUMN_LIVE_BYTES,
    COLUMN_PEAK_BYTES,
    COLUMN_COUNT
};

static const char *const column_names[] = {"depth",      "function",    "calls",
                                           "self_ns",    "alloc_count", "alloc_bytes",
                                           "live_bytes", "peak_bytes"};

/* Sites are leaves, so what is below them is their own. */
static double heap_cell(const struct cprof_profile *profile, uint32_t at, enum column column)
{
    const struct heap_total *total = &profile->heap_totals[at];
    if (!profile->contexts[at].heap)
        return 0;
    return column == COLUMN_ALLOC_COUNT   ? total->count
           : column == COLUMN_ALLOC_BYTES ? total->bytes
           : column == COLUMN_LIVE_BYTES  ? total->live_bytes
                                          : total->at_peak_bytes;
}

static void put_cell(struct json *json, const struct page *page, uint32_t at, enum column column)
{
    const struct context *context = &page->profile->contexts[at];
    switch (column) {
    case COLUMN_DEPTH:
        json_whole(json, NULL, context->depth);
        break;
    case COLUMN_FUNCTION:
        if (context->function == MODEL_NONE)
            json_signed(json, NULL, -1);
        else
            json_whole(json, NULL, page->place[context->function]);
        break;
    case COLUMN_CALLS:
        json_whole(json, NULL, context->measure.calls);
        break;
    case COLUMN_SELF:
        json_whole(json, NULL, stats_whole(context->measure.self));
        break;
    default:
        json_signed(json, NULL, heap_cell(page->profile, at, column));
    }
}

static bool is_known(const struct cprof_profile *profile, enum column column)
{
    if (column == COLUMN_CALLS)
        return model_counted(profile);
    if (column == COLUMN_SELF)
        return model_timed(profile);
    return column < COLUMN_ALLOC_COUNT || profile->heap_totals;
}

static void put_columns(struct json *json, const struct page *page)
{
    json_open(json, "columns", '{');
    for (enum column column = 0; column < COLUMN_COUNT; column++) {
        if (!is_known(page->profile, column))
            continue;
        bool amounts = column == COLUMN_SELF && !model_in_nanoseconds(page->profile);
        json_line(json);
        json_open(json, amounts ? "self_amount" : column_names[column], '[');
        for (uint32_t at = MODEL_ROOT; at != MODEL_NONE; at = model_next(page->profile, at, true))
            put_cell(json, page, at, column);
        json_close(json, ']');
    }
    json_close(json, '}');
}

/* How long the timed calls of functions took: of each, a list of bucket and calls;
 * bucket n begins at 2^(n/32) nanoseconds.  False: no memory. */
static bool put_histograms(struct json *json, const struct page *page)
{
    const struct durations *durations = &page->profile->durations;
    struct duration_bucket *sorted = durations_sorted(durations);
    json_open(json, "histograms", '{');
    for (size_t idx = 0; sorted && idx < durations->count;) {
        uint32_t function = sorted[idx].function;
        char key[16];
        snprintf(key, sizeof key, "%u", page->place[function]);
        bool shown = page->place[function] != MODEL_NONE;
        if (shown)
            json_open(json, key, '[');
        for (; idx < durations->count && sorted[idx].function == function; idx++) {
            if (!shown)
                continue;
            json_signed(json, NULL, sorted[idx].number);
            json_decimal(json, NULL, sorted[idx].calls);
        }
        if (shown)
            json_close(json, ']');
    }
    json_close(json, '}');
    free(sorted);
    return sorted != NULL;
}

static const char *start_of(const struct page *page, uint32_t function)
{
    return function == MODEL_NONE ? "[nothing]" : model_function_label(page->profile, function);
}

static void put_thread(struct json *json, const struct page *page, const struct thread *thread)
{
    bool timed = model_in_nanoseconds(page->profile);
    json_open(json, NULL, '{');
    json_whole(json, "tid", thread->tid);
    json_whole(json, "owners", thread->owners);
    json_text(json, "start", start_of(page, thread->start));
    json_whole(json, "group", thread->group);
    json_whole(json, "calls", thread->calls);
    json_whole(json, "self_ns", timed ? stats_whole(thread->self) : CPROF_UNKNOWN);
    json_whole(json, "wait_ns", timed ? stats_whole(thread->wait) : CPROF_UNKNOWN);
    json_close(json, '}');
}

enum part_column { PART_NODE, PART_GROUP, PART_CALLS, PART_SELF, PART_COLUMNS };

/* The groups' parts as columns; nodes are those of the columns of contexts. */
static void put_parts(struct json *json, const struct page *page, const uint32_t *nodes)
{
    static const char *const names[] = {"node", "group", "calls", "self_ns"};
    const struct threads *threads = &page->profile->threads;
    json_open(json, "parts", '{');
    for (enum part_column column = 0; column < PART_COLUMNS; column++) {
        if (column == PART_SELF && !model_in_nanoseconds(page->profile))
            continue;
        json_open(json, names[column], '[');
        for (size_t idx = 0; idx < threads->part_count; idx++) {
            const struct thread_part *part = &threads->parts[idx];
            json_whole(json, NULL,
                       column == PART_NODE    ? nodes[part->context]
                       : column == PART_GROUP ? threads->items[part->thread].group
                       : column == PART_CALLS ? part->calls
                                              : stats_whole(part->self));
        }
        json_close(json, ']');
    }
    json_close(json, '}');
}

/* Which threads there were, and what those of each start function did.  Nothing where
 * there was only one.  False: no memory. */
static bool put_threads(struct json *json, const struct page *page)
{
    const struct threads *threads = &page->profile->threads;
    uint32_t *nodes = array_new(page->profile->context_count, sizeof *nodes), next = 0;
    size_t count = 0;
    struct thread_group *groups = threads->count > 1 ? threads_group(page->profile, &count) : NULL;
    for (uint32_t at = MODEL_ROOT; nodes && at != MODEL_NONE;
         at = model_next(page->profile, at, true))
        nodes[at] = next++;
    if (nodes && groups) {
        json_open(json, "threads", '[');
        for (size_t idx = 0; idx < threads->count; idx++)
            put_thread(json, page, &threads->items[idx]);
        json_close(json, ']');
        json_open(json, "groups", '[');
        for (size_t idx = 0; idx < count; idx++) {
            json_open(json, NULL, '{');
            json_text(json, "start", start_of(page, groups[idx].start));
            json_whole(json, "threads", groups[idx].owners);
            json_close(json, '}');
        }
        json_close(json, ']');
        put_parts(json, page, nodes);
    }
    bool enough = nodes && (groups || threads->count < 2);
    free(nodes);
    free(groups);
    return enough;
}

static void put_contexts(struct page *page)
{
    struct writer writer;
    struct cprof_sink sink = {write_harmless, page->writer};
    struct json json = {.writer = &writer};
    writer_start(&writer, &sink);
    json_open(&json, NULL, '{');
    json_text(&json, "program", model_program(page->profile));
    json_bool(&json, "timed", model_timed(page->profile));
    json_text(&json, "unit", model_unit(page->profile));
    put_names(&json, page);
    put_extra(&json, page);
    put_columns(&json, page);
    bool enough = put_histograms(&json, page) && put_threads(&json, page);
    json_close(&json, '}');
    writer_text(&writer, "\n");
    page->status =
        enough ? writer_finish(&writer, page->error) : fault_memory(page->error, "the histograms");
}

/* ---- The page --------------------------------------------------------------- */

static void put_title(struct page *page)
{
    writer_xml(page->writer, model_program(page->profile));
    writer_text(page->writer, ", profiled\n");
}

static void put_lines(struct writer *writer, const char *const *lines, size_t count)
{
    for (size_t idx = 0; idx < count; idx++)
        writer_text(writer, lines[idx]);
}

static void put_style(struct page *page)
{
    put_lines(page->writer, html_css, sizeof html_css / sizeof *html_css);
}

static void put_script(struct page *page)
{
    put_lines(page->writer, html_js, sizeof html_js / sizeof *html_js);
}

/* What stands for a line of html/page.html. */
static const struct part {
    const char *line;
    void (*put)(struct page *page);
} parts[] = {
    {"@title@\n", put_title},       {"@style@\n", put_style},   {"@report@\n", put_report},
    {"@contexts@\n", put_contexts}, {"@advice@\n", put_advice}, {"@source@\n", put_source},
    {"@script@\n", put_script},
};

static void put_line(struct page *page, const char *line)
{
    for (size_t idx = 0; idx < sizeof parts / sizeof *parts; idx++)
        if (strcmp(parts[idx].line, line) == 0) {
            parts[idx].put(page);
            return;
        }
    writer_text(page->writer, line);
}

/* Functions get the numbers by which contexts name them. */
static bool number_functions(struct page *page)
{
    const struct cprof_profile *profile = page->profile;
    page->place = array_new(profile->function_count, sizeof *page->place);
    page->extra = array_new(profile->function_count, sizeof *page->extra);
    if (!page->place || !page->extra)
        return false;
    memset(page->place, 0xff, profile->function_count * sizeof *page->place);
    for (uint32_t idx = 0; idx < profile->seen_count; idx++)
        page->place[profile->by_self[idx]] = idx;
    for (uint32_t at = MODEL_ROOT; at != MODEL_NONE; at = model_next(profile, at, true)) {
        uint32_t function = profile->contexts[at].function;
        if (function == MODEL_NONE || page->place[function] != MODEL_NONE)
            continue;
        page->place[function] = (uint32_t)profile->seen_count + page->extra_count;
        page->extra[page->extra_count++] = function;
    }
    return true;
}

enum cprof_status cprof_report_html(struct cprof_profile *profile,
                                    const struct cprof_page_options *options,
                                    const struct cprof_sink *sink, struct cprof_error *error)
{
    struct writer writer;
    struct page page = {.profile = profile, .options = options, .writer = &writer, .error = error};
    enum cprof_status status = model_finish(profile, error);
    if (status != CPROF_OK)
        return status;
    if (!number_functions(&page))
        status = fault_memory(error, "the page");
    writer_start(&writer, sink);
    for (size_t idx = 0; status == CPROF_OK && idx < sizeof html_page / sizeof *html_page; idx++) {
        put_line(&page, html_page[idx]);
        status = page.status;
    }
    free(page.place);
    free(page.extra);
    return status == CPROF_OK ? writer_finish(&writer, error) : status;
}
