/* Numbers of allocations; see heap.h. */
#include "heap.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "fault.h"
#include "model.h"

uint64_t heap_live(uint64_t all, uint64_t gone)
{
    int64_t live = (int64_t)(all - gone);
    return live > 0 ? (uint64_t)live : 0;
}

void heap_numbers_add(struct heap_numbers *sum, const struct heap_numbers *part)
{
    sum->count += part->count;
    sum->bytes += part->bytes;
    sum->freed_count += part->freed_count;
    sum->freed_bytes += part->freed_bytes;
    sum->elsewhere_count += part->elsewhere_count;
    sum->temporary += part->temporary;
    sum->grown_count += part->grown_count;
    sum->grown_bytes += part->grown_bytes;
    sum->moved_count += part->moved_count;
    sum->at_peak_count += part->at_peak_count;
    sum->at_peak_bytes += part->at_peak_bytes;
    for (int bucket = 0; bucket < CPROF_LIFETIME_COUNT; bucket++)
        sum->lifetimes[bucket] += part->lifetimes[bucket];
    if (part->age > sum->age)
        sum->age = part->age;
}

/* A node that has not changed since the last peak has at it what it has now. */
struct heap_numbers heap_numbers_of(const struct cprof_node *node, const struct cprof_heap *heap,
                                    bool elsewhere)
{
    const struct cprof_node_alloc *alloc = &node->u.alloc;
    bool noted = alloc->peak_number >= heap->peak_number;
    return (struct heap_numbers){.count = alloc->count,
                                 .bytes = alloc->bytes,
                                 .freed_count = alloc->freed_count,
                                 .freed_bytes = alloc->freed_bytes,
                                 .elsewhere_count = elsewhere ? alloc->freed_count : 0,
                                 .temporary = alloc->temporary,
                                 .grown_count = alloc->grown_count,
                                 .grown_bytes = alloc->grown_bytes,
                                 .moved_count = alloc->moved_count,
                                 .at_peak_count = noted ? (uint64_t)alloc->at_peak_count
                                                        : alloc->count - alloc->freed_count,
                                 .at_peak_bytes = noted ? (uint64_t)alloc->at_peak_bytes
                                                        : alloc->bytes - alloc->freed_bytes};
}

struct heap_numbers heap_lives_of(const struct cprof_node *node, const struct cprof_heap *heap)
{
    const struct cprof_node_lives *lives = &node->u.lives;
    struct heap_numbers numbers = {0};
    memcpy(numbers.lifetimes, lives->lifetimes, sizeof numbers.lifetimes);
    if (lives->oldest && lives->oldest <= heap->sequence)
        numbers.age = heap->sequence - lives->oldest + 1;
    return numbers;
}

bool heap_known(const struct cprof_profile *profile)
{
    for (size_t idx = 0; idx < profile->run_count; idx++)
        if (profile->runs[idx].heap)
            return true;
    return false;
}

const char *heap_kind(uint32_t kind)
{
    static const char *const words[] = {
#define CPROF_KIND(name, word, meaning) word,
#define CPROF_RELEASE(name, word, meaning) word,
#include <cprof/kind.def>
#undef CPROF_KIND
#undef CPROF_RELEASE
    };
    return kind < CPROF_KIND_COUNT ? words[kind] : "unknown";
}

bool heap_gives_back(uint32_t kind)
{
    switch (kind) {
#define CPROF_KIND(name, word, meaning)
#define CPROF_RELEASE(name, word, meaning) case CPROF_KIND_##name:
#include <cprof/kind.def>
#undef CPROF_KIND
#undef CPROF_RELEASE
        return true;
    default:
        return false;
    }
}

/* ---- Sums --------------------------------------------------------------------- */

