/* `annotate` for people: the source with calls, times and bytes beside it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "annotation.h"
#include "array.h"
#include "fault.h"
#include "heap.h"
#include "page.h"
#include "stats.h"

/* Narrower pages do without the time of a line. */
#define COLUMNS_FOR_TOTAL 60

#define TAB 4

struct annotate_page {
    struct writer *writer;
    struct cprof_profile *profile;
    const struct cprof_style *style;
    bool timed, heap;
    size_t calls, number; /* columns */
};

/* Only of functions: who calls by estimate has no callers. */
static bool is_estimate(const struct annotate_page *page, const struct annotation_line *line)
{
    return line->function != MODEL_NONE &&
           page->profile->functions[line->function].measure.calls_error > 0;
}

static void lay_out(struct annotate_page *page, const struct annotation *annotation)
{
    char text[NUMBER_SIZE];
    size_t columns = page->style->columns;
    page->timed = model_timed(page->profile) && (columns == 0 || columns >= COLUMNS_FOR_TOTAL);
    page->heap = heap_known(page->profile) && (columns == 0 || columns >= COLUMNS_FOR_TOTAL);
    page->calls = strlen("calls");
    for (uint32_t idx = 1; idx <= annotation->count; idx++) {
        const struct annotation_line *line = &annotation->lines[idx];
        uint64_t calls = line->function == MODEL_NONE
                             ? line->calls
                             : page->profile->functions[line->function].measure.calls;
        size_t taken =
            strlen(number_calls(text, calls, is_estimate(page, line))) + (line->shared ? 2 : 0);
        if (line->shown && taken > page->calls)
            page->calls = taken;
        if (line->shown)
            page->number = strlen(number_decimal(text, idx, 0));
    }
}

static void put_titles(struct annotate_page *page)
{
    struct writer *writer = page->writer;
    page_emphasis(writer, page->style, EMPHASIS_STRONG);
    writer_right(writer, "calls", page->calls + 2);
    if (page->timed)
        writer_text(writer, "    total     self");
    if (page->heap)
        writer_text(writer, "      bytes");
    writer_right(writer, "line", page->number > 4 ? page->number + 2 : 6);
    writer_text(writer, "  source");
    page_emphasis(writer, page->style, EMPHASIS_NONE);
    writer_text(writer, "\n");
}

static void put_calls(struct annotate_page *page, uint64_t calls, bool shared, bool estimated)
{
    char number[NUMBER_SIZE], text[NUMBER_SIZE + 8];
    snprintf(text, sizeof text, "%s%s",
             !shared                ? ""
             : page->style->unicode ? "≤ "
                                    : "<=",
             number_calls(number, calls, estimated));
    writer_right(page->writer, text, page->calls + 2);
}

static void put_amounts(struct annotate_page *page, double total, double self)
{
    bool unicode = page->style->unicode;
    char text[NUMBER_SIZE];
    if (!page->timed)
        return;
    bool known = self < 0 || model_nested(page->profile);
    writer_right(page->writer,
                 known ? page_amount(text, page->profile, stats_whole(total), unicode) : "", 9);
    writer_right(page->writer,
                 self < 0 ? "" : page_amount(text, page->profile, stats_whole(self), unicode), 9);
}

/* A line may be the head of a function and call others, as short ones do: the head's
 * numbers come first, on a line of their own. */
static void put_numbers(struct annotate_page *page, const struct annotation_line *line, bool head)
{
    char text[NUMBER_SIZE];
    const struct function *function = head ? &page->profile->functions[line->function] : NULL;
    if (head) {
        put_calls(page, function->measure.calls, false, function->measure.calls_error > 0);
        put_amounts(page, function->total, function->measure.self);
    } else if (line->called) {
        put_calls(page, line->calls, line->shared, false);
        put_amounts(page, line->total, -1);
    } else {
        writer_spaces(page->writer, page->calls + 2 + (page->timed ? 18 : 0));
    }
    if (page->heap)
        writer_right(page->writer,
                     !head && line->alloc_count ? number_size(text, line->alloc_bytes) : "", 11);
}

