/* A comparison for people: the speed-up, what got worse, what got better, what
 * came and went.  The baseline is named first, as in every output about two runs.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "comparison.h"
#include "number.h"
#include "page.h"

/* More lines than this say nothing more. */
#define LONGEST_LIST 40

static const char *value_text(char buf[NUMBER_SIZE], enum cprof_metric metric, uint64_t value,
                              bool unicode)
{
    switch (cprof_metric_unit(metric)) {
    case CPROF_UNIT_NS:
        return number_duration(buf, value, unicode);
    case CPROF_UNIT_BYTES:
        return number_size(buf, value);
    default:
        return number_grouped(buf, value);
    }
}

static void put_percent(struct writer *writer, double percent)
{
    char number[NUMBER_SIZE], text[NUMBER_SIZE + 1];
    snprintf(text, sizeof text, "%c%s", percent < 0 ? '-' : '+',
             number_percent(number, fabs(percent)));
    writer_right(writer, isinf(percent) ? "new" : text, 10);
}

static void put_change(struct writer *writer, const struct cprof_style *style,
                       const struct cprof_change *change)
{
    char text[NUMBER_SIZE];
    put_percent(writer, change->percent);
    writer_text(writer, "  ");
    writer_right(writer, value_text(text, change->metric, change->before, style->unicode), 12);
    writer_text(writer, style->unicode ? " → " : " to ");
    writer_right(writer, value_text(text, change->metric, change->after, style->unicode), 12);
    const char *word = cprof_metric_word(change->metric);
    writer_text(writer, "  ");
    writer_text(writer, word);
    writer_spaces(writer, 14 - strlen(word));
    writer_screen(writer, change->function, style->columns > 100 ? style->columns - 58 : 0, style);
    if (change->file[0] && change->line) {
        writer_text(writer, "  ");
        writer_screen(writer, change->file, 0, style);
        writer_format(writer, ":%u", change->line);
    }
    writer_text(writer, "\n");
}

static void put_changes(struct writer *writer, const struct cprof_style *style, const char *title,
                        const struct cprof_change *changes, size_t count)
{
    if (!count)
        return;
    writer_text(writer, "\n");
    page_heading(writer, style, title);
    for (size_t idx = 0; idx < count && idx < LONGEST_LIST; idx++)
        put_change(writer, style, &changes[idx]);
    if (count > LONGEST_LIST)
        page_sentence(writer, style, "  and %zu more", count - LONGEST_LIST);
}

typedef bool (*entry_getter)(const struct cprof_comparison *, size_t, struct cprof_entry *);

static void put_entries(struct writer *writer, const struct cprof_style *style, const char *title,
                        const struct cprof_comparison *comparison, entry_getter at, size_t count)
{
    struct cprof_entry entry;
    if (!count)
        return;
    writer_text(writer, "\n");
    page_heading(writer, style, title);
    for (size_t idx = 0; idx < LONGEST_LIST && at(comparison, idx, &entry); idx++) {
        writer_text(writer, "  ");
        writer_screen(writer, entry.name, 0, style);
        writer_text(writer, "\n");
    }
    if (count > LONGEST_LIST)
        page_sentence(writer, style, "  and %zu more", count - LONGEST_LIST);
}

static void put_head(struct writer *writer, const struct cprof_style *style,
                     const struct cprof_comparison *comparison)
{
    char before[NUMBER_SIZE], after[NUMBER_SIZE];
    double speedup = cprof_comparison_speedup(comparison);
    writer_text(writer, "baseline  ");
    writer_screen(writer, comparison->before->name, 0, style);
    writer_text(writer, "\ncompared  ");
    writer_screen(writer, comparison->after->name, 0, style);
    writer_text(writer, "\nspeed-up  ");
    if (speedup < 0) {
        writer_text(writer, "unknown: a side has no time\n");
        return;
    }
    if (isinf(speedup))
        writer_text(writer, "infinite");
    else
        writer_decimal(writer, speedup, 3);
    number_duration(before, comparison->whole_before.values[CPROF_METRIC_TOTAL_TIME],
                    style->unicode);
    number_duration(after, comparison->whole_after.values[CPROF_METRIC_TOTAL_TIME], style->unicode);
    writer_format(writer, "  (%s before, %s after)\n", before, after);
}

enum cprof_status cprof_comparison_report(const struct cprof_comparison *comparison,
                                          const struct cprof_style *style,
                                          const struct cprof_sink *sink, struct cprof_error *error)
{
    struct writer writer;
    writer_start(&writer, sink);
    put_head(&writer, style, comparison);
    put_changes(&writer, style, "Regressions", comparison->regressions.items,
                comparison->regressions.count);
    put_changes(&writer, style, "Improvements", comparison->improvements.items,
                comparison->improvements.count);
    put_entries(&writer, style, "Added", comparison, cprof_comparison_added,
                comparison->added_count);
    put_entries(&writer, style, "Removed", comparison, cprof_comparison_removed,
                comparison->removed_count);
    if (!comparison->regressions.count && !comparison->improvements.count &&
        !comparison->added_count && !comparison->removed_count)
        writer_text(&writer, "\nNo differences.\n");
    return writer_finish(&writer, error);
}
