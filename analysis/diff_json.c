/* A diff as JSON, to the letter of CONTRACT.md; additions are allowed.  What is
 * infinite or unknown is null.
 */
#include <math.h>

#include "diff.h"
#include "json.h"
#include "stats.h"

static void put_interval(struct json *json, const char *key, double low, double high)
{
    json_open(json, key, '[');
    json_ratio(json, NULL, low);
    json_ratio(json, NULL, high);
    json_close(json, ']');
}

static void put_change(struct json *json, const struct cprof_diff_change *change)
{
    json_line(json);
    json_open(json, NULL, '{');
    json_text(json, "function", change->function);
    json_text(json, "file", change->file);
    json_whole(json, "line", change->line);
    json_text(json, "metric", cprof_metric_word(change->metric));
    json_whole(json, "before", stats_whole(change->before));
    json_whole(json, "after", stats_whole(change->after));
    json_ratio(json, "percent_change", change->percent);
    json_ratio(json, "p_value", change->p);
    put_interval(json, "ci", change->low, change->high);
    json_bool(json, "exact", change->exact);
    json_bool(json, "relative", change->relative);
    json_open(json, "with", '[');
    for (size_t idx = 0; idx < change->with_count; idx++)
        json_text(json, NULL, change->with[idx]);
    json_close(json, ']');
    json_close(json, '}');
}

static void put_changes(struct json *json, const char *key, const struct diff_list *list)
{
    json_open(json, key, '[');
    for (size_t idx = 0; idx < list->count; idx++)
        put_change(json, &list->items[idx]);
    json_close(json, ']');
}

typedef bool (*entry_getter)(const struct cprof_diff *, size_t, struct cprof_entry *);

static void put_entries(struct json *json, const char *key, const struct cprof_diff *diff,
                        entry_getter at)
{
    struct cprof_entry entry;
    json_open(json, key, '[');
    for (size_t idx = 0; at(diff, idx, &entry); idx++) {
        json_line(json);
        json_open(json, NULL, '{');
        json_text(json, "function", entry.name);
        json_text(json, "file", entry.file);
        json_whole(json, "line", entry.line);
        for (int metric = 0; metric < CPROF_METRIC_COUNT; metric++)
            json_whole(json, cprof_metric_word((enum cprof_metric)metric), entry.values[metric]);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void put_side(struct json *json, const char *key, const struct cprof_diff *diff,
                     enum cprof_side which)
{
    const struct cprof_diff_side *side = &diff->facts.sides[which];
    json_line(json);
    json_open(json, key, '{');
    json_text(json, "path", side->program);
    json_text(json, "build_id", side->build_id);
    json_text(json, "compiler", side->compiler);
    json_whole(json, "runs", side->runs);
    uint64_t total = side->total_ns < 0 ? CPROF_UNKNOWN : stats_whole(side->total_ns);
    json_whole(json, "total_ns", *diff->unit ? CPROF_UNKNOWN : total);
    if (*diff->unit)
        json_whole(json, "total_amount", total);
    json_close(json, '}');
}

enum cprof_status cprof_diff_json(struct cprof_diff *diff, const struct cprof_sink *sink,
                                  struct cprof_error *error)
{
    struct writer writer;
    struct json json = {.writer = &writer};
    enum cprof_status status = diff_finish(diff, error);
    if (status != CPROF_OK)
        return status;
    const struct cprof_diff_facts *facts = &diff->facts;
    bool known = facts->speedup >= 0;
    writer_start(&writer, sink);
    json_open(&json, NULL, '{');
    json_whole(&json, "schema", 1);
    put_side(&json, "baseline", diff, CPROF_BASELINE);
    put_side(&json, "candidate", diff, CPROF_CANDIDATE);
    json_text(&json, "unit", *diff->unit ? diff->unit : "ns");
    json_line(&json);
    json_ratio(&json, "speedup", known ? facts->speedup : NAN);
    put_interval(&json, "speedup_ci", known ? facts->speedup_low : NAN,
                 known ? facts->speedup_high : NAN);
    json_ratio(&json, "p_value", known ? facts->p : NAN);
    json_text(&json, "verdict", cprof_verdict_word(facts->verdict));
    json_ratio(&json, "confidence", facts->confidence);
    json_text(&json, "method", facts->method);
    json_whole(&json, "tests", facts->tests);
    json_whole(&json, "same", facts->same);
    put_changes(&json, "improvements", &diff->lists[CPROF_DIFF_IMPROVEMENTS]);
    put_changes(&json, "regressions", &diff->lists[CPROF_DIFF_REGRESSIONS]);
    put_changes(&json, "unclear", &diff->lists[CPROF_DIFF_UNCLEAR]);
    put_entries(&json, "added", diff, cprof_diff_added);
    put_entries(&json, "removed", diff, cprof_diff_removed);
    json_close(&json, '}');
    writer_text(&writer, "\n");
    return writer_finish(&writer, error);
}
