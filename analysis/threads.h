/* What each thread did: which threads there were and their part of every context.
 * load.c adds them, the page and `flame --threads` ask.
 *
 * The model merges threads, since most questions are about the program; the parts
 * stand beside it.  Threads with the same start function are a group: a pool of
 * twenty is looked at as one.
 */
#ifndef CPROF_ANALYSIS_THREADS_H
#define CPROF_ANALYSIS_THREADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cprof_profile;

/* A tree of a thread, or of several one after the other. */
struct thread {
    uint32_t tid, owners;
    uint32_t start; /* function that most of it is below; MODEL_NONE: nothing was called */
    uint32_t group;
    uint64_t calls;
    double self, wait;
};

/* A thread's part of what a context has itself. */
struct thread_part {
    uint32_t thread, context;
    uint64_t calls;
    double self, wait;
};

struct threads {
    struct thread *items;
    size_t count, capacity;
    struct thread_part *parts;
    size_t part_count, part_capacity;
    bool grouped; /* parts are those of groups, under the group's first thread */
};

void threads_free(struct threads *threads);

/* False: no memory.  The number of the new thread is the count before. */
bool threads_add(struct threads *threads, uint32_t tid, uint32_t owners);
bool threads_add_part(struct threads *threads, const struct thread_part *part);

/* The members of a group. */
struct thread_group {
    uint32_t start;
    uint32_t owners;
    double self;
    uint64_t calls;
};

/* Finds starts, sums and groups of a finished profile, the largest group first, and
 * sorts the parts by group and context.  The caller frees the groups; NULL: no memory. */
struct thread_group *threads_group(struct cprof_profile *profile, size_t *count);

#endif
