/* The program's heap as the runtime knows it: which blocks are live, who allocated
 * them, and how large they all are together.  Part of runtime.c; `runtime.h` says
 * what holds for everything here.
 *
 *   blocks.c      the table of live blocks
 *   sampling.c    CPROF_ALLOC=sampled: which blocks stand for the others
 *   heap_nodes.c  who allocates: places, nodes, threads
 *   heap_sizes.c  how large all of it is together, and was at most
 *   heap_events.c what an allocation and a release change
 *   heap_alone.c  the same without a call, for nearly all of them
 *   heap.c        start and finish
 *   allocation.c  what the program's code calls
 *
 * All of it but what readers see, and where the shards' tables lie, is in memory that the
 * kernel wipes in a forked child (law 6): nothing but zeros is a heap without blocks.
 * The child's profile begins with no block live; those it has inherited are nobody's.
 * An event in which a handler has forked goes on in the child, with tables that are empty
 * but there.
 */
#ifndef CPROF_RUNTIME_HEAP_H
#define CPROF_RUNTIME_HEAP_H

#include "runtime.h"

enum {
    SHARD_BITS = 6,
    SHARD_COUNT = 1 << SHARD_BITS,
    SHARD_FIRST = 64, /* blocks of a shard at first, behind which there is slack */
    SHARD_SLACK = 64,
    SHARD_ROOMY = 512, /* up to here a shard is at most half full */
    HUGE_MAX = 16384,  /* live blocks of HUGE_SIZE and more */
    PLACE_MAX = 1 << 16,
    FIRST_PLACES = 128,
    NODE_CACHE = 64,
    LOG_MAX = 64,
    DEFERRED_MAX = 512,
    PARKED_MAX = 8,
    LOCK_SPINS = 4096,
    LOCK_SLEEPS = 1000, /* of a millisecond */
    FILTER_LEN = 1 << 20,
};

/* A live block, packed:
 *   key    address 47 | birth, low part 17
 *   value  node 24 | size 24 | birth, high part 16
 * A key of 0 is no block.  The node is its distance from the process's first one in
 * strides, from which its address is one shift away; its number would take five
 * instructions more at each release.  The birth is the sequence number of the allocation;
 * after 2^33 allocations it begins again, and lifetimes beyond 2^32 read as 0. */
struct block {
    uint64_t key, value;
};

#define BLOCK_BIRTH_LOW 17
#define BLOCK_SIZE_BITS 24
#define BLOCK_BIRTH_HIGH 16
#define HUGE_SIZE (((uint64_t)1 << BLOCK_SIZE_BITS) - 1) /* the table of huge blocks knows */
_Static_assert(BLOCKS_LEN / CPROF_NODE_STRIDE <= 1 << (64 - BLOCK_SIZE_BITS - BLOCK_BIRTH_HIGH),
               "a node's distance fits");

/* Blocks in the order of where their hashes lead, with gaps: linear probing, no wrap. */
struct shard {
    uint32_t lock;
    uint32_t used, limit; /* blocks in it; from here on it grows */
    uint32_t capacity;    /* places that hashes lead to; slack follows */
    struct block *blocks, *last;
    uint64_t padding[4]; /* a cache line each */
};

struct huge_block {
    uintptr_t address;
    uint64_t size;
};

/* Where a thread found a site's node in a calling context before. */
struct cached_leaf {
    uint64_t key;
    struct cprof_node *leaf;
};

/* A change of the heap that the thread has not told yet. */
struct log_entry {
    uint32_t place, allocations;
    int64_t change, highest;
};

/* An event in a signal handler that has interrupted an event. */
struct deferred_event {
    struct cprof_node *leaf; /* NULL: a release */
    uintptr_t address;
    uint64_t size;
};

/* A block between the two notes around realloc. */
struct parked_block {
    uintptr_t address;
    struct block block; /* key 0: nobody has noted it */
    uint64_t size;
};

enum heap_state {
    HEAP_OTHER, /* idle, but blocks are sampled, or the thread has been racing */
    HEAP_IDLE,  /* and every event is noted and told at once */
    HEAP_BUSY,  /* an event is being noted */
};

struct heap_thread {
    uint32_t is_ready; /* 0: nobody's, or of the process that has forked this one */
    uint32_t state;    /* enum heap_state; an event that a fork has interrupted goes on with it */
    uint32_t idx;      /* of its tree */
    uint32_t batch;    /* events between two looks at the heap's lock; up to 1: each */
    uint32_t unsaid;   /* events since */
    uint32_t log_count;
    uint32_t parked_next;
    uintptr_t newest;        /* the thread's last allocation, unless it has been released, or 0 */
    uint64_t deferred_marks; /* events that wait << 32 | those of them that are done */
    uint64_t sequence;       /* of the heap, as far as the thread knows */
    uint64_t peak_number;    /* likewise */
    uint64_t random;         /* sampling; goes on with the next owner of the tree */
    int64_t newest_left;     /* sampling: bytes that were left behind the newest */
    struct cached_leaf cache[NODE_CACHE];
    struct log_entry log[LOG_MAX];
    struct deferred_event deferred[DEFERRED_MAX];
    struct parked_block parked[PARKED_MAX];
};

struct heap {
    struct shard shards[SHARD_COUNT]; /* a page, not wiped */
    uint32_t lock;                    /* of the sizes: cprof_heap, cprof_place */
    uint32_t last_thread;
    uint32_t huge_lock, huge_used;
    int64_t recent_highest; /* since the last sample of the series */
    uint64_t next_sample, sample_step;
    uint32_t place_count;
    uint32_t place_lock;
    bool any_thread; /* in threads[] */
    struct heap_thread *threads[THREAD_MAX];
    uint32_t place_by_site[2 * PLACE_MAX]; /* hash table of numbers of places */
    struct block first_blocks[SHARD_COUNT][SHARD_FIRST + SHARD_SLACK];
    struct huge_block huge[HUGE_MAX];
    uint8_t filter[FILTER_LEN]; /* sampling: how many live blocks are about there */
};

/* What a block counts for: itself, or those that it stands for. */
struct weight {
    uint64_t count, bytes;
};

#endif
