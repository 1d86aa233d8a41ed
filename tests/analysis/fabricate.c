/* Profile files from descriptions; see fabricate.h.  Test code: it ends the
 * program when there is no memory.
 */
#include "fabricate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_MODULES 8
#define SITE_ADDRESS 0x10000
#define LINE_ADDRESS 0x4000000
#define CALL_ADDRESS 0x6000000
#define ALLOCATION_ADDRESS 0x7000000
#define STRING_ADDRESS 0x8000000
#define UNIT "GNU C17 12.2.0"

struct buffer {
    unsigned char *ptr;
    size_t len, capacity;
};

struct module {
    struct buffer sites, lines, calls, allocations, strings;
    uint32_t first, count;
};

struct fabricate {
    struct cprof_header header;
    struct module modules[MOST_MODULES];
    size_t module_count;
    struct buffer nodes, threads, durations, samples, places, file;
    struct cprof_heap heap; /* mode 0: none */
    uint32_t next_site;
};

static size_t append(struct buffer *buffer, const void *bytes, size_t len)
{
    while (buffer->len + len > buffer->capacity) {
        buffer->capacity = buffer->capacity ? buffer->capacity * 2 : 4096;
        buffer->ptr = realloc(buffer->ptr, buffer->capacity);
        if (!buffer->ptr)
            abort();
    }
    if (bytes)
        memcpy(buffer->ptr + buffer->len, bytes, len);
    else
        memset(buffer->ptr + buffer->len, 0, len);
    buffer->len += len;
    return buffer->len - len;
}

struct fabricate *fabricate_new(void)
{
    struct fabricate *profile = calloc(1, sizeof *profile);
    if (!profile)
        abort();
    struct cprof_header *header = &profile->header;
    memcpy(header->magic, CPROF_MAGIC, CPROF_MAGIC_LEN);
    header->version = CPROF_FORMAT_VERSION;
    header->byte_order = CPROF_BYTE_ORDER_MARK;
    header->header_size = sizeof *header;
    header->node_size = CPROF_NODE_SIZE;
    header->pid = 4711;
    header->started_ns = 1700000000123456789u;
    header->state = CPROF_STATE_COMPLETE;
    header->mode = CPROF_MODE_EXACT;
    header->clock = CPROF_CLOCK_FAKE;
    header->first = (struct cprof_moment){1000, 1000};
    header->last = (struct cprof_moment){1001000, 1001000};
    header->event_cost_x16 = 16 * 40;
    header->build_id_len = 4;
    memcpy(header->build_id, "\x01\x23\xab\xff", 4);
    strcpy(header->host, "elsewhere");
    strcpy(header->program, "/opt/app/worker");
    header->arguments_len = sizeof "./worker\0--fast";
    memcpy(header->arguments, "./worker\0--fast", sizeof "./worker\0--fast");
    profile->next_site = 1;
    append(&profile->nodes, NULL, CPROF_NODE_SIZE); /* index 0 is never a node */
    fabricate_module(profile);
    return profile;
}

void fabricate_free(struct fabricate *profile)
{
    for (size_t idx = 0; idx < profile->module_count; idx++) {
        free(profile->modules[idx].sites.ptr);
        free(profile->modules[idx].lines.ptr);
        free(profile->modules[idx].calls.ptr);
        free(profile->modules[idx].allocations.ptr);
        free(profile->modules[idx].strings.ptr);
    }
    free(profile->nodes.ptr);
    free(profile->threads.ptr);
    free(profile->places.ptr);
    free(profile->durations.ptr);
    free(profile->samples.ptr);
    free(profile->file.ptr);
    free(profile);
}

struct cprof_header *fabricate_header(struct fabricate *profile)
{
    return &profile->header;
}

void fabricate_module(struct fabricate *profile)
{
    if (profile->module_count == MOST_MODULES)
        abort();
    struct module *module = &profile->modules[profile->module_count++];
    module->first = profile->next_site;
    append(&module->strings, "", 1);
}

/* ---- Sites ---------------------------------------------------------------- */

/* The ref from a field at `address` to a text. */
static int32_t ref_to(struct module *module, size_t address, const char *text)
{
    size_t offset = append(&module->strings, text, strlen(text) + 1);
    return (int32_t)(STRING_ADDRESS + offset - address);
}

