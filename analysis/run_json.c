/* The run as JSON objects; see run_json.h. */
#include "run_json.h"

void run_json_program(struct json *json, const struct cprof_profile *profile,
                      const struct cprof_run *run)
{
    json_open(json, "program", '{');
    json_text(json, "path", run->program);
    json_text(json, "build_id", run->build_id);
    json_open(json, "argv", '[');
    for (uint32_t idx = 0; idx < run->arguments; idx++)
        json_text(json, NULL, cprof_run_argument(profile, idx));
    json_close(json, ']');
    json_whole(json, "pid", run->pid);
    json_text(json, "compiler", run->compiler);
    if (run->imported)
        json_unknown(json, "started");
    else
        json_moment(json, "started", run->started_ns);
    json_close(json, '}');
}

void run_json_run(struct json *json, const struct cprof_profile *profile,
                  const struct cprof_run *run)
{
    json_open(json, "run", '{');
    json_whole(json, "wall_ns", run->wall_ns);
    json_whole(json, "threads", run->threads);
    json_bool(json, "complete", run->complete);
    json_text(json, "mode", run->mode);
    json_bool(json, "calls_estimated", run->estimated);
    json_whole(json, "overhead_ns", run->overhead_ns);
    json_decimal(json, "overhead_percent", run->overhead_percent);
    json_whole(json, "lost", run->imported ? CPROF_UNKNOWN : run->lost_calls);
    json_text(json, "cache_source", "none");
    json_whole(json, "kernel_samples", run->imported ? CPROF_UNKNOWN : run->kernel_samples);
    json_whole(json, "kernel_samples_lost",
               run->imported ? CPROF_UNKNOWN : run->kernel_samples_lost);
    json_bool(json, "running", run->running);
    json_whole(json, "processes", run->processes);
    json_whole(json, "early", run->early_calls);
    json_text(json, "clock", run->clock);
    json_text(json, "unit", run->unit);
    json_open(json, "troubles", '[');
    for (uint32_t idx = 0; cprof_run_trouble(profile, idx); idx++)
        json_text(json, NULL, cprof_run_trouble(profile, idx));
    json_close(json, ']');
    json_close(json, '}');
}
