/* A snapshot: the values of a whole program and of its functions, whoever they
 * come from.  Knows nothing of files (snapshot_json.c) nor of other snapshots
 * (comparison.c); the interface is cprof/snapshot.h.
 */
#include "snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "fault.h"
#include "stats.h"

struct cprof_entry cprof_entry_unknown(const char *name)
{
    struct cprof_entry entry = {.name = name, .file = ""};
    for (int metric = 0; metric < CPROF_METRIC_COUNT; metric++)
        entry.values[metric] = CPROF_UNKNOWN;
    return entry;
}

struct cprof_snapshot *cprof_snapshot_new(const char *name)
{
    struct cprof_snapshot *snapshot = calloc(1, sizeof *snapshot);
    if (!snapshot)
        return NULL;
    snapshot->whole = cprof_entry_unknown(CPROF_WHOLE_PROGRAM);
    snapshot->name = strdup(name ? name : "");
    if (!snapshot->name) {
        free(snapshot);
        return NULL;
    }
    return snapshot;
}

void cprof_snapshot_free(struct cprof_snapshot *snapshot)
{
    if (!snapshot)
        return;
    texts_free(&snapshot->texts);
    cprof_tree_free(snapshot->tree);
    free(snapshot->entries);
    free(snapshot->name);
    free(snapshot->note);
    free(snapshot);
}

const char *cprof_snapshot_name(const struct cprof_snapshot *snapshot)
{
    return snapshot->name;
}

const char *cprof_snapshot_note(const struct cprof_snapshot *snapshot)
{
    return snapshot->note;
}

void cprof_snapshot_set_note(struct cprof_snapshot *snapshot, const char *note)
{
    free(snapshot->note);
    snapshot->note = note ? strdup(note) : NULL;
}

const struct cprof_tree *cprof_snapshot_tree(const struct cprof_snapshot *snapshot)
{
    return snapshot->tree;
}

enum cprof_status cprof_snapshot_set_tree(struct cprof_snapshot *snapshot,
                                          const struct cprof_tree *tree, struct cprof_error *error)
{
    struct cprof_tree *copy = cprof_tree_copy(tree);
    if (tree && !copy)
        return fault_memory(error, snapshot->name);
    cprof_tree_free(snapshot->tree);
    snapshot->tree = copy;
    return CPROF_OK;
}

/* The copy of a text that the snapshot keeps, or NULL without memory. */
static const char *keep(struct cprof_snapshot *snapshot, const char *text)
{
    uint32_t id = texts_add(&snapshot->texts, text ? text : "", text ? strlen(text) : 0);
    return id == TABLE_NONE ? NULL : texts_get(&snapshot->texts, id);
}

enum cprof_status cprof_snapshot_add(struct cprof_snapshot *snapshot,
                                     const struct cprof_entry *entry, struct cprof_error *error)
{
    struct cprof_entry kept = *entry;
    kept.name = keep(snapshot, entry->name);
    kept.file = keep(snapshot, entry->file);
    if (!kept.name || !kept.file ||
        !array_reserve(&snapshot->entries, &snapshot->capacity, snapshot->count + 1,
                       sizeof *snapshot->entries))
        return fault_memory(error, snapshot->name);
    snapshot->entries[snapshot->count++] = kept;
    return CPROF_OK;
}

void cprof_snapshot_set(struct cprof_snapshot *snapshot, enum cprof_metric metric, uint64_t value)
{
    if ((unsigned)metric < CPROF_METRIC_COUNT)
        snapshot->whole.values[metric] = value;
}

size_t cprof_snapshot_count(const struct cprof_snapshot *snapshot)
{
    return snapshot->count;
}

bool cprof_snapshot_at(const struct cprof_snapshot *snapshot, size_t idx, struct cprof_entry *entry)
{
    if (idx >= snapshot->count)
        return false;
    *entry = snapshot->entries[idx];
    return true;
}

/* ---- The whole program ---------------------------------------------------- */

/* Sums stop below CPROF_UNKNOWN: hand-made numbers may be anything. */
static uint64_t add_values(uint64_t sum, uint64_t value)
{
    return value >= CPROF_UNKNOWN - 1 - sum ? CPROF_UNKNOWN - 1 : sum + value;
}

/* The sum over the functions that know the metric, CPROF_UNKNOWN if none does. */
static uint64_t sum_of(const struct cprof_snapshot *snapshot, enum cprof_metric metric)
{
    uint64_t sum = CPROF_UNKNOWN;
    for (size_t idx = 0; idx < snapshot->count; idx++) {
        uint64_t value = snapshot->entries[idx].values[metric];
        if (value != CPROF_UNKNOWN)
            sum = add_values(sum == CPROF_UNKNOWN ? 0 : sum, value);
    }
    return sum;
}

/* Functions contain each other, so their totals must not be added. */
static uint64_t largest_total(const struct cprof_snapshot *snapshot)
{
    uint64_t largest = CPROF_UNKNOWN;
    for (size_t idx = 0; idx < snapshot->count; idx++) {
        uint64_t value = snapshot->entries[idx].values[CPROF_METRIC_TOTAL_TIME];
        if (value != CPROF_UNKNOWN && (largest == CPROF_UNKNOWN || value > largest))
            largest = value;
    }
    return largest;
}

