/* `flame`: the calling contexts as one self-contained SVG.  A frame is as wide
 * as its share; callees hang below their caller, the largest on the left.
 *
 * Each frame is a nested <svg> that clips its own label, so the picture reads
 * well without its script (flame.js), which adds zoom, search and better
 * labels.  Names are hostile until writer_xml has seen them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "fault.h"
#include "flame_css.inc"
#include "flame_js.inc"
#include "names.h"
#include "number.h"
#include "page.h"
#include "stats.h"

#define WIDTH 1200
#define TOP 98
#define BOTTOM 14
#define FRAME_HEIGHT 18
#define LETTER_WIDTH 7 /* of the label font, in pixels */

/* Narrower frames are merged: a fifth of a pixel is not seen, and zooming into
 * what is left shows it well enough. */
#define NARROWEST_PERCENT 0.02

/* Deeper frames are counted, not drawn. */
#define DEEPEST 1000

struct flame {
    struct writer *writer;
    struct cprof_profile *profile;
    const struct cprof_flame_options *options;
    enum cprof_flame_metric metric;
    bool time;
    double whole; /* what 100 % is */
    double *left; /* percent, by context */
    uint32_t levels;
    uint64_t hidden; /* contexts that have no frame of their own */
};

static double weight(const struct flame *flame, uint32_t at)
{
    const struct context *context = &flame->profile->contexts[at];
    const struct heap_total *heap =
        flame->profile->heap_totals ? &flame->profile->heap_totals[at] : NULL;
    switch (flame->metric) {
    case CPROF_FLAME_TOTAL_TIME:
        return context->total;
    case CPROF_FLAME_ALLOC_COUNT:
        return heap ? heap->count : 0;
    case CPROF_FLAME_ALLOC_BYTES:
        return heap ? heap->bytes : 0;
    case CPROF_FLAME_LIVE_BYTES:
        return heap ? heap->live_bytes : 0;
    case CPROF_FLAME_PEAK_BYTES:
        return heap && heap->at_peak_bytes > 0 ? heap->at_peak_bytes : 0;
    default:
        return context->total_calls;
    }
}

static bool of_the_heap(const struct flame *flame)
{
    return flame->metric >= CPROF_FLAME_ALLOC_COUNT;
}

static bool in_bytes(const struct flame *flame)
{
    return of_the_heap(flame) && flame->metric != CPROF_FLAME_ALLOC_COUNT;
}

static double percent_of(const struct flame *flame, double amount)
{
    return flame->whole > 0 ? 100.0 * amount / flame->whole : 0;
}

static bool is_drawn(const struct flame *flame, uint32_t at)
{
    return at == MODEL_ROOT || (flame->profile->contexts[at].depth <= DEEPEST &&
                                percent_of(flame, weight(flame, at)) >= NARROWEST_PERCENT);
}

static void measure_page(struct flame *flame)
{
    for (uint32_t at = MODEL_ROOT; at != MODEL_NONE; at = model_next(flame->profile, at, true)) {
        uint32_t level = flame->profile->contexts[at].depth + 1;
        if (!is_drawn(flame, at)) /* nothing is nothing, however wide the page */
            flame->hidden += !of_the_heap(flame) && !flame->profile->contexts[at].heap
                                 ? 1
                                 : weight(flame, at) > 0;
        else if (level > flame->levels)
            flame->levels = level;
    }
    /* A row for what was merged below the deepest frames. */
    flame->levels += flame->hidden ? 1 : 0;
}

/* ---- Frames --------------------------------------------------------------- */

/* Warm colours that depend on the name alone, so that two pictures compare. */
uint32_t cprof_color_for_name(const char *name)
{
    uint32_t hash = 2166136261u;
    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 16777619u;
    hash ^= hash >> 15;
    uint32_t red = 222 + hash % 33, green = 110 + hash / 33 % 105, blue = 50 + hash / 4096 % 56;
    return red << 16 | green << 8 | blue;
}

/* `brief`: what the frame shows where the name does not fit, or NULL. */
static void open_frame(struct flame *flame, double left, double width, uint32_t depth,
                       const char *brief)
{
    writer_text(flame->writer, "<svg class=\"frame\" tabindex=\"0\"");
    if (brief) {
        writer_text(flame->writer, " data-brief=\"");
        writer_xml(flame->writer, brief);
        writer_text(flame->writer, "\"");
    }
    writer_text(flame->writer, " x=\"");
    writer_decimal(flame->writer, left, 4);
    writer_format(flame->writer, "%%\" y=\"%u\" width=\"", TOP + depth * FRAME_HEIGHT);
    writer_decimal(flame->writer, width, 4);
    writer_format(flame->writer, "%%\" height=\"%d\"><title>", FRAME_HEIGHT);
}

