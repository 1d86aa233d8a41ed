/* `report` as a table for people.  Numbers stand left, where every line has
 * them, names last, where they may be cut; columns go when the terminal is
 * narrow.
 */
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "fault.h"
#include "number.h"
#include "page.h"
#include "stats.h"

/* Below this width a column has to go: average first, then total. */
#define COLUMNS_FOR_AVERAGE 72
#define COLUMNS_FOR_TOTAL 60

/* From these widths on there are more columns, where they would not be empty. */
#define COLUMNS_FOR_WAIT 90
#define COLUMNS_FOR_ERROR 100
#define COLUMNS_FOR_PERCENTILES 130

/* Waiting that matters: a share of the time of the function itself. */
#define SHARE_OF_WAIT 0.02

/* From this width on the place has a column of its own even if names are cut. */
#define COLUMNS_FOR_PLACE 44

struct layout {
    bool timed, counted, bar, total, average, percentiles, error, wait;
    size_t calls; /* columns of the number of calls */
    size_t name;  /* of the name when places are aligned, else 0 */
    size_t rest;  /* for name and place together, 0: as wide as they want */
};

struct report {
    struct writer *writer;
    struct cprof_profile *profile;
    const struct cprof_report_options *options;
    uint32_t *functions; /* all that were seen, in the order asked for */
    size_t shown;
    struct layout layout;
};

/* The part of its own time that a function used no processor, or 0 if little. */
static double wait_of(const struct report *report, uint32_t function)
{
    const struct measure *measure = &report->profile->functions[function].measure;
    return measure->wait >= SHARE_OF_WAIT * measure->self ? measure->wait : 0;
}

static const char *calls_text(char buf[NUMBER_SIZE], const struct cprof_function *function)
{
    return number_calls(buf, function->calls, function->calls_error_percent > 0);
}

/* ---- Layout --------------------------------------------------------------- */

static size_t larger(size_t left, size_t right)
{
    return left > right ? left : right;
}

static void measure_rows(struct report *report, size_t *longest_name, size_t *longest_place)
{
    struct layout *layout = &report->layout;
    const struct cprof_style *style = &report->options->style;
    layout->calls = strlen("calls");
    for (size_t idx = 0; idx < report->shown; idx++) {
        struct cprof_function function = stats_function(report->profile, report->functions[idx]);
        const char *label = model_function_label(report->profile, report->functions[idx]);
        char calls[NUMBER_SIZE];
        if (layout->counted)
            layout->calls = larger(layout->calls, strlen(calls_text(calls, &function)));
        *longest_name = larger(*longest_name, writer_screen_columns(label, 200, style));
        *longest_place = larger(*longest_place,
                                page_place_columns(style, report->profile, report->functions[idx]));
        layout->percentiles = layout->percentiles || function.p99_ns != CPROF_UNKNOWN;
        layout->error = layout->error || function.error_percent > 0.5;
        layout->wait = layout->wait ||
                       100 * wait_of(report, report->functions[idx]) > stats_total(report->profile);
    }
}

static void lay_out(struct report *report)
{
    struct layout *layout = &report->layout;
    size_t columns = report->options->style.columns, longest = 0, place = 0;
    bool wide = columns == 0;
    layout->timed = model_timed(report->profile);
    layout->counted = model_counted(report->profile);
    measure_rows(report, &longest, &place);
    bool nested = model_nested(report->profile);
    layout->total = layout->timed && nested && (wide || columns >= COLUMNS_FOR_TOTAL);
    layout->average = model_in_nanoseconds(report->profile) && nested && layout->counted &&
                      (wide || columns >= COLUMNS_FOR_AVERAGE);
    layout->percentiles =
        layout->percentiles && layout->timed && (wide || columns >= COLUMNS_FOR_PERCENTILES);
    layout->error = layout->error && layout->timed && (wide || columns >= COLUMNS_FOR_ERROR);
    layout->wait = layout->wait && layout->timed && (wide || columns >= COLUMNS_FOR_WAIT);
    layout->bar = layout->timed && columns >= PAGE_COLUMNS_FOR_BAR;
    size_t fixed = (layout->timed ? 16u : 0u) + (layout->bar ? PAGE_BAR : 0u) +
                   (layout->wait ? 9u : 0u) + (layout->error ? 7u : 0u) +
                   (layout->total ? 9u : 0u) + (layout->counted ? 2 + layout->calls : 0u) +
                   (layout->average ? 9u : 0u) + (layout->percentiles ? 27u : 0u) + 2;
    layout->rest = wide ? 0 : larger(columns > fixed ? columns - fixed : 0, 12);
    if (!wide && longest + 2 + place <= layout->rest)
        layout->name = longest;
    else if (layout->rest >= COLUMNS_FOR_PLACE)
        layout->name = longest < layout->rest * 3 / 5 ? longest : layout->rest * 3 / 5;
}

