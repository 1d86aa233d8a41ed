/* Checking a profile file; see reader.h.
 *
 * Order of the checks: what the file is (empty, foreign, cut, other machine,
 * other version), then the table of contents, then each extent by its type.
 */
#include "reader.h"

#include <stdlib.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "profiles are little endian and are read without conversion");

#define SWAPPED_MARK 0x04030201u

/* ---- What the file is ---------------------------------------------------- */

bool reader_recognises(const void *bytes, size_t len)
{
    return len >= CPROF_MAGIC_LEN && memcmp(bytes, CPROF_MAGIC, CPROF_MAGIC_LEN) == 0;
}

static enum cprof_status truncated(const char *name, size_t len, struct cprof_error *error)
{
    return fault_set(error, CPROF_INPUT,
                     "%.600s: the profile is truncated after %zu bytes; copy the whole file again "
                     "or record a new one",
                     name, len);
}

static enum cprof_status check_kind(const char *name, const unsigned char *bytes, size_t len,
                                    struct cprof_error *error)
{
    if (len == 0)
        return fault_set(error, CPROF_INPUT,
                         "%.600s: the file is empty; record a new profile by running the program "
                         "again",
                         name);
    if (memcmp(bytes, CPROF_MAGIC, len < CPROF_MAGIC_LEN ? len : CPROF_MAGIC_LEN) != 0)
        return fault_set(error, CPROF_INPUT,
                         "%.600s: not a cprof profile; name a cprof.out.* file that a program "
                         "built with cprof has written",
                         name);
    struct cprof_header head;
    if (len < offsetof(struct cprof_header, header_size))
        return truncated(name, len, error);
    memcpy(&head, bytes, offsetof(struct cprof_header, header_size));
    if (head.byte_order == SWAPPED_MARK)
        return fault_set(error, CPROF_INPUT,
                         "%.600s: written on a machine of the other byte order; read it with cprof "
                         "on such a machine",
                         name);
    if (head.byte_order != CPROF_BYTE_ORDER_MARK)
        return fault_damaged(name, "its byte order mark is wrong", error);
    if (head.version > CPROF_FORMAT_VERSION)
        return fault_set(error, CPROF_INPUT,
                         "%.600s: written in format %u by a newer cprof, this one reads format %d; "
                         "read it with the cprof that recorded it",
                         name, head.version, CPROF_FORMAT_VERSION);
    if (head.version != CPROF_FORMAT_VERSION)
        return fault_damaged(name, "its version is 0", error);
    return CPROF_OK;
}

/* The header and the table of contents are there before the first extent is. */
static uint64_t length_in_header(const struct cprof_header *header)
{
    return header->file_length > CPROF_DATA_OFFSET ? header->file_length : CPROF_DATA_OFFSET;
}

static enum cprof_status read_header(struct reading *reading, const char *name,
                                     const unsigned char *bytes, size_t len,
                                     struct cprof_error *error)
{
    enum cprof_status status = check_kind(name, bytes, len, error);
    if (status != CPROF_OK)
        return status;
    if (len < CPROF_DATA_OFFSET)
        return truncated(name, len, error);
    struct cprof_header *header = &reading->header;
    memcpy(header, bytes, sizeof *header);
    if (length_in_header(header) > len)
        return truncated(name, len, error);
    reading->len = (size_t)length_in_header(header); /* what follows is a hole */
    if (header->header_size < sizeof *header || header->header_size > CPROF_TOC_OFFSET)
        return fault_damaged(name, "its header has a wrong size", error);
    if (header->mode >= CPROF_MODE_COUNT_OF || header->clock > CPROF_CLOCK_FAKE ||
        header->state > CPROF_STATE_COMPLETE)
        return fault_damaged(name, "its header holds an unknown mode, clock or state", error);
    if (header->build_id_len > sizeof header->build_id ||
        header->arguments_len > sizeof header->arguments)
        return fault_damaged(name, "a length in its header is too large", error);
    header->host[sizeof header->host - 1] = '\0';
    header->program[sizeof header->program - 1] = '\0';
    header->arguments[sizeof header->arguments - 1] = '\0';
    return CPROF_OK;
}

/* ---- The table of contents ----------------------------------------------- */

static struct cprof_extent extent_at(const unsigned char *bytes, size_t idx)
{
    struct cprof_extent extent;
    memcpy(&extent, bytes + CPROF_TOC_OFFSET + idx * CPROF_EXTENT_SIZE, sizeof extent);
    return extent;
}

