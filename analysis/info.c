/* `info`: the run itself, one fact a line.  Reads what cprof_run_facts says.
 */
#include "number.h"
#include "page.h"
#include "run_json.h"

struct info {
    struct writer *writer;
    const struct cprof_style *style;
};

static void put(const struct info *info, const char *label, const char *value)
{
    if (!value[0])
        return;
    page_emphasis(info->writer, info->style, EMPHASIS_FAINT);
    writer_text(info->writer, label);
    page_emphasis(info->writer, info->style, EMPHASIS_NONE);
    size_t taken = writer_screen_columns(label, 40, info->style);
    writer_spaces(info->writer, taken < 18 ? 18 - taken : 1);
    writer_screen(info->writer, value, 0, info->style);
    writer_text(info->writer, "\n");
}

static void put_command(const struct info *info, const struct cprof_profile *profile,
                        const struct cprof_run *run)
{
    static const char label[] = "Arguments";
    for (uint32_t idx = 1; idx < run->arguments; idx++)
        put(info, idx == 1 ? label : "", cprof_run_argument(profile, idx));
}

static const char *ending(const struct cprof_run *run)
{
    if (run->running)
        return "not yet, it is still running";
    return run->complete ? "by itself" : "killed, or without running its exit handlers";
}

/* Of another profiler's file, which knows little of its run. */
static void put_import(const struct info *info, const struct cprof_run *run)
{
    char text[NUMBER_SIZE];
    put(info, "Program", run->program);
    if (run->wall_ns != CPROF_UNKNOWN)
        put(info, "Wall time", number_duration(text, run->wall_ns, info->style->unicode));
    put(info, "Mode", run->mode);
    put(info, "Counts", run->unit);
    put(info, "Calls", run->counted ? "known" : "not known");
    put(info, "Functions", number_grouped(text, run->functions));
    put(info, "Contexts", number_grouped(text, run->contexts));
    put(info, "File size", number_size(text, run->file_bytes));
}

static void put_run(const struct info *info, const struct cprof_profile *profile,
                    const struct cprof_run *run)
{
    char text[NUMBER_SIZE];
    bool unicode = info->style->unicode;
    put(info, "Program", run->program);
    put_command(info, profile, run);
    put(info, "Build id", run->build_id);
    put(info, "Compiler", run->compiler);
    put(info, "Host", run->host);
    put(info, "Process", number_decimal(text, run->pid, 0));
    if (run->processes > 1)
        put(info, "Processes", number_grouped(text, run->processes));
    put(info, "Started", number_moment(text, run->started_ns));
    put(info, "Wall time", number_duration(text, run->wall_ns, unicode));
    put(info, "Ended", ending(run));
    put(info, "Mode", run->mode);
    put(info, "Clock", run->clock);
}

static void put_contents(const struct info *info, const struct cprof_run *run)
{
    char text[NUMBER_SIZE];
    put(info, "Threads", number_grouped(text, run->threads));
    put(info, "Functions", number_grouped(text, run->functions));
    put(info, "Left out", number_grouped(text, run->not_instrumented));
    put(info, "Contexts", number_grouped(text, run->contexts));
    put(info, "Nodes", number_grouped(text, run->nodes));
    put(info, "File size", number_size(text, run->file_bytes));
    if (run->nodes >= 1000) /* of a small file most is not nodes */
        put(info, "Bytes a node",
            number_decimal(text, (double)run->file_bytes / (double)run->nodes, 1));
    put(info, "Kernel samples", number_grouped(text, run->kernel_samples));
    if (run->kernel_samples_lost)
        put(info, "Lost samples", number_grouped(text, run->kernel_samples_lost));
    put(info, "Lost calls", number_grouped(text, run->lost_calls));
    put(info, "Early calls", number_grouped(text, run->early_calls));
}

enum cprof_status cprof_info_text(struct cprof_profile *profile, const struct cprof_style *style,
                                  const struct cprof_sink *sink, struct cprof_error *error)
{
    struct cprof_run run;
    struct writer writer;
    struct info info = {.writer = &writer, .style = style};
    enum cprof_status status = cprof_run_facts(profile, &run, error);
    if (status != CPROF_OK)
        return status;
    writer_start(&writer, sink);
    if (run.imported) {
        put_import(&info, &run);
    } else {
        put_run(&info, profile, &run);
        put_contents(&info, &run);
    }
    writer_text(&writer, "\n");
    page_remarks(&writer, style, profile, &run, false);
    return writer_finish(&writer, error);
}

enum cprof_status cprof_info_json(struct cprof_profile *profile, const struct cprof_sink *sink,
                                  struct cprof_error *error)
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
    json_text(&json, "host", run.host);
    json_whole(&json, "functions", run.functions);
    json_whole(&json, "not_instrumented", run.not_instrumented);
    json_whole(&json, "contexts", run.contexts);
    json_whole(&json, "nodes", run.nodes);
    json_whole(&json, "file_bytes", run.file_bytes);
    json_close(&json, '}');
    writer_text(&writer, "\n");
    return writer_finish(&writer, error);
}
