/* The builds of a store, for people and for scripts; and a function's trend over them,
 * for both and as a picture.
 */
#include <math.h>
#include <string.h>

#include "diff_words.h"
#include "history.h"
#include "json.h"
#include "page.h"
#include "stats.h"

/* ---- Builds -------------------------------------------------------------------- */

/* What people know a build by. */
static const char *build_word(const struct cprof_build *build)
{
    return build->revision[0] ? build->revision : build->build_id[0] ? build->build_id : "unknown";
}

/* At most 12 columns of it, which is what hashes are cut to. */
static void put_word(struct writer *writer, const struct cprof_style *style,
                     const struct cprof_build *build)
{
    size_t used = writer_screen(writer, build_word(build), 12, style);
    writer_spaces(writer, used < 14 ? 14 - used : 1);
}

static void put_mean(struct writer *writer, const struct cprof_style *style,
                     enum cprof_metric metric, double mean, double error)
{
    char text[DIFF_TEXT_SIZE];
    writer_right(writer, mean < 0 ? "-" : diff_value(text, metric, mean, style->unicode), 13);
    if (error >= 0 && mean > 0)
        writer_format(writer, style->unicode ? " ±%5.1f %%" : " +-%4.1f %%", 100 * error / mean);
    else
        writer_spaces(writer, 9);
}

enum cprof_status cprof_history_text(struct cprof_history *history, const char *program,
                                     size_t most, const struct cprof_style *style,
                                     const struct cprof_sink *sink, struct cprof_error *error)
{
    struct writer writer;
    const struct cprof_build *builds;
    size_t count;
    char moment[NUMBER_SIZE];
    enum cprof_status status = cprof_history_builds(history, program, most, &builds, &count, error);
    if (status != CPROF_OK)
        return status;
    writer_start(&writer, sink);
    page_emphasis(&writer, style, EMPHASIS_FAINT);
    writer_text(&writer,
                "first run             build           runs         time     95 %  program\n");
    page_emphasis(&writer, style, EMPHASIS_NONE);
    for (size_t idx = 0; idx < count; idx++) {
        writer_format(&writer, "%.19sZ  ", number_moment(moment, builds[idx].first_ns));
        put_word(&writer, style, &builds[idx]);
        writer_right(&writer, number_grouped(moment, builds[idx].runs), 6);
        put_mean(&writer, style, CPROF_METRIC_TOTAL_TIME, builds[idx].wall_ns,
                 builds[idx].wall_error);
        writer_text(&writer, "  ");
        writer_screen(&writer, builds[idx].program, 0, style);
        if (builds[idx].compiler[0]) {
            writer_text(&writer, ", ");
            writer_screen(&writer, builds[idx].compiler, 0, style);
        }
        if (builds[idx].flags[0]) {
            writer_text(&writer, ", ");
            writer_screen(&writer, builds[idx].flags, 0, style);
        }
        writer_text(&writer, "\n");
    }
    if (!count)
        page_sentence(&writer, style, "No profile in this store.");
    return writer_finish(&writer, error);
}

/* A number of a store, which may be no time at all. */
static double known(double value)
{
    return value < 0 ? NAN : value;
}

static void put_build(struct json *json, const struct cprof_build *build)
{
    json_text(json, "program", build->program);
    json_text(json, "build_id", build->build_id);
    json_text(json, "compiler", build->compiler);
    json_text(json, "flags", build->flags);
    json_text(json, "revision", build->revision);
    json_moment(json, "first_run", build->first_ns);
    json_whole(json, "runs", build->runs);
    json_ratio(json, "wall_ns", known(build->wall_ns));
    json_ratio(json, "wall_error", known(build->wall_error));
}

enum cprof_status cprof_history_json(struct cprof_history *history, const char *program,
                                     size_t most, const struct cprof_sink *sink,
                                     struct cprof_error *error)
{
    struct writer writer;
    struct json json = {.writer = &writer};
    const struct cprof_build *builds;
    size_t count;
    enum cprof_status status = cprof_history_builds(history, program, most, &builds, &count, error);
    if (status != CPROF_OK)
        return status;
    writer_start(&writer, sink);
    json_open(&json, NULL, '[');
    for (size_t idx = 0; idx < count; idx++) {
        json_line(&json);
        json_open(&json, NULL, '{');
        put_build(&json, &builds[idx]);
        json_close(&json, '}');
    }
    json_close(&json, ']');
    writer_text(&writer, "\n");
    return writer_finish(&writer, error);
}

/* ---- Trends --------------------------------------------------------------------- */

struct trend {
    const struct cprof_trend_point *points;
    size_t count;
    double most; /* of values and the ends of their intervals */
};