static uint32_t add_site(struct fabricate *profile, const char *name, const char *file,
                         uint32_t line, uint32_t flags, enum cprof_reason reason)
{
    struct module *module = &profile->modules[profile->module_count - 1];
    struct cprof_site site = {.line = line, .flags = flags, .reason = reason};
    size_t address = SITE_ADDRESS + module->sites.len; /* where it is about to be */
    site.name_ref = ref_to(module, address + offsetof(struct cprof_site, name_ref), name);
    site.file_ref = ref_to(module, address + offsetof(struct cprof_site, file_ref), file);
    site.unit_ref = ref_to(module, address + offsetof(struct cprof_site, unit_ref), UNIT);
    append(&module->sites, &site, sizeof site);
    module->count++;
    return profile->next_site++;
}

uint32_t fabricate_site(struct fabricate *profile, const char *name, const char *file,
                        uint32_t line)
{
    return add_site(profile, name, file, line, CPROF_SITE_INSTRUMENTED, CPROF_REASON_DEFAULT);
}

uint32_t fabricate_left_out(struct fabricate *profile, const char *name, const char *file,
                            uint32_t line, enum cprof_reason reason)
{
    return add_site(profile, name, file, line, 0, reason);
}

void fabricate_line(struct fabricate *profile, const char *file, uint32_t number, const char *text,
                    uint32_t flags)
{
    struct module *module = &profile->modules[profile->module_count - 1];
    struct cprof_line line = {.line = number, .flags = flags};
    size_t address = LINE_ADDRESS + module->lines.len;
    line.file_ref = ref_to(module, address + offsetof(struct cprof_line, file_ref), file);
    line.text_ref = ref_to(module, address + offsetof(struct cprof_line, text_ref), text);
    append(&module->lines, &line, sizeof line);
}

struct cprof_site *fabricate_record(struct fabricate *profile, size_t idx)
{
    struct module *module = &profile->modules[profile->module_count - 1];
    return (struct cprof_site *)(void *)(module->sites.ptr + idx * sizeof(struct cprof_site));
}

static void add_call(struct fabricate *profile, struct cprof_call call, uint32_t caller,
                     const char *callee, const char *file)
{
    struct module *module = &profile->modules[profile->module_count - 1];
    size_t address = CALL_ADDRESS + module->calls.len;
    struct cprof_calls header = {.count = 1};
    call.caller = caller - module->first;
    header.site_ref = (int32_t)(SITE_ADDRESS - (address + offsetof(struct cprof_calls, site_ref)));
    header.string_ref =
        (int32_t)(STRING_ADDRESS - (address + offsetof(struct cprof_calls, string_ref)));
    call.callee = (uint32_t)append(&module->strings, callee, strlen(callee) + 1);
    call.file = (uint32_t)append(&module->strings, file, strlen(file) + 1);
    append(&module->calls, &header, sizeof header);
    append(&module->calls, &call, sizeof call);
}

void fabricate_call(struct fabricate *profile, uint32_t caller, const char *callee,
                    const char *file, uint32_t line, unsigned loop_depth)
{
    struct cprof_call call = {.line = line, .loop_depth = (uint8_t)loop_depth};
    add_call(profile, call, caller, callee, file);
}

void fabricate_tail(struct fabricate *profile, uint32_t caller, const char *callee,
                    const char *file, uint32_t line)
{
    struct cprof_call call = {.line = line, .flags = CPROF_CALL_TAIL};
    add_call(profile, call, caller, callee, file);
}

void fabricate_inlined(struct fabricate *profile, uint32_t caller, const char *name,
                       const char *file, uint32_t line)
{
    struct cprof_call call = {.line = line, .flags = CPROF_CALL_INLINED};
    add_call(profile, call, caller, name, file);
}

/* ---- Nodes ---------------------------------------------------------------- */

static uint32_t add_node(struct fabricate *profile, const struct cprof_node *node)
{
    return (uint32_t)(append(&profile->nodes, node, sizeof *node) / sizeof *node);
}

uint32_t fabricate_thread(struct fabricate *profile)
{
    struct cprof_node node = {.flags = CPROF_NODE_USED | CPROF_NODE_ROOT | CPROF_NODE_TIMED};
    struct cprof_thread thread = {.root = add_node(profile, &node), .tid = 4711, .owners = 1};
    append(&profile->threads, &thread, sizeof thread);
    return thread.root;
}

