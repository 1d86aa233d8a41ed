/* Histograms of durations; see durations.h. */
#include "durations.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"

#define STEPS 32 /* to a doubling */

void durations_free(struct durations *durations)
{
    free(durations->items);
    table_free(&durations->by_key);
    *durations = (struct durations){0};
}

bool durations_add(struct durations *durations, uint32_t function, double nanoseconds, double calls)
{
    if (!(calls > 0))
        return true;
    int32_t number = nanoseconds > 1e-9 ? (int32_t)floor(STEPS * log2(nanoseconds)) : -STEPS * 30;
    uint32_t idx = table_find(&durations->by_key, function, (uint32_t)number);
    if (idx == TABLE_NONE) {
        idx = (uint32_t)durations->count;
        if (!array_reserve(&durations->items, &durations->capacity, durations->count + 1,
                           sizeof *durations->items) ||
            !table_put(&durations->by_key, function, (uint32_t)number, idx))
            return false;
        durations->items[durations->count++] =
            (struct duration_bucket){.function = function, .number = number};
    }
    durations->items[idx].calls += calls;
    return true;
}

static int compare_buckets(const void *left_ptr, const void *right_ptr)
{
    const struct duration_bucket *left = left_ptr, *right = right_ptr;
    if (left->function != right->function)
        return left->function < right->function ? -1 : 1;
    return left->number < right->number ? -1 : left->number > right->number;
}

struct duration_bucket *durations_sorted(const struct durations *durations)
{
    struct duration_bucket *sorted = array_new(durations->count, sizeof *sorted);
    if (!sorted || !durations->count)
        return sorted;
    memcpy(sorted, durations->items, durations->count * sizeof *sorted);
    qsort(sorted, durations->count, sizeof *sorted, compare_buckets);
    return sorted;
}

double durations_quantile(const struct duration_bucket *buckets, size_t count, double share)
{
    double all = 0, below = 0;
    for (size_t idx = 0; idx < count; idx++)
        all += buckets[idx].calls;
    size_t idx = 0;
    for (; idx + 1 < count; idx++) {
        below += buckets[idx].calls;
        if (below >= share * all)
            break;
    }
    return exp2((buckets[idx].number + 0.5) / STEPS);
}