static enum cprof_status get_trend(struct cprof_history *history,
                                   const struct cprof_trend_options *options, struct trend *trend,
                                   struct cprof_error *error)
{
    enum cprof_status status =
        cprof_history_trend(history, options->program, options->function, options->metric,
                            options->most, &trend->points, &trend->count, error);
    trend->most = 0;
    for (size_t idx = 0; status == CPROF_OK && idx < trend->count; idx++)
        trend->most =
            fmax(trend->most, trend->points[idx].value + fmax(trend->points[idx].error, 0));
    return status;
}

#define BAR 30

static void put_bar(struct writer *writer, const struct cprof_style *style, double share)
{
    int full = (int)(share * BAR + 0.5);
    writer_text(writer, "  ");
    for (int idx = 0; idx < full && idx < BAR; idx++)
        writer_text(writer, style->unicode ? "█" : "#");
    writer_text(writer, "\n");
}

enum cprof_status cprof_trend_text(struct cprof_history *history,
                                   const struct cprof_trend_options *options,
                                   const struct cprof_sink *sink, struct cprof_error *error)
{
    struct writer writer;
    struct trend trend;
    char text[NUMBER_SIZE];
    const struct cprof_style *style = &options->style;
    enum cprof_status status = get_trend(history, options, &trend, error);
    if (status != CPROF_OK)
        return status;
    writer_start(&writer, sink);
    page_emphasis(&writer, style, EMPHASIS_STRONG);
    writer_screen(&writer, options->function, 0, style);
    page_emphasis(&writer, style, EMPHASIS_NONE);
    writer_format(&writer, ", %s, mean of the runs of a build, oldest first\n\n",
                  cprof_metric_word(options->metric));
    for (size_t idx = 0; idx < trend.count; idx++) {
        const struct cprof_trend_point *point = &trend.points[idx];
        writer_format(&writer, "%.10s  ", number_moment(text, point->build.first_ns));
        put_word(&writer, style, &point->build);
        writer_right(&writer, number_grouped(text, point->build.runs), 6);
        put_mean(&writer, style, options->metric, point->value, point->error);
        put_bar(&writer, style, trend.most > 0 ? point->value / trend.most : 0);
    }
    return writer_finish(&writer, error);
}

enum cprof_status cprof_trend_json(struct cprof_history *history,
                                   const struct cprof_trend_options *options,
                                   const struct cprof_sink *sink, struct cprof_error *error)
{
    struct writer writer;
    struct json json = {.writer = &writer};
    struct trend trend;
    enum cprof_status status = get_trend(history, options, &trend, error);
    if (status != CPROF_OK)
        return status;
    writer_start(&writer, sink);
    json_open(&json, NULL, '{');
    json_text(&json, "function", options->function);
    json_text(&json, "metric", cprof_metric_word(options->metric));
    json_open(&json, "builds", '[');
    for (size_t idx = 0; idx < trend.count; idx++) {
        json_line(&json);
        json_open(&json, NULL, '{');
        put_build(&json, &trend.points[idx].build);
        json_ratio(&json, "value", trend.points[idx].value);
        json_ratio(&json, "error", known(trend.points[idx].error));
        json_close(&json, '}');
    }
    json_close(&json, ']');
    json_close(&json, '}');
    writer_text(&writer, "\n");
    return writer_finish(&writer, error);
}

/* ---- The picture ------------------------------------------------------------------ */

/* In pixels: the paper, and the room for the curve in it. */
enum { PAPER_WIDTH = 900, PAPER_HEIGHT = 320, LEFT = 90, TOP = 50, RIGHT = 20, BOTTOM = 70 };

/* More marks than this run into each other. */
#define MOST_MARKS 120

static double across(const struct trend *trend, size_t idx)
{
    double step = trend->count > 1 ? (double)idx / (double)(trend->count - 1) : 0.5;
    return LEFT + step * (PAPER_WIDTH - LEFT - RIGHT);
}

static double down(const struct trend *trend, double value)
{
    double share = trend->most > 0 ? fmax(value, 0) / trend->most : 0;
    return TOP + (1 - share) * (PAPER_HEIGHT - TOP - BOTTOM);
}

static void put_number(struct writer *writer, const char *name, double value)
{
    writer_format(writer, " %s=\"", name);
    writer_decimal(writer, value, 1);
    writer_text(writer, "\"");
}

static void put_line(struct writer *writer, double x1, double y1, double x2, double y2,
                     const char *class)
{
    writer_text(writer, "<line");
    put_number(writer, "x1", x1);
    put_number(writer, "y1", y1);
    put_number(writer, "x2", x2);
    put_number(writer, "y2", y2);
    writer_format(writer, " class=\"%s\"/>\n", class);
}