uint64_t reader_used_length(const void *prefix, size_t len, uint64_t size)
{
    struct cprof_header header;
    if (len < READER_PREFIX || !reader_recognises(prefix, len))
        return size;
    memcpy(&header, prefix, sizeof header);
    uint64_t used = length_in_header(&header);
    return used < size ? used : size;
}

static enum cprof_status add_run(struct reader_runs *runs, const struct cprof_extent *extent,
                                 size_t smallest, const char *name, const unsigned char *bytes,
                                 struct cprof_error *error)
{
    if (extent->record_size < smallest || extent->record_size > CPROF_TOC_OFFSET)
        return fault_damaged(name, "an extent has records of a wrong size", error);
    uint64_t count = extent->length / extent->record_size;
    if (extent->first > UINT32_MAX || count > UINT32_MAX - extent->first)
        return fault_damaged(name, "an extent numbers its records beyond 32 bits", error);
    runs->items[runs->count++] = (struct reader_run){.first = extent->first,
                                                     .count = count,
                                                     .ptr = bytes + extent->offset,
                                                     .stride = extent->record_size};
    return CPROF_OK;
}

/* Whether `count` items of `size` bytes from `offset` lie inside `length`. */
static bool lies_inside(uint64_t offset, uint64_t count, uint64_t size, uint64_t length)
{
    return offset <= length && (size == 0 || count <= (length - offset) / size);
}

/* Copies as much of the struct as the writer had; the rest is 0. */
static bool copy_module(struct cprof_module *stored, const struct cprof_extent *extent,
                        const unsigned char *bytes)
{
    size_t len = extent->length < sizeof *stored ? (size_t)extent->length : sizeof *stored;
    memset(stored, 0, sizeof *stored);
    memcpy(stored, bytes + extent->offset, len);
    const size_t least = offsetof(struct cprof_module, line_count);
    if (len < least)
        return false;
    if (stored->site_offset < len)
        len = stored->site_offset < least ? least : (size_t)stored->site_offset;
    memset((char *)stored + len, 0, sizeof *stored - len);
    return true;
}

static bool parts_lie_inside(const struct cprof_module *stored, uint64_t length)
{
    return lies_inside(stored->site_offset, stored->site_count, stored->site_size, length) &&
           lies_inside(stored->call_offset, stored->call_count, stored->call_size, length) &&
           lies_inside(stored->line_offset, stored->line_count, stored->line_size, length) &&
           lies_inside(stored->allocation_offset, stored->allocation_count, stored->allocation_size,
                       length) &&
           lies_inside(stored->string_offset, stored->string_len, 1, length);
}

static struct records records_of(const struct cprof_module *stored, const unsigned char *base)
{
    return (struct records){.sites = {.ptr = base + stored->site_offset,
                                      .address = stored->site_address,
                                      .count = stored->site_count,
                                      .size = stored->site_size},
                            .lines = {.ptr = base + stored->line_offset,
                                      .address = stored->line_address,
                                      .count = stored->line_count,
                                      .size = stored->line_size},
                            .calls = {.ptr = base + stored->call_offset,
                                      .address = stored->call_address,
                                      .count = stored->call_count,
                                      .size = stored->call_size},
                            .allocations = {.ptr = base + stored->allocation_offset,
                                            .address = stored->allocation_address,
                                            .count = stored->allocation_count,
                                            .size = stored->allocation_size},
                            .strings = base + stored->string_offset,
                            .string_address = stored->string_address,
                            .string_len = (size_t)stored->string_len};
}

static enum cprof_status add_module(struct reading *reading, const struct cprof_extent *extent,
                                    const char *name, const unsigned char *bytes,
                                    struct cprof_error *error)
{
    struct cprof_module stored;
    if (!copy_module(&stored, extent, bytes))
        return fault_damaged(name, "a module is cut short", error);
    if ((stored.site_count && stored.site_size < sizeof(struct cprof_site)) ||
        (stored.line_count && stored.line_size < sizeof(struct cprof_line)) ||
        (stored.call_count && stored.call_size < sizeof(struct cprof_call)) ||
        (stored.allocation_count && stored.allocation_size < sizeof(struct cprof_allocation)))
        return fault_damaged(name, "a module has records of a wrong size", error);
    if (!parts_lie_inside(&stored, extent->length))
        return fault_damaged(name, "a module's records lie outside of it", error);
    if (extent->first > UINT32_MAX ||
        (uint64_t)stored.site_count + stored.allocation_count > UINT32_MAX - extent->first)
        return fault_damaged(name, "a module numbers its sites beyond 32 bits", error);