static void close_frame(struct flame *flame, const char *name, const char *brief, double width,
                        uint32_t colour)
{
    writer_format(flame->writer, "</title><rect width=\"100%%\" height=\"100%%\" fill=\"#%06x\"/>",
                  colour);
    double room = (width / 100 * WIDTH - 6) / LETTER_WIDTH;
    if (room >= 3) {
        char shown[256];
        if (brief && (double)strlen(name) > room)
            name = brief;
        size_t whole = strlen(name), most = sizeof shown - sizeof "…";
        size_t len = whole < most ? whole : most;
        if ((double)len > room)
            len = (size_t)room - 1;
        while (len < whole && len && ((unsigned char)name[len] & 0xc0) == 0x80)
            len--; /* not in the middle of a character */
        snprintf(shown, sizeof shown, "%.*s%s", (int)len, name, len < whole ? "…" : "");
        writer_text(flame->writer, "<text x=\"3\" y=\"13\">");
        writer_xml(flame->writer, shown);
        writer_text(flame->writer, "</text>");
    }
    writer_text(flame->writer, "</svg>\n");
}

static void put_amount(struct flame *flame, double amount)
{
    char text[NUMBER_SIZE];
    writer_text(flame->writer, in_bytes(flame) ? number_size(text, stats_whole(amount))
                                               : number_of(text, stats_whole(amount), "block"));
}

static void put_tooltip(struct flame *flame, uint32_t at, const char *name)
{
    const struct context *context = &flame->profile->contexts[at];
    char text[NUMBER_SIZE];
    writer_xml(flame->writer, name);
    writer_text(flame->writer, "\n");
    if (flame->time) {
        writer_text(flame->writer, number_duration(text, stats_whole(context->total), true));
        writer_text(flame->writer, ", ");
    } else if (of_the_heap(flame)) {
        put_amount(flame, weight(flame, at));
        writer_text(flame->writer, ", ");
    }
    writer_text(flame->writer, number_percent(text, percent_of(flame, weight(flame, at))));
    if (flame->time) {
        writer_text(flame->writer, ", self ");
        writer_text(flame->writer, number_duration(text, stats_whole(context->measure.self), true));
    }
    if (context->function == MODEL_NONE)
        return;
    if (!context->heap) {
        writer_text(flame->writer, ", ");
        writer_text(flame->writer, number_of(text, context->measure.calls, "call"));
    }
    const struct function *function = &flame->profile->functions[context->function];
    const char *file = texts_get(&flame->profile->texts, function->file);
    if (file[0]) {
        writer_text(flame->writer, "\n");
        writer_xml(flame->writer, file);
        writer_format(flame->writer, ":%u", function->line);
    }
}

/* One grey frame for all narrow callees of a caller. */
static void put_merged(struct flame *flame, double left, double width, uint32_t depth,
                       uint64_t count)
{
    char name[NUMBER_SIZE], text[NUMBER_SIZE];
    number_of(name, count, "narrow callee");
    open_frame(flame, left, width, depth, NULL);
    writer_text(flame->writer, name);
    writer_text(flame->writer, "\n");
    writer_text(flame->writer, number_percent(text, width));
    close_frame(flame, name, NULL, width, 0xcfcabb);
}

/* Gives the callees of a drawn frame their places, and draws the merged one. */
static void place_callees(struct flame *flame, uint32_t at)
{
    const struct context *contexts = flame->profile->contexts;
    double cursor = flame->left[at], narrow = 0;
    uint64_t count = 0;
    for (uint32_t child = contexts[at].first_child; child != MODEL_NONE;
         child = contexts[child].next_sibling) {
        double width = percent_of(flame, weight(flame, child));
        if (is_drawn(flame, child)) {
            flame->left[child] = cursor;
            cursor += width;
        } else {
            narrow += width;
            count++;
        }
    }
    if (narrow >= NARROWEST_PERCENT)
        put_merged(flame, cursor, narrow, contexts[at].depth + 1, count);
}

static void put_frames(struct flame *flame)
{
    bool drawn = true;
    for (uint32_t at = MODEL_ROOT; at != MODEL_NONE; at = model_next(flame->profile, at, drawn)) {
        drawn = is_drawn(flame, at);
        if (!drawn)
            continue;
        const char *name = model_context_label(flame->profile, at);
        double width = at == MODEL_ROOT ? 100.0 : percent_of(flame, weight(flame, at));
        char buf[256];
        const char *brief = strpbrk(name, "<(") && names_brief(name, buf, sizeof buf) ? buf : NULL;
        open_frame(flame, flame->left[at], width, flame->profile->contexts[at].depth, brief);
        put_tooltip(flame, at, name);
        close_frame(flame, name, brief, width,
                    at == MODEL_ROOT ? 0xd9d4c5 : cprof_color_for_name(name));
        place_callees(flame, at);
    }
}

