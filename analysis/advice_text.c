/* Issues for people, the most severe first: what, where, how much, what to do. */
#include <stdio.h>
#include <string.h>

#include "advice.h"
#include "number.h"
#include "page.h"

/* Each line of the code stands by itself, however narrow the page is. */
static void put_example(struct writer *writer, const struct cprof_style *style,
                        const struct cprof_issue *issue)
{
    page_emphasis(writer, style, EMPHASIS_FAINT);
    for (const char *line = issue->example; *line;) {
        size_t len = strcspn(line, "\n");
        writer_text(writer, "      ");
        writer_bytes(writer, line, len);
        writer_text(writer, "\n");
        line += len + (line[len] == '\n');
    }
    page_emphasis(writer, style, EMPHASIS_NONE);
}

/* A sentence, all of whose lines are indented. */
static void put_sentence(struct writer *writer, const struct cprof_style *style, const char *before,
                         const char *text, const char *behind)
{
    struct cprof_style narrower = *style;
    if (narrower.columns > 2)
        narrower.columns -= 2;
    writer_text(writer, "  ");
    page_sentence(writer, &narrower, "%s%s%s", before, text, behind);
}

static void put_issue(struct writer *writer, const struct cprof_style *style, size_t number,
                      const struct cprof_issue *issue, bool example)
{
    char gain[NUMBER_SIZE];
    writer_format(writer, "%zu. %s: ", number, advice_title(issue->rule));
    writer_screen(writer, issue->function, 0, style);
    writer_text(writer, "\n");
    if (issue->file[0]) {
        writer_text(writer, "  ");
        writer_screen(writer, issue->file, 0, style);
        if (issue->line)
            writer_format(writer, ":%u", issue->line);
        writer_text(writer, "\n");
    }
    put_sentence(writer, style, "", issue->description, ".");
    if (issue->max_gain_percent >= 0)
        put_sentence(writer, style, "The run gets at most ",
                     number_percent(gain, issue->max_gain_percent), " shorter by it.");
    put_sentence(writer, style, "", issue->recommendation, "");
    if (example)
        put_example(writer, style, issue);
}

/* A rule's code is shown once, where the rule comes up first. */
static void put_issues(struct writer *writer, const struct cprof_style *style,
                       const struct cprof_issue *issues, size_t count)
{
    bool shown[CPROF_RULE_COUNT] = {false};
    for (size_t idx = 0; idx < count; idx++) {
        if (idx == 0 || issues[idx].severity != issues[idx - 1].severity) {
            char word[16];
            snprintf(word, sizeof word, "%s", cprof_severity_word(issues[idx].severity));
            word[0] = (char)(word[0] - 'a' + 'A');
            writer_text(writer, "\n");
            page_heading(writer, style, word);
        }
        writer_text(writer, "\n");
        put_issue(writer, style, idx + 1, &issues[idx], !shown[issues[idx].rule]);
        shown[issues[idx].rule] = true;
    }
}

enum cprof_status cprof_analyzer_report(const struct cprof_analyzer *analyzer,
                                        const struct cprof_style *style,
                                        const struct cprof_sink *sink, struct cprof_error *error)
{
    struct writer writer;
    char text[NUMBER_SIZE];
    writer_start(&writer, sink);
    page_heading(&writer, style, "Performance Analysis");
    if (analyzer->issue_count == 0) {
        page_sentence(&writer, style, "No issues: nothing in this run stands out.");
    } else {
        writer_format(&writer, "Issues Found: %s\n", number_grouped(text, analyzer->issue_count));
        put_issues(&writer, style, analyzer->issues, analyzer->issue_count);
    }
    return writer_finish(&writer, error);
}
