/* A diff as one HTML page that needs nothing else: the verdict, tables, and the
 * differential flamegraph of both sides, where their profiles are at hand.
 */
#include <ctype.h>
#include <string.h>

#include "diff.h"
#include "diff_words.h"
#include "writer.h"

static const char head[] =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n<style>\n"
    ":root { color-scheme: light dark; }\n"
    "body { font: 15px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 "
    "1rem; }\n"
    "table { border-collapse: collapse; } td, th { padding: .2rem .8rem; text-align: right; "
    "white-space: nowrap; }\n"
    "h1 { font-size: 1.4rem; } h2 { font-size: 1.15rem; } .scroll { overflow-x: auto; }\n"
    "td.text, th.text { text-align: left; }\n"
    "td.name { white-space: normal; overflow-wrap: anywhere; min-width: 9rem; }\n"
    "tr + tr { border-top: 1px solid #8884; } th { font-weight: 600; }\n"
    ".with { opacity: .75; }\n"
    "h1, p, li { overflow-wrap: anywhere; }\n"
    "iframe { width: 100%; height: 40rem; border: 1px solid #8884; background: #fffdf8; }\n"
    "</style>\n";

static void put_cell(struct writer *writer, const char *class, const char *text)
{
    writer_format(writer, "<td%s>", class);
    writer_xml(writer, text);
    writer_text(writer, "</td>");
}

static void put_change(struct writer *writer, const struct cprof_diff_change *change)
{
    char text[DIFF_TEXT_SIZE], place[DIFF_PLACE_SIZE];
    writer_text(writer, "<tr>");
    put_cell(writer, "", diff_percent(text, change->percent));
    put_cell(writer, "", diff_interval(text, change));
    put_cell(writer, "", diff_p(text, change));
    put_cell(writer, "", diff_value(text, change->metric, change->before, true));
    put_cell(writer, "", diff_value(text, change->metric, change->after, true));
    put_cell(writer, " class=\"text\"", cprof_metric_word(change->metric));
    writer_text(writer, "<td class=\"text name\">");
    writer_xml(writer, change->function);
    for (size_t idx = 0; idx < change->with_count && idx < DIFF_MOST_WITH; idx++) {
        writer_text(writer, idx ? ", " : " <span class=\"with\">with ");
        writer_xml(writer, change->with[idx]);
    }
    writer_text(writer, diff_more(text, change));
    writer_text(writer, change->with_count ? "</span></td>" : "</td>");
    put_cell(writer, " class=\"text name\"", diff_place(place, change->file, change->line));
    writer_text(writer, "</tr>\n");
}

static void put_changes(struct writer *writer, const char *title, const struct cprof_diff *diff,
                        enum cprof_diff_list which)
{
    const struct diff_list *list = &diff->lists[which];
    char text[DIFF_TEXT_SIZE];
    if (!list->count)
        return;
    writer_format(writer,
                  "<h2>%s</h2>\n<div class=\"scroll\" "
                  "tabindex=\"0\"><table><tr><th>change</th><th>%s between</th><th>p</th>"
                  "<th>baseline</th><th>candidate</th><th class=\"text\">metric</th>"
                  "<th class=\"text\">function</th><th class=\"text\">at</th></tr>\n",
                  title, diff_confidence(text, &diff->facts));
    for (size_t idx = 0; idx < list->count; idx++)
        put_change(writer, &list->items[idx]);
    writer_text(writer, "</table></div>\n");
}

typedef bool (*entry_getter)(const struct cprof_diff *, size_t, struct cprof_entry *);

static void put_names(struct writer *writer, const char *title, const struct cprof_diff *diff,
                      entry_getter at)
{
    struct cprof_entry entry;
    for (size_t idx = 0; at(diff, idx, &entry); idx++) {
        if (!idx)
            writer_format(writer, "<h2>%s</h2>\n<ul>\n", title);
        writer_text(writer, "<li>");
        writer_xml(writer, entry.name);
        writer_text(writer, "</li>\n");
    }
    if (at(diff, 0, &entry))
        writer_text(writer, "</ul>\n");
}