static bool sum_contexts(struct cprof_profile *profile)
{
    free(profile->heap_totals);
    profile->heap_totals = NULL;
    if (!heap_known(profile) || profile->inverted) /* callers own nothing of a callee's */
        return true;
    profile->heap_totals = array_new(profile->context_count, sizeof *profile->heap_totals);
    if (!profile->heap_totals)
        return false;
    struct heap_total *totals = profile->heap_totals;
    for (size_t idx = profile->context_count; idx-- > 0;) {
        const struct context *context = &profile->contexts[idx];
        if (context->heap) {
            const struct heap_numbers *own = &profile->heaps[context->heap - 1];
            totals[idx].count += (double)own->count;
            totals[idx].bytes += (double)own->bytes;
            totals[idx].live_bytes += (double)heap_live(own->bytes, own->freed_bytes);
            totals[idx].at_peak_bytes += (double)(int64_t)own->at_peak_bytes;
        }
        if (idx == MODEL_ROOT)
            continue;
        struct heap_total *parent = &totals[context->parent];
        parent->count += totals[idx].count;
        parent->bytes += totals[idx].bytes;
        parent->live_bytes += totals[idx].live_bytes;
        parent->at_peak_bytes += totals[idx].at_peak_bytes;
    }
    return true;
}

static void sum_functions(struct cprof_profile *profile)
{
    for (size_t idx = 0; idx < profile->function_count; idx++)
        profile->functions[idx].alloc_count = profile->functions[idx].alloc_bytes = 0;
    for (size_t idx = 1; idx < profile->context_count; idx++) {
        const struct context *context = &profile->contexts[idx];
        uint32_t caller = profile->contexts[context->parent].function;
        if (!context->heap || caller == MODEL_NONE)
            continue;
        profile->functions[caller].alloc_count += profile->heaps[context->heap - 1].count;
        profile->functions[caller].alloc_bytes += profile->heaps[context->heap - 1].bytes;
    }
}

/* ---- Order ---------------------------------------------------------------------- */

struct site_order {
    uint64_t bytes, count;
    uint32_t site;
};

static int compare_orders(const void *left_ptr, const void *right_ptr)
{
    const struct site_order *left = left_ptr, *right = right_ptr;
    if (left->bytes != right->bytes)
        return left->bytes > right->bytes ? -1 : 1;
    if (left->count != right->count)
        return left->count > right->count ? -1 : 1;
    return left->site < right->site ? -1 : left->site > right->site;
}

/* Sites that something was seen of, most bytes first. */
static bool order_sites(struct cprof_profile *profile)
{
    struct site_order *orders = array_new(profile->heap_site_count, sizeof *orders);
    free(profile->heap_by_bytes);
    profile->heap_by_bytes = array_new(profile->heap_site_count, sizeof(uint32_t));
    profile->heap_seen = 0;
    if (!orders || !profile->heap_by_bytes) {
        free(orders);
        return false;
    }
    for (uint32_t idx = 0; idx < profile->heap_site_count; idx++) {
        const struct heap_numbers *numbers = &profile->heap_sites[idx].numbers;
        if (numbers->count)
            orders[profile->heap_seen++] = (struct site_order){numbers->bytes, numbers->count, idx};
    }
    qsort(orders, profile->heap_seen, sizeof *orders, compare_orders);
    for (size_t idx = 0; idx < profile->heap_seen; idx++)
        profile->heap_by_bytes[idx] = orders[idx].site;
    free(orders);
    return true;
}

bool heap_finish(struct cprof_profile *profile)
{
    sum_functions(profile);
    return sum_contexts(profile) && order_sites(profile);
}

/* ---- Asking ----------------------------------------------------------------------- */

struct cprof_heap_site heap_site_numbers(const struct cprof_profile *profile, uint32_t idx)
{
    const struct heap_site *site = &profile->heap_sites[idx];
    const struct heap_numbers *numbers = &site->numbers;
    const struct texts *texts = &profile->texts;
    bool sized = (site->flags & CPROF_ALLOCATION_HAS_SIZE) != 0;
    struct cprof_heap_site out = {.function = site->function == MODEL_NONE
                                                  ? ""
                                                  : model_function_name(profile, site->function),
                                  .file = texts_get(texts, site->file),
                                  .kind = heap_kind(site->kind),
                                  .type = texts_get(texts, site->type),
                                  .inlined = texts_get(texts, site->chain),
                                  .line = site->line,
                                  .column = site->column,
                                  .loop_depth = site->loop_depth,
                                  .size = sized ? site->size : CPROF_UNKNOWN,
                                  .apart = site->kind == CPROF_KIND_MMAP,
                                  .count = numbers->count,
                                  .total_bytes = numbers->bytes,
                                  .current_count = heap_live(numbers->count, numbers->freed_count),
                                  .current_bytes = heap_live(numbers->bytes, numbers->freed_bytes),
                                  .freed_count = numbers->freed_count,
                                  .freed_bytes = numbers->freed_bytes,
                                  .freed_elsewhere = numbers->elsewhere_count,
                                  .peak_bytes = site->peak_bytes,
                                  .at_peak_count = heap_live(numbers->at_peak_count, 0),
                                  .at_peak_bytes = heap_live(numbers->at_peak_bytes, 0),
                                  .temporary = numbers->temporary,
                                  .grown_count = numbers->grown_count,
                                  .grown_bytes = numbers->grown_bytes,
                                  .moved_count = numbers->moved_count,
                                  .age = numbers->age};
    memcpy(out.lifetimes, numbers->lifetimes, sizeof out.lifetimes);
    return out;
}