/* ---- Rows ----------------------------------------------------------------- */

static void put_titles(struct report *report)
{
    struct writer *writer = report->writer;
    const struct layout *layout = &report->layout;
    page_emphasis(writer, &report->options->style, EMPHASIS_STRONG);
    if (layout->timed)
        writer_text(writer, " self %");
    if (layout->bar)
        writer_spaces(writer, PAGE_BAR);
    if (layout->timed)
        writer_text(writer, "     self");
    if (layout->wait)
        writer_text(writer, "     wait");
    if (layout->error)
        writer_text(writer, "  error");
    if (layout->total)
        writer_text(writer, "    total");
    if (layout->counted) {
        writer_spaces(writer, 2);
        writer_right(writer, "calls", layout->calls);
    }
    if (layout->average)
        writer_text(writer, "      avg");
    if (layout->percentiles)
        writer_text(writer, "      p50      p95      p99");
    writer_text(writer, "  function");
    page_emphasis(writer, &report->options->style, EMPHASIS_NONE);
    writer_text(writer, "\n");
}

/* Nothing where the time is exact, since that is most of them.  A blank stays in
 * front of the most that there can be. */
static const char *error_text(char buf[NUMBER_SIZE], double percent)
{
    if (percent >= 99.95)
        return "100 %";
    return percent < 0 ? "?" : percent < 0.05 ? "" : number_percent(buf, percent);
}

static void put_numbers(struct report *report, uint32_t idx, const struct cprof_function *function)
{
    struct writer *writer = report->writer;
    const struct layout *layout = &report->layout;
    bool unicode = report->options->style.unicode;
    char text[NUMBER_SIZE];
    double whole = stats_total(report->profile);
    if (layout->timed) {
        double share = whole > 0 ? 100.0 * (double)function->self_amount / whole : 0;
        writer_right(writer, number_decimal(text, share, 2), 7);
        if (layout->bar)
            page_bar(writer, &report->options->style, share / 100);
        writer_right(writer, page_amount(text, report->profile, function->self_amount, unicode), 9);
    }
    if (layout->wait) {
        double wait = wait_of(report, idx);
        writer_right(writer, wait > 0 ? number_duration(text, stats_whole(wait), unicode) : "", 9);
    }
    if (layout->error)
        writer_right(writer, error_text(text, function->error_percent), 7);
    if (layout->total)
        writer_right(writer, page_amount(text, report->profile, function->total_amount, unicode),
                     9);
    if (layout->counted) {
        writer_spaces(writer, 2);
        writer_right(writer, calls_text(text, function), layout->calls);
    }
    if (layout->average)
        writer_right(writer,
                     function->average_ns ? number_duration(text, function->average_ns, unicode)
                                          : "<1 ns",
                     9);
    const uint64_t percentiles[] = {function->p50_ns, function->p95_ns, function->p99_ns};
    for (size_t at = 0; layout->percentiles && at < 3; at++)
        writer_right(writer,
                     percentiles[at] == CPROF_UNKNOWN ? ""
                     : percentiles[at] ? number_duration(text, percentiles[at], unicode)
                                       : "<1 ns",
                     9);
    writer_spaces(writer, 2);
}

