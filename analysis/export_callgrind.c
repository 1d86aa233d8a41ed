/* Callgrind's format: what each function did itself, and below it each function
 * that it called, how often, and what that took in all.  callgrind_annotate and
 * KCachegrind add these numbers up to ours.
 *
 * An inclusive number counts a call only where the same caller and callee are not
 * already on the path, so that recursion is counted once.
 */
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "export.h"
#include "fault.h"
#include "stats.h"
#include "utf8.h"

#define EDGE_NONE UINT32_MAX

/* One function calls another, in all contexts. */
struct edge {
    uint32_t callee;
    uint32_t next; /* of the same caller */
    uint32_t open; /* on the path of the walk */
    uint64_t calls;
    double amounts[EXPORT_METRICS];
};

struct callgrind {
    struct writer *writer;
    const struct cprof_profile *profile;
    struct export_metric metrics[EXPORT_METRICS];
    size_t metric_count;
    struct edge *edges;
    size_t edge_count, edge_capacity;
    struct table edge_by_pair;
    bool *functions_named, *files_named; /* which numbers have been given their names */
    uint32_t *first_edges;               /* by caller; the program stands behind the functions */
    char *text;
    size_t text_size;
};

static uint32_t index_of(const struct cprof_profile *profile, uint32_t context)
{
    uint32_t function = profile->contexts[context].function;
    return function == MODEL_NONE ? (uint32_t)profile->function_count : function;
}

/* ---- Edges ---------------------------------------------------------------- */

static uint32_t edge_of(struct callgrind *callgrind, uint32_t caller, uint32_t callee)
{
    uint32_t id = table_find(&callgrind->edge_by_pair, caller, callee);
    if (id != TABLE_NONE)
        return id;
    id = (uint32_t)callgrind->edge_count;
    if (!array_reserve(&callgrind->edges, &callgrind->edge_capacity, callgrind->edge_count + 1,
                       sizeof *callgrind->edges) ||
        !table_put(&callgrind->edge_by_pair, caller, callee, id))
        return EDGE_NONE;
    callgrind->edge_count++;
    callgrind->edges[id] = (struct edge){.callee = callee, .next = callgrind->first_edges[caller]};
    callgrind->first_edges[caller] = id;
    return id;
}

static uint32_t edge_to(struct callgrind *callgrind, uint32_t context)
{
    uint32_t parent = callgrind->profile->contexts[context].parent;
    return edge_of(callgrind, index_of(callgrind->profile, parent),
                   index_of(callgrind->profile, context));
}

static bool enter(struct callgrind *callgrind, uint32_t at)
{
    const struct context *context = &callgrind->profile->contexts[at];
    uint32_t id = at == MODEL_ROOT ? 0 : edge_to(callgrind, at);
    if (at == MODEL_ROOT || id == EDGE_NONE)
        return at == MODEL_ROOT;
    struct edge *edge = &callgrind->edges[id];
    edge->calls += context->measure.calls;
    if (edge->open++ > 0)
        return true;
    for (size_t idx = 0; idx < callgrind->metric_count; idx++)
        edge->amounts[idx] +=
            callgrind->metrics[idx].kind == EXPORT_TIME ? context->total : context->total_calls;
    return true;
}

static bool add_edges(struct callgrind *callgrind)
{
    const struct context *contexts = callgrind->profile->contexts;
    for (uint32_t at = MODEL_ROOT; at != MODEL_NONE;) {
        if (!enter(callgrind, at))
            return false;
        uint32_t next = contexts[at].first_child;
        while (next == MODEL_NONE && at != MODEL_NONE) {
            if (at != MODEL_ROOT)
                callgrind->edges[edge_to(callgrind, at)].open--;
            next = contexts[at].next_sibling;
            at = contexts[at].parent;
        }
        at = next;
    }
    return true;
}

/* ---- Writing -------------------------------------------------------------- */

static bool put_text(struct callgrind *callgrind, const char *text)
{
    if (!array_reserve(&callgrind->text, &callgrind->text_size, UTF8_REPAIRED * strlen(text) + 1,
                       1))
        return false;
    writer_bytes(callgrind->writer, callgrind->text, utf8_repair(callgrind->text, text));
    return true;
}

/* "KEY(NUMBER) NAME", and without the name where the number has it already. */
static bool put_name(struct callgrind *callgrind, const char *key, uint32_t number, bool *named,
                     const char *name)
{
    bool known = *named;
    *named = true;
    writer_format(callgrind->writer, known ? "%s(%u)" : "%s(%u) ", key, number);
    if (!known && !put_text(callgrind, *name ? name : "???"))
        return false;
    writer_text(callgrind->writer, "\n");
    return true;
}

static bool put_names(struct callgrind *callgrind, const char *file_key, const char *name_key,
                      uint32_t function)
{
    const struct cprof_profile *profile = callgrind->profile;
    bool program = function == profile->function_count;
    uint32_t file = program ? 0 : profile->functions[function].file + 1;
    return put_name(callgrind, file_key, file + 1, &callgrind->files_named[file],
                    program ? "" : texts_get(&profile->texts, file - 1)) &&
           put_name(callgrind, name_key, function + 1, &callgrind->functions_named[function],
                    program ? model_program(profile) : model_function_name(profile, function));
}

static uint32_t line_of(const struct callgrind *callgrind, uint32_t function)
{
    return function == callgrind->profile->function_count
               ? 0
               : callgrind->profile->functions[function].line;
}