/* ---- The page ------------------------------------------------------------- */

static void put_lines(struct flame *flame, const char *const *lines, size_t count)
{
    writer_text(flame->writer, "<![CDATA[");
    for (size_t idx = 0; idx < count; idx++)
        writer_text(flame->writer, lines[idx]);
    writer_text(flame->writer, "]]>");
}

static const char *const words[] = {
#define CPROF_FLAME(name, word, meaning) word,
#include <cprof/flame.def>
#undef CPROF_FLAME
};

static const char *const meanings[] = {
#define CPROF_FLAME(name, word, meaning) meaning,
#include <cprof/flame.def>
#undef CPROF_FLAME
};

const char *cprof_flame_word(enum cprof_flame_metric metric)
{
    return (unsigned)metric < CPROF_FLAME_COUNT ? words[metric] : NULL;
}

static void put_heading(struct flame *flame)
{
    char text[NUMBER_SIZE];
    struct writer *writer = flame->writer;
    writer_text(writer, "<text class=\"title\" x=\"10\" y=\"25\">");
    writer_xml(writer,
               flame->options->title ? flame->options->title : model_program(flame->profile));
    writer_text(writer, "</text>\n<text class=\"faint\" x=\"10\" y=\"46\">");
    if (flame->time) {
        writer_text(writer, "time, callees included: ");
        writer_text(writer, number_duration(text, stats_whole(flame->whole), true));
        writer_text(writer, " in all threads");
    } else if (of_the_heap(flame)) {
        writer_text(writer, meanings[flame->metric]);
        writer_text(writer, ": ");
        put_amount(flame, flame->whole);
        if (!flame->profile->heap_totals)
            writer_text(writer, " (no allocations were recorded)");
    } else {
        writer_text(writer, "calls: ");
        writer_text(writer, number_grouped(text, stats_whole(flame->whole)));
        if (flame->options->metric != CPROF_FLAME_CALLS)
            writer_text(writer, " (the run read no clock)");
    }
    if (flame->hidden) {
        writer_text(writer, "; too narrow to draw: ");
        writer_text(writer, number_of(text, flame->hidden, "calling context"));
    }
    writer_text(writer, "</text>\n");
}

static void put_controls(struct flame *flame)
{
    writer_text(
        flame->writer,
        "<text class=\"detail faint\" x=\"10\" y=\"66\">Each frame is a function, below its "
        "caller; its width is its share.</text>\n"
        "<g class=\"scripted\">\n"
        "<text x=\"10\" y=\"88\"><tspan class=\"button\">whole picture</tspan>"
        "<tspan class=\"matched\"></tspan></text>\n"
        "<svg x=\"100%\" y=\"0\" overflow=\"visible\">"
        "<foreignObject x=\"-256\" y=\"8\" width=\"246\" height=\"26\">"
        "<input xmlns=\"http://www.w3.org/1999/xhtml\" class=\"search\" type=\"search\" "
        "placeholder=\"search ( / )\" aria-label=\"search functions\"/>"
        "</foreignObject></svg>\n</g>\n");
}

static void put_page(struct flame *flame)
{
    struct writer *writer = flame->writer;
    unsigned height = TOP + flame->levels * FRAME_HEIGHT + BOTTOM;
    writer_format(writer,
                  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%u\">\n<style>",
                  WIDTH, height);
    put_lines(flame, flame_css, sizeof flame_css / sizeof *flame_css);
    writer_text(writer, "</style>\n<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n");
    put_heading(flame);
    put_controls(flame);
    put_frames(flame);
    writer_text(writer, "<script>");
    put_lines(flame, flame_js, sizeof flame_js / sizeof *flame_js);
    writer_text(writer, "</script>\n</svg>\n");
}

enum cprof_status cprof_flame_svg(struct cprof_profile *profile,
                                  const struct cprof_flame_options *options,
                                  const struct cprof_sink *sink, struct cprof_error *error)
{
    enum cprof_status status = model_finish(profile, error);
    if (status != CPROF_OK)
        return status;
    struct writer writer;
    struct flame flame = {.writer = &writer, .profile = profile, .options = options};
    flame.left = array_new(profile->context_count, sizeof *flame.left);
    if (!flame.left)
        return fault_memory(error, "the flame graph");
    flame.time = options->metric == CPROF_FLAME_TOTAL_TIME && model_timed(profile);
    flame.metric = options->metric == CPROF_FLAME_TOTAL_TIME && !flame.time ? CPROF_FLAME_CALLS
                                                                            : options->metric;
    flame.whole = weight(&flame, MODEL_ROOT);
    measure_page(&flame);
    writer_start(&writer, sink);
    put_page(&flame);
    free(flame.left);
    return writer_finish(&writer, error);
}
