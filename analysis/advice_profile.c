/* The facts of a profile for the analyzer: functions as they were measured, with
 * what the compiler knows of them, and the call sites in loops, joined with what
 * was counted between the two functions.
 */
#include <stdlib.h>
#include <string.h>

#include "advice.h"
#include "array.h"
#include "fault.h"
#include "model.h"
#include "stats.h"

/* What went from one function to the functions of a name. */
struct edge {
    uint64_t calls;
    double total;
    const struct call_site *site; /* the deepest in loops, or NULL */
    uint32_t caller, callee;
};

struct gathering {
    struct cprof_profile *profile;
    struct cprof_analyzer *analyzer;
    uint32_t *places; /* of a function among the analyzer's, MODEL_NONE */
    struct edge *edges;
    size_t count, capacity;
    struct table by_key; /* caller and callee's name */
};

static bool add_functions(struct gathering *gathering)
{
    struct cprof_profile *profile = gathering->profile;
    gathering->places = array_new(profile->function_count, sizeof *gathering->places);
    if (!gathering->places)
        return false;
    for (size_t idx = 0; idx < profile->function_count; idx++)
        gathering->places[idx] = MODEL_NONE;
    for (size_t idx = 0; idx < profile->seen_count; idx++) {
        uint32_t own = profile->by_self[idx];
        struct advice_function function = {.numbers = stats_function(profile, own),
                                           .site_flags = profile->functions[own].flags,
                                           .statements = profile->functions[own].statements};
        advice_add_function(gathering->analyzer, &function);
        gathering->places[own] = (uint32_t)idx;
    }
    return !gathering->analyzer->failed;
}

/* The heap's sites by function and line; what is mapped is apart from the heap. */
static bool add_hotspots(struct gathering *gathering)
{
    struct cprof_heap_site site;
    for (size_t idx = 0; cprof_heap_site_at(gathering->profile, idx, &site, NULL) == CPROF_OK;
         idx++) {
        if (site.apart)
            continue;
        advice_add_hotspot(
            gathering->analyzer,
            &(struct cprof_hotspot){.function = site.function,
                                    .file = site.file,
                                    .line = site.line,
                                    .kind = site.kind,
                                    .count = site.count,
                                    .total_bytes = site.total_bytes,
                                    .average_size = site.count ? site.total_bytes / site.count : 0,
                                    .current_count = site.current_count,
                                    .current_bytes = site.current_bytes,
                                    .peak_bytes = site.peak_bytes,
                                    .freed_bytes = site.freed_bytes,
                                    .temporary = site.temporary});
    }
    return !gathering->analyzer->failed;
}

/* ---- Edges ---------------------------------------------------------------- */

static struct edge *edge_of(struct gathering *gathering, uint32_t caller, uint32_t callee_name)
{
    uint64_t key = (uint64_t)caller << 32 | callee_name;
    uint32_t id = table_find(&gathering->by_key, 0, key);
    return id == TABLE_NONE ? NULL : &gathering->edges[id];
}

static bool add_edge(struct gathering *gathering, uint32_t caller, uint32_t callee,
                     const struct context *context)
{
    uint32_t name = gathering->profile->functions[callee].name;
    struct edge *edge = edge_of(gathering, caller, name);
    if (!edge) {
        if (!array_reserve(&gathering->edges, &gathering->capacity, gathering->count + 1,
                           sizeof *gathering->edges) ||
            !table_put(&gathering->by_key, 0, (uint64_t)caller << 32 | name,
                       (uint32_t)gathering->count))
            return false;
        edge = &gathering->edges[gathering->count++];
        *edge = (struct edge){.caller = caller, .callee = callee};
    }
    edge->calls += context->measure.calls;
    edge->total += context->total;
    return true;
}

static bool add_edges(struct gathering *gathering)
{
    const struct cprof_profile *profile = gathering->profile;
    for (uint32_t at = MODEL_ROOT; at != MODEL_NONE; at = model_next(profile, at, true)) {
        const struct context *context = &profile->contexts[at];
        if (at == MODEL_ROOT || context->kind != CONTEXT_FUNCTION)
            continue;
        uint32_t caller = model_caller(profile, at);
        uint32_t place = gathering->places[context->function];
        if (caller == MODEL_NONE || place == MODEL_NONE || !context->measure.calls)
            continue;
        if (strcmp(texts_get(&profile->texts, profile->functions[caller].file),
                   texts_get(&profile->texts, profile->functions[context->function].file)) != 0)
            gathering->analyzer->functions[place].called_from_elsewhere = true;
        if (!add_edge(gathering, caller, context->function, context))
            return false;
    }
    return true;
}

/* ---- Call sites ----------------------------------------------------------- */

static void note_sites(struct gathering *gathering)
{
    const struct cprof_profile *profile = gathering->profile;
    for (size_t idx = 0; idx < profile->call_count; idx++) {
        const struct call_site *site = &profile->calls[idx];
        struct edge *edge = edge_of(gathering, site->caller, site->callee);
        if (edge && (!edge->site || site->loop_depth > edge->site->loop_depth))
            edge->site = site;
    }
}

static bool add_calls(struct gathering *gathering)
{
    const struct cprof_profile *profile = gathering->profile;
    struct cprof_analyzer *analyzer = gathering->analyzer;
    for (size_t idx = 0; idx < gathering->count; idx++) {
        const struct edge *edge = &gathering->edges[idx];
        uint32_t caller = gathering->places[edge->caller];
        if (caller == MODEL_NONE)
            continue;
        if (!array_reserve(&analyzer->calls, &analyzer->call_capacity, analyzer->call_count + 1,
                           sizeof *analyzer->calls))
            return false;
        /* Recursion counts the time of its inner calls more than once. */
        double most = profile->functions[edge->callee].total;
        const struct function *from = &profile->functions[edge->caller];
        const char *path = texts_get(&profile->texts, edge->site ? edge->site->file : from->file);
        uint32_t file = texts_add(&analyzer->texts, path, strlen(path));
        if (file == TABLE_NONE)
            return false;
        analyzer->calls[analyzer->call_count++] =
            (struct advice_call){.caller = caller,
                                 .callee = gathering->places[edge->callee],
                                 .file = texts_get(&analyzer->texts, file),
                                 .line = edge->site ? edge->site->line : from->line,
                                 .loop_depth = edge->site ? edge->site->loop_depth : 0,
                                 .placeless = !edge->site,
                                 .calls = edge->calls,
                                 .total_ns = edge->total < most ? edge->total : most};
    }
    analyzer->knows_calls = true;
    return true;
}

struct cprof_analyzer *cprof_analyzer_of_profile(struct cprof_profile *profile,
                                                 struct cprof_error *error)
{
    struct cprof_run run;
    if (cprof_run_facts(profile, &run, error) != CPROF_OK)
        return NULL;
    struct gathering gathering = {.profile = profile, .analyzer = advice_new()};
    bool enough = gathering.analyzer && add_functions(&gathering) && add_hotspots(&gathering) &&
                  add_edges(&gathering);
    if (enough) {
        gathering.analyzer->ended = run.complete && !run.running;
        gathering.analyzer->run_ns = stats_total(profile);
        note_sites(&gathering);
        enough = add_calls(&gathering);
    }
    free(gathering.places);
    free(gathering.edges);
    table_free(&gathering.by_key);
    if (!enough)
        cprof_analyzer_free(gathering.analyzer);
    struct cprof_analyzer *analyzer = enough ? advice_finish(gathering.analyzer) : NULL;
    if (!analyzer)
        fault_memory(error, "the analysis");
    return analyzer;
}
