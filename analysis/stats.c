/* Numbers of functions; see stats.h. */
#include "stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"

uint64_t stats_whole(double value)
{
    if (!(value > 0))
        return 0;
    return value >= 9.2e18 ? INT64_MAX : (uint64_t)(value + 0.5);
}

double stats_total(const struct cprof_profile *profile)
{
    return profile->contexts[MODEL_ROOT].total;
}

uint64_t stats_left_out(const struct cprof_profile *profile, uint32_t reason)
{
    uint64_t count = 0;
    for (size_t idx = 0; idx < profile->function_count; idx++) {
        const struct function *function = &profile->functions[idx];
        uint32_t own =
            function->reason < CPROF_REASON_COUNT ? function->reason : CPROF_REASON_COUNT;
        count += !(function->flags & CPROF_SITE_INSTRUMENTED) && own == reason;
    }
    return count;
}

/* ---- One function --------------------------------------------------------- */

/* The mean time of one call: the total over the exact number of calls.  Not the
 * mean of the timed durations, because in adaptive mode those are the long
 * ones; see docs/adr/0011. */
static double average_of(const struct function *function)
{
    return function->measure.calls ? function->total / (double)function->measure.calls : 0;
}

/* How far what was taken off for the probes may be off itself, as a part of it: a
 * probe in the middle of a program takes longer than one in a loop of probes. */
#define DOUBT_OF_PROBES 0.2

/* Half the 95 % confidence interval of self, in percent of it. */
static double error_of(const struct measure *measure)
{
    if (measure->self <= 0)
        return measure->blind > 0 || measure->variance > 0 ? -1.0
               : measure->probes > 0                       ? 100.0
                                                           : 0.0;
    double half = 1.96 * sqrt(measure->variance) + DOUBT_OF_PROBES * measure->probes;
    double percent = 100.0 * half / measure->self;
    return percent < 999.0 ? percent : 999.0;
}

static double calls_error_of(const struct measure *measure)
{
    return measure->calls ? 100.0 * measure->calls_error / (double)measure->calls : 0.0;
}

struct cprof_function stats_function(const struct cprof_profile *profile, uint32_t idx)
{
    const struct function *function = &profile->functions[idx];
    const struct measure *measure = &function->measure;
    struct cprof_function out = {.name = texts_get(&profile->texts, function->name),
                                 .label = texts_get(&profile->texts, function->label),
                                 .file = texts_get(&profile->texts, function->file),
                                 .line = function->line,
                                 .max_depth = function->max_depth,
                                 .calls = measure->calls,
                                 .total_ns = CPROF_UNKNOWN,
                                 .self_ns = CPROF_UNKNOWN,
                                 .self_raw_ns = CPROF_UNKNOWN,
                                 .cpu_ns = CPROF_UNKNOWN,
                                 .average_ns = CPROF_UNKNOWN,
                                 .min_ns = CPROF_UNKNOWN,
                                 .max_ns = CPROF_UNKNOWN,
                                 .p50_ns = CPROF_UNKNOWN,
                                 .p95_ns = CPROF_UNKNOWN,
                                 .p99_ns = CPROF_UNKNOWN,
                                 .timed_calls = measure->timed_calls,
                                 .error_percent = -1.0,
                                 .calls_error_percent = calls_error_of(measure),
                                 .total_amount = CPROF_UNKNOWN,
                                 .self_amount = CPROF_UNKNOWN,
                                 .alloc_count = CPROF_UNKNOWN,
                                 .alloc_bytes = CPROF_UNKNOWN};
    if (!model_counted(profile))
        out.calls = CPROF_UNKNOWN, out.calls_error_percent = -1.0;
    if (heap_known(profile)) {
        out.alloc_count = function->alloc_count;
        out.alloc_bytes = function->alloc_bytes;
    }
    if (!model_timed(profile))
        return out;
    if (model_nested(profile))
        out.total_amount = stats_whole(function->total);
    out.self_amount = stats_whole(measure->self);
    if (!model_measured(profile))
        out.timed_calls = CPROF_UNKNOWN;
    if (!model_in_nanoseconds(profile))
        return out;
    out.self_ns = stats_whole(measure->self);
    if (model_nested(profile))
        out.total_ns = stats_whole(function->total);
    if (model_nested(profile) && model_counted(profile))
        out.average_ns = stats_whole(average_of(function));
    if (!model_measured(profile))
        return out;
    out.self_raw_ns = stats_whole(measure->self + measure->probes);
    out.cpu_ns = stats_whole(function->cpu);
    if (measure->min > 0)
        out.min_ns = stats_whole(measure->min);
    if (measure->max > 0)
        out.max_ns = stats_whole(measure->max);
    if (function->p99 > 0) {
        out.p50_ns = stats_whole(function->p50);
        out.p95_ns = stats_whole(function->p95);
        out.p99_ns = stats_whole(function->p99);
    }
    out.error_percent = error_of(measure);
    return out;
}

