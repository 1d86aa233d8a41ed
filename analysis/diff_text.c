/* A diff for people: who the baseline is, the verdict, what got worse, what got
 * better, what came and went, and how it was found out.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "diff.h"
#include "diff_words.h"
#include "page.h"

/* What is unclear is told by its number and the largest few. */
#define MOST_UNCLEAR 3

/* Columns for the name of what counts as a part of another function. */
#define LONGEST_WITH 40

static void put_name(struct writer *writer, const struct cprof_style *style, const char *function,
                     const char *file, uint32_t line, size_t used)
{
    char place[DIFF_PLACE_SIZE];
    size_t room = style->columns > used + 12 ? style->columns - used : style->columns ? 12 : 0;
    size_t taken = writer_screen(writer, function, room, style);
    size_t wide = writer_screen_columns(diff_place(place, file, line), SIZE_MAX / 2, style);
    if (place[0] && (!room || taken + 2 + wide <= room)) {
        writer_text(writer, "  ");
        writer_screen(writer, place, 0, style);
    }
    writer_text(writer, "\n");
}

static void put_change(struct writer *writer, const struct cprof_style *style,
                       const struct cprof_diff *diff, const struct cprof_diff_change *change)
{
    char text[DIFF_TEXT_SIZE];
    writer_right(writer, diff_percent(text, change->percent), 10);
    writer_right(writer, diff_interval(text, change), 20);
    writer_right(writer, diff_p(text, change), 9);
    writer_right(writer, diff_amount(text, diff, change->metric, change->before, style->unicode),
                 12);
    writer_right(writer, diff_amount(text, diff, change->metric, change->after, style->unicode),
                 12);
    const char *word = cprof_metric_word(change->metric);
    writer_format(writer, "  %s%s", word, change->relative ? "*" : "");
    writer_spaces(writer, 14 - strlen(word) - change->relative);
    put_name(writer, style, change->function, change->file, change->line, 79);
    if (!change->with_count)
        return;
    writer_text(writer, "            with ");
    for (size_t idx = 0; idx < change->with_count && idx < DIFF_MOST_WITH; idx++) {
        writer_text(writer, idx ? ", " : "");
        writer_screen(writer, change->with[idx], LONGEST_WITH, style);
    }
    writer_text(writer, diff_more(text, change));
    writer_text(writer, "\n");
}

static void put_changes(struct writer *writer, const struct cprof_style *style, const char *title,
                        const struct cprof_diff *diff, enum cprof_diff_list which, size_t top)
{
    const struct diff_list *list = &diff->lists[which];
    char text[DIFF_TEXT_SIZE];
    if (!list->count)
        return;
    writer_text(writer, "\n");
    page_heading(writer, style, title);
    page_emphasis(writer, style, EMPHASIS_FAINT);
    writer_format(writer,
                  "    change        %5s between        p    baseline   candidate  metric\n",
                  diff_confidence(text, &diff->facts));
    page_emphasis(writer, style, EMPHASIS_NONE);
    size_t shown = top && top < list->count ? top : list->count;
    for (size_t idx = 0; idx < shown; idx++)
        put_change(writer, style, diff, &list->items[idx]);
    if (shown < list->count)
        writer_format(writer, "  and %zu more (--top 0 shows all)\n", list->count - shown);
}

typedef bool (*entry_getter)(const struct cprof_diff *, size_t, struct cprof_entry *);

static void put_entries(struct writer *writer, const struct cprof_style *style, const char *title,
                        const struct cprof_diff *diff, entry_getter at, size_t count, size_t top)
{
    struct cprof_entry entry;
    char text[DIFF_TEXT_SIZE];
    if (!count)
        return;
    writer_text(writer, "\n");
    page_heading(writer, style, title);
    size_t shown = top && top < count ? top : count;
    for (size_t idx = 0; idx < shown && at(diff, idx, &entry); idx++) {
        uint64_t self = entry.values[CPROF_METRIC_SELF_TIME];
        uint64_t calls = entry.values[CPROF_METRIC_CALLS];
        writer_right(writer,
                     self == CPROF_UNKNOWN ? "-"
                                           : diff_amount(text, diff, CPROF_METRIC_SELF_TIME,
                                                         (double)self, style->unicode),
                     12);
        writer_right(writer,
                     calls == CPROF_UNKNOWN
                         ? "-"
                         : diff_value(text, CPROF_METRIC_CALLS, (double)calls, style->unicode),
                     14);
        writer_text(writer, calls == 1 ? " call   " : " calls  ");
        put_name(writer, style, entry.name, entry.file, entry.line, 34);
    }
    if (shown < count)
        writer_format(writer, "  and %zu more (--top 0 shows all)\n", count - shown);
}