static uint64_t derived(const struct cprof_snapshot *snapshot, enum cprof_metric metric)
{
    if (metric == CPROF_METRIC_PEAK_BYTES) /* peaks of functions are at different times */
        return CPROF_UNKNOWN;
    if (metric != CPROF_METRIC_TOTAL_TIME)
        return sum_of(snapshot, metric);
    uint64_t sum = sum_of(snapshot, CPROF_METRIC_SELF_TIME);
    return sum != CPROF_UNKNOWN ? sum : largest_total(snapshot);
}

struct cprof_entry cprof_snapshot_whole(const struct cprof_snapshot *snapshot)
{
    struct cprof_entry whole = snapshot->whole;
    for (int metric = 0; metric < CPROF_METRIC_COUNT; metric++)
        if (whole.values[metric] == CPROF_UNKNOWN)
            whole.values[metric] = derived(snapshot, (enum cprof_metric)metric);
    return whole;
}

/* ---- From a profile ------------------------------------------------------- */

static struct cprof_entry entry_of(const struct cprof_function *function)
{
    struct cprof_entry entry = cprof_entry_unknown(function->name);
    entry.file = function->file;
    entry.line = function->line;
    entry.values[CPROF_METRIC_TOTAL_TIME] = function->total_ns;
    entry.values[CPROF_METRIC_SELF_TIME] = function->self_ns;
    entry.values[CPROF_METRIC_CALLS] = function->calls;
    entry.values[CPROF_METRIC_ALLOC_COUNT] = function->alloc_count;
    entry.values[CPROF_METRIC_ALLOC_BYTES] = function->alloc_bytes;
    return entry;
}

/* Numbers of calls and blocks are compared as what they are: exact.  Estimates, which any
 * two runs have different ones of, are left out. */
static void estimates_forget(struct cprof_entry *entry, const struct cprof_run *run,
                             const struct cprof_heap_totals *heap)
{
    if (run->estimated)
        entry->values[CPROF_METRIC_CALLS] = CPROF_UNKNOWN;
    if (heap->sampled)
        entry->values[CPROF_METRIC_ALLOC_COUNT] = entry->values[CPROF_METRIC_ALLOC_BYTES] =
            CPROF_UNKNOWN;
}

/* Blocks that are live while the program runs are no leaks. */
static void set_heap(struct cprof_snapshot *snapshot, const struct cprof_heap_totals *heap,
                     bool ended)
{
    if (!heap->known || heap->sampled)
        return;
    cprof_snapshot_set(snapshot, CPROF_METRIC_ALLOC_COUNT, heap->allocations);
    cprof_snapshot_set(snapshot, CPROF_METRIC_ALLOC_BYTES, heap->allocated_bytes);
    cprof_snapshot_set(snapshot, CPROF_METRIC_PEAK_BYTES, heap->peak_bytes);
    if (ended)
        cprof_snapshot_set(snapshot, CPROF_METRIC_LEAKS, heap->current_count);
}

enum cprof_status cprof_snapshot_add_profile(struct cprof_snapshot *snapshot,
                                             struct cprof_profile *profile,
                                             struct cprof_error *error)
{
    struct cprof_run run;
    struct cprof_heap_totals heap = {0};
    enum cprof_status status = cprof_run_facts(profile, &run, error);
    if (status == CPROF_OK)
        status = cprof_heap_facts(profile, &heap, error);
    for (size_t idx = 0; status == CPROF_OK && idx < profile->seen_count; idx++) {
        struct cprof_function function = stats_function(profile, profile->by_self[idx]);
        struct cprof_entry entry = entry_of(&function);
        const struct measure *measure = &profile->functions[profile->by_self[idx]].measure;
        if (run.timed)
            entry.values[CPROF_METRIC_SELF_CPU] = stats_whole(measure->self - measure->wait);
        estimates_forget(&entry, &run, &heap);
        status = cprof_snapshot_add(snapshot, &entry, error);
    }
    if (status != CPROF_OK)
        return status;
    cprof_tree_free(snapshot->tree);
    snapshot->tree = cprof_tree_of_profile(profile, error);
    if (!snapshot->tree)
        return CPROF_INPUT;
    set_heap(snapshot, &heap, run.complete && !run.running);
    if (!run.timed)
        return CPROF_OK;
    cprof_snapshot_set(snapshot, CPROF_METRIC_TOTAL_TIME, run.wall_ns);
    cprof_snapshot_set(snapshot, CPROF_METRIC_SELF_TIME, stats_whole(stats_total(profile)));
    return CPROF_OK;
}

/* ---- A copy --------------------------------------------------------------- */

struct cprof_snapshot *snapshot_copy(const struct cprof_snapshot *snapshot)
{
    struct cprof_snapshot *copy = cprof_snapshot_new(snapshot->name);
    if (!copy)
        return NULL;
    copy->whole = snapshot->whole;
    for (size_t idx = 0; idx < snapshot->count; idx++)
        if (cprof_snapshot_add(copy, &snapshot->entries[idx], NULL) != CPROF_OK) {
            cprof_snapshot_free(copy);
            return NULL;
        }
    return copy;
}
