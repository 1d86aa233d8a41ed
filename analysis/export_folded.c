/* Folded stacks: "main;parse;token 1234", a line a calling context that has
 * something of its own.  flamegraph.pl and inferno read it: they split at the
 * last space and at every semicolon.
 */
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "export.h"
#include "fault.h"
#include "utf8.h"

/* The stack down to the context at hand, as it is written. */
struct path {
    char *ptr;
    size_t len, capacity;
    size_t *ends; /* by depth: length of the path down to there */
    size_t end_count;
};

/* A name on one line without the character that separates. */
static size_t put_name(char *out, const char *name)
{
    size_t len = utf8_repair(out, name);
    for (size_t idx = 0; idx < len; idx++)
        if (out[idx] == ';')
            out[idx] = ':';
    return len;
}

static bool path_enter(struct path *path, uint32_t depth, const char *name)
{
    size_t before = depth > 1 ? path->ends[depth - 1] : 0;
    if (!array_reserve(&path->ends, &path->end_count, (size_t)depth + 1, sizeof *path->ends) ||
        !array_reserve(&path->ptr, &path->capacity, before + 2 + UTF8_REPAIRED * strlen(name), 1))
        return false;
    path->len = before;
    if (before)
        path->ptr[path->len++] = ';';
    path->len += put_name(path->ptr + path->len, name);
    path->ends[depth] = path->len;
    return true;
}

enum cprof_status export_folded(struct cprof_profile *profile,
                                const struct cprof_export_options *options,
                                const struct cprof_sink *sink, struct cprof_error *error)
{
    struct export_metric metric = export_metric_asked(profile, options);
    struct path path = {0};
    struct writer writer;
    bool enough = true;
    writer_start(&writer, sink);
    for (uint32_t at = MODEL_ROOT; enough && at != MODEL_NONE; at = model_next(profile, at, true)) {
        uint64_t own = export_own(profile, at, &metric);
        enough = path_enter(&path, profile->contexts[at].depth, model_context_name(profile, at));
        if (!enough || own == 0)
            continue;
        writer_bytes(&writer, path.ptr, path.len);
        writer_format(&writer, " %llu\n", (unsigned long long)own);
    }
    free(path.ptr);
    free(path.ends);
    return enough ? writer_finish(&writer, error) : fault_memory(error, "the folded stacks");
}
