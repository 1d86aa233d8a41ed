/* pprof's profile.proto, gzipped.
 *
 * A serialised message may be joined from serialised parts of it, so every sample,
 * location, function and text goes out as a Profile of its own that holds nothing
 * else: a million contexts take the memory of one.
 */
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "export.h"
#include "facts.h"
#include "fault.h"
#include "gzip.h"
#include "pprof.pb-c.h"
#include "stats.h"
#include "utf8.h"

/* The string table: what this file says itself, then a model's texts. */
enum own_text {
    TEXT_EMPTY,
    TEXT_PROGRAM,
    TEXT_PATH,
    TEXT_BUILD_ID,
    TEXT_COMMENT,
    TEXT_METRICS, /* name and unit of each */
    OWN_TEXTS = TEXT_METRICS + 2 * EXPORT_METRICS
};

/* The one mapping and, of ids, which pprof wants above 0, the first. */
#define MAPPING 1
#define FIRST_ID 1

struct pprof {
    struct cprof_profile *profile;
    struct gzip gzip;
    struct cprof_run run;
    struct export_metric metrics[EXPORT_METRICS];
    size_t metric_count, shown; /* shown: the one that pprof begins with */
    uint8_t *packed;            /* room for a serialised part */
    size_t packed_size;
    uint64_t *stack; /* locations, the innermost first */
    size_t stack_size;
    char *text; /* room for a repaired text */
    size_t text_size;
    bool enough; /* memory, so far */
};

static void put_part(struct pprof *pprof, const Pprof__Profile *part)
{
    size_t len = pprof__profile__get_packed_size(part);
    if (!pprof->enough || !array_reserve(&pprof->packed, &pprof->packed_size, len, 1)) {
        pprof->enough = false;
        return;
    }
    pprof__profile__pack(part, pprof->packed);
    gzip_bytes(&pprof->gzip, pprof->packed, len);
}

/* ---- Texts ---------------------------------------------------------------- */

static int64_t text_of(uint32_t id)
{
    return id == TABLE_NONE ? TEXT_EMPTY : OWN_TEXTS + (int64_t)id;
}

static void put_string(struct pprof *pprof, const char *text)
{
    Pprof__Profile part = PPROF__PROFILE__INIT;
    if (!array_reserve(&pprof->text, &pprof->text_size, UTF8_REPAIRED * strlen(text) + 1, 1)) {
        pprof->enough = false;
        return;
    }
    pprof->text[utf8_repair(pprof->text, text)] = '\0';
    part.n_string_table = 1;
    part.string_table = &pprof->text;
    put_part(pprof, &part);
}

static void put_strings(struct pprof *pprof)
{
    const struct cprof_profile *profile = pprof->profile;
    const char *own[OWN_TEXTS] = {[TEXT_EMPTY] = "",
                                  [TEXT_PROGRAM] = model_program(profile),
                                  [TEXT_PATH] = pprof->run.program,
                                  [TEXT_BUILD_ID] = pprof->run.build_id,
                                  [TEXT_COMMENT] = pprof->run.estimated
                                                       ? "exported by cprof; calls are estimates"
                                                       : "exported by cprof"};
    for (size_t idx = 0; idx < pprof->metric_count; idx++) {
        own[TEXT_METRICS + 2 * idx] = pprof->metrics[idx].name;
        own[TEXT_METRICS + 2 * idx + 1] = pprof->metrics[idx].unit;
    }
    for (size_t idx = 0; idx < OWN_TEXTS; idx++)
        put_string(pprof, own[idx] ? own[idx] : "");
    for (size_t idx = 0; idx < profile->texts.count; idx++)
        put_string(pprof, profile->texts.items[idx].ptr);
}

/* ---- Head, functions ------------------------------------------------------ */

static void put_head(struct pprof *pprof)
{
    Pprof__Profile part = PPROF__PROFILE__INIT;
    Pprof__Mapping mapping = PPROF__MAPPING__INIT;
    Pprof__ValueType types[EXPORT_METRICS];
    Pprof__ValueType *type_list[EXPORT_METRICS];
    for (size_t idx = 0; idx < pprof->metric_count; idx++) {
        pprof__value_type__init(&types[idx]);
        types[idx].type = TEXT_METRICS + 2 * (int64_t)idx;
        types[idx].unit = types[idx].type + 1;
        type_list[idx] = &types[idx];
    }
    part.n_sample_type = pprof->metric_count;
    part.sample_type = type_list;
    part.default_sample_type = types[pprof->shown].type;
    mapping.id = MAPPING;
    mapping.filename = TEXT_PATH;
    mapping.build_id = TEXT_BUILD_ID;
    mapping.has_functions = mapping.has_filenames = mapping.has_line_numbers = 1;
    part.n_mapping = 1;
    part.mapping = &(Pprof__Mapping *){&mapping};
    part.time_nanos = (int64_t)pprof->run.started_ns;
    part.duration_nanos = pprof->run.wall_ns == CPROF_UNKNOWN ? 0 : (int64_t)pprof->run.wall_ns;
    part.n_comment = 1;
    part.comment = &(int64_t){TEXT_COMMENT};
    put_part(pprof, &part);
}