/* The axis: nothing, half, and the most. */
static void put_axis(struct writer *writer, const struct trend *trend, enum cprof_metric metric)
{
    char text[DIFF_TEXT_SIZE];
    for (int half = 0; half <= 2; half++) {
        double value = trend->most * half / 2;
        put_line(writer, LEFT, down(trend, value), PAPER_WIDTH - RIGHT, down(trend, value), "grid");
        writer_format(writer, "<text x=\"%d\"", LEFT - 8);
        put_number(writer, "y", down(trend, value) + 4);
        writer_text(writer, " class=\"end\">");
        writer_xml(writer, diff_value(text, metric, value, true));
        writer_text(writer, "</text>\n");
    }
}

static void put_curve(struct writer *writer, const struct trend *trend)
{
    writer_text(writer, "<polyline class=\"curve\" points=\"");
    for (size_t idx = 0; idx < trend->count; idx++) {
        writer_decimal(writer, across(trend, idx), 1);
        writer_text(writer, ",");
        writer_decimal(writer, down(trend, trend->points[idx].value), 1);
        writer_text(writer, " ");
    }
    writer_text(writer, "\"/>\n");
}

static void put_marks(struct writer *writer, const struct trend *trend, enum cprof_metric metric)
{
    char text[DIFF_TEXT_SIZE];
    size_t step = trend->count / MOST_MARKS + 1;
    for (size_t idx = 0; idx < trend->count; idx += step) {
        const struct cprof_trend_point *point = &trend->points[idx];
        double x = across(trend, idx);
        if (point->error > 0)
            put_line(writer, x, down(trend, point->value - point->error), x,
                     down(trend, point->value + point->error), "bar");
        writer_text(writer, "<circle r=\"3\"");
        put_number(writer, "cx", x);
        put_number(writer, "cy", down(trend, point->value));
        writer_text(writer, "><title>");
        writer_xml(writer, build_word(&point->build));
        writer_text(writer, ": ");
        writer_xml(writer, diff_value(text, metric, point->value, true));
        writer_text(writer, "</title></circle>\n");
    }
}

/* The oldest and the newest build, below the ends of the curve. */
static void put_ends(struct writer *writer, const struct trend *trend)
{
    for (int end = 0; end < 2; end++) {
        const struct cprof_build *build = &trend->points[end ? trend->count - 1 : 0].build;
        char moment[NUMBER_SIZE];
        writer_format(writer, "<text x=\"%d\" y=\"%d\"%s>", end ? PAPER_WIDTH - RIGHT : LEFT,
                      PAPER_HEIGHT - BOTTOM + 24, end ? " class=\"end\"" : "");
        writer_xml(writer, build_word(build));
        writer_format(writer, ", %.10s</text>\n", number_moment(moment, build->first_ns));
    }
}

static const char trend_style[] =
    "<style>text { font: 13px sans-serif; fill: #222; } .end { text-anchor: end; }\n"
    ".grid { stroke: #ddd; } .curve { fill: none; stroke: #1f6fb4; stroke-width: 2; }\n"
    ".bar { stroke: #1f6fb4; opacity: .5; } circle { fill: #1f6fb4; }\n"
    ".title { font-weight: bold; font-size: 15px; } .page { fill: #fff; }\n"
    "@media (prefers-color-scheme: dark) { :root { background: #16181d; } .page { fill: #16181d; "
    "}\n"
    "text { fill: #e8e6e1; } .grid { stroke: #3a3f4a; } .curve, .bar { stroke: #82b7f4; }\n"
    "circle { fill: #82b7f4; } }</style>\n";

enum cprof_status cprof_trend_svg(struct cprof_history *history,
                                  const struct cprof_trend_options *options,
                                  const struct cprof_sink *sink, struct cprof_error *error)
{
    struct writer writer;
    struct trend trend;
    enum cprof_status status = get_trend(history, options, &trend, error);
    if (status != CPROF_OK)
        return status;
    writer_start(&writer, sink);
    writer_format(&writer,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"100%%\" "
                  "style=\"max-width: %dpx\" viewBox=\"0 0 %d %d\" role=\"img\">\n",
                  PAPER_WIDTH, PAPER_WIDTH, PAPER_HEIGHT);
    writer_text(&writer, trend_style);
    writer_format(&writer,
                  "<rect class=\"page\" width=\"%d\" height=\"%d\"/>\n"
                  "<text x=\"%d\" y=\"28\" class=\"title\">",
                  PAPER_WIDTH, PAPER_HEIGHT, LEFT);
    writer_xml(&writer, options->function);
    writer_format(&writer, ": %s by build</text>\n", cprof_metric_word(options->metric));
    put_axis(&writer, &trend, options->metric);
    put_curve(&writer, &trend);
    put_marks(&writer, &trend, options->metric);
    put_ends(&writer, &trend);
    writer_text(&writer, "</svg>\n");
    return writer_finish(&writer, error);
}
