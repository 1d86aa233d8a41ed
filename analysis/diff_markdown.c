/* A diff as Markdown, for a pull request: the verdict in a line, tables below. */
#include <string.h>

#include "diff.h"
#include "diff_words.h"
#include "writer.h"

/* A cell's text.  Everything that Markdown or HTML might act on is escaped, so that
 * a name cannot break out of its table; a line break becomes a space. */
static void put_cell(struct writer *writer, const char *text)
{
    for (; *text; text++) {
        if ((unsigned char)*text < ' ')
            writer_text(writer, " ");
        else if (*text == '<' || *text == '>' || *text == '&')
            writer_text(writer, *text == '<' ? "&lt;" : *text == '>' ? "&gt;" : "&amp;");
        else if (strchr("\\`*_{}[]()#+-!|~@", *text))
            writer_format(writer, "\\%c", *text);
        else
            writer_bytes(writer, text, 1);
    }
}

static void put_change(struct writer *writer, const struct cprof_diff *diff,
                       const struct cprof_diff_change *change, bool unicode)
{
    char text[DIFF_TEXT_SIZE], place[DIFF_PLACE_SIZE];
    writer_format(writer, "| %s%s ", diff_percent(text, change->percent),
                  change->relative ? "\\*" : "");
    writer_format(writer, "| %s ", diff_interval(text, change));
    writer_format(writer, "| %s ", diff_p(text, change));
    writer_format(writer, "| %s ",
                  diff_amount(text, diff, change->metric, change->before, unicode));
    writer_format(writer, "| %s ", diff_amount(text, diff, change->metric, change->after, unicode));
    writer_text(writer, "| ");
    put_cell(writer, cprof_metric_word(change->metric));
    writer_text(writer, " | ");
    put_cell(writer, change->function);
    for (size_t idx = 0; idx < change->with_count && idx < DIFF_MOST_WITH; idx++) {
        writer_text(writer, idx ? ", " : " with ");
        put_cell(writer, change->with[idx]);
    }
    writer_text(writer, diff_more(text, change));
    writer_text(writer, " | ");
    put_cell(writer, diff_place(place, change->file, change->line));
    writer_text(writer, " |\n");
}

static void put_changes(struct writer *writer, const char *title, const struct cprof_diff *diff,
                        enum cprof_diff_list which, size_t top, bool unicode)
{
    const struct diff_list *list = &diff->lists[which];
    char text[DIFF_TEXT_SIZE];
    if (!list->count)
        return;
    writer_format(writer,
                  "\n### %s\n\n| change | %s between | p | baseline | candidate | metric | "
                  "function | at |\n| ---: | ---: | ---: | ---: | ---: | --- | --- | --- |\n",
                  title, diff_confidence(text, &diff->facts));
    size_t shown = top && top < list->count ? top : list->count;
    for (size_t idx = 0; idx < shown; idx++)
        put_change(writer, diff, &list->items[idx], unicode);
    if (shown < list->count)
        writer_format(writer, "\nand %zu more\n", list->count - shown);
}

typedef bool (*entry_getter)(const struct cprof_diff *, size_t, struct cprof_entry *);

static void put_names(struct writer *writer, const char *title, const struct cprof_diff *diff,
                      entry_getter at, size_t count, size_t top)
{
    struct cprof_entry entry;
    if (!count)
        return;
    writer_format(writer, "\n**%s** (%zu): ", title, count);
    size_t shown = top && top < count ? top : count;
    for (size_t idx = 0; idx < shown && at(diff, idx, &entry); idx++) {
        writer_text(writer, idx ? ", " : "");
        put_cell(writer, entry.name);
    }
    writer_text(writer, shown < count ? ", …\n" : "\n");
}

static void put_side(struct writer *writer, const char *word, const struct cprof_diff *diff,
                     enum cprof_side which, bool unicode)
{
    const struct cprof_diff_side *side = &diff->facts.sides[which];
    char text[DIFF_TEXT_SIZE];
    writer_format(writer, "- %s: ", word);
    put_cell(writer, side->program[0] ? side->program : "[program]");
    if (side->build_id[0])
        writer_format(writer, ", build %.12s", side->build_id);
    if (side->compiler[0]) {
        writer_text(writer, ", ");
        put_cell(writer, side->compiler);
    }
    writer_format(writer, ", %zu run%s", side->runs, side->runs == 1 ? "" : "s");
    if (side->total_ns >= 0)
        writer_format(writer, ", %s%s%s",
                      diff_amount(text, diff, CPROF_METRIC_TOTAL_TIME, side->total_ns, unicode),
                      *diff->unit ? " " : "", diff->unit);
    writer_text(writer, "\n");
}

enum cprof_status cprof_diff_markdown(struct cprof_diff *diff,
                                      const struct cprof_diff_text_options *options,
                                      const struct cprof_sink *sink, struct cprof_error *error)
{
    struct writer writer;
    char text[DIFF_TEXT_SIZE];
    enum cprof_status status = diff_finish(diff, error);
    if (status != CPROF_OK)
        return status;
    bool unicode = options->style.unicode;
    const struct cprof_diff_facts *facts = &diff->facts;
    writer_start(&writer, sink);
    writer_format(&writer, "## cprof: %s than the baseline%s\n\n",
                  facts->verdict == CPROF_VERDICT_SAME      ? "no slower and no faster"
                  : facts->verdict == CPROF_VERDICT_UNCLEAR ? "unclear whether faster or slower"
                                                            : cprof_verdict_word(facts->verdict),
                  diff_speedup(text, facts));
    put_side(&writer, "baseline", diff, CPROF_BASELINE, unicode);
    put_side(&writer, "candidate", diff, CPROF_CANDIDATE, unicode);
    put_changes(&writer, "Worse than the baseline", diff, CPROF_DIFF_REGRESSIONS, options->top,
                unicode);
    put_changes(&writer, "Better than the baseline", diff, CPROF_DIFF_IMPROVEMENTS, options->top,
                unicode);
    put_names(&writer, "Only in the candidate", diff, cprof_diff_added, diff->added_count,
              options->top);
    put_names(&writer, "Only in the baseline", diff, cprof_diff_removed, diff->removed_count,
              options->top);
    writer_format(&writer,
                  "\n%s (%zu of them, %zu unclear). \\* is relative to the rest of the run.\n",
                  facts->method, facts->tests, diff->lists[CPROF_DIFF_UNCLEAR].count);
    if (diff->part_count)
        writer_format(&writer, "With: %s\n", diff_with_sentence);
    if (diff->lost_parts)
        writer_format(&writer, "%s\n", diff_lost_sentence);
    return writer_finish(&writer, error);
}
