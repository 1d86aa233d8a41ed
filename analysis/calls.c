/* Call sites into the model; see calls.h.  Each object's records follow a header
 * that says where its sites and strings begin (record.h); nothing in them is
 * trusted.  A module whose records make no sense has none: the first plugins wrote
 * them without headers, and advice is not worth a profile.
 */
#include "calls.h"

#include "array.h"
#include "fault.h"

struct calls_reader {
    struct cprof_profile *profile;
    const struct records *records;
    const uint32_t *functions;
    struct table by_offset; /* texts */
    uint64_t budget;        /* bytes still to be read; healthy strings do not overlap much */
};

enum calls_result { CALLS_OK, CALLS_DAMAGED, CALLS_NO_MEMORY };

/* The text `offset` bytes behind `base`; 0 is none. */
static enum calls_result read_text(struct calls_reader *reader, size_t base, uint32_t offset,
                                   uint32_t *id)
{
    size_t from = base + offset;
    if (from >= reader->records->string_len)
        return CALLS_DAMAGED;
    *id = table_find(&reader->by_offset, 0, from);
    if (*id != TABLE_NONE)
        return CALLS_OK;
    size_t len = records_length(reader->records, from);
    if (len == SIZE_MAX || len > reader->budget)
        return CALLS_DAMAGED;
    reader->budget -= len;
    *id = texts_add(&reader->profile->texts, (const char *)reader->records->strings + from, len);
    return *id != TABLE_NONE && table_put(&reader->by_offset, 0, from, *id) ? CALLS_OK
                                                                            : CALLS_NO_MEMORY;
}

static enum calls_result add_inlined(struct calls_reader *reader, uint32_t caller, uint32_t name,
                                     uint32_t file)
{
    struct cprof_profile *profile = reader->profile;
    if (!array_reserve(&profile->inlined, &profile->inlined_capacity, profile->inlined_count + 1,
                       sizeof *profile->inlined))
        return CALLS_NO_MEMORY;
    profile->inlined[profile->inlined_count++] = (struct inlined){caller, name, file};
    return CALLS_OK;
}

static enum calls_result add_call(struct calls_reader *reader, const struct cprof_call *call,
                                  size_t first_site, size_t string_base)
{
    struct cprof_profile *profile = reader->profile;
    struct call_site site = {.line = call->line, .loop_depth = call->loop_depth};
    if (call->caller >= reader->records->sites.count - first_site)
        return CALLS_DAMAGED;
    if (!call->callee) /* indirect: says nothing of who is called */
        return CALLS_OK;
    site.caller = reader->functions[first_site + call->caller];
    site.flags = call->flags;
    uint32_t name;
    enum calls_result result = read_text(reader, string_base, call->callee, &name);
    if (result == CALLS_OK)
        result = read_text(reader, string_base, call->file, &site.file);
    if (result != CALLS_OK)
        return result;
    if (call->flags & CPROF_CALL_INLINED)
        return add_inlined(reader, site.caller, name, site.file);
    site.callee = model_display(profile, name);
    if (site.callee == MODEL_NONE ||
        !array_reserve(&profile->calls, &profile->call_capacity, profile->call_count + 1,
                       sizeof *profile->calls))
        return CALLS_NO_MEMORY;
    profile->calls[profile->call_count++] = site;
    return CALLS_OK;
}

/* The records of one object, from its header on; *idx goes behind them. */
static enum calls_result read_object(struct calls_reader *reader, size_t *idx)
{
    const struct records *records = reader->records;
    struct cprof_calls header = records_calls(records, *idx);
    uint64_t site = records_address(&records->calls, *idx, offsetof(struct cprof_calls, site_ref)) +
                    (uint64_t)(int64_t)header.site_ref - records->sites.address;
    size_t base, first;
    if (header.count >= records->calls.count - *idx)
        return CALLS_DAMAGED;
    size_t end = *idx + 1 + header.count;
    if (!header.count || !records->sites.count) {
        *idx = end;
        return CALLS_OK;
    }
    first = (size_t)(site / records->sites.size);
    if (site % records->sites.size || first >= records->sites.count ||
        !records_offset(
            records,
            records_address(&records->calls, *idx, offsetof(struct cprof_calls, string_ref)),
            header.string_ref, &base))
        return CALLS_DAMAGED;
    enum calls_result result = CALLS_OK;
    for (size_t at = *idx + 1; result == CALLS_OK && at < end; at++) {
        struct cprof_call call = records_call(records, at);
        result = add_call(reader, &call, first, base);
    }
    *idx = end;
    return result;
}

enum cprof_status calls_load(struct cprof_profile *profile, const struct records *records,
                             const char *name, const uint32_t *functions, struct cprof_error *error)
{
    struct calls_reader reader = {.profile = profile,
                                  .records = records,
                                  .functions = functions,
                                  .budget = 4 * (uint64_t)records->string_len + 65536};
    enum calls_result result = CALLS_OK;
    size_t before = profile->call_count, inlined_before = profile->inlined_count;
    for (size_t idx = 0; result == CALLS_OK && idx < records->calls.count;)
        result = read_object(&reader, &idx);
    table_free(&reader.by_offset);
    if (result == CALLS_DAMAGED) {
        profile->call_count = before;
        profile->inlined_count = inlined_before;
    }
    return result != CALLS_NO_MEMORY ? CPROF_OK : fault_memory(error, name);
}
