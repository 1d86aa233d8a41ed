/* `flame`: the calling contexts as one self-contained SVG.  A frame is as wide as
 * its share; callees stand below their caller, or above it, the largest on the left.
 * With a baseline it shows the difference: width by one side, colour by the change.
 *
 * Each frame is a nested <svg> that clips its own label, so the picture reads
 * well without its script (flame.js), which adds zoom, search and better
 * labels.  Names are hostile until writer_xml has seen them.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "fault.h"
#include "flame_css.inc"
#include "flame_js.inc"
#include "names.h"
#include "number.h"
#include "overlay.h"
#include "page.h"
#include "stats.h"

#define WIDTH 1200
#define TOP 98
#define BOTTOM 14
#define FRAME_HEIGHT 18
#define LETTER_WIDTH 7 /* of the label font, in pixels */

/* Narrower frames, of a tenth of a pixel, are merged; zooming into what is left shows
 * it well enough. */
#define NARROWEST_PERCENT (0.1 * 100 / WIDTH)

/* Pictures larger than this are slow everywhere; the narrowest frames go first. */
#define MOST_BYTES 4000000
#define FRAME_BYTES 420 /* of a frame without its name, with a merged one beside it */

/* Deeper frames are counted, not drawn. */
#define DEEPEST 1000

/* What a context has, by side of a difference; without one there is only the first. */
struct amounts {
    double *width; /* total of the metric */
    double *calls;
    double whole;
};

struct flame {
    struct writer *writer;
    struct cprof_profile *profile; /* whose contexts are drawn */
    const struct cprof_flame_options *options;
    enum cprof_flame_metric metric;
    bool time;
    struct amounts sides[OVERLAY_SIDES];
    bool compared;
    enum overlay_side wide; /* the side that widths are of */
    double most_change;
    double *left; /* percent, by context */
    double narrowest;
    struct sibling *siblings; /* room for the callees of one context */
    uint32_t levels;
    uint64_t hidden; /* contexts that have no frame of their own */
    uint64_t gone;   /* contexts that only the other side has */
};

static double weight(const struct flame *flame, uint32_t at)
{
    return flame->sides[flame->wide].width[at];
}

static double percent_of(const struct flame *flame, double amount)
{
    double whole = flame->sides[flame->wide].whole;
    return whole > 0 ? 100.0 * amount / whole : 0;
}

static const char *label_of(const struct flame *flame, uint32_t at)
{
    const char *label = model_context_label(flame->profile, at);
    return label[0] ? label : "[no name]";
}

/* ---- Amounts ---------------------------------------------------------------- */

