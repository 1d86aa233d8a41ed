/* The functions as comma-separated values, RFC 4180: lines end in CR LF, texts
 * stand in quotes, what is unknown is an empty field and never 0.
 */
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "export.h"
#include "fault.h"
#include "stats.h"
#include "utf8.h"

/* False: no memory. */
static bool put_text(struct writer *writer, const char *text)
{
    size_t room = UTF8_REPAIRED * strlen(text);
    char *clean = array_new(room, 1);
    if (!clean)
        return false;
    size_t len = utf8_repair(clean, text);
    writer_text(writer, "\"");
    for (size_t idx = 0; idx < len; idx++)
        writer_bytes(writer, clean[idx] == '"' ? "\"\"" : &clean[idx], clean[idx] == '"' ? 2 : 1);
    writer_text(writer, "\"");
    free(clean);
    return true;
}

static void put_whole(struct writer *writer, uint64_t value)
{
    if (value != CPROF_UNKNOWN)
        writer_format(writer, ",%llu", (unsigned long long)value);
    else
        writer_text(writer, ",");
}

static bool put_function(struct writer *writer, const struct cprof_function *function)
{
    if (!put_text(writer, function->name))
        return false;
    writer_text(writer, ",");
    if (!put_text(writer, function->file))
        return false;
    const uint64_t numbers[] = {function->line,     function->calls,  function->total_ns,
                                function->self_ns,  function->cpu_ns, function->average_ns,
                                function->min_ns,   function->max_ns, function->p50_ns,
                                function->p95_ns,   function->p99_ns, function->timed_calls,
                                function->max_depth};
    for (size_t idx = 0; idx < sizeof numbers / sizeof *numbers; idx++)
        put_whole(writer, numbers[idx]);
    writer_text(writer, ",");
    if (function->error_percent >= 0)
        writer_decimal(writer, function->error_percent, 3);
    writer_text(writer, ",");
    if (function->calls_error_percent >= 0)
        writer_decimal(writer, function->calls_error_percent, 3);
    writer_text(writer, "\r\n");
    return true;
}

enum cprof_status export_csv(struct cprof_profile *profile,
                             const struct cprof_export_options *options,
                             const struct cprof_sink *sink, struct cprof_error *error)
{
    (void)options;
    struct writer writer;
    writer_start(&writer, sink);
    writer_text(&writer,
                "name,file,line,calls,total_ns,self_ns,cpu_ns,avg_ns,min_ns,max_ns,p50_ns,"
                "p95_ns,p99_ns,timed_calls,max_depth,error_percent,calls_error_percent\r\n");
    for (size_t idx = 0; idx < profile->seen_count; idx++) {
        struct cprof_function function = stats_function(profile, profile->by_self[idx]);
        if (!put_function(&writer, &function))
            return fault_memory(error, "the table");
    }
    return writer_finish(&writer, error);
}
