/* What became of budgets, for people and for scripts. */
#include "budget.h"
#include "json.h"
#include "page.h"

/* How many lines have an excess; those of a line stand together. */
static size_t failed_lines(const struct cprof_budget *budget)
{
    size_t count = 0;
    for (size_t idx = 0; idx < budget->excess_count; idx++)
        count += !idx || budget->excesses[idx].line != budget->excesses[idx - 1].line;
    return count;
}

enum cprof_status cprof_budget_text(const struct cprof_budget *budget,
                                    const struct cprof_style *style, const struct cprof_sink *sink,
                                    struct cprof_error *error)
{
    struct writer writer;
    struct cprof_excess excess;
    size_t failed = failed_lines(budget);
    writer_start(&writer, sink);
    for (size_t idx = 0; cprof_budget_excess(budget, idx, &excess); idx++) {
        page_emphasis(&writer, style, EMPHASIS_WARNING);
        writer_text(&writer, "FAILED  ");
        page_emphasis(&writer, style, EMPHASIS_NONE);
        writer_screen(&writer, budget->name, 0, style);
        writer_format(&writer, ":%u: ", excess.line);
        writer_screen(&writer, excess.text, 0, style);
        writer_text(&writer, "  (");
        writer_screen(&writer, excess.function, 0, style);
        writer_text(&writer, " ");
        writer_screen(&writer, excess.reason, 0, style);
        writer_text(&writer, ")\n");
    }
    if (failed)
        writer_format(&writer, "%zu of %zu budgets failed.\n", failed, budget->count);
    else
        writer_format(&writer, "All of %zu budgets hold.\n", budget->count);
    return writer_finish(&writer, error);
}

enum cprof_status cprof_budget_json(const struct cprof_budget *budget,
                                    const struct cprof_sink *sink, struct cprof_error *error)
{
    struct writer writer;
    struct json json = {.writer = &writer};
    struct cprof_excess excess;
    writer_start(&writer, sink);
    json_open(&json, NULL, '{');
    json_text(&json, "budget", budget->name);
    json_whole(&json, "lines", budget->count);
    json_whole(&json, "failed", failed_lines(budget));
    json_open(&json, "excesses", '[');
    for (size_t idx = 0; cprof_budget_excess(budget, idx, &excess); idx++) {
        json_line(&json);
        json_open(&json, NULL, '{');
        json_whole(&json, "line", excess.line);
        json_text(&json, "text", excess.text);
        json_text(&json, "function", excess.function);
        json_text(&json, "reason", excess.reason);
        json_close(&json, '}');
    }
    json_close(&json, ']');
    json_close(&json, '}');
    writer_text(&writer, "\n");
    return writer_finish(&writer, error);
}
