/* The records of the modules: functions, the lines of lists, what allocates, and by
 * calls.c what calls what, each once for the whole model.  The bytes may lie: a text
 * is taken only from within its module's, and all of them together only as long as
 * healthy ones can be.  Called by load.c, and by profile.c for objects without a run.
 */
#include "loader.h"

#include "array.h"
#include "calls.h"
#include "fault.h"

/* What turns refs of one module into texts. */
struct text_reader {
    struct cprof_profile *profile;
    const struct records *records;
    struct table by_offset;
    uint64_t budget; /* bytes still to be read; healthy strings do not overlap much */
};

enum text_result { TEXT_OK, TEXT_DAMAGED, TEXT_NO_MEMORY };

/* `address` is where the ref stands. */
static enum text_result read_text(struct text_reader *reader, uint64_t address, int32_t ref,
                                  uint32_t *id)
{
    size_t offset;
    if (ref == 0) {
        *id = texts_add(&reader->profile->texts, "", 0);
        return *id == TABLE_NONE ? TEXT_NO_MEMORY : TEXT_OK;
    }
    if (!records_offset(reader->records, address, ref, &offset))
        return TEXT_DAMAGED;
    *id = table_find(&reader->by_offset, 0, offset);
    if (*id != TABLE_NONE)
        return TEXT_OK;
    size_t len = records_length(reader->records, offset);
    if (len == SIZE_MAX || len > reader->budget)
        return TEXT_DAMAGED;
    reader->budget -= len;
    *id = texts_add(&reader->profile->texts, (const char *)reader->records->strings + offset, len);
    if (*id == TABLE_NONE || !table_put(&reader->by_offset, 0, offset, *id))
        return TEXT_NO_MEMORY;
    return TEXT_OK;
}

static enum text_result read_site_text(struct text_reader *reader, size_t idx, size_t field,
                                       int32_t ref, uint32_t *id)
{
    return read_text(reader, records_address(&reader->records->sites, idx, field), ref, id);
}

static enum text_result read_site(struct text_reader *reader, size_t idx, uint32_t *function)
{
    struct cprof_site site = records_site(reader->records, idx);
    uint32_t name, file, unit;
    enum text_result result =
        read_site_text(reader, idx, offsetof(struct cprof_site, name_ref), site.name_ref, &name);
    if (result == TEXT_OK)
        result = read_site_text(reader, idx, offsetof(struct cprof_site, file_ref), site.file_ref,
                                &file);
    if (result == TEXT_OK)
        result = read_site_text(reader, idx, offsetof(struct cprof_site, unit_ref), site.unit_ref,
                                &unit);
    if (result != TEXT_OK)
        return result;
    *function = model_function(reader->profile, name, file, site.line);
    if (*function == MODEL_NONE)
        return TEXT_NO_MEMORY;
    struct function *merged = &reader->profile->functions[*function];
    /* A function may be in in one unit and out in another: the reason that is
     * shown belongs to the verdict that is shown, and "in" wins. */
    bool was_in = (merged->flags & CPROF_SITE_INSTRUMENTED) != 0;
    if (merged->unit == TABLE_NONE || (!was_in && (site.flags & CPROF_SITE_INSTRUMENTED)))
        merged->reason = site.reason;
    merged->flags |= site.flags;
    merged->statements = site.statements;
    if (!(site.flags & (CPROF_SITE_SCOPE | CPROF_SITE_COUNTER))) /* no compiler's */
        merged->unit = unit;
    return TEXT_OK;
}

static enum text_result read_line(struct text_reader *reader, size_t idx)
{
    const struct records_array *lines = &reader->records->lines;
    struct cprof_line line = records_line(reader->records, idx);
    uint32_t file, text;
    enum text_result result =
        read_text(reader, records_address(lines, idx, offsetof(struct cprof_line, file_ref)),
                  line.file_ref, &file);
    if (result == TEXT_OK)
        result =
            read_text(reader, records_address(lines, idx, offsetof(struct cprof_line, text_ref)),
                      line.text_ref, &text);
    if (result != TEXT_OK)
        return result;
    struct list_line merged = {.file = file, .line = line.line, .text = text, .flags = line.flags};
    return model_line(reader->profile, &merged) ? TEXT_OK : TEXT_NO_MEMORY;
}

static enum text_result read_allocation_text(struct text_reader *reader, size_t idx, size_t field,
                                             int32_t ref, uint32_t *id)
{
    return read_text(reader, records_address(&reader->records->allocations, idx, field), ref, id);
}

