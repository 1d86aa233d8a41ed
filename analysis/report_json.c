/* `report` as JSON, to the letter of CONTRACT.md; additions are allowed, see
 * docs/adr/0012.  What no source has measured is null.
 */
#include "facts.h"
#include "heap_json.h"
#include "run_json.h"
#include "stats.h"

static void put_function(struct json *json, const struct cprof_function *function)
{
    json_line(json);
    json_open(json, NULL, '{');
    json_text(json, "name", function->name);
    json_text(json, "file", function->file);
    json_whole(json, "line", function->line);
    json_whole(json, "calls", function->calls);
    json_decimal(json, "calls_error_percent", function->calls_error_percent);
    json_whole(json, "total_ns", function->total_ns);
    json_whole(json, "self_ns", function->self_ns);
    json_whole(json, "self_raw_ns", function->self_raw_ns);
    json_whole(json, "cpu_ns", function->cpu_ns);
    json_whole(json, "avg_ns", function->average_ns);
    json_whole(json, "min_ns", function->min_ns);
    json_whole(json, "max_ns", function->max_ns);
    json_whole(json, "p50_ns", function->p50_ns);
    json_whole(json, "p95_ns", function->p95_ns);
    json_whole(json, "p99_ns", function->p99_ns);
    json_whole(json, "timed_calls", function->timed_calls);
    json_decimal(json, "error_percent", function->error_percent);
    json_whole(json, "max_depth", function->max_depth);
    json_whole(json, "alloc_count", function->alloc_count);
    json_whole(json, "alloc_bytes", function->alloc_bytes);
    json_unknown(json, "cache");
    if (function->self_amount != function->self_ns) { /* another profiler's unit: run.unit */
        json_whole(json, "total_amount", function->total_amount);
        json_whole(json, "self_amount", function->self_amount);
    }
    json_close(json, '}');
}

static void put_functions(struct json *json, const struct cprof_profile *profile, size_t top)
{
    size_t count = top && top < profile->seen_count ? top : profile->seen_count;
    json_open(json, "functions", '[');
    for (size_t idx = 0; idx < count; idx++) {
        struct cprof_function function = stats_function(profile, profile->by_self[idx]);
        put_function(json, &function);
    }
    json_close(json, ']');
}

static void put_left_out(struct json *json, const struct cprof_profile *profile)
{
    json_open(json, "not_instrumented", '[');
    for (uint32_t reason = 0; reason <= CPROF_REASON_COUNT; reason++) {
        uint64_t functions = stats_left_out(profile, reason);
        if (!functions)
            continue;
        json_open(json, NULL, '{');
        json_text(json, "reason", facts_reason(reason));
        json_whole(json, "functions", functions);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void put_idle_lines(struct json *json, const struct cprof_profile *profile)
{
    struct cprof_list_line line;
    json_open(json, "idle_list_lines", '[');
    for (size_t idx = 0; cprof_list_line_at(profile, idx, &line); idx++) {
        if (line.matched)
            continue;
        json_open(json, NULL, '{');
        json_text(json, "file", line.file);
        json_whole(json, "line", line.line);
        json_text(json, "text", line.text);
        json_text(json, "list", line.allow ? "allowlist" : "denylist");
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void put_counters(struct json *json, const struct cprof_profile *profile)
{
    struct cprof_counter counter;
    json_open(json, "counters", '[');
    for (size_t idx = 0; cprof_counter_at(profile, idx, &counter); idx++) {
        json_open(json, NULL, '{');
        json_text(json, "name", counter.name);
        json_text(json, "file", counter.file);
        json_whole(json, "line", counter.line);
        json_sum(json, "sum", counter.sum);
        json_whole(json, "additions", counter.additions);
        json_close(json, '}');
    }
    json_close(json, ']');
}

enum cprof_status cprof_report_json(struct cprof_profile *profile,
                                    const struct cprof_report_options *options,
                                    const struct cprof_sink *sink, struct cprof_error *error)
{
    struct cprof_run run;
    struct writer writer;
    struct json json = {.writer = &writer};
    enum cprof_status status = cprof_run_facts(profile, &run, error);
    if (status != CPROF_OK)
        return status;
    writer_start(&writer, sink);
    json_open(&json, NULL, '{');
    json_whole(&json, "schema", 1);
    run_json_program(&json, profile, &run);
    run_json_run(&json, profile, &run);
    put_functions(&json, profile, options->top);
    heap_json_report(&json, profile, options->top);
    put_left_out(&json, profile);
    put_idle_lines(&json, profile);
    put_counters(&json, profile);
    json_close(&json, '}');
    writer_text(&writer, "\n");
    return writer_finish(&writer, error);
}
