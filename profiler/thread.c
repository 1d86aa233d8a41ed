/* What belongs to the calling thread: a profiler, a tracker, and the name of the
 * block that its allocations belong to.
 *
 * The one place of the library with state of its own: cprof_profiler_of_thread has
 * no handle to hang it on.  It is a key of the threads library and not a
 * thread-local variable, because the key's destructor frees what a thread leaves;
 * whoever asks again in a later destructor gets a new one, freed by another round.
 */
#include <pthread.h>
#include <stdlib.h>

#include "tracker.h"

struct own {
    struct cprof_profiler *profiler;
    struct cprof_tracker *tracker;
    const char *block;
    bool in_block;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static bool has_key;

static void own_free(void *value)
{
    struct own *own = value;
    cprof_profiler_free(own->profiler);
    cprof_tracker_free(own->tracker);
    free(own);
}

static void make_key(void)
{
    has_key = pthread_key_create(&key, own_free) == 0;
}

/* The thread's own; NULL without memory, or, with `make` false, if there is none. */
static struct own *own_of_thread(bool make)
{
    pthread_once(&once, make_key);
    if (!has_key)
        return NULL;
    struct own *own = pthread_getspecific(key);
    if (own || !make)
        return own;
    own = calloc(1, sizeof *own);
    if (own && pthread_setspecific(key, own) != 0) {
        free(own);
        own = NULL;
    }
    return own;
}

struct cprof_profiler *cprof_profiler_of_thread(void)
{
    struct own *own = own_of_thread(true);
    if (own && !own->profiler)
        own->profiler = cprof_profiler_new();
    return own ? own->profiler : NULL;
}

struct cprof_tracker *cprof_tracker_of_thread(void)
{
    struct own *own = own_of_thread(true);
    if (own && !own->tracker)
        own->tracker = cprof_tracker_new();
    return own ? own->tracker : NULL;
}

/* ---- Blocks --------------------------------------------------------------- */

struct cprof_track cprof_track_begin(const char *name)
{
    struct own *own = own_of_thread(true);
    struct cprof_track track = {0};
    if (!own)
        return track;
    track = (struct cprof_track){.outer = own->block, .open = own->in_block};
    own->block = name;
    own->in_block = true;
    return track;
}

void cprof_track_end(struct cprof_track *track)
{
    struct own *own = own_of_thread(false);
    if (!own)
        return;
    own->block = track->outer;
    own->in_block = track->open;
}

const char *tracker_block_name(void)
{
    const struct own *own = own_of_thread(false);
    return own && own->in_block && own->block ? own->block : "[unknown]";
}

/* ---- malloc and its kin --------------------------------------------------- */

static struct cprof_tracker *tracker_in_block(void)
{
    const struct own *own = own_of_thread(false);
    return own && own->in_block ? cprof_tracker_of_thread() : NULL;
}

/* A block that the tracker knows is told to go wherever that happens. */
static struct cprof_tracker *tracker_that_knows(uintptr_t address)
{
    const struct own *own = own_of_thread(false);
    return own && tracker_knows(own->tracker, address) ? own->tracker : NULL;
}

void *cprof_malloc(size_t size)
{
    void *ptr = malloc(size);
    cprof_tracker_alloc(tracker_in_block(), ptr, size, NULL);
    return ptr;
}

void *cprof_calloc(size_t count, size_t size)
{
    void *ptr = calloc(count, size);
    cprof_tracker_alloc(tracker_in_block(), ptr, count * size, NULL);
    return ptr;
}

/* The old block is told to go only when it has gone: a realloc that fails leaves it
 * where it is, and one of size 0 frees it. */
void *cprof_realloc(void *ptr, size_t size)
{
    uintptr_t old = (uintptr_t)ptr;
    struct cprof_tracker *knows = tracker_that_knows(old);
    void *moved = realloc(ptr, size);
    if (moved || size == 0)
        tracker_dealloc(knows, old);
    cprof_tracker_alloc(tracker_in_block(), moved, size, NULL);
    return moved;
}

void cprof_free(void *ptr)
{
    cprof_tracker_dealloc(tracker_that_knows((uintptr_t)ptr), ptr);
    free(ptr);
}
