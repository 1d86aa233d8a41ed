/* Contract 3, profiling by hand: for programs that say themselves when something
 * begins, ends, or is allocated, without any plugin.  A part of cprof.h, which
 * includes it.
 *
 * A profiler and a tracker each belong to one thread at a time.  Every function
 * takes NULL for "none" and then does nothing, so that a program needs no test
 * behind cprof_profiler_new or cprof_profiler_of_thread.  What there is no memory
 * for is counted as lost and nothing else happens.
 */
#ifndef CPROF_PROFILER_H
#define CPROF_PROFILER_H

#include <cprof/cprof.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Profiler ------------------------------------------------------------- */

/* Nanoseconds since any fixed moment.  A step back counts as no time. */
typedef uint64_t (*cprof_clock_reader)(void *context);

/* Enabled, with CLOCK_MONOTONIC or a clock of your own.  NULL only when there is
 * no memory. */
struct cprof_profiler *cprof_profiler_new(void);
struct cprof_profiler *cprof_profiler_new_with_clock(cprof_clock_reader now, void *context);
void cprof_profiler_free(struct cprof_profiler *profiler);

/* The calling thread's own: made when first asked for, freed when the thread ends. */
struct cprof_profiler *cprof_profiler_of_thread(void);

/* A call of `name` begins, below the one that is open; the name is copied.  The
 * innermost open call ends; without one it is ignored and counted. */
void cprof_profiler_enter(struct cprof_profiler *profiler, const char *name);
void cprof_profiler_exit(struct cprof_profiler *profiler);

/* A disabled profiler takes note of calls only so far as to match their ends:
 * what began then is not recorded, what began before is when it ends. */
void cprof_profiler_enable(struct cprof_profiler *profiler);
void cprof_profiler_disable(struct cprof_profiler *profiler);
bool cprof_profiler_enabled(const struct cprof_profiler *profiler);

/* Forgets all that ended and starts the session anew.  Calls that are open stay
 * so, and count from now on. */
void cprof_profiler_reset(struct cprof_profiler *profiler);

/* The functions that ended at least once, by descending total time: an array of
 * *count items that is the profiler's and is made anew by the next call.  Of a
 * recursive function the total counts the outermost calls only.  Of struct
 * cprof_function, name, calls, the total, self, average, least and largest time
 * and the greatest depth are known.  NULL when there is none, or no memory. */
const struct cprof_function *cprof_profiler_stats(struct cprof_profiler *profiler, size_t *count);

/* A call that is open: the outermost is number 0 and has no parent. */
struct cprof_frame {
    const char *name;
    uint64_t entered_ns; /* by the profiler's clock */
    size_t parent;       /* number of the frame, CPROF_FRAME_NONE */
};
#define CPROF_FRAME_NONE SIZE_MAX

size_t cprof_profiler_depth(const struct cprof_profiler *profiler);
bool cprof_profiler_frame_at(const struct cprof_profiler *profiler, size_t idx,
                             struct cprof_frame *frame);

/* When the session began, by the profiler's clock. */
uint64_t cprof_profiler_started(const struct cprof_profiler *profiler);

/* Ends without a begin, and calls there was no memory for. */
uint64_t cprof_profiler_unmatched(const struct cprof_profiler *profiler);
uint64_t cprof_profiler_lost(const struct cprof_profiler *profiler);

/* The functions of a profiler into a snapshot, and its tree.  The whole program's total time is
 * that of the calls with no other around them. */
enum cprof_status cprof_snapshot_add_profiler(struct cprof_snapshot *snapshot,
                                              struct cprof_profiler *profiler,
                                              struct cprof_error *error);

/* What follows in this block is a call of `name`, however the block is left. */
#define CPROF_PROFILER_SCOPE(profiler, name)                                                       \
    __attribute__((cleanup(cprof_profiler_scope_end), unused)) struct cprof_profiler *CPROF_NAME_( \
        cprof_scope_, __LINE__) = cprof_profiler_scope_begin(profiler, name)

/* For the macro: enter, and exit. */
struct cprof_profiler *cprof_profiler_scope_begin(struct cprof_profiler *profiler,
                                                  const char *name);
void cprof_profiler_scope_end(struct cprof_profiler **profiler);

#define CPROF_NAME_(start, number) CPROF_NAME__(start, number)
#define CPROF_NAME__(start, number) start##number

/* ---- Allocation tracker --------------------------------------------------- */

struct cprof_tracker;

struct cprof_tracker *cprof_tracker_new(void);
struct cprof_tracker *cprof_tracker_new_with_clock(cprof_clock_reader now, void *context);
void cprof_tracker_free(struct cprof_tracker *tracker);

/* A block of `size` bytes at `ptr` came from `location`, like "parse.c:17"; NULL:
 * the innermost block of CPROF_TRACK_ALLOCATIONS, or "[unknown]".  NULL as ptr is no
 * allocation.  A block that is live at this address already was freed unseen. */
void cprof_tracker_alloc(struct cprof_tracker *tracker, const void *ptr, size_t size,
                         const char *location);

/* It went.  What is not live is ignored and counted; NULL is neither. */
void cprof_tracker_dealloc(struct cprof_tracker *tracker, const void *ptr);

/* The locations by descending bytes: an array of *count items that is the
 * tracker's and is made anew by the next call; NULL when there is none, or no
 * memory.  The location stands in `function`. */
const struct cprof_hotspot *cprof_tracker_hotspots(struct cprof_tracker *tracker, size_t *count);

struct cprof_block {
    const void *ptr;
    size_t size;
    const char *location;
    uint64_t allocated_ns; /* by the tracker's clock */
};

/* The blocks that are live, oldest first; otherwise likewise. */
const struct cprof_block *cprof_tracker_live(struct cprof_tracker *tracker, size_t *count);

/* Bytes. */
uint64_t cprof_tracker_total_allocated(const struct cprof_tracker *tracker);
uint64_t cprof_tracker_total_freed(const struct cprof_tracker *tracker);
uint64_t cprof_tracker_current_usage(const struct cprof_tracker *tracker);
uint64_t cprof_tracker_peak_usage(const struct cprof_tracker *tracker);

/* Releases of what was not live, and allocations there was no memory for. */
uint64_t cprof_tracker_unmatched(const struct cprof_tracker *tracker);
uint64_t cprof_tracker_lost(const struct cprof_tracker *tracker);

/* The calling thread's own, as with profilers. */
struct cprof_tracker *cprof_tracker_of_thread(void);

/* In this block the allocations of this thread belong to `name`: those that
 * cprof_tracker_alloc is given without a location, and those of cprof_malloc and
 * its kin, which go to the thread's own tracker.  Blocks may lie in each other;
 * the innermost counts.  The text is not copied before it is needed. */
#define CPROF_TRACK_ALLOCATIONS(name)                                                              \
    __attribute__((cleanup(cprof_track_end), unused)) struct cprof_track CPROF_NAME_(              \
        cprof_track_, __LINE__) = cprof_track_begin(name)

/* What malloc, calloc, realloc and free do, told to the thread's own tracker when
 * it is in a block of CPROF_TRACK_ALLOCATIONS.  The memory is malloc's: either
 * free may be given it. */
void *cprof_malloc(size_t size);
void *cprof_calloc(size_t count, size_t size);
void *cprof_realloc(void *ptr, size_t size);
void cprof_free(void *ptr);

/* For the macro. */
struct cprof_track {
    const char *outer;
    bool open;
};
struct cprof_track cprof_track_begin(const char *name);
void cprof_track_end(struct cprof_track *track);

#ifdef __cplusplus
}
#endif

#endif