static void put_name(struct report *report, uint32_t function)
{
    const struct layout *layout = &report->layout;
    const struct cprof_style *style = &report->options->style;
    struct writer *writer = report->writer;
    if (layout->name) {
        size_t taken = page_function(writer, style, report->profile, function, layout->name);
        writer_spaces(writer, layout->name - taken);
        if (layout->rest > layout->name)
            page_place(writer, style, report->profile, function, layout->rest - layout->name);
    } else {
        page_function_and_place(writer, style, report->profile, function, layout->rest);
    }
    writer_text(writer, "\n");
}

static void put_rows(struct report *report)
{
    put_titles(report);
    for (size_t idx = 0; idx < report->shown; idx++) {
        struct cprof_function function = stats_function(report->profile, report->functions[idx]);
        put_numbers(report, report->functions[idx], &function);
        put_name(report, report->functions[idx]);
    }
}

/* What the rows leave out, and the words in which the table is read. */
static void put_rest(struct report *report)
{
    size_t hidden = report->profile->seen_count - report->shown;
    const struct cprof_style *style = &report->options->style;
    char count[NUMBER_SIZE], share[NUMBER_SIZE];
    double self = 0, whole = stats_total(report->profile);
    for (size_t idx = report->shown; idx < report->profile->seen_count; idx++)
        self += report->profile->functions[report->functions[idx]].measure.self;
    writer_text(report->writer, "\n");
    if (hidden && report->layout.timed)
        page_sentence(report->writer, style, "Not shown: %s with %s of the %s (--top 0 shows all).",
                      number_of(count, hidden, "function"),
                      number_percent(share, whole > 0 ? 100 * self / whole : 0),
                      *model_unit(report->profile) ? model_unit(report->profile) : "time");
    else if (hidden)
        page_sentence(report->writer, style, "Not shown: %s (--top 0 shows all).",
                      number_of(count, hidden, "function"));
    if (!report->layout.timed)
        page_sentence(report->writer, style, "Times are unknown: the run read no clock.");
}

/* What the program counts itself, a line each. */
static void put_counters(const struct report *report)
{
    struct cprof_counter counter;
    char sum[NUMBER_SIZE], additions[NUMBER_SIZE];
    for (size_t idx = 0; cprof_counter_at(report->profile, idx, &counter); idx++) {
        uint64_t size = counter.sum < 0 ? 0 - (uint64_t)counter.sum : (uint64_t)counter.sum;
        page_sentence(report->writer, &report->options->style, "Counter %s: %s%s, in %s.",
                      counter.name, counter.sum < 0 ? "-" : "", number_grouped(sum, size),
                      number_of(additions, counter.additions, "addition"));
    }
}

static enum cprof_status render(struct report *report, const struct cprof_run *run,
                                struct cprof_error *error)
{
    const struct cprof_report_options *options = report->options;
    size_t seen = report->profile->seen_count;
    memcpy(report->functions, report->profile->by_self, seen * sizeof *report->functions);
    if (!stats_sort(report->profile, report->functions, seen, options->sort))
        return fault_memory(error, "the list of functions");
    report->shown = options->top && options->top < seen ? options->top : seen;
    lay_out(report);
    page_head(report->writer, &options->style, report->profile, run);
    put_rows(report);
    put_rest(report);
    put_counters(report);
    page_remarks(report->writer, &options->style, report->profile, run, options->brief);
    return writer_finish(report->writer, error);
}

enum cprof_status cprof_report_text(struct cprof_profile *profile,
                                    const struct cprof_report_options *options,
                                    const struct cprof_sink *sink, struct cprof_error *error)
{
    struct cprof_run run;
    struct writer writer;
    struct report report = {.writer = &writer, .profile = profile, .options = options};
    enum cprof_status status = cprof_run_facts(profile, &run, error);
    if (status != CPROF_OK)
        return status;
    writer_start(&writer, sink);
    report.functions = array_new(profile->seen_count, sizeof *report.functions);
    status = report.functions ? render(&report, &run, error)
                              : fault_memory(error, "the list of functions");
    free(report.functions);
    return status;
}