/* ---- Orders --------------------------------------------------------------- */

/* What functions are compared by, since qsort takes no context. */
struct sort_item {
    double key; /* descending */
    double second;
    const char *name, *file;
    uint32_t line, function;
};

static int compare_items(const void *left_ptr, const void *right_ptr)
{
    const struct sort_item *left = left_ptr, *right = right_ptr;
    if (left->key != right->key)
        return left->key > right->key ? -1 : 1;
    if (left->second != right->second)
        return left->second > right->second ? -1 : 1;
    int order = strcmp(left->name, right->name);
    if (!order)
        order = strcmp(left->file, right->file);
    if (!order)
        order = left->line < right->line ? -1 : left->line > right->line;
    return order ? order : (left->function < right->function ? -1 : 1);
}

static int compare_places(const void *left_ptr, const void *right_ptr)
{
    const struct sort_item *left = left_ptr, *right = right_ptr;
    int order = strcmp(left->file, right->file);
    if (!order)
        order = left->line < right->line ? -1 : left->line > right->line;
    return order ? order : compare_items(left, right);
}

static double key_of(const struct function *function, enum cprof_sort sort)
{
    switch (sort) {
    case CPROF_SORT_SELF:
        return function->measure.self;
    case CPROF_SORT_TOTAL:
        return function->total;
    case CPROF_SORT_CALLS:
        return (double)function->measure.calls;
    case CPROF_SORT_AVERAGE:
        return average_of(function);
    case CPROF_SORT_MAX:
        return function->measure.max;
    default:
        return 0; /* by name alone */
    }
}

static bool sort_by(const struct cprof_profile *profile, uint32_t *functions, size_t count,
                    enum cprof_sort sort, int (*compare)(const void *, const void *))
{
    struct sort_item *items = array_new(count, sizeof *items);
    if (!items)
        return false;
    for (size_t idx = 0; idx < count; idx++) {
        const struct function *function = &profile->functions[functions[idx]];
        items[idx] = (struct sort_item){
            .key = key_of(function, sort),
            .second = sort == CPROF_SORT_NAME ? 0 : (double)function->measure.calls,
            .name = texts_get(&profile->texts, function->name),
            .file = texts_get(&profile->texts, function->file),
            .line = function->line,
            .function = functions[idx]};
    }
    qsort(items, count, sizeof *items, compare);
    for (size_t idx = 0; idx < count; idx++)
        functions[idx] = items[idx].function;
    free(items);
    return true;
}

bool stats_sort(const struct cprof_profile *profile, uint32_t *functions, size_t count,
                enum cprof_sort sort)
{
    return sort_by(profile, functions, count, sort, compare_items);
}

bool stats_order(struct cprof_profile *profile)
{
    free(profile->by_self);
    free(profile->by_place);
    profile->by_self = array_new(profile->function_count, sizeof *profile->by_self);
    profile->by_place = array_new(profile->function_count, sizeof *profile->by_place);
    if (!profile->by_self || !profile->by_place)
        return false;
    profile->seen_count = 0;
    for (uint32_t idx = 0; idx < profile->function_count; idx++) {
        profile->by_place[idx] = idx;
        if (model_seen(&profile->functions[idx]))
            profile->by_self[profile->seen_count++] = idx;
    }
    return stats_sort(profile, profile->by_self, profile->seen_count, CPROF_SORT_SELF) &&
           sort_by(profile, profile->by_place, profile->function_count, CPROF_SORT_NAME,
                   compare_places);
}