static void put_side(struct writer *writer, const struct cprof_style *style, const char *word,
                     const struct cprof_diff *diff, enum cprof_side which)
{
    char text[DIFF_TEXT_SIZE];
    const struct cprof_diff_side *side = &diff->facts.sides[which];
    writer_text(writer, word);
    writer_screen(writer, side->program[0] ? side->program : "[program]", 0, style);
    if (side->build_id[0])
        writer_format(writer, ", build %.12s", side->build_id);
    if (side->compiler[0]) {
        writer_text(writer, ", ");
        writer_screen(writer, side->compiler, 0, style);
    }
    writer_format(writer, ", %zu run%s", side->runs, side->runs == 1 ? "" : "s");
    if (side->total_ns >= 0) {
        writer_text(writer, ", ");
        writer_text(writer, diff_amount(text, diff, CPROF_METRIC_TOTAL_TIME, side->total_ns,
                                        style->unicode));
        writer_text(writer, *diff->unit ? " " : "");
        writer_text(writer, diff->unit);
    }
    writer_text(writer, "\n");
}

static void put_verdict(struct writer *writer, const struct cprof_style *style,
                        const struct cprof_diff *diff)
{
    char text[DIFF_TEXT_SIZE];
    writer_text(writer, "verdict    ");
    page_emphasis(writer, style,
                  diff->facts.verdict == CPROF_VERDICT_SLOWER ? EMPHASIS_WARNING : EMPHASIS_STRONG);
    writer_text(writer, cprof_verdict_word(diff->facts.verdict));
    page_emphasis(writer, style, EMPHASIS_NONE);
    writer_text(writer, diff_speedup(text, &diff->facts));
    writer_text(writer, "\n");
}

static void put_method(struct writer *writer, const struct cprof_style *style,
                       const struct cprof_diff *diff)
{
    const struct cprof_diff_facts *facts = &diff->facts;
    bool relative = false;
    for (size_t list = 0; list < sizeof diff->lists / sizeof *diff->lists; list++)
        for (size_t idx = 0; idx < diff->lists[list].count; idx++)
            relative |= diff->lists[list].items[idx].relative;
    writer_text(writer, "\n");
    page_sentence(writer, style, "%s (%zu of them); changes below %g %% are not called.",
                  facts->method, facts->tests, diff->options.least_effect);
    if (relative)
        page_sentence(writer, style,
                      "* relative to the rest of its run: as a whole, runs differed in speed.");
    if (diff->part_count)
        page_sentence(writer, style, "with: %s", diff_with_sentence);
    if (diff->lost_parts)
        page_sentence(writer, style, "%s", diff_lost_sentence);
    if (facts->sides[CPROF_BASELINE].runs < 2 || facts->sides[CPROF_CANDIDATE].runs < 2)
        page_sentence(
            writer, style,
            "Assumed: a run of one build is off by %g %% and 2 ms; `cprof bench` measures it.",
            diff->options.assumed_noise);
}

enum cprof_status cprof_diff_text(struct cprof_diff *diff,
                                  const struct cprof_diff_text_options *options,
                                  const struct cprof_sink *sink, struct cprof_error *error)
{
    struct writer writer;
    const struct cprof_style *style = &options->style;
    enum cprof_status status = diff_finish(diff, error);
    if (status != CPROF_OK)
        return status;
    const struct diff_list *unclear = &diff->lists[CPROF_DIFF_UNCLEAR];
    char title[80];
    writer_start(&writer, sink);
    put_side(&writer, style, "baseline   ", diff, CPROF_BASELINE);
    put_side(&writer, style, "candidate  ", diff, CPROF_CANDIDATE);
    put_verdict(&writer, style, diff);
    put_changes(&writer, style, "Worse than the baseline", diff, CPROF_DIFF_REGRESSIONS,
                options->top);
    put_changes(&writer, style, "Better than the baseline", diff, CPROF_DIFF_IMPROVEMENTS,
                options->top);
    snprintf(title, sizeof title, "Unclear: %zu, more runs would tell", unclear->count);
    put_changes(&writer, style, title, diff, CPROF_DIFF_UNCLEAR,
                options->top && options->top < MOST_UNCLEAR ? options->top
                : options->top                              ? MOST_UNCLEAR
                                                            : 0);
    put_entries(&writer, style, "Only in the candidate", diff, cprof_diff_added, diff->added_count,
                options->top);
    put_entries(&writer, style, "Only in the baseline", diff, cprof_diff_removed,
                diff->removed_count, options->top);
    put_method(&writer, style, diff);
    return writer_finish(&writer, error);
}