    struct reader_module *module = &reading->modules[reading->module_count++];
    module->first = extent->first;
    module->unloaded_ticks = stored.unloaded_ticks;
    module->records = records_of(&stored, bytes + extent->offset);
    memcpy(module->path, stored.path, sizeof module->path);
    module->path[sizeof module->path - 1] = '\0';
    return CPROF_OK;
}

static enum cprof_status add_extent(struct reading *reading, const struct cprof_extent *extent,
                                    const char *name, const unsigned char *bytes,
                                    struct cprof_error *error)
{
    if (extent->offset < CPROF_DATA_OFFSET ||
        !lies_inside(extent->offset, extent->length, 1, reading->len))
        return fault_damaged(name, "an extent lies outside of the part of the file that is in use",
                             error);
    switch (extent->type) {
    case CPROF_EXTENT_NODES:
        return add_run(&reading->nodes, extent, sizeof(struct cprof_node), name, bytes, error);
    case CPROF_EXTENT_THREADS:
        return add_run(&reading->threads, extent, sizeof(struct cprof_thread), name, bytes, error);
    case CPROF_EXTENT_DURATIONS:
        return add_run(&reading->durations, extent, sizeof(struct cprof_durations), name, bytes,
                       error);
    case CPROF_EXTENT_SAMPLES:
        return add_run(&reading->samples, extent, sizeof(struct cprof_samples), name, bytes, error);
    case CPROF_EXTENT_PLACES:
        return add_run(&reading->places, extent, sizeof(struct cprof_place), name, bytes, error);
    case CPROF_EXTENT_HEAP:
        if (extent->length < sizeof(struct cprof_heap))
            return fault_damaged(name, "its heap is cut short", error);
        reading->heap = bytes + extent->offset;
        return CPROF_OK;
    case CPROF_EXTENT_MODULE:
        return add_module(reading, extent, name, bytes, error);
    default:
        return CPROF_OK; /* a later cprof's: not ours to judge */
    }
}

/* ---- Order and overlap --------------------------------------------------- */

static int compare_numbers(uint64_t left, uint64_t right)
{
    return left < right ? -1 : left > right;
}

static int compare_runs(const void *left, const void *right)
{
    return compare_numbers(((const struct reader_run *)left)->first,
                           ((const struct reader_run *)right)->first);
}

static int compare_modules(const void *left, const void *right)
{
    return compare_numbers(((const struct reader_module *)left)->first,
                           ((const struct reader_module *)right)->first);
}

static bool order_runs(struct reader_runs *runs)
{
    qsort(runs->items, runs->count, sizeof *runs->items, compare_runs);
    for (size_t idx = 0; idx < runs->count; idx++) {
        struct reader_run *run = &runs->items[idx];
        if (idx && run->first < run[-1].first + run[-1].count)
            return false;
        run->before = runs->total;
        runs->total += run->count;
    }
    return runs->total < READER_NONE;
}

static bool order_modules(struct reading *reading)
{
    struct reader_module *modules = reading->modules;
    qsort(modules, reading->module_count, sizeof *modules, compare_modules);
    for (size_t idx = 1; idx < reading->module_count; idx++)
        if (modules[idx].first < modules[idx - 1].first + modules[idx - 1].records.sites.count +
                                     modules[idx - 1].records.allocations.count)
            return false;
    return true;
}

enum cprof_status reader_open(struct reading *reading, const char *name, const void *bytes,
                              size_t len, struct cprof_error *error)
{
    memset(reading, 0, sizeof *reading);
    enum cprof_status status = read_header(reading, name, bytes, len, error);
    uint64_t room = reading->len;
    for (size_t idx = 0; status == CPROF_OK && idx < CPROF_EXTENT_MAX; idx++) {
        struct cprof_extent extent = extent_at(bytes, idx);
        if (extent.type == CPROF_EXTENT_NONE)
            continue;
        /* Extents that overlap would make a small file need much memory. */
        if (extent.length > room)
            return fault_damaged(name, "its extents are longer than the file is", error);
        room -= extent.length;
        status = add_extent(reading, &extent, name, bytes, error);
    }
    if (status != CPROF_OK)
        return status;
    if (!order_runs(&reading->nodes) || !order_runs(&reading->threads) ||
        !order_runs(&reading->durations) || !order_runs(&reading->places) ||
        !order_runs(&reading->samples) || !order_modules(reading))
        return fault_damaged(name, "two extents number the same records", error);
    return CPROF_OK;
}