static double amount_of(const struct flame *flame, const struct cprof_profile *profile, uint32_t at)
{
    const struct context *context = &profile->contexts[at];
    const struct heap_total *heap = profile->heap_totals ? &profile->heap_totals[at] : NULL;
    switch (flame->metric) {
    case CPROF_FLAME_TOTAL_TIME:
        return context->total;
    case CPROF_FLAME_ALLOC_COUNT:
        return heap ? heap->count : 0;
    case CPROF_FLAME_ALLOC_BYTES:
        return heap ? heap->bytes : 0;
    case CPROF_FLAME_LIVE_BYTES:
        return heap ? heap->live_bytes : 0;
    case CPROF_FLAME_PEAK_BYTES: /* below nothing where another thread freed */
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

/* `place`: of the side's contexts among those that are drawn; NULL: the same. */
static bool fill_side(struct flame *flame, enum overlay_side which,
                      const struct cprof_profile *side, const uint32_t *place)
{
    struct amounts *amounts = &flame->sides[which];
    amounts->width = array_new(flame->profile->context_count, sizeof(double));
    amounts->calls = array_new(flame->profile->context_count, sizeof(double));
    if (!amounts->width || !amounts->calls)
        return false;
    for (uint32_t at = 0; at < side->context_count; at++) {
        uint32_t drawn = place ? place[at] : at;
        if (drawn == MODEL_NONE)
            continue;
        const struct context *context = &side->contexts[at];
        amounts->width[drawn] += amount_of(flame, side, at);
        amounts->calls[drawn] +=
            side->inverted ? context->total_calls : (double)context->measure.calls;
    }
    amounts->whole = amounts->width[MODEL_ROOT];
    return true;
}

static double change_of(const struct flame *flame, uint32_t at)
{
    return flame->sides[OVERLAY_AFTER].width[at] - flame->sides[OVERLAY_BEFORE].width[at];
}

/* ---- What is drawn ---------------------------------------------------------- */

static bool is_drawn(const struct flame *flame, uint32_t at)
{
    return at == MODEL_ROOT || (flame->profile->contexts[at].depth <= DEEPEST &&
                                percent_of(flame, weight(flame, at)) >= flame->narrowest);
}

/* How wide a frame is, and what the file grows by it. */
struct cost {
    double percent, bytes;
};

static int compare_costs(const void *left_ptr, const void *right_ptr)
{
    double left = ((const struct cost *)left_ptr)->percent;
    double right = ((const struct cost *)right_ptr)->percent;
    return left < right ? 1 : left > right ? -1 : 0;
}

/* Sets what is too narrow to be drawn. */
static bool choose_narrowest(struct flame *flame)
{
    const struct cprof_profile *profile = flame->profile;
    struct cost *costs = array_new(profile->context_count, sizeof *costs);
    size_t count = 0, idx = 0;
    double bytes = 0;
    if (!costs)
        return false;
    for (uint32_t at = MODEL_ROOT; at != MODEL_NONE; at = model_next(profile, at, true)) {
        double percent = percent_of(flame, weight(flame, at));
        if (percent < NARROWEST_PERCENT)
            continue;
        const struct context *context = &profile->contexts[at];
        const char *file =
            context->function == MODEL_NONE
                ? ""
                : texts_get(&profile->texts, profile->functions[context->function].file);
        costs[count++] = (struct cost){
            percent, (double)(FRAME_BYTES + strlen(label_of(flame, at)) + strlen(file))};
    }
    qsort(costs, count, sizeof *costs, compare_costs);
    flame->narrowest = NARROWEST_PERCENT;
    while (idx < count && bytes + costs[idx].bytes <= MOST_BYTES)
        bytes += costs[idx++].bytes;
    if (idx < count) /* the first that is too much, and what is as narrow */
        flame->narrowest = nextafter(costs[idx].percent, 100);
    free(costs);
    return true;
}

static void measure_page(struct flame *flame)
{
    for (uint32_t at = MODEL_ROOT; at != MODEL_NONE; at = model_next(flame->profile, at, true)) {
        uint32_t level = flame->profile->contexts[at].depth + 1;
        if (weight(flame, at) <= 0 && at != MODEL_ROOT)
            flame->gone += flame->compared && !of_the_heap(flame); /* which most have not */
        else if (!is_drawn(flame, at))
            flame->hidden++;
        else if (level > flame->levels)
            flame->levels = level;
        if (flame->compared && at != MODEL_ROOT && is_drawn(flame, at) &&
            fabs(change_of(flame, at)) > flame->most_change)
            flame->most_change = fabs(change_of(flame, at));
    }
    /* A row for what was merged below the deepest frames. */
    flame->levels += flame->hidden ? 1 : 0;
}

/* ---- Colours ---------------------------------------------------------------- */

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

static uint32_t mixed(uint32_t from, uint32_t to, double share)
{
    uint32_t colour = 0;
    for (int shift = 0; shift <= 16; shift += 8) {
        double low = from >> shift & 0xff, high = to >> shift & 0xff;
        colour |= (uint32_t)(low + (high - low) * share + 0.5) << shift;
    }
    return colour;
}

/* Red for more, blue for less, by the square root of the share of the largest
 * change: else all but one frame would be white. */
static uint32_t colour_of_change(const struct flame *flame, uint32_t at)
{
    double change = change_of(flame, at);
    double share = flame->most_change > 0 ? sqrt(fabs(change) / flame->most_change) : 0;
    if (share < 0.02)
        return 0xece8dd;
    return change > 0 ? mixed(0xf7e3dc, 0xe8604c, share < 1 ? share : 1)
                      : mixed(0xe0e9f5, 0x5b95e0, share < 1 ? share : 1);
}

static uint32_t colour_of(const struct flame *flame, uint32_t at)
{
    if (at == MODEL_ROOT)
        return 0xd9d4c5;
    return flame->compared ? colour_of_change(flame, at)
                           : cprof_color_for_name(model_context_name(flame->profile, at));
}

/* ---- Frames --------------------------------------------------------------- */

static uint32_t top_of(const struct flame *flame, uint32_t depth)
{
    uint32_t row = flame->options->shape == CPROF_SHAPE_FLAME ? flame->levels - 1 - depth : depth;
    return TOP + row * FRAME_HEIGHT;
}

/* `brief`: what the frame shows where the name does not fit, or NULL. */
static void open_frame(struct flame *flame, double left, double width, uint32_t depth,
                       const char *brief)
{
    writer_text(flame->writer, "<svg class=\"frame\"");
    if (brief) {
        writer_text(flame->writer, " data-brief=\"");
        writer_xml(flame->writer, brief);
        writer_text(flame->writer, "\"");
    }
    writer_text(flame->writer, " x=\"");
    writer_decimal(flame->writer, left, 4);
    writer_format(flame->writer, "%%\" y=\"%u\" width=\"", top_of(flame, depth));
    writer_decimal(flame->writer, width, 4);
    writer_format(flame->writer, "%%\" height=\"%d\"><title>", FRAME_HEIGHT);
}

/* Inside of a character that takes several bytes. */
static bool is_inside(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

/* What of a name there is room for, cut in the middle: functions of a library begin
 * alike and end differently. */
static void cut_label(char *shown, size_t size, const char *name, double room)
{
    size_t whole = strlen(name), most = size - sizeof "…";
    if ((double)most > room)
        most = (size_t)room;
    if (whole <= most) {
        snprintf(shown, size, "%s", name);
        return;
    }
    size_t head = most / 2, tail = whole - (most - 1 - head);
    while (head && is_inside(name[head]))
        head--;
    while (is_inside(name[tail]))
        tail++;
    snprintf(shown, size, "%.*s…%s", (int)head, name, name + tail);
}

static void close_frame(struct flame *flame, const char *name, const char *brief, double width,
                        uint32_t colour)
{
    writer_format(flame->writer, "</title><rect width=\"100%%\" height=\"100%%\" fill=\"#%06x\"/>",
                  colour);
    double room = (width / 100 * WIDTH - 6) / LETTER_WIDTH;
    if (room >= 3) {
        char shown[512];
        if (brief && (double)strlen(name) > room)
            name = brief;
        cut_label(shown, sizeof shown, name, room);
        writer_text(flame->writer, "<text x=\"3\" y=\"13\">");
        writer_xml(flame->writer, shown);
        writer_text(flame->writer, "</text>");
    }
    writer_text(flame->writer, "</svg>\n");
}

static void put_amount(struct flame *flame, double amount)
{
    char text[NUMBER_SIZE];
    const char *unit = model_unit(flame->profile);
    uint64_t whole = stats_whole(amount);
    bool calls = !in_bytes(flame) && !flame->time && !of_the_heap(flame);
    if (calls && model_estimated(flame->profile))
        writer_text(flame->writer, "~");
    if (in_bytes(flame))
        number_size(text, whole);
    else if (!flame->time)
        number_of(text, whole, of_the_heap(flame) ? "block" : "call");
    else if (!*unit)
        number_duration(text, whole, true);
    else
        number_grouped(text, whole);
    writer_text(flame->writer, text);
    if (flame->time && *unit)
        writer_format(flame->writer, " %s", unit);
}

/* "+12.3 %", or how it came to be. */
static void put_change(struct flame *flame, double before, double after)
{
    char text[NUMBER_SIZE];
    if (before <= 0 || after <= 0) {
        writer_text(flame->writer, after > 0 ? "new" : before > 0 ? "gone" : "same");
        return;
    }
    double percent = 100.0 * (after - before) / before;
    writer_text(flame->writer, percent < 0 ? "\xe2\x88\x92" : "+"); /* a minus, not a hyphen */
    writer_text(flame->writer, number_percent(text, fabs(percent)));
}

static void put_difference(struct flame *flame, uint32_t at)
{
    const struct amounts *after = &flame->sides[OVERLAY_AFTER];
    const struct amounts *before = &flame->sides[OVERLAY_BEFORE];
    char text[NUMBER_SIZE];
    put_amount(flame, after->width[at]);
    writer_text(flame->writer, ", before ");
    put_amount(flame, before->width[at]);
    writer_text(flame->writer, ": ");
    put_change(flame, before->width[at], after->width[at]);
    if (!flame->time || !model_counted(flame->profile))
        return;
    writer_text(flame->writer, ", ");
    writer_text(flame->writer, number_of(text, stats_whole(after->calls[at]), "call"));
    writer_text(flame->writer, ", before ");
    writer_text(flame->writer, number_grouped(text, stats_whole(before->calls[at])));
}

static void put_calls(struct flame *flame, uint32_t at)
{
    double calls = flame->sides[0].calls[at];
    char text[NUMBER_SIZE];
    if (!model_counted(flame->profile))
        return;
    writer_text(flame->writer, ", ");
    writer_text(flame->writer, number_of(text, stats_whole(calls), "call"));
    if (calls > 0 && flame->time && model_in_nanoseconds(flame->profile)) {
        writer_text(flame->writer, ", average ");
        double average = flame->profile->contexts[at].total / calls;
        writer_text(flame->writer, number_duration(text, stats_whole(average), true));
    }
}

/* Of the function in all its contexts, since only there they are known. */
static void put_percentiles(struct flame *flame, const struct function *function)
{
    const double values[] = {function->p50, function->p95, function->p99};
    static const char *const words[] = {"\nof all its calls: half below ", ", 95 % below ",
                                        ", 99 % below "};
    char text[NUMBER_SIZE];
    for (int idx = 0; function->p50 > 0 && idx < 3; idx++) {
        writer_text(flame->writer, words[idx]);
        writer_text(flame->writer, number_duration(text, stats_whole(values[idx]), true));
    }
}

static void put_place(struct flame *flame, const struct function *function)
{
    const char *file = texts_get(&flame->profile->texts, function->file);
    if (!file[0])
        return;
    writer_text(flame->writer, "\n");
    writer_xml(flame->writer, file);
    writer_format(flame->writer, ":%u", function->line);
}

static void put_tooltip(struct flame *flame, uint32_t at, const char *name)
{
    const struct context *context = &flame->profile->contexts[at];
    char text[NUMBER_SIZE];
    writer_xml(flame->writer, name);
    writer_text(flame->writer, "\n");
    if (flame->compared) {
        put_difference(flame, at);
    } else {
        put_amount(flame, weight(flame, at));
        writer_text(flame->writer, ", ");
        writer_text(flame->writer, number_percent(text, percent_of(flame, weight(flame, at))));
        if (flame->time && !flame->profile->inverted) {
            writer_text(flame->writer, ", self ");
            put_amount(flame, context->measure.self);
        }
    }
    if (context->function == MODEL_NONE)
        return;
    const struct function *function = &flame->profile->functions[context->function];
    if (!flame->compared && flame->metric != CPROF_FLAME_CALLS && !context->heap)
        put_calls(flame, at);
    put_place(flame, function);
    if (!flame->compared && flame->time && !flame->profile->inverted)
        put_percentiles(flame, function);
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

struct sibling {
    double percent;
    uint32_t context;
    uint32_t order;
};

static int compare_siblings(const void *left_ptr, const void *right_ptr)
{
    const struct sibling *left = left_ptr, *right = right_ptr;
    if (left->percent != right->percent)
        return left->percent > right->percent ? -1 : 1;
    return left->order < right->order ? -1 : left->order > right->order;
}

/* Gives the callees of a drawn frame their places, and draws the merged one. */
static void place_callees(struct flame *flame, uint32_t at)
{
    const struct context *contexts = flame->profile->contexts;
    double cursor = flame->left[at], narrow = 0;
    uint64_t merged = 0;
    uint32_t count = 0;
    for (uint32_t child = contexts[at].first_child; child != MODEL_NONE;
         child = contexts[child].next_sibling) {
        double width = percent_of(flame, weight(flame, child));
        if (is_drawn(flame, child)) {
            flame->siblings[count] = (struct sibling){width, child, count};
            count++;
        } else if (width > 0) {
            narrow += width;
            merged++;
        }
    }
    qsort(flame->siblings, count, sizeof *flame->siblings, compare_siblings);
    for (uint32_t idx = 0; idx < count; idx++) {
        flame->left[flame->siblings[idx].context] = cursor;
        cursor += flame->siblings[idx].percent;
    }
    if (narrow >= flame->narrowest)
        put_merged(flame, cursor, narrow, contexts[at].depth + 1, merged);
}

static void put_frames(struct flame *flame)
{
    bool drawn = true;
    for (uint32_t at = MODEL_ROOT; at != MODEL_NONE; at = model_next(flame->profile, at, drawn)) {
        drawn = is_drawn(flame, at);
        if (!drawn)
            continue;
        const char *name = label_of(flame, at);
        double width = at == MODEL_ROOT ? 100.0 : percent_of(flame, weight(flame, at));
        char buf[256];
        const char *brief = strpbrk(name, "<(") && names_brief(name, buf, sizeof buf) ? buf : NULL;
        open_frame(flame, flame->left[at], width, flame->profile->contexts[at].depth, brief);
        put_tooltip(flame, at, name);
        close_frame(flame, name, brief, width, colour_of(flame, at));
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

static void put_summary(struct flame *flame)
{
    const struct amounts *after = &flame->sides[OVERLAY_AFTER];
    if (of_the_heap(flame))
        writer_format(flame->writer, "%s: ", meanings[flame->metric]);
    else if (flame->time && !*model_unit(flame->profile))
        writer_text(flame->writer, "time: ");
    put_amount(flame, after->whole);
    if (flame->compared) {
        writer_text(flame->writer, ", before ");
        put_amount(flame, flame->sides[OVERLAY_BEFORE].whole);
        writer_text(flame->writer, " (");
        put_change(flame, flame->sides[OVERLAY_BEFORE].whole, after->whole);
        writer_text(flame->writer, "), as wide as ");
        writer_text(flame->writer, flame->wide == OVERLAY_AFTER ? "after" : "before");
    } else if (flame->time && model_in_nanoseconds(flame->profile)) {
        writer_text(flame->writer, " in all threads");
    }
    if (flame->metric != flame->options->metric)
        writer_text(flame->writer, " (the run read no clock)");
    if (of_the_heap(flame) && !flame->profile->heap_totals && !flame->compared)
        writer_text(flame->writer, " (no allocations were recorded)");
}

static void put_heading(struct flame *flame)
{
    char text[NUMBER_SIZE];
    struct writer *writer = flame->writer;
    writer_text(writer, "<text class=\"title\" x=\"10\" y=\"25\">");
    writer_xml(writer,
               flame->options->title ? flame->options->title : model_program(flame->profile));
    writer_text(writer, "</text>\n<text class=\"summary faint\" x=\"10\" y=\"46\">");
    put_summary(flame);
    if (flame->hidden) {
        writer_text(writer, "; too narrow to draw: ");
        writer_text(writer, number_of(text, flame->hidden, "calling context"));
    }
    if (flame->gone) {
        writer_text(writer, "; only on the other side: ");
        writer_text(writer, number_of(text, flame->gone, "calling context"));
    }
    writer_text(writer, "</text>\n");
}

static const char *explanation(const struct flame *flame)
{
    if (flame->compared)
        return "Red is more than before, blue is less. A frame's callees stand next to it.";
    if (flame->profile->inverted)
        return "Next to a function stands who called it, as wide as what it took from there.";
    return "Each frame is a function next to its caller; its width is its share.";
}

static void put_controls(struct flame *flame)
{
    writer_text(flame->writer, "<text class=\"detail faint\" x=\"10\" y=\"66\">");
    writer_text(flame->writer, explanation(flame));
    writer_text(flame->writer,
                "</text>\n<g class=\"scripted\">\n"
                "<text class=\"crumbs\" x=\"10\" y=\"88\"></text>\n"
                "<svg x=\"100%\" y=\"0\" overflow=\"visible\">"
                "<text class=\"button turn\" role=\"button\" tabindex=\"0\" x=\"-256\" y=\"25\" "
                "text-anchor=\"end\">turn over</text>"
                "<text class=\"button whole\" role=\"button\" tabindex=\"0\" x=\"-346\" y=\"25\" "
                "text-anchor=\"end\">whole picture</text>"
                "<text class=\"matched\" x=\"-10\" y=\"46\" text-anchor=\"end\"></text>"
                "<foreignObject x=\"-240\" y=\"8\" width=\"230\" height=\"26\">"
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
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%u\" "
                  "data-shape=\"%s\" data-top=\"%d\">\n<style>",
                  WIDTH, height, flame->options->shape == CPROF_SHAPE_FLAME ? "flame" : "icicle",
                  TOP);
    put_lines(flame, flame_css, sizeof flame_css / sizeof *flame_css);
    writer_text(writer, "</style>\n<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n");
    put_heading(flame);
    put_controls(flame);
    put_frames(flame);
    writer_text(writer, "<script>");
    put_lines(flame, flame_js, sizeof flame_js / sizeof *flame_js);
    writer_text(writer, "</script>\n</svg>\n");
}

/* ---- All of it ---------------------------------------------------------------- */

static bool fill_sides(struct flame *flame, const struct overlay *overlay,
                       const struct cprof_profile *after)
{
    if (!flame->compared)
        return fill_side(flame, OVERLAY_AFTER, after, NULL);
    return fill_side(flame, OVERLAY_AFTER, after, overlay->place[OVERLAY_AFTER]) &&
           fill_side(flame, OVERLAY_BEFORE, flame->options->baseline,
                     overlay->place[OVERLAY_BEFORE]);
}

static bool prepare(struct flame *flame, const struct overlay *overlay,
                    const struct cprof_profile *after)
{
    size_t count = flame->profile->context_count;
    flame->left = array_new(count, sizeof *flame->left);
    flame->siblings = array_new(count, sizeof *flame->siblings);
    return flame->left && flame->siblings && fill_sides(flame, overlay, after) &&
           choose_narrowest(flame);
}

static enum cprof_status draw(struct flame *flame, const struct overlay *overlay,
                              const struct cprof_profile *after, const struct cprof_sink *sink,
                              struct cprof_error *error)
{
    bool enough = prepare(flame, overlay, after);
    if (enough) {
        measure_page(flame);
        writer_start(flame->writer, sink);
        put_page(flame);
    }
    free(flame->left);
    free(flame->siblings);
    for (int side = 0; side < OVERLAY_SIDES; side++) {
        free(flame->sides[side].width);
        free(flame->sides[side].calls);
    }
    return enough ? writer_finish(flame->writer, error) : fault_memory(error, "the flame graph");
}

enum cprof_status cprof_flame_svg(struct cprof_profile *profile,
                                  const struct cprof_flame_options *options,
                                  const struct cprof_sink *sink, struct cprof_error *error)
{
    struct writer writer;
    struct overlay overlay = {0};
    struct cprof_profile *baseline = options->baseline;
    struct flame flame = {
        .writer = &writer, .profile = profile, .options = options, .compared = baseline != NULL};
    enum cprof_status status = model_finish(profile, error);
    if (status == CPROF_OK && baseline)
        status = model_finish(baseline, error);
    if (status == CPROF_OK && baseline && strcmp(model_unit(profile), model_unit(baseline)) != 0)
        status = fault_set(error, CPROF_USAGE,
                           "the baseline counts %s and the profile %s; take two of one kind",
                           *model_unit(baseline) ? model_unit(baseline) : "nanoseconds",
                           *model_unit(profile) ? model_unit(profile) : "nanoseconds");
    if (status == CPROF_OK && baseline)
        status = overlay_make(&overlay, profile, baseline, error);
    if (status != CPROF_OK)
        return status;
    flame.time = options->metric == CPROF_FLAME_TOTAL_TIME && model_timed(profile) &&
                 (!baseline || model_timed(baseline));
    flame.metric = options->metric == CPROF_FLAME_TOTAL_TIME && !flame.time ? CPROF_FLAME_CALLS
                                                                            : options->metric;
    if (baseline) {
        flame.profile = overlay.profile;
        flame.wide = options->width_before ? OVERLAY_BEFORE : OVERLAY_AFTER;
    }
    status = draw(&flame, &overlay, profile, sink, error);
    overlay_free(&overlay);
    return status;
}
