/* Allocations told by hand: live blocks in a table by address, sums by location;
 * the interface is cprof/profiler.h.  Never looks at the memory that it is told of.
 */
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "clock.h"
#include "table.h"
#include "texts.h"
#include "tracker.h"

struct location {
    uint64_t count, total_bytes;
    uint64_t current_count, current_bytes, peak_bytes, freed_bytes;
    uint64_t temporary;
};

/* What is or was at an address. */
struct block {
    const void *ptr;
    size_t size;
    uint32_t location; /* text */
    bool live;
    uint64_t allocated;
    uint64_t number; /* in the order of allocation */
};

struct cprof_tracker {
    cprof_clock_reader now;
    void *context;
    struct texts texts;
    struct location *locations; /* as many as there are texts */
    size_t location_capacity;
    struct block *blocks;
    size_t block_count, block_capacity, live_count;
    struct table block_by_address; /* also of blocks that are gone: tables forget nothing */
    uint64_t allocations;
    uint64_t allocated, freed, current, peak;
    uint64_t unmatched, lost;
    struct cprof_hotspot *hotspots; /* what was handed out last */
    struct cprof_block *live;
};

struct cprof_tracker *cprof_tracker_new_with_clock(cprof_clock_reader now, void *context)
{
    struct cprof_tracker *tracker = calloc(1, sizeof *tracker);
    if (!tracker)
        return NULL;
    tracker->now = now;
    tracker->context = context;
    return tracker;
}

struct cprof_tracker *cprof_tracker_new(void)
{
    return cprof_tracker_new_with_clock(clock_monotonic, NULL);
}

void cprof_tracker_free(struct cprof_tracker *tracker)
{
    if (!tracker)
        return;
    texts_free(&tracker->texts);
    table_free(&tracker->block_by_address);
    free(tracker->locations);
    free(tracker->blocks);
    free(tracker->hotspots);
    free(tracker->live);
    free(tracker);
}

/* ---- Locations and blocks ------------------------------------------------- */

static uint32_t location_of(struct cprof_tracker *tracker, const char *name)
{
    uint32_t id = texts_add(&tracker->texts, name, strlen(name));
    if (id == TABLE_NONE || !array_reserve_zeros(&tracker->locations, &tracker->location_capacity,
                                                 (size_t)id + 1, sizeof *tracker->locations))
        return TABLE_NONE;
    return id;
}

/* Forgets the addresses of blocks that are gone, once they are most of what there
 * is: each costs a few steps by the time that it is forgotten. */
static bool forget_gone(struct cprof_tracker *tracker)
{
    struct table table = {0};
    size_t count = 0;
    if (tracker->block_count < 1024 || tracker->live_count > tracker->block_count / 4)
        return true;
    for (size_t idx = 0; idx < tracker->block_count; idx++) {
        const struct block *block = &tracker->blocks[idx];
        if (!block->live)
            continue;
        if (!table_put(&table, 0, (uintptr_t)block->ptr, (uint32_t)count)) {
            table_free(&table);
            return false;
        }
        count++;
    }
    size_t to = 0;
    for (size_t idx = 0; idx < tracker->block_count; idx++)
        if (tracker->blocks[idx].live)
            tracker->blocks[to++] = tracker->blocks[idx];
    table_free(&tracker->block_by_address);
    tracker->block_by_address = table;
    tracker->block_count = count;
    return true;
}

static struct block *find(const struct cprof_tracker *tracker, uintptr_t address)
{
    uint32_t idx = table_find(&tracker->block_by_address, 0, address);
    return idx == TABLE_NONE ? NULL : &tracker->blocks[idx];
}

/* The block at an address, made if new; NULL without memory. */
static struct block *block_at(struct cprof_tracker *tracker, const void *ptr)
{
    struct block *block = find(tracker, (uintptr_t)ptr);
    if (block)
        return block;
    if (!forget_gone(tracker) || tracker->block_count >= TABLE_NONE ||
        !array_reserve(&tracker->blocks, &tracker->block_capacity, tracker->block_count + 1,
                       sizeof *tracker->blocks) ||
        !table_put(&tracker->block_by_address, 0, (uintptr_t)ptr, (uint32_t)tracker->block_count))
        return NULL;
    block = &tracker->blocks[tracker->block_count++];
    *block = (struct block){.ptr = ptr};
    return block;
}

/* ---- Allocating and releasing --------------------------------------------- */

static void release(struct cprof_tracker *tracker, struct block *block)
{
    struct location *location = &tracker->locations[block->location];
    block->live = false;
    tracker->live_count--;
    tracker->freed += block->size;
    tracker->current -= block->size;
    location->current_count--;
    location->current_bytes -= block->size;
    location->freed_bytes += block->size;
}

static void add(struct cprof_tracker *tracker, struct location *location, size_t size)
{
    tracker->live_count++;
    tracker->allocated += size;
    tracker->current += size;
    if (tracker->current > tracker->peak)
        tracker->peak = tracker->current;
    location->count++;
    location->total_bytes += size;
    location->current_count++;
    location->current_bytes += size;
    if (location->current_bytes > location->peak_bytes)
        location->peak_bytes = location->current_bytes;
}