uint32_t fabricate_node(struct fabricate *profile, uint32_t parent, uint32_t site, uint64_t calls,
                        uint64_t self_ticks)
{
    struct cprof_node node = {.armed = 1000,
                              .left = (int32_t)(1000 - (uint32_t)calls),
                              .seen = calls,
                              .parent = parent,
                              .site = site,
                              .flags = CPROF_NODE_USED | CPROF_NODE_TIMED};
    node.u.call.self_ticks = self_ticks;
    node.u.call.timed_calls = calls;
    for (uint32_t at = parent; at; at = fabricate_at(profile, at)->parent)
        if (fabricate_at(profile, at)->site == site)
            node.flags |= CPROF_NODE_RECURSIVE;
    return add_node(profile, &node);
}

struct cprof_node *fabricate_at(struct fabricate *profile, uint32_t node)
{
    return (struct cprof_node *)(void *)(profile->nodes.ptr + (size_t)node * CPROF_NODE_SIZE);
}

struct cprof_thread *fabricate_thread_at(struct fabricate *profile, size_t idx)
{
    return (struct cprof_thread *)(void *)(profile->threads.ptr +
                                           idx * sizeof(struct cprof_thread));
}

void fabricate_durations(struct fabricate *profile, uint32_t site, uint32_t octave, uint32_t step,
                         uint64_t calls)
{
    struct cprof_durations part = {.site = site, .octave = octave};
    part.calls[step] = calls;
    append(&profile->durations, &part, sizeof part);
}

void fabricate_samples(struct fabricate *profile, uint32_t site, uint64_t count)
{
    struct cprof_samples record = {.site = site, .count = count};
    append(&profile->samples, &record, sizeof record);
}

/* ---- Allocations ------------------------------------------------------------ */

uint32_t fabricate_allocation(struct fabricate *profile, uint32_t function, enum cprof_kind kind,
                              const char *file, uint32_t line)
{
    struct module *module = &profile->modules[profile->module_count - 1];
    size_t address = ALLOCATION_ADDRESS + module->allocations.len;
    struct cprof_allocation record = {.line = line, .kind = (uint8_t)kind, .loop_depth = 1};
    record.site_ref =
        (int32_t)(SITE_ADDRESS + (function - module->first) * sizeof(struct cprof_site) -
                  (address + offsetof(struct cprof_allocation, site_ref)));
    record.file_ref = ref_to(module, address + offsetof(struct cprof_allocation, file_ref), file);
    append(&module->allocations, &record, sizeof record);
    return profile->next_site++;
}

uint32_t fabricate_blocks(struct fabricate *profile, uint32_t parent, uint32_t allocation,
                          const struct cprof_node_alloc *alloc)
{
    struct cprof_node node = {
        .parent = parent, .site = allocation, .flags = CPROF_NODE_USED | CPROF_NODE_ALLOC};
    node.u.alloc = *alloc;
    return add_node(profile, &node);
}

void fabricate_place(struct fabricate *profile, uint32_t allocation, int64_t peak_bytes)
{
    struct cprof_place place = {.site = allocation, .peak_bytes = peak_bytes};
    append(&profile->places, &place, sizeof place);
}

struct cprof_heap *fabricate_heap(struct fabricate *profile)
{
    profile->heap.mode = CPROF_HEAP_ON;
    return &profile->heap;
}

/* ---- The file ------------------------------------------------------------- */

static void put_extent(struct fabricate *profile, size_t *slot, enum cprof_extent_type type,
                       uint64_t first, uint32_t record_size, size_t begin)
{
    struct cprof_extent extent = {.offset = begin,
                                  .length = profile->file.len - begin,
                                  .first = first,
                                  .record_size = record_size,
                                  .type = type};
    memcpy(profile->file.ptr + CPROF_TOC_OFFSET + *slot * sizeof extent, &extent, sizeof extent);
    ++*slot;
}

static void put_buffer(struct fabricate *profile, const struct buffer *buffer)
{
    append(&profile->file, buffer->ptr ? buffer->ptr : (unsigned char *)"", buffer->len);
}

