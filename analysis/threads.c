/* Threads and their groups; see threads.h. */
#include "threads.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "model.h"

void threads_free(struct threads *threads)
{
    free(threads->items);
    free(threads->parts);
    *threads = (struct threads){0};
}

bool threads_add(struct threads *threads, uint32_t tid, uint32_t owners)
{
    if (!array_reserve(&threads->items, &threads->capacity, threads->count + 1,
                       sizeof *threads->items))
        return false;
    threads->items[threads->count++] =
        (struct thread){.tid = tid, .owners = owners ? owners : 1, .start = MODEL_NONE};
    return true;
}

bool threads_add_part(struct threads *threads, const struct thread_part *part)
{
    if (!array_reserve(&threads->parts, &threads->part_capacity, threads->part_count + 1,
                       sizeof *threads->parts))
        return false;
    threads->parts[threads->part_count++] = *part;
    threads->grouped = false;
    return true;
}

/* ---- Starts --------------------------------------------------------------------- */

/* A thread's part of what is below a context of the first level. */
struct share {
    uint32_t thread, top;
    double self;
    uint64_t calls;
};

static int compare_shares(const void *left_ptr, const void *right_ptr)
{
    const struct share *left = left_ptr, *right = right_ptr;
    if (left->thread != right->thread)
        return left->thread < right->thread ? -1 : 1;
    return left->top < right->top ? -1 : left->top > right->top;
}

/* By context: the one of the first level that it is below. */
static uint32_t *find_tops(const struct cprof_profile *profile)
{
    uint32_t *tops = array_new(profile->context_count, sizeof *tops);
    for (uint32_t at = 1; tops && at < profile->context_count; at++) {
        uint32_t parent = profile->contexts[at].parent;
        tops[at] = parent == MODEL_ROOT ? at : tops[parent];
    }
    return tops;
}

/* A thread starts where most of it is: before main there are constructors. */
static bool find_starts(struct cprof_profile *profile)
{
    struct threads *threads = &profile->threads;
    uint32_t *tops = find_tops(profile);
    struct share *shares = array_new(threads->part_count, sizeof *shares);
    double most = 0;
    size_t count = 0;
    bool enough = tops && shares;
    for (size_t idx = 0; enough && idx < threads->part_count; idx++) {
        const struct thread_part *part = &threads->parts[idx];
        if (part->context != MODEL_ROOT)
            shares[count++] =
                (struct share){part->thread, tops[part->context], part->self, part->calls};
    }
    if (enough)
        qsort(shares, count, sizeof *shares, compare_shares);
    for (size_t idx = 0, same = 0; idx < count; idx += same) {
        struct share sum = shares[idx];
        for (same = 1; idx + same < count && compare_shares(&shares[idx + same], &shares[idx]) == 0;
             same++) {
            sum.self += shares[idx + same].self;
            sum.calls += shares[idx + same].calls;
        }
        double weight = sum.self + (double)sum.calls * 1e-3; /* calls where no clock was read */
        struct thread *thread = &threads->items[sum.thread];
        if (thread->start == MODEL_NONE || weight > most) {
            thread->start = profile->contexts[sum.top].function;
            most = weight;
        }
    }
    free(tops);
    free(shares);
    return enough;
}

static void sum_parts(struct threads *threads)
{
    for (size_t idx = 0; idx < threads->count; idx++) {
        struct thread *thread = &threads->items[idx];
        thread->start = MODEL_NONE;
        thread->calls = 0;
        thread->self = thread->wait = 0;
    }
    for (size_t idx = 0; idx < threads->part_count; idx++) {
        struct thread *thread = &threads->items[threads->parts[idx].thread];
        thread->calls += threads->parts[idx].calls;
        thread->self += threads->parts[idx].self;
        thread->wait += threads->parts[idx].wait;
    }
}

/* ---- Groups --------------------------------------------------------------------- */

static int compare_groups(const void *left_ptr, const void *right_ptr)
{
    const struct thread_group *left = left_ptr, *right = right_ptr;
    if (left->self != right->self)
        return left->self > right->self ? -1 : 1;
    if (left->calls != right->calls)
        return left->calls > right->calls ? -1 : 1;
    return left->start < right->start ? -1 : left->start > right->start;
}

/* Threads whose start is the same; quadratic in the kinds of threads, which are few. */
static size_t fill_groups(struct threads *threads, struct thread_group *groups)
{
    size_t count = 0;
    for (size_t idx = 0; idx < threads->count; idx++) {
        const struct thread *thread = &threads->items[idx];
        size_t at = 0;
        while (at < count && groups[at].start != thread->start)
            at++;
        if (at == count)
            groups[count++] = (struct thread_group){.start = thread->start};
        groups[at].owners += thread->owners;
        groups[at].self += thread->self;
        groups[at].calls += thread->calls;
    }
    qsort(groups, count, sizeof *groups, compare_groups);
    for (size_t idx = 0; idx < threads->count; idx++)
        while (groups[threads->items[idx].group].start != threads->items[idx].start)
            threads->items[idx].group++;
    return count;
}

static int compare_parts(const void *left_ptr, const void *right_ptr)
{
    const struct thread_part *left = left_ptr, *right = right_ptr;
    if (left->thread != right->thread)
        return left->thread < right->thread ? -1 : 1;
    return left->context < right->context ? -1 : left->context > right->context;
}

/* Parts of a group's threads in one context become one, so that there are no more of
 * them than what is shown. */
static void join_parts(struct threads *threads, const size_t *firsts)
{
    size_t count = 0;
    for (size_t idx = 0; idx < threads->part_count; idx++)
        threads->parts[idx].thread =
            (uint32_t)firsts[threads->items[threads->parts[idx].thread].group];
    if (threads->part_count)
        qsort(threads->parts, threads->part_count, sizeof *threads->parts, compare_parts);
    for (size_t idx = 0; idx < threads->part_count; idx++) {
        struct thread_part *last = count ? &threads->parts[count - 1] : NULL;
        if (last && compare_parts(last, &threads->parts[idx]) == 0) {
            last->calls += threads->parts[idx].calls;
            last->self += threads->parts[idx].self;
            last->wait += threads->parts[idx].wait;
        } else {
            threads->parts[count++] = threads->parts[idx];
        }
    }
    threads->part_count = count;
}

struct thread_group *threads_group(struct cprof_profile *profile, size_t *count)
{
    struct threads *threads = &profile->threads;
    struct thread_group *groups = array_new(threads->count, sizeof *groups);
    size_t *firsts = array_new(threads->count, sizeof *firsts);
    *count = 0;
    if (!threads->grouped) /* the second time parts do not tell threads apart any more */
        sum_parts(threads);
    if (!groups || !firsts || (!threads->grouped && !find_starts(profile))) {
        free(groups);
        free(firsts);
        return NULL;
    }
    for (size_t idx = 0; idx < threads->count; idx++)
        threads->items[idx].group = 0;
    *count = fill_groups(threads, groups);
    for (size_t idx = threads->count; idx-- > 0;)
        firsts[threads->items[idx].group] = idx;
    if (!threads->grouped)
        join_parts(threads, firsts);
    threads->grouped = true;
    free(firsts);
    return groups;
}
