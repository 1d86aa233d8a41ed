/* Issues for scripts: the array of CONTRACT.md. */
#include <cprof/cprof.h>
#include <math.h>

#include "json.h"

static void put_evidence(struct json *json, const struct cprof_issue *issue)
{
    json_open(json, "evidence", '{');
    for (size_t idx = 0; idx < issue->evidence_count; idx++) {
        double value = issue->evidence[idx].value;
        /* Counts and times are whole; shares and averages are not. */
        if (value >= 0 && value < 9e18 && value == floor(value))
            json_whole(json, issue->evidence[idx].name, (uint64_t)value);
        else
            json_decimal(json, issue->evidence[idx].name, value);
    }
    json_close(json, '}');
}

static void put_issue(struct json *json, const struct cprof_issue *issue)
{
    json_line(json);
    json_open(json, NULL, '{');
    json_text(json, "rule", issue->category);
    json_text(json, "category", issue->category);
    json_text(json, "severity", cprof_severity_word(issue->severity));
    json_text(json, "function", issue->function);
    json_text(json, "file", issue->file);
    json_whole(json, "line", issue->line);
    json_text(json, "description", issue->description);
    put_evidence(json, issue);
    json_text(json, "recommendation", issue->recommendation);
    json_text(json, "example", issue->example);
    json_decimal(json, "max_gain_percent", issue->max_gain_percent);
    json_close(json, '}');
}

enum cprof_status cprof_analyzer_json(const struct cprof_analyzer *analyzer,
                                      const struct cprof_sink *sink, struct cprof_error *error)
{
    struct writer writer;
    struct json json = {.writer = &writer};
    size_t count;
    const struct cprof_issue *issues = cprof_analyzer_issues(analyzer, &count);
    writer_start(&writer, sink);
    json_open(&json, NULL, '[');
    for (size_t idx = 0; idx < count; idx++)
        put_issue(&json, &issues[idx]);
    json_close(&json, ']');
    writer_text(&writer, "\n");
    return writer_finish(&writer, error);
}