/* Tabs as spaces, and what a terminal would act on as writer_screen shows it. */
static void put_source(struct annotate_page *page, const struct annotation_line *line, size_t room)
{
    char *text = array_new(line->text_len * TAB + 1, 1);
    size_t used = 0;
    for (size_t idx = 0; text && idx < line->text_len; idx++)
        do
            text[used++] = line->text[idx] == '\t' ? ' ' : line->text[idx];
        while (line->text[idx] == '\t' && used % TAB);
    if (text)
        writer_screen(page->writer, text, room, page->style);
    free(text);
}

static void put_line(struct annotate_page *page, const struct annotation_line *line,
                     uint32_t number)
{
    char text[NUMBER_SIZE];
    bool head = line->function != MODEL_NONE, both = head && (line->called || line->alloc_count);
    size_t width = page->number > 4 ? page->number + 2 : 6;
    size_t taken = page->calls + 2 + (page->timed ? 18 : 0) + (page->heap ? 11 : 0) + width + 2;
    size_t columns = page->style->columns, room = columns > taken + 10 ? columns - taken : 10;
    room = columns ? room : 0;
    put_numbers(page, line, head);
    page_emphasis(page->writer, page->style,
                  head                      ? EMPHASIS_STRONG
                  : annotation_speaks(line) ? EMPHASIS_NONE
                                            : EMPHASIS_FAINT);
    writer_right(page->writer, number_decimal(text, number, 0), width);
    writer_spaces(page->writer, 2);
    if (line->text)
        put_source(page, line, room);
    else if (head)
        page_function(page->writer, page->style, page->profile, line->function, room);
    page_emphasis(page->writer, page->style, EMPHASIS_NONE);
    writer_text(page->writer, "\n");
    if (both) {
        put_numbers(page, line, false);
        writer_spaces(page->writer, width + 2);
        writer_text(page->writer, "(the line itself)\n");
    }
}

static void put_lines(struct annotate_page *page, const struct annotation *annotation)
{
    uint32_t before = 0;
    for (uint32_t idx = 1; idx <= annotation->count; idx++) {
        const struct annotation_line *line = &annotation->lines[idx];
        if (!line->shown || (!line->text && !annotation_speaks(line)))
            continue;
        if (before && idx > before + 1)
            writer_text(page->writer, "\n");
        put_line(page, line, idx);
        before = idx;
    }
}

static void put_annotation(struct annotate_page *page, const struct annotation *annotation)
{
    lay_out(page, annotation);
    page_emphasis(page->writer, page->style, EMPHASIS_STRONG);
    writer_screen(page->writer, annotation->source ? annotation->source : annotation->file, 0,
                  page->style);
    page_emphasis(page->writer, page->style, EMPHASIS_NONE);
    writer_text(page->writer, "\n");
    put_titles(page);
    put_lines(page, annotation);
    writer_text(page->writer, "\n");
    if (annotation->shares)
        page_sentence(page->writer, page->style,
                      "%s: the same caller calls the same function from several lines; the number "
                      "is their sum.",
                      page->style->unicode ? "≤" : "<=");
    page_emphasis(page->writer, page->style, EMPHASIS_WARNING);
    if (!annotation->source)
        page_sentence(page->writer, page->style,
                      "The source was not found; name its folder with --source FOLDER.");
    if (annotation->changed)
        page_sentence(page->writer, page->style,
                      "The source was changed after the run began: lines may have moved.");
    page_emphasis(page->writer, page->style, EMPHASIS_NONE);
}

enum cprof_status cprof_annotate_text(struct cprof_profile *profile,
                                      const struct cprof_annotate_options *options,
                                      const struct cprof_sink *sink, struct cprof_error *error)
{
    struct annotations annotations;
    struct writer writer;
    struct annotate_page page = {.writer = &writer, .profile = profile, .style = &options->style};
    enum cprof_status status = annotation_make(profile, options, &annotations, error);
    if (status != CPROF_OK)
        return status;
    writer_start(&writer, sink);
    for (size_t idx = 0; idx < annotations.count; idx++) {
        if (idx)
            writer_text(&writer, "\n");
        put_annotation(&page, &annotations.items[idx]);
    }
    annotation_free(&annotations);
    return writer_finish(&writer, error);
}