enum cprof_status cprof_heap_site_at(struct cprof_profile *profile, size_t idx,
                                     struct cprof_heap_site *site, struct cprof_error *error)
{
    enum cprof_status status = model_finish(profile, error);
    if (status != CPROF_OK)
        return status;
    if (idx >= profile->heap_seen)
        return fault_set(error, CPROF_USAGE,
                         "allocation site %zu of %zu does not exist; count from 0", idx,
                         profile->heap_seen);
    *site = heap_site_numbers(profile, profile->heap_by_bytes[idx]);
    return CPROF_OK;
}

static void add_site(struct cprof_heap_totals *totals, const struct heap_site *site)
{
    const struct heap_numbers *numbers = &site->numbers;
    if (site->kind == CPROF_KIND_MMAP) {
        totals->mapped_bytes += numbers->bytes;
        return;
    }
    totals->allocations += numbers->count;
    totals->allocated_bytes += numbers->bytes;
    totals->releases += numbers->freed_count;
    totals->freed_bytes += numbers->freed_bytes;
    totals->temporary += numbers->temporary;
}

enum cprof_status cprof_heap_facts(struct cprof_profile *profile, struct cprof_heap_totals *totals,
                                   struct cprof_error *error)
{
    enum cprof_status status = model_finish(profile, error);
    if (status != CPROF_OK)
        return status;
    *totals = (struct cprof_heap_totals){.known = heap_known(profile)};
    for (size_t idx = 0; idx < profile->heap_site_count; idx++)
        add_site(totals, &profile->heap_sites[idx]);
    totals->current_count = heap_live(totals->allocations, totals->releases);
    totals->current_bytes = heap_live(totals->allocated_bytes, totals->freed_bytes);
    for (size_t idx = 0; idx < profile->run_count; idx++) {
        const struct cprof_heap *heap = profile->runs[idx].heap;
        if (!heap)
            continue;
        totals->sampled = totals->sampled || heap->mode == CPROF_HEAP_SAMPLED;
        totals->peak_bytes += heap_live((uint64_t)heap->peak_bytes, 0);
        totals->unknown_releases += heap->unknown_frees;
        totals->replaced += heap->replaced_count;
        totals->failed += heap->failed;
        totals->untracked += heap->untracked;
    }
    return CPROF_OK;
}

bool cprof_heap_moment_at(const struct cprof_profile *profile, size_t idx,
                          struct cprof_heap_moment *moment)
{
    const struct run *run = model_first_run(profile);
    if (!run || !run->heap || idx >= run->heap->sample_count || idx >= CPROF_HEAP_SAMPLES)
        return false;
    const struct cprof_heap_sample *sample = &run->heap->samples[idx];
    double since = (double)(int64_t)(sample->ticks - run->header.first.ticks) * run->scale;
    *moment = (struct cprof_heap_moment){
        .time_ns = run->scale < 0 ? CPROF_UNKNOWN
                   : since > 0    ? (uint64_t)since
                                  : 0,
        .allocations = sample->sequence,
        .live_bytes = sample->live_bytes > 0 ? (uint64_t)sample->live_bytes : 0,
        .highest_bytes = sample->highest_bytes > 0 ? (uint64_t)sample->highest_bytes : 0};
    return true;
}
