/* The part of libcprof for allocations: which sites allocated, what is live, what was
 * live when the heap was largest.  Part of cprof.h, whose first comment holds here too.
 *
 * Counts and bytes are exact; where the run sampled (totals.sampled), they are estimates
 * without bias.  Amounts of several processes are sums, peaks too.
 */
#ifndef CPROF_HEAP_H
#define CPROF_HEAP_H

#include <cprof/cprof.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Lifetimes are counted in allocations between a block's allocation and its release: 0
 * in the first bucket, from 4^(k-1) on in bucket k, no end to the last. */
#define CPROF_LIFETIME_BUCKETS 11

/* A call of an allocator, all contexts and threads together. */
struct cprof_heap_site {
    const char *function; /* that makes the call; "" where its address was taken */
    const char *file;
    const char *kind;    /* "malloc", "new[]", ...: kind.def */
    const char *type;    /* of what is allocated, where the compiler knew; else "" */
    const char *inlined; /* how the call came into the function: record.h; else "" */
    uint32_t line, column, loop_depth;
    uint64_t size; /* of each block, where the compiler knew; else CPROF_UNKNOWN */
    bool apart;    /* mmap: not part of the totals */
    uint64_t count, total_bytes;
    uint64_t current_count, current_bytes; /* live at the end */
    uint64_t freed_count, freed_bytes;
    uint64_t freed_elsewhere;              /* of the freed ones: by another thread */
    uint64_t peak_bytes;                   /* most that was live of this site at one time */
    uint64_t at_peak_count, at_peak_bytes; /* live when the process's heap was largest */
    uint64_t temporary;                    /* freed before the thread allocated again */
    uint64_t grown_count, grown_bytes;     /* reallocs here that made a block larger */
    uint64_t moved_count;                  /* reallocs here that moved a block */
    uint64_t age; /* allocations since the oldest live block; 0: none or unknown */
    uint64_t lifetimes[CPROF_LIFETIME_BUCKETS];
};

/* Site `idx` by descending total_bytes; CPROF_USAGE past the last one. */
enum cprof_status cprof_heap_site_at(struct cprof_profile *profile, size_t idx,
                                     struct cprof_heap_site *site, struct cprof_error *error);

struct cprof_heap_totals {
    bool known;   /* false: no run noted allocations, and all that follows is 0 */
    bool sampled; /* the numbers are estimates */
    uint64_t allocations, allocated_bytes;
    uint64_t releases, freed_bytes;
    uint64_t current_count, current_bytes;
    uint64_t peak_bytes;
    uint64_t temporary;
    uint64_t mapped_bytes;     /* by mmap, apart from the rest */
    uint64_t unknown_releases; /* of blocks that code without notes allocated */
    uint64_t replaced;         /* blocks that code without notes released */
    uint64_t failed;           /* allocations that gave nothing */
    uint64_t untracked;        /* blocks that there was no memory to remember */
};

enum cprof_status cprof_heap_facts(struct cprof_profile *profile, struct cprof_heap_totals *totals,
                                   struct cprof_error *error);

/* The heap's size over time, of the first process. */
struct cprof_heap_moment {
    uint64_t time_ns; /* since the start; CPROF_UNKNOWN if no clock tells */
    uint64_t allocations;
    uint64_t live_bytes;
    uint64_t highest_bytes; /* since the moment before */
};

/* Moment `idx`, in order of time; false past the last one. */
bool cprof_heap_moment_at(const struct cprof_profile *profile, size_t idx,
                          struct cprof_heap_moment *moment);

/* What a listing of the heap shows, and by what it is sorted. */
enum cprof_heap_view {
    CPROF_HEAP_ALLOCS,    /* sites, by bytes allocated */
    CPROF_HEAP_LEAKS,     /* calling contexts of blocks that are live at the end, by bytes */
    CPROF_HEAP_PEAK,      /* calling contexts, by what they had live at the peak */
    CPROF_HEAP_TEMPORARY, /* sites, by blocks freed before the thread allocated again */
};

struct cprof_heap_options {
    enum cprof_heap_view view;
    size_t top; /* 0: all */
    /* LEAKS: patterns, one a line, as in a denylist: fun:GLOB, src:GLOB, or a plain
     * name; # begins a comment.  A leak with a matching frame is left out.  NULL: none. */
    const char *suppressions;
    const char *suppressions_name; /* of the file, for errors */
    struct cprof_style style;
};

enum cprof_status cprof_heap_text(struct cprof_profile *profile,
                                  const struct cprof_heap_options *options,
                                  const struct cprof_sink *sink, struct cprof_error *error);
enum cprof_status cprof_heap_json(struct cprof_profile *profile,
                                  const struct cprof_heap_options *options,
                                  const struct cprof_sink *sink, struct cprof_error *error);

#ifdef __cplusplus
}
#endif

#endif