/* A function and the one location that it has: a context does not know from which
 * line it was called. */
static void put_function(struct pprof *pprof, uint64_t id, int64_t name, int64_t file,
                         uint32_t line)
{
    Pprof__Profile part = PPROF__PROFILE__INIT;
    Pprof__Function function = PPROF__FUNCTION__INIT;
    Pprof__Location location = PPROF__LOCATION__INIT;
    Pprof__Line place = PPROF__LINE__INIT;
    function.id = location.id = place.function_id = id;
    function.name = function.system_name = name;
    function.filename = file;
    function.start_line = place.line = line;
    location.mapping_id = MAPPING;
    location.n_line = 1;
    location.line = &(Pprof__Line *){&place};
    part.n_function = 1;
    part.function = &(Pprof__Function *){&function};
    part.n_location = 1;
    part.location = &(Pprof__Location *){&location};
    put_part(pprof, &part);
}

static void put_functions(struct pprof *pprof)
{
    const struct cprof_profile *profile = pprof->profile;
    for (size_t idx = 0; idx < profile->function_count; idx++)
        put_function(pprof, idx + FIRST_ID, text_of(profile->functions[idx].name),
                     text_of(profile->functions[idx].file), profile->functions[idx].line);
    /* What threads did outside of all functions. */
    put_function(pprof, profile->function_count + FIRST_ID, TEXT_PROGRAM, TEXT_EMPTY, 0);
}

/* ---- Samples -------------------------------------------------------------- */

static uint64_t location_of(const struct cprof_profile *profile, uint32_t context)
{
    uint32_t function = profile->contexts[context].function;
    return FIRST_ID + (function == MODEL_NONE ? profile->function_count : function);
}

static void put_sample(struct pprof *pprof, uint32_t context)
{
    const struct context *contexts = pprof->profile->contexts;
    Pprof__Profile part = PPROF__PROFILE__INIT;
    Pprof__Sample sample = PPROF__SAMPLE__INIT;
    int64_t values[EXPORT_METRICS];
    bool any = false;
    for (size_t idx = 0; idx < pprof->metric_count; idx++) {
        values[idx] = (int64_t)export_own(pprof->profile, context, &pprof->metrics[idx]);
        any = any || values[idx];
    }
    size_t depth = contexts[context].depth;
    if (!any)
        return;
    if (!array_reserve(&pprof->stack, &pprof->stack_size, depth + 1, sizeof *pprof->stack)) {
        pprof->enough = false;
        return;
    }
    size_t len = 0;
    do {
        pprof->stack[len++] = location_of(pprof->profile, context);
        context = contexts[context].parent;
    } while (context != MODEL_NONE && context != MODEL_ROOT);
    sample.n_location_id = len;
    sample.location_id = pprof->stack;
    sample.n_value = pprof->metric_count;
    sample.value = values;
    part.n_sample = 1;
    part.sample = &(Pprof__Sample *){&sample};
    put_part(pprof, &part);
}

static void put_all(struct pprof *pprof)
{
    put_head(pprof);
    put_functions(pprof);
    for (uint32_t at = MODEL_ROOT; pprof->enough && at != MODEL_NONE;
         at = model_next(pprof->profile, at, true))
        put_sample(pprof, at);
    put_strings(pprof);
}

enum cprof_status export_pprof(struct cprof_profile *profile,
                               const struct cprof_export_options *options,
                               const struct cprof_sink *sink, struct cprof_error *error)
{
    struct writer writer;
    struct pprof pprof = {.profile = profile, .enough = true};
    enum cprof_status status = cprof_run_facts(profile, &pprof.run, error);
    if (status != CPROF_OK)
        return status;
    pprof.metric_count = export_metrics(profile, pprof.metrics);
    enum export_kind asked = export_metric_asked(profile, options).kind;
    for (size_t idx = 0; idx < pprof.metric_count; idx++)
        if (pprof.metrics[idx].kind == asked)
            pprof.shown = idx;
    writer_start(&writer, sink);
    if (!gzip_start(&pprof.gzip, &writer))
        return fault_memory(error, "the export");
    put_all(&pprof);
    gzip_finish(&pprof.gzip);
    free(pprof.packed);
    free(pprof.stack);
    free(pprof.text);
    return pprof.enough ? writer_finish(&writer, error) : fault_memory(error, "the export");
}
