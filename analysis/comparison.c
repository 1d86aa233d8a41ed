/* Two snapshots held against each other by plain arithmetic; the interface, and
 * which functions are the same, is in cprof/snapshot.h.  Knows nothing of noise.
 */
#include "comparison.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "match.h"

/* ---- Changes -------------------------------------------------------------- */

static bool add_change(struct changes *changes, const struct cprof_entry *before,
                       const struct cprof_entry *after, enum cprof_metric metric)
{
    if (!array_reserve(&changes->items, &changes->capacity, changes->count + 1,
                       sizeof *changes->items))
        return false;
    double from = (double)before->values[metric], to = (double)after->values[metric];
    changes->items[changes->count++] =
        (struct cprof_change){.function = after->name,
                              .file = after->file,
                              .line = after->line,
                              .metric = metric,
                              .before = before->values[metric],
                              .after = after->values[metric],
                              .percent = from > 0 ? 100.0 * (to - from) / from : HUGE_VAL};
    return true;
}

static bool add_changes(struct cprof_comparison *comparison, const struct cprof_entry *before,
                        const struct cprof_entry *after)
{
    bool enough = true;
    for (int idx = 0; enough && idx < CPROF_METRIC_COUNT; idx++) {
        enum cprof_metric metric = (enum cprof_metric)idx;
        uint64_t from = before->values[metric], to = after->values[metric];
        if (from == CPROF_UNKNOWN || to == CPROF_UNKNOWN || from == to)
            continue;
        enough = add_change(to < from ? &comparison->improvements : &comparison->regressions,
                            before, after, metric);
    }
    return enough;
}

static uint64_t size_of_change(const struct cprof_change *change)
{
    return change->after > change->before ? change->after - change->before
                                          : change->before - change->after;
}

static int compare_changes(const void *left_ptr, const void *right_ptr)
{
    const struct cprof_change *left = left_ptr, *right = right_ptr;
    int order = (int)cprof_metric_unit(left->metric) - (int)cprof_metric_unit(right->metric);
    if (order)
        return order;
    uint64_t own = size_of_change(left), other = size_of_change(right);
    if (own != other)
        return own > other ? -1 : 1;
    order = (int)left->metric - (int)right->metric;
    if (!order)
        order = strcmp(left->function, right->function);
    if (!order)
        order = strcmp(left->file, right->file);
    return order ? order : (left->line < right->line ? -1 : left->line > right->line);
}

static void sort_functions(struct changes *changes)
{
    if (changes->count > changes->whole_count)
        qsort(changes->items + changes->whole_count, changes->count - changes->whole_count,
              sizeof *changes->items, compare_changes);
}

/* ---- Making one ----------------------------------------------------------- */

static bool find_pairs(struct cprof_comparison *comparison)
{
    const struct cprof_snapshot *before = comparison->before, *after = comparison->after;
    bool *matched = array_new(after->count, sizeof *matched);
    comparison->partners = array_new(before->count, sizeof *comparison->partners);
    comparison->pairs = array_new(before->count, sizeof *comparison->pairs);
    comparison->removed = array_new(before->count, sizeof *comparison->removed);
    comparison->added = array_new(after->count, sizeof *comparison->added);
    bool enough = matched && comparison->partners && comparison->pairs && comparison->removed &&
                  comparison->added && match_entries(before, after, comparison->partners);
    for (size_t idx = 0; enough && idx < before->count; idx++) {
        size_t partner = comparison->partners[idx];
        if (partner == MATCH_NONE) {
            comparison->removed[comparison->removed_count++] = idx;
            continue;
        }
        comparison->pairs[comparison->pair_count++] = idx;
        matched[partner] = true;
    }
    for (size_t idx = 0; enough && idx < after->count; idx++)
        if (!matched[idx])
            comparison->added[comparison->added_count++] = idx;
    free(matched);
    return enough;
}

static bool compare(struct cprof_comparison *comparison)
{
    comparison->whole_before = cprof_snapshot_whole(comparison->before);
    comparison->whole_after = cprof_snapshot_whole(comparison->after);
    bool enough = add_changes(comparison, &comparison->whole_before, &comparison->whole_after);
    comparison->improvements.whole_count = comparison->improvements.count;
    comparison->regressions.whole_count = comparison->regressions.count;
    for (size_t idx = 0; enough && idx < comparison->pair_count; idx++) {
        struct cprof_entry before, after;
        cprof_comparison_pair(comparison, idx, &before, &after);
        enough = add_changes(comparison, &before, &after);
    }
    sort_functions(&comparison->improvements);
    sort_functions(&comparison->regressions);
    return enough;
}

struct cprof_comparison *cprof_comparison_new(const struct cprof_snapshot *before,
                                              const struct cprof_snapshot *after)
{
    struct cprof_comparison *comparison = calloc(1, sizeof *comparison);
    if (!comparison)
        return NULL;
    comparison->before = snapshot_copy(before);
    comparison->after = snapshot_copy(after);
    if (comparison->before && comparison->after && find_pairs(comparison) && compare(comparison))
        return comparison;
    cprof_comparison_free(comparison);
    return NULL;
}

void cprof_comparison_free(struct cprof_comparison *comparison)
{
    if (!comparison)
        return;
    cprof_snapshot_free(comparison->before);
    cprof_snapshot_free(comparison->after);
    free(comparison->improvements.items);
    free(comparison->regressions.items);
    free(comparison->partners);
    free(comparison->pairs);
    free(comparison->removed);
    free(comparison->added);
    free(comparison);
}

/* ---- Asking --------------------------------------------------------------- */

double cprof_comparison_speedup(const struct cprof_comparison *comparison)
{
    uint64_t before = comparison->whole_before.values[CPROF_METRIC_TOTAL_TIME];
    uint64_t after = comparison->whole_after.values[CPROF_METRIC_TOTAL_TIME];
    if (before == CPROF_UNKNOWN || after == CPROF_UNKNOWN || (before == 0 && after == 0))
        return -1.0;
    return after ? (double)before / (double)after : HUGE_VAL;
}

const struct cprof_change *cprof_comparison_improvements(const struct cprof_comparison *comparison,
                                                         size_t *count)
{
    *count = comparison->improvements.count;
    return comparison->improvements.items;
}

const struct cprof_change *cprof_comparison_regressions(const struct cprof_comparison *comparison,
                                                        size_t *count)
{
    *count = comparison->regressions.count;
    return comparison->regressions.items;
}

bool cprof_comparison_added(const struct cprof_comparison *comparison, size_t idx,
                            struct cprof_entry *entry)
{
    return idx < comparison->added_count &&
           cprof_snapshot_at(comparison->after, comparison->added[idx], entry);
}

bool cprof_comparison_removed(const struct cprof_comparison *comparison, size_t idx,
                              struct cprof_entry *entry)
{
    return idx < comparison->removed_count &&
           cprof_snapshot_at(comparison->before, comparison->removed[idx], entry);
}

bool cprof_comparison_pair(const struct cprof_comparison *comparison, size_t idx,
                           struct cprof_entry *before, struct cprof_entry *after)
{
    if (idx >= comparison->pair_count)
        return false;
    size_t own = comparison->pairs[idx];
    *before = comparison->before->entries[own];
    *after = comparison->after->entries[comparison->partners[own]];
    return true;
}
