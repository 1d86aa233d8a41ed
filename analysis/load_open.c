/* The time of what is open: a function that is running or sleeping right now has had
 * no event for a while.  Its time since then is known only of a process that lives.
 * Called by load_times.c.
 */
#include "loader.h"

#include <stdlib.h>

#include "array.h"

static double now_ticks(const struct loader *loader)
{
    const struct cprof_moment *last = &loader->reading->header.last;
    double since = (double)loader->life->now_ns - (double)last->monotonic_ns;
    return (double)last->ticks + since / loader->scale;
}

static const struct life_thread *find_thread(const struct life *life, uint32_t tid)
{
    for (size_t idx = 0; idx < life->thread_count; idx++)
        if (life->threads[idx].tid == tid)
            return &life->threads[idx];
    return NULL;
}

/* What was charged below each node, for the roots. */
static bool sum_charged(const struct loader *loader, double **sums)
{
    *sums = array_new(loader->count, sizeof **sums);
    for (uint32_t idx = loader->ordered; *sums && idx-- > 0;) {
        uint32_t position = loader->order[idx], parent = loader->parents[position];
        (*sums)[position] += loader->shares[position].charged;
        if (parent < loader->count)
            (*sums)[parent] += (*sums)[position];
    }
    return *sums != NULL;
}

/* A thread's record is renewed at some events only, its nodes at each: what they
 * were charged since its first moment cannot be open any more.  A tree that has
 * had several owners does not tell. */
static double most_open(const struct loader *loader, const struct cprof_thread *thread, double now,
                        const double *sums)
{
    uint32_t root = reader_node_position(loader->reading, thread->root);
    double since = now - (double)thread->last_event;
    double left = now - (double)thread->first_ticks - (root == READER_NONE ? 0 : sums[root]);
    return thread->owners == 1 && left < since ? left : since;
}

/* Whether it slept all the time or not at all is taken from what it does now. */
static void load_open_time(struct loader *loader, const struct cprof_thread *thread, double since)
{
    const struct life_thread *alive = find_thread(loader->life, thread->tid);
    uint32_t position = reader_node_position(loader->reading, thread->open_node);
    if (!alive || position == READER_NONE || loader->parents[position] == PARENT_UNUSED ||
        !(since > 0) || (reader_node(loader->reading, position).flags & WITHOUT_TIMES))
        return;
    loader->shares[position].charged += since;
    loader->shares[position].waited += alive->sleeps ? since : 0;
}

bool load_open_times(struct loader *loader)
{
    double *sums, now = now_ticks(loader);
    if (!sum_charged(loader, &sums))
        return false;
    for (uint64_t idx = 0; idx < loader->reading->threads.total; idx++) {
        struct cprof_thread thread = reader_thread(loader->reading, idx);
        if (thread.root && thread.open_node)
            load_open_time(loader, &thread, most_open(loader, &thread, now, sums));
    }
    free(sums);
    return true;
}
