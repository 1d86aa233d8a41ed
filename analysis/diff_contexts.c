/* What counts as a caller's in both builds; see diff_contexts.h. */
#include "diff_contexts.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "diff.h"
#include "stats.h"

/* ---- Taking --------------------------------------------------------------- */

static void take_heap(struct diff_context *above, const struct heap_numbers *numbers)
{
    above->alloc_count += (double)numbers->count;
    above->alloc_bytes += (double)numbers->bytes;
}

/* By function of the profile: its entry in the run's snapshot, which has them in the
 * order of the profile's. */
static uint32_t *find_entries(const struct cprof_profile *profile)
{
    uint32_t *entries = array_new(profile->function_count, sizeof *entries);
    for (size_t idx = 0; entries && idx < profile->function_count; idx++)
        entries[idx] = DIFF_CONTEXT_NONE;
    for (size_t idx = 0; entries && idx < profile->seen_count; idx++)
        entries[profile->by_self[idx]] = (uint32_t)idx;
    return entries;
}

bool diff_contexts_take(struct diff_run *run, const struct cprof_profile *profile)
{
    uint32_t *entries = find_entries(profile);
    run->contexts = array_new(profile->context_count, sizeof *run->contexts);
    run->context_count = profile->context_count;
    for (uint32_t at = 0; entries && run->contexts && at < profile->context_count; at++) {
        const struct context *context = &profile->contexts[at];
        struct diff_context *own = &run->contexts[at];
        bool alloc = at != MODEL_ROOT && context->kind == CONTEXT_ALLOC;
        own->parent = at == MODEL_ROOT ? 0 : context->parent;
        own->entry = at == MODEL_ROOT || alloc ? DIFF_CONTEXT_NONE : entries[context->function];
        own->self = (float)context->measure.self;
        own->cpu = (float)(context->measure.self - context->measure.wait);
        if (alloc && context->heap)
            take_heap(&run->contexts[context->parent], &profile->heaps[context->heap - 1]);
    }
    free(entries);
    return entries && run->contexts;
}

/* ---- Folding -------------------------------------------------------------- */

/* A function that counts as part of another one. */
struct part {
    size_t of, subject;
    double weight;
};

struct folding {
    struct cprof_diff *diff;
    struct part *parts;
    size_t part_count, part_capacity;
    struct table part_by_key; /* of, subject */
    double *sums;             /* [subject][metric], of one run */
    size_t *targets;          /* by context: the subject that it counts as; 0: none */
};

static bool add_part(struct folding *folding, size_t of, size_t subject, double weight)
{
    uint32_t idx = table_find(&folding->part_by_key, of, subject);
    if (idx == TABLE_NONE) {
        idx = (uint32_t)folding->part_count;
        if (!array_reserve(&folding->parts, &folding->part_capacity, folding->part_count + 1,
                           sizeof *folding->parts) ||
            !table_put(&folding->part_by_key, of, subject, idx))
            return false;
        folding->parts[folding->part_count++] = (struct part){of, subject, 0};
    }
    folding->parts[idx].weight += weight;
    return true;
}

static bool fold_context(struct folding *folding, const struct diff_context *context, size_t of,
                         size_t subject)
{
    double *sums = folding->sums + of * CPROF_METRIC_COUNT;
    double weight = context->self + context->alloc_bytes + context->alloc_count;
    sums[CPROF_METRIC_SELF_TIME] += context->self;
    sums[CPROF_METRIC_SELF_CPU] += context->cpu;
    sums[CPROF_METRIC_ALLOC_COUNT] += context->alloc_count;
    sums[CPROF_METRIC_ALLOC_BYTES] += context->alloc_bytes;
    return !(weight > 0) || add_part(folding, of, subject, weight);
}

static bool is_one_sided(const struct diff_subject *subject)
{
    return !subject->in[CPROF_BASELINE] || !subject->in[CPROF_CANDIDATE];
}

/* What stands at the top, with no function of both above it, has no caller to count
 * as part of. */