static void put_module(struct fabricate *profile, size_t *slot, struct module *module)
{
    struct cprof_module stored = {
        .site_count = module->count,
        .site_size = sizeof(struct cprof_site),
        .site_address = SITE_ADDRESS,
        .site_offset = sizeof stored,
        .call_count = (uint32_t)(module->calls.len / sizeof(struct cprof_call)),
        .call_size = sizeof(struct cprof_call),
        .call_address = CALL_ADDRESS,
        .call_offset = sizeof stored + module->sites.len + module->lines.len,
        .string_address = STRING_ADDRESS,
        .line_count = (uint32_t)(module->lines.len / sizeof(struct cprof_line)),
        .line_size = sizeof(struct cprof_line),
        .line_address = LINE_ADDRESS,
        .line_offset = sizeof stored + module->sites.len,
        .allocation_count = (uint32_t)(module->allocations.len / sizeof(struct cprof_allocation)),
        .allocation_size = sizeof(struct cprof_allocation),
        .allocation_address = ALLOCATION_ADDRESS,
        .allocation_offset =
            sizeof stored + module->sites.len + module->lines.len + module->calls.len,
        .string_offset = sizeof stored + module->sites.len + module->lines.len + module->calls.len +
                         module->allocations.len,
        .string_len = module->strings.len};
    size_t begin = append(&profile->file, &stored, sizeof stored);
    put_buffer(profile, &module->sites);
    put_buffer(profile, &module->lines);
    put_buffer(profile, &module->calls);
    put_buffer(profile, &module->allocations);
    put_buffer(profile, &module->strings);
    append(&profile->file, NULL, -profile->file.len & 63);
    put_extent(profile, slot, CPROF_EXTENT_MODULE, module->first, sizeof(struct cprof_site), begin);
}

static void put_heap(struct fabricate *profile, size_t *slot)
{
    size_t begin = append(&profile->file, &profile->heap, sizeof profile->heap);
    put_extent(profile, slot, CPROF_EXTENT_HEAP, 0, sizeof profile->heap, begin);
    begin = profile->file.len;
    put_buffer(profile, &profile->places);
    put_extent(profile, slot, CPROF_EXTENT_PLACES, 0, sizeof(struct cprof_place), begin);
}

static void put_nodes(struct fabricate *profile, size_t *slot, size_t first, size_t count)
{
    size_t begin = append(&profile->file, profile->nodes.ptr + first * CPROF_NODE_SIZE,
                          count * CPROF_NODE_SIZE);
    put_extent(profile, slot, CPROF_EXTENT_NODES, first, CPROF_NODE_SIZE, begin);
}

unsigned char *fabricate_bytes(struct fabricate *profile, size_t *len)
{
    size_t slot = 0, nodes = profile->nodes.len / CPROF_NODE_SIZE;
    profile->file.len = 0;
    append(&profile->file, NULL, CPROF_DATA_OFFSET);
    for (size_t idx = 0; idx < profile->module_count; idx++)
        put_module(profile, &slot, &profile->modules[idx]);
    /* Two extents, the later one first: a reader must not rely on their order. */
    if (nodes > 2)
        put_nodes(profile, &slot, nodes / 2, nodes - nodes / 2);
    put_nodes(profile, &slot, 0, nodes > 2 ? nodes / 2 : nodes);
    size_t begin = profile->file.len;
    put_buffer(profile, &profile->threads);
    put_extent(profile, &slot, CPROF_EXTENT_THREADS, 0, sizeof(struct cprof_thread), begin);
    begin = profile->file.len;
    put_buffer(profile, &profile->durations);
    put_extent(profile, &slot, CPROF_EXTENT_DURATIONS, 0, sizeof(struct cprof_durations), begin);
    begin = profile->file.len;
    put_buffer(profile, &profile->samples);
    put_extent(profile, &slot, CPROF_EXTENT_SAMPLES, 1000, sizeof(struct cprof_samples), begin);
    if (profile->heap.mode)
        put_heap(profile, &slot);
    /* Of a later cprof's kind: to be skipped. */
    begin = append(&profile->file, NULL, 64);
    put_extent(profile, &slot, (enum cprof_extent_type)99, 0, 7, begin);
    profile->header.file_length = profile->file.len;
    memcpy(profile->file.ptr, &profile->header, sizeof profile->header);
    *len = profile->file.len;
    return profile->file.ptr;
}