/* ---- Access -------------------------------------------------------------- */

/* The run that holds position `position`, which must be below total. */
static const struct reader_run *run_of(const struct reader_runs *runs, uint64_t position)
{
    size_t low = 0, high = runs->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (runs->items[middle].before <= position)
            low = middle;
        else
            high = middle;
    }
    return &runs->items[low];
}

static void copy_record(const struct reader_runs *runs, uint64_t position, void *record,
                        size_t size)
{
    const struct reader_run *run = run_of(runs, position);
    memcpy(record, run->ptr + (position - run->before) * run->stride, size);
}

struct cprof_node reader_node(const struct reading *reading, uint64_t position)
{
    struct cprof_node node;
    copy_record(&reading->nodes, position, &node, sizeof node);
    return node;
}

struct cprof_thread reader_thread(const struct reading *reading, uint64_t position)
{
    struct cprof_thread thread;
    copy_record(&reading->threads, position, &thread, sizeof thread);
    return thread;
}

struct cprof_durations reader_durations(const struct reading *reading, uint64_t position)
{
    struct cprof_durations durations;
    copy_record(&reading->durations, position, &durations, sizeof durations);
    return durations;
}

struct cprof_samples reader_samples(const struct reading *reading, uint64_t position)
{
    struct cprof_samples samples;
    copy_record(&reading->samples, position, &samples, sizeof samples);
    return samples;
}

uint64_t reader_sample_period(const struct reading *reading)
{
    return reading->samples.count ? reading->samples.items[0].first : 0;
}

uint32_t reader_node_position(const struct reading *reading, uint64_t index)
{
    const struct reader_runs *runs = &reading->nodes;
    size_t low = 0, high = runs->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct reader_run *run = &runs->items[middle];
        if (index < run->first)
            high = middle;
        else if (index >= run->first + run->count)
            low = middle + 1;
        else
            return (uint32_t)(run->before + (index - run->first));
    }
    return READER_NONE;
}

struct cprof_place reader_place(const struct reading *reading, uint64_t position)
{
    struct cprof_place place;
    copy_record(&reading->places, position, &place, sizeof place);
    return place;
}

/* The module that has the id, of a function or of an allocation site behind them. */
static const struct reader_module *module_of(const struct reading *reading, uint32_t site)
{
    size_t low = 0, high = reading->module_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct reader_module *module = &reading->modules[middle];
        if (site < module->first)
            high = middle;
        else if (site - module->first >=
                 module->records.sites.count + module->records.allocations.count)
            low = middle + 1;
        else
            return module;
    }
    return NULL;
}

const struct reader_module *reader_site(const struct reading *reading, uint32_t site, size_t *idx)
{
    const struct reader_module *module = module_of(reading, site);
    if (!module || site - module->first >= module->records.sites.count)
        return NULL;
    *idx = (size_t)(site - module->first);
    return module;
}

const struct reader_module *reader_allocation(const struct reading *reading, uint32_t site,
                                              size_t *idx)
{
    const struct reader_module *module = module_of(reading, site);
    if (!module || site - module->first < module->records.sites.count)
        return NULL;
    *idx = (size_t)(site - module->first) - module->records.sites.count;
    return module;
}

/* How many calls a node's present interval may hold that are not counted. */
static uint32_t not_in_yet(const struct cprof_node *node)
{
    return node->flags & CPROF_NODE_TALLIED && node->left > 0 ? (uint32_t)node->left - 1 : 0;
}

uint64_t reader_calls(const struct cprof_node *node)
{
    uint32_t counted = node->armed - (uint32_t)node->left - (uint32_t)node->seen;
    int64_t since = (int32_t)counted;
    /* Only damage makes this negative; a count has no room for it. */
    if (since < 0 && node->seen < (uint64_t)-since)
        return 0;
    return node->seen + (uint64_t)since + not_in_yet(node) / 2;
}

double reader_calls_error(const struct cprof_node *node)
{
    if (!(node->flags & CPROF_NODE_TALLIED))
        return 0;
    return 0.5 * (double)not_in_yet(node) + (double)node->u.call.unsure_calls;
}
