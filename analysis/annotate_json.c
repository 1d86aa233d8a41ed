/* `annotate` as JSON: an object a file, in it one a line that is shown.  null where
 * a line has no such number.
 */
#include <stdlib.h>
#include <string.h>

#include "annotation.h"
#include "fault.h"
#include "heap.h"
#include "json.h"
#include "stats.h"

static bool put_text(struct json *json, const struct annotation_line *line)
{
    char *text = line->text ? strndup(line->text, line->text_len) : NULL;
    if (line->text && !text)
        return false;
    if (text)
        json_text(json, "text", text);
    else
        json_unknown(json, "text");
    free(text);
    return true;
}

static void put_function(struct json *json, const struct cprof_profile *profile, uint32_t idx)
{
    struct cprof_function function = stats_function(profile, idx);
    json_open(json, "function", '{');
    json_text(json, "name", function.name);
    json_whole(json, "calls", function.calls);
    json_whole(json, "total_ns", function.total_ns);
    json_whole(json, "self_ns", function.self_ns);
    json_close(json, '}');
}

static bool put_line(struct json *json, const struct cprof_profile *profile,
                     const struct annotation_line *line, uint32_t number)
{
    bool timed = line->called && model_in_nanoseconds(profile), heap = heap_known(profile);
    json_line(json);
    json_open(json, NULL, '{');
    json_whole(json, "line", number);
    if (!put_text(json, line))
        return false;
    if (line->function != MODEL_NONE)
        put_function(json, profile, line->function);
    else
        json_unknown(json, "function");
    json_whole(json, "calls", line->called && model_counted(profile) ? line->calls : CPROF_UNKNOWN);
    json_whole(json, "total_ns", timed ? stats_whole(line->total) : CPROF_UNKNOWN);
    json_bool(json, "shared", line->shared);
    json_whole(json, "alloc_count", heap ? line->alloc_count : CPROF_UNKNOWN);
    json_whole(json, "alloc_bytes", heap ? line->alloc_bytes : CPROF_UNKNOWN);
    json_close(json, '}');
    return true;
}

static bool put_file(struct json *json, const struct cprof_profile *profile,
                     const struct annotation *annotation)
{
    json_line(json);
    json_open(json, NULL, '{');
    json_text(json, "file", annotation->file);
    if (annotation->source)
        json_text(json, "source", annotation->source);
    else
        json_unknown(json, "source");
    json_bool(json, "changed", annotation->changed);
    json_open(json, "lines", '[');
    for (uint32_t idx = 1; idx <= annotation->count; idx++) {
        const struct annotation_line *line = &annotation->lines[idx];
        if (line->shown && (line->text || annotation_speaks(line)) &&
            !put_line(json, profile, line, idx))
            return false;
    }
    json_close(json, ']');
    json_close(json, '}');
    return true;
}

enum cprof_status cprof_annotate_json(struct cprof_profile *profile,
                                      const struct cprof_annotate_options *options,
                                      const struct cprof_sink *sink, struct cprof_error *error)
{
    struct annotations annotations;
    struct writer writer;
    struct json json = {.writer = &writer};
    enum cprof_status status = annotation_make(profile, options, &annotations, error);
    bool enough = true;
    if (status != CPROF_OK)
        return status;
    writer_start(&writer, sink);
    json_open(&json, NULL, '{');
    json_whole(&json, "schema", 1);
    json_open(&json, "files", '[');
    for (size_t idx = 0; enough && idx < annotations.count; idx++)
        enough = put_file(&json, profile, &annotations.items[idx]);
    json_close(&json, ']');
    json_close(&json, '}');
    writer_text(&writer, "\n");
    annotation_free(&annotations);
    return enough ? writer_finish(&writer, error) : fault_memory(error, "the source");
}