/* The function that a ref to a site's record names; MODEL_NONE for none. */
static enum text_result read_owner(const struct text_reader *reader, size_t idx, int32_t ref,
                                   const uint32_t *functions, uint32_t *function)
{
    const struct records_array *sites = &reader->records->sites;
    uint64_t address = records_address(&reader->records->allocations, idx,
                                       offsetof(struct cprof_allocation, site_ref));
    uint64_t distance = address + (uint64_t)(int64_t)ref - sites->address;
    *function = MODEL_NONE;
    if (ref == 0)
        return TEXT_OK;
    if (!sites->size || distance / sites->size >= sites->count)
        return TEXT_DAMAGED;
    *function = functions[distance / sites->size];
    return TEXT_OK;
}

static enum text_result read_allocation(struct text_reader *reader, size_t idx,
                                        const uint32_t *functions, uint32_t *id)
{
    struct cprof_allocation record = records_allocation(reader->records, idx);
    struct heap_site site = {.line = record.line,
                             .column = record.column,
                             .kind = record.kind,
                             .flags = record.flags,
                             .loop_depth = record.loop_depth,
                             .size = record.size};
    enum text_result result = read_owner(reader, idx, record.site_ref, functions, &site.function);
    if (result == TEXT_OK)
        result = read_allocation_text(reader, idx, offsetof(struct cprof_allocation, file_ref),
                                      record.file_ref, &site.file);
    if (result == TEXT_OK)
        result = read_allocation_text(reader, idx, offsetof(struct cprof_allocation, callee_ref),
                                      record.callee_ref, &site.callee);
    if (result == TEXT_OK)
        result = read_allocation_text(reader, idx, offsetof(struct cprof_allocation, type_ref),
                                      record.type_ref, &site.type);
    if (result == TEXT_OK)
        result = read_allocation_text(reader, idx, offsetof(struct cprof_allocation, inline_ref),
                                      record.inline_ref, &site.chain);
    if (result != TEXT_OK)
        return result;
    *id = model_heap_site(reader->profile, &site);
    return *id == MODEL_NONE ? TEXT_NO_MEMORY : TEXT_OK;
}

enum cprof_status load_records(struct cprof_profile *profile, const struct records *records,
                               const char *name, uint32_t *functions, uint32_t *allocations,
                               struct cprof_error *error)
{
    struct text_reader reader = {.profile = profile,
                                 .records = records,
                                 .budget = 4 * (uint64_t)records->string_len + 65536};
    enum text_result result = TEXT_OK;
    for (size_t idx = 0; result == TEXT_OK && idx < records->sites.count; idx++)
        result = read_site(&reader, idx, &functions[idx]);
    for (size_t idx = 0; result == TEXT_OK && idx < records->lines.count; idx++)
        result = read_line(&reader, idx);
    for (size_t idx = 0; allocations && result == TEXT_OK && idx < records->allocations.count;
         idx++)
        result = read_allocation(&reader, idx, functions, &allocations[idx]);
    table_free(&reader.by_offset);
    profile->finished = false;
    if (result == TEXT_OK)
        return calls_load(profile, records, name, functions, error);
    if (result == TEXT_DAMAGED)
        return fault_damaged(name, "a function's name or file is not where its record says", error);
    return fault_memory(error, name);
}

enum cprof_status load_modules(struct loader *loader)
{
    const struct reading *reading = loader->reading;
    size_t total = 0, allocations = 0;
    for (size_t idx = 0; idx < reading->module_count; idx++) {
        loader->module_start[idx] = total;
        loader->allocation_start[idx] = allocations;
        total += reading->modules[idx].records.sites.count;
        allocations += reading->modules[idx].records.allocations.count;
    }
    loader->functions = array_new(total, sizeof *loader->functions);
    loader->allocations = array_new(allocations, sizeof *loader->allocations);
    if (!loader->functions || !loader->allocations)
        return fault_memory(loader->error, loader->name);
    for (size_t idx = 0; idx < reading->module_count; idx++) {
        enum cprof_status status =
            load_records(loader->profile, &reading->modules[idx].records, loader->name,
                         loader->functions + loader->module_start[idx],
                         loader->allocations + loader->allocation_start[idx], loader->error);
        if (status != CPROF_OK)
            return status;
    }
    return CPROF_OK;
}