static bool fold_contexts(struct folding *folding, const struct diff_run *run,
                          const size_t *subject_at)
{
    for (size_t at = 0; at < run->context_count; at++) {
        const struct diff_context *context = &run->contexts[at];
        size_t above = at ? folding->targets[context->parent] : 0;
        folding->targets[at] = above;
        if (context->entry == DIFF_CONTEXT_NONE)
            continue;
        size_t subject = subject_at[run->places[context->entry]];
        if (!is_one_sided(&folding->diff->subjects[subject]))
            folding->targets[at] = subject;
        else if (above && !fold_context(folding, context, above, subject))
            return false;
    }
    return true;
}

static void add_sums(struct folding *folding, size_t run)
{
    struct cprof_diff *diff = folding->diff;
    for (size_t cell = 0; cell < diff->subject_count * CPROF_METRIC_COUNT; cell++) {
        uint64_t *value = &diff->values[cell * diff->run_count + run];
        if (folding->sums[cell] > 0 && *value != CPROF_UNKNOWN)
            *value += stats_whole(folding->sums[cell]);
    }
}

/* A run from a snapshot: what it calls from where is not known. */
static void look_for_lost(struct cprof_diff *diff, const struct diff_run *run,
                          const size_t *subject_at)
{
    for (size_t idx = 0; idx < run->snapshot->count; idx++)
        diff->lost_parts |= is_one_sided(&diff->subjects[subject_at[run->places[idx]]]);
}

static bool fold_run(struct folding *folding, const struct diff_run *run, size_t at,
                     const size_t *subject_at)
{
    size_t cells = folding->diff->subject_count * CPROF_METRIC_COUNT;
    if (!run->contexts) {
        look_for_lost(folding->diff, run, subject_at);
        return true;
    }
    folding->sums = array_new(cells, sizeof *folding->sums);
    folding->targets = array_new(run->context_count, sizeof *folding->targets);
    bool enough = folding->sums && folding->targets && fold_contexts(folding, run, subject_at);
    if (enough)
        add_sums(folding, at);
    free(folding->sums);
    free(folding->targets);
    return enough;
}

/* ---- Telling -------------------------------------------------------------- */

static int compare_parts(const void *left_ptr, const void *right_ptr)
{
    const struct part *left = left_ptr, *right = right_ptr;
    if (left->of != right->of)
        return left->of < right->of ? -1 : 1;
    if (left->weight != right->weight)
        return left->weight > right->weight ? -1 : 1;
    return left->subject < right->subject ? -1 : left->subject > right->subject;
}

/* The names of what counts as part of a function, most of it first. */
static bool tell_parts(struct folding *folding)
{
    struct cprof_diff *diff = folding->diff;
    diff->parts = array_new(folding->part_count, sizeof *diff->parts);
    diff->part_count = folding->part_count;
    if (!diff->parts)
        return false;
    if (folding->part_count)
        qsort(folding->parts, folding->part_count, sizeof *folding->parts, compare_parts);
    for (size_t idx = 0; idx < folding->part_count; idx++) {
        const struct part *part = &folding->parts[idx];
        struct diff_subject *of = &diff->subjects[part->of];
        diff->parts[idx] = diff->subjects[part->subject].name;
        if (!of->part_count++)
            of->parts = &diff->parts[idx];
    }
    return true;
}

bool diff_contexts_fold(struct cprof_diff *diff)
{
    struct folding folding = {.diff = diff};
    bool enough = true;
    diff->lost_parts = false;
    for (int side = 0, at = 0; side < CPROF_SIDE_COUNT; side++) {
        const struct diff_half *half = &diff->sides[side];
        for (size_t idx = 0; enough && idx < half->count; idx++, at++)
            enough = fold_run(&folding, &half->runs[idx], (size_t)at, half->subject_at);
    }
    enough = enough && tell_parts(&folding);
    free(folding.parts);
    table_free(&folding.part_by_key);
    return enough;
}