static void put_side(struct writer *writer, const char *word, const struct cprof_diff_side *side)
{
    char text[DIFF_TEXT_SIZE];
    writer_format(writer, "<p><b>%s</b>: ", word);
    writer_xml(writer, side->program[0] ? side->program : "[program]");
    writer_format(writer, ", build %.12s, ", side->build_id[0] ? side->build_id : "unknown");
    writer_xml(writer, side->compiler);
    writer_format(writer, ", %zu run%s", side->runs, side->runs == 1 ? "" : "s");
    if (side->total_ns >= 0)
        writer_format(writer, ", %s",
                      diff_value(text, CPROF_METRIC_TOTAL_TIME, side->total_ns, true));
    writer_text(writer, "</p>\n");
}

/* The picture is a document of its own, with a script: as an address it stays one. */
static bool put_escaped(void *context, const char *bytes, size_t len)
{
    for (size_t idx = 0; idx < len; idx++) {
        unsigned char byte = (unsigned char)bytes[idx];
        if (isalnum(byte) || strchr("-._~:/ ", byte))
            writer_bytes(context, bytes + idx, byte != '\0');
        else
            writer_format(context, "%%%02X", byte);
    }
    return true;
}

static enum cprof_status put_flame(struct writer *writer, struct cprof_profile *baseline,
                                   struct cprof_profile *candidate, struct cprof_error *error)
{
    struct cprof_flame_options options = {.title = "candidate against baseline",
                                          .baseline = baseline};
    struct cprof_sink sink = {put_escaped, writer};
    writer_text(writer, "<h2>Calling contexts</h2>\n<p>Red frames take more than in the baseline, "
                        "blue ones less.</p>\n<iframe title=\"differential flamegraph\" "
                        "src=\"data:image/svg+xml;charset=utf-8,");
    enum cprof_status status = cprof_flame_svg(candidate, &options, &sink, error);
    writer_text(writer, "\"></iframe>\n");
    return status;
}

enum cprof_status cprof_diff_html(struct cprof_diff *diff, struct cprof_profile *baseline,
                                  struct cprof_profile *candidate, const struct cprof_sink *sink,
                                  struct cprof_error *error)
{
    struct writer writer;
    char text[DIFF_TEXT_SIZE];
    enum cprof_status status = diff_finish(diff, error);
    if (status != CPROF_OK)
        return status;
    const struct cprof_diff_facts *facts = &diff->facts;
    writer_start(&writer, sink);
    writer_text(&writer, head);
    writer_format(&writer, "<title>cprof diff: %s</title></head><body>\n<h1>%s",
                  cprof_verdict_word(facts->verdict), cprof_verdict_word(facts->verdict));
    writer_xml(&writer, diff_speedup(text, facts));
    writer_text(&writer, "</h1>\n");
    put_side(&writer, "Baseline", &facts->sides[CPROF_BASELINE]);
    put_side(&writer, "Candidate", &facts->sides[CPROF_CANDIDATE]);
    put_changes(&writer, "Worse than the baseline", diff, CPROF_DIFF_REGRESSIONS);
    put_changes(&writer, "Better than the baseline", diff, CPROF_DIFF_IMPROVEMENTS);
    if (baseline && candidate)
        status = put_flame(&writer, baseline, candidate, error);
    put_names(&writer, "Only in the candidate", diff, cprof_diff_added);
    put_names(&writer, "Only in the baseline", diff, cprof_diff_removed);
    writer_text(&writer, "<p>");
    writer_xml(&writer, facts->method);
    writer_format(&writer, " (%zu of them, %zu unclear).</p>\n", facts->tests,
                  diff->lists[CPROF_DIFF_UNCLEAR].count);
    if (diff->part_count)
        writer_format(&writer, "<p>With: %s</p>\n", diff_with_sentence);
    if (diff->lost_parts)
        writer_format(&writer, "<p>%s</p>\n", diff_lost_sentence);
    writer_text(&writer, "</body></html>\n");
    enum cprof_status written = writer_finish(&writer, error);
    return status != CPROF_OK ? status : written;
}