static uint64_t self_of(const struct callgrind *callgrind, uint32_t function, size_t metric)
{
    const struct cprof_profile *profile = callgrind->profile;
    const struct measure *measure = function == profile->function_count
                                        ? &profile->contexts[MODEL_ROOT].measure
                                        : &profile->functions[function].measure;
    return callgrind->metrics[metric].kind == EXPORT_TIME ? stats_whole(measure->self)
                                                          : measure->calls;
}

static void put_selves(struct callgrind *callgrind, uint32_t function)
{
    writer_format(callgrind->writer, "%u", line_of(callgrind, function));
    for (size_t idx = 0; idx < callgrind->metric_count; idx++)
        writer_format(callgrind->writer, " %llu",
                      (unsigned long long)self_of(callgrind, function, idx));
    writer_text(callgrind->writer, "\n");
}

static bool put_edge(struct callgrind *callgrind, uint32_t caller, const struct edge *edge)
{
    if (!put_names(callgrind, "cfi=", "cfn=", edge->callee))
        return false;
    /* A sampler that does not count calls still has seen one. */
    writer_format(callgrind->writer, "calls=%llu %u\n%u",
                  (unsigned long long)(edge->calls ? edge->calls : 1),
                  line_of(callgrind, edge->callee), line_of(callgrind, caller));
    for (size_t idx = 0; idx < callgrind->metric_count; idx++)
        writer_format(callgrind->writer, " %llu",
                      (unsigned long long)stats_whole(edge->amounts[idx]));
    writer_text(callgrind->writer, "\n");
    return true;
}

static bool put_function(struct callgrind *callgrind, uint32_t function)
{
    writer_text(callgrind->writer, "\n");
    if (!put_names(callgrind, "fl=", "fn=", function))
        return false;
    put_selves(callgrind, function);
    for (uint32_t edge = callgrind->first_edges[function]; edge != EDGE_NONE;
         edge = callgrind->edges[edge].next)
        if (!put_edge(callgrind, function, &callgrind->edges[edge]))
            return false;
    return true;
}

static bool is_written(const struct callgrind *callgrind, uint32_t function)
{
    return function == callgrind->profile->function_count ||
           model_seen(&callgrind->profile->functions[function]);
}

static void put_head(struct callgrind *callgrind)
{
    const char *unit = model_unit(callgrind->profile);
    struct writer *writer = callgrind->writer;
    uint64_t sums[EXPORT_METRICS] = {0};
    for (uint32_t idx = 0; idx <= callgrind->profile->function_count; idx++)
        for (size_t metric = 0; is_written(callgrind, idx) && metric < callgrind->metric_count;
             metric++)
            sums[metric] += self_of(callgrind, idx, metric);
    writer_text(writer, "# callgrind format\nversion: 1\ncreator: cprof\ncmd: ");
    put_text(callgrind, model_program(callgrind->profile));
    if (model_estimated(callgrind->profile))
        writer_text(writer, "\ndesc: Note: calls are estimates");
    writer_text(writer, "\npositions: line\nevents:");
    for (size_t idx = 0; idx < callgrind->metric_count; idx++)
        writer_format(writer, " %s",
                      callgrind->metrics[idx].kind == EXPORT_TIME ? (*unit ? unit : "ns")
                                                                  : "calls");
    writer_text(writer, "\nsummary:");
    for (size_t idx = 0; idx < callgrind->metric_count; idx++)
        writer_format(writer, " %llu", (unsigned long long)sums[idx]);
    writer_text(writer, "\n");
}

static bool put_all(struct callgrind *callgrind)
{
    uint32_t count = (uint32_t)callgrind->profile->function_count;
    callgrind->first_edges = array_new((size_t)count + 1, sizeof *callgrind->first_edges);
    callgrind->functions_named = array_new((size_t)count + 1, sizeof(bool));
    callgrind->files_named = array_new(callgrind->profile->texts.count + 1, sizeof(bool));
    if (!callgrind->first_edges || !callgrind->functions_named || !callgrind->files_named)
        return false;
    for (uint32_t idx = 0; idx <= count; idx++)
        callgrind->first_edges[idx] = EDGE_NONE;
    if (!add_edges(callgrind))
        return false;
    put_head(callgrind);
    for (uint32_t idx = 0; idx <= count; idx++)
        if (is_written(callgrind, idx) && !put_function(callgrind, idx))
            return false;
    return true;
}

enum cprof_status export_callgrind(struct cprof_profile *profile,
                                   const struct cprof_export_options *options,
                                   const struct cprof_sink *sink, struct cprof_error *error)
{
    (void)options;
    struct writer writer;
    struct callgrind callgrind = {.writer = &writer, .profile = profile};
    callgrind.metric_count = export_metrics(profile, callgrind.metrics);
    while (callgrind.metrics[callgrind.metric_count - 1].kind > EXPORT_CALLS)
        callgrind.metric_count--; /* of these it has no sums by function */
    writer_start(&writer, sink);
    bool enough = put_all(&callgrind);
    free(callgrind.edges);
    free(callgrind.first_edges);
    free(callgrind.functions_named);
    free(callgrind.files_named);
    free(callgrind.text);
    table_free(&callgrind.edge_by_pair);
    return enough ? writer_finish(&writer, error) : fault_memory(error, "the export");
}