void cprof_tracker_alloc(struct cprof_tracker *tracker, const void *ptr, size_t size,
                         const char *location)
{
    if (!tracker || !ptr)
        return;
    uint32_t id = location_of(tracker, location ? location : tracker_block_name());
    struct block *block = id == TABLE_NONE ? NULL : block_at(tracker, ptr);
    if (!block) {
        tracker->lost++;
        return;
    }
    if (block->live)
        release(tracker, block);
    add(tracker, &tracker->locations[id], size);
    *block = (struct block){.ptr = ptr,
                            .size = size,
                            .location = id,
                            .live = true,
                            .allocated = tracker->now(tracker->context),
                            .number = ++tracker->allocations};
}

void tracker_dealloc(struct cprof_tracker *tracker, uintptr_t address)
{
    if (!tracker || !address)
        return;
    struct block *block = find(tracker, address);
    if (!block || !block->live) {
        tracker->unmatched++;
        return;
    }
    if (block->number == tracker->allocations)
        tracker->locations[block->location].temporary++;
    release(tracker, block);
}

void cprof_tracker_dealloc(struct cprof_tracker *tracker, const void *ptr)
{
    tracker_dealloc(tracker, (uintptr_t)ptr);
}

bool tracker_knows(const struct cprof_tracker *tracker, uintptr_t address)
{
    const struct block *block = tracker ? find(tracker, address) : NULL;
    return block && block->live;
}

/* ---- Asking --------------------------------------------------------------- */

static int compare_hotspots(const void *left_ptr, const void *right_ptr)
{
    const struct cprof_hotspot *left = left_ptr, *right = right_ptr;
    if (left->total_bytes != right->total_bytes)
        return left->total_bytes > right->total_bytes ? -1 : 1;
    if (left->count != right->count)
        return left->count > right->count ? -1 : 1;
    return strcmp(left->function, right->function);
}

const struct cprof_hotspot *cprof_tracker_hotspots(struct cprof_tracker *tracker, size_t *count)
{
    *count = 0;
    if (!tracker)
        return NULL;
    free(tracker->hotspots);
    tracker->hotspots = array_new(tracker->texts.count, sizeof *tracker->hotspots);
    if (!tracker->hotspots)
        return NULL;
    for (uint32_t idx = 0; idx < tracker->texts.count && idx < tracker->location_capacity; idx++) {
        const struct location *location = &tracker->locations[idx];
        if (!location->count)
            continue;
        tracker->hotspots[(*count)++] = (struct cprof_hotspot){
            .function = texts_get(&tracker->texts, idx),
            .file = "",
            .kind = "",
            .count = location->count,
            .total_bytes = location->total_bytes,
            .average_size = (location->total_bytes + location->count / 2) / location->count,
            .current_count = location->current_count,
            .current_bytes = location->current_bytes,
            .peak_bytes = location->peak_bytes,
            .freed_bytes = location->freed_bytes,
            .temporary = location->temporary};
    }
    if (!*count)
        return NULL;
    qsort(tracker->hotspots, *count, sizeof *tracker->hotspots, compare_hotspots);
    return tracker->hotspots;
}

static int compare_blocks(const void *left_ptr, const void *right_ptr)
{
    const struct block *left = *(const struct block *const *)left_ptr;
    const struct block *right = *(const struct block *const *)right_ptr;
    return left->number < right->number ? -1 : left->number > right->number;
}

const struct cprof_block *cprof_tracker_live(struct cprof_tracker *tracker, size_t *count)
{
    *count = 0;
    if (!tracker)
        return NULL;
    free(tracker->live);
    const struct block **blocks = array_new(tracker->live_count, sizeof(struct block *));
    tracker->live = array_new(tracker->live_count, sizeof *tracker->live);
    for (size_t idx = 0; blocks && tracker->live && idx < tracker->block_count; idx++)
        if (tracker->blocks[idx].live)
            blocks[(*count)++] = &tracker->blocks[idx];
    if (*count)
        qsort(blocks, *count, sizeof(struct block *), compare_blocks);
    for (size_t idx = 0; idx < *count; idx++)
        tracker->live[idx] =
            (struct cprof_block){.ptr = blocks[idx]->ptr,
                                 .size = blocks[idx]->size,
                                 .location = texts_get(&tracker->texts, blocks[idx]->location),
                                 .allocated_ns = blocks[idx]->allocated};
    free(blocks);
    return *count ? tracker->live : NULL;
}

uint64_t cprof_tracker_total_allocated(const struct cprof_tracker *tracker)
{
    return tracker ? tracker->allocated : 0;
}

uint64_t cprof_tracker_total_freed(const struct cprof_tracker *tracker)
{
    return tracker ? tracker->freed : 0;
}

uint64_t cprof_tracker_current_usage(const struct cprof_tracker *tracker)
{
    return tracker ? tracker->current : 0;
}

uint64_t cprof_tracker_peak_usage(const struct cprof_tracker *tracker)
{
    return tracker ? tracker->peak : 0;
}

uint64_t cprof_tracker_unmatched(const struct cprof_tracker *tracker)
{
    return tracker ? tracker->unmatched : 0;
}

uint64_t cprof_tracker_lost(const struct cprof_tracker *tracker)
{
    return tracker ? tracker->lost : 0;
}
