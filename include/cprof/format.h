/* Contract 2: the profile file, written by the runtime while the program runs
 * and read by analysis.  Told once, here, as tables; docs/FORMAT.md is the prose.
 *
 * Laws.  Little endian, fixed width, no pointers.  The file is mapped shared
 * by the running program, so every word may change while it is read; a record
 * counts from the moment its last-written word (named below) is not zero.  A
 * reader trusts no offset and no count, skips extents whose type it does not
 * know, and refuses a file whose major version is not its own.
 *
 *   offset 0      struct cprof_header            one page
 *   offset 4096   struct cprof_extent[CPROF_EXTENT_MAX]   table of contents
 *   offset 16384  extents, in the order they were needed
 */
#ifndef CPROF_FORMAT_H
#define CPROF_FORMAT_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include <cprof/record.h>

#define CPROF_MAGIC                                                                                \
    "\x89"                                                                                         \
    "CPROF\r\n" /* 8 bytes: a text-mode copy breaks it */
#define CPROF_MAGIC_LEN 8
#define CPROF_FORMAT_VERSION 1
#define CPROF_BYTE_ORDER_MARK 0x01020304u

#define CPROF_TOC_OFFSET 4096
#define CPROF_EXTENT_MAX 384
#define CPROF_DATA_OFFSET 16384

/* How the run ended, cprof_header.state. */
enum cprof_state {
    CPROF_STATE_RUNNING = 0, /* or killed: the reader looks at the pid */
    CPROF_STATE_COMPLETE = 1 /* exit ran to its end */
};

/* cprof_header.mode */
enum cprof_mode {
#define CPROF_MODE(name, word, meaning) CPROF_MODE_##name,
#include <cprof/mode.def>
#undef CPROF_MODE
    CPROF_MODE_COUNT_OF
};

/* cprof_header.clock */
enum cprof_clock {
    CPROF_CLOCK_TSC = 0,       /* ticks of the invariant time-stamp counter */
    CPROF_CLOCK_MONOTONIC = 1, /* nanoseconds */
    CPROF_CLOCK_FAKE = 2       /* nanoseconds, from the program; tests only */
};

/* Bits of cprof_header.troubles: what could not be done, said by the report. */
#define CPROF_TROUBLE_NO_FILE 0x1u      /* growth went on in memory only      */
#define CPROF_TROUBLE_DISK 0x2u         /* no tmpfs: mapped on a disk         */
#define CPROF_TROUBLE_CONTEXT_CAP 0x4u  /* contexts beyond the cap were folded */
#define CPROF_TROUBLE_EXTENTS 0x8u      /* table of contents is full          */
#define CPROF_TROUBLE_TIMED_DEPTH 0x10u /* timed calls too deep for durations */
#define CPROF_TROUBLE_MODE 0x40u        /* CPROF_MODE was no mode: adaptive taken   */
#define CPROF_TROUBLE_MODULE 0x20u      /* a module could not be registered   */
#define CPROF_TROUBLE_DURATIONS 0x80u   /* more histograms than there is room for */
#define CPROF_TROUBLE_ALLOC_MODE 0x100u /* CPROF_ALLOC was no mode: on taken    */
#define CPROF_TROUBLE_HEAP 0x200u       /* no memory for the table of live blocks */
#define CPROF_TROUBLE_BUDGET 0x400u     /* CPROF_MODE=budget, but built with hooks  */

/* A moment on both clocks; two of them turn ticks into nanoseconds. */
struct cprof_moment {
    uint64_t ticks;
    uint64_t monotonic_ns;
};

struct cprof_header {
    uint8_t magic[CPROF_MAGIC_LEN];
    uint32_t version;
    uint32_t byte_order;
    uint32_t header_size; /* sizeof(struct cprof_header) of the writer */
    uint32_t node_size;   /* CPROF_NODE_SIZE of the writer */
    uint32_t pid;
    uint32_t parent_pid;
    uint64_t process_start; /* field 22 of /proc/PID/stat, or 0; pid + this name a process */
    uint64_t started_ns;    /* CLOCK_REALTIME */
    uint32_t state;
    uint32_t mode;
    uint32_t clock;
    uint32_t troubles;
    struct cprof_moment first;
    struct cprof_moment last;  /* renewed now and then, and at exit */
    uint64_t file_length;      /* bytes of the file in use */
    uint64_t lost_calls;       /* calls nobody could record */
    uint64_t early_calls;      /* calls before the runtime started */
    uint64_t stretch_cost_x16; /* ticks/16 that measuring adds to a stretch of time */
    uint64_t event_cost_x16;   /* ticks/16 that an event takes in all */
    uint64_t hook_cost_x256;   /* ticks/256 that a counted call takes more */
    uint32_t exec_number;      /* how many profiles this pid left before */
    uint32_t generation;       /* 0: the program itself; n: n-th fork */
    uint32_t secure_padding[2];
    uint8_t build_id[32];
    uint32_t build_id_len;
    uint32_t arguments_len; /* bytes of arguments[] in use */
    char host[64];
    char program[1024];   /* path of the executable */
    char arguments[2048]; /* argv, NUL after each, cut at the end */
};

/* Types of extent.  0 is an unused entry; the type is written last. */
enum cprof_extent_type {
    CPROF_EXTENT_NONE = 0,
    CPROF_EXTENT_NODES = 1,     /* struct cprof_node[], `first` = index of the first */
    CPROF_EXTENT_THREADS = 2,   /* struct cprof_thread[], likewise */
    CPROF_EXTENT_MODULE = 3,    /* struct cprof_module and its blobs, `first` = first site id */
    CPROF_EXTENT_DURATIONS = 4, /* struct cprof_durations[] */
    CPROF_EXTENT_HEAP = 5,      /* one struct cprof_heap */
    CPROF_EXTENT_PLACES = 6,    /* struct cprof_place[], `first` = number of the first */
    CPROF_EXTENT_SAMPLES = 7    /* struct cprof_samples[], `first` = ns from one to the next */
};

struct cprof_extent {
    uint64_t offset;
    uint64_t length; /* bytes */
    uint64_t first;
    uint32_t record_size;
    uint32_t type;
};

#define CPROF_EXTENT_SIZE 32

/* ---- A node: one calling context, 128 bytes ------------------------------
 *
 * In use when `site` or CPROF_NODE_ROOT is set; `flags` is written last.
 * Index 0 is never a node: 0 as a parent means none.
 *
 * calls = seen + sign_extend_32((armed - left) - (uint32_t)seen)
 *
 * The program only ever subtracts 1 from `left`; when that turns negative the
 * runtime re-arms left and armed together in one 8-byte instruction and then
 * renews `seen`, which is at most 2^31 behind.
 *
 * A TALLIED node counts by intervals, and the program never touches it: up to
 * left - 1 calls more may have been made (left 0: it is not known how many).
 */
#define CPROF_NODE_SIZE 128

/* Weights are in units of so many calls: the self time of an untimed node is
 * about CPROF_SAMPLE_UNIT * sample_ticks (a signed number), apart from what
 * self_ticks holds of the time when it was still timed. */
#define CPROF_SAMPLE_UNIT 64
#define CPROF_SQUARE_UNIT 16 /* weighted ticks */

#define CPROF_NODE_USED 0x01u
#define CPROF_NODE_ROOT 0x02u      /* a thread's root: no function, no calls   */
#define CPROF_NODE_RECURSIVE 0x04u /* its function is also an ancestor         */
#define CPROF_NODE_TIMED 0x08u     /* every call is timed now                  */
#define CPROF_NODE_OVERFLOW 0x10u  /* the context cap sent these calls here    */
#define CPROF_NODE_ALLOC 0x20u     /* an allocation site; the body is `alloc`  */
#define CPROF_NODE_SCOPE 0x40u     /* CPROF_SCOPE of user.h                    */
#define CPROF_NODE_COUNTER 0x100u  /* CPROF_COUNT of user.h; the body is `counter` */
#define CPROF_NODE_TALLIED 0x200u  /* calls come by intervals: an estimate     */
#define CPROF_NODE_LIVES 0x80u     /* beside ALLOC: the body is `lives`, of its parent */

struct cprof_node_call {
    uint64_t self_ticks;     /* charged while this was the innermost timed call */
    uint64_t wait_ticks;     /* part of self_ticks that used no CPU             */
    uint64_t sample_ticks;   /* own time of sampled calls, each times its weight */
    uint64_t timed_calls;    /* calls whose duration was measured               */
    uint64_t sample_squares; /* of the own time of each sampled call, times its
                                weight, in units of CPROF_SQUARE_UNIT: squared  */
    uint64_t min_ticks;      /* 0: none measured                                */
    uint64_t max_ticks;
    uint64_t probe_x16;      /* ticks/16 of self_ticks that the probes took      */
    uint64_t sample_weights; /* the sum of the weights of sampled calls         */
    uint32_t sampled_calls;  /* calls that sample_ticks is made of              */
    uint32_t durations;      /* 0: no struct cprof_durations has its calls; they are
                                one of min_ticks or two, of min_ and max_ticks  */
    uint64_t after_ticks;    /* a timed node's own time after sampled calls of its
                                callees, up to its next event; weighted and signed
                                like sample_ticks                              */
    union {
        uint64_t lent_ticks;   /* what others' sampled calls have used while the time was
                                  charged to this node; weighted and signed likewise */
        uint64_t unsure_calls; /* TALLIED: by so many the calls may be wrong either way,
                                  beside those that left allows for */
    };
};

/* A counter below the function that adds to it; its calls are the additions. */
struct cprof_node_counter {
    int64_t sum;
};

/* An allocation site below the function that allocates; `site` is the site's id.
 * Written by one thread only: what other threads free of these blocks, each notes in
 * an ALLOC node of its own whose parent is this one and which allocates nothing.
 * live = allocated - freed, over the node and those below it. */
struct cprof_node_alloc {
    uint64_t count; /* blocks; a realloc gives one back and allocates one */
    uint64_t bytes; /* asked for */
    uint64_t freed_count;
    uint64_t freed_bytes;
    uint64_t temporary;   /* freed before the thread allocated again  */
    uint64_t grown_count; /* reallocs here that made a block larger   */
    uint64_t grown_bytes; /* by so much                               */
    uint64_t moved_count; /* reallocs here that moved a block         */
    /* What was live at the process's peak with this number (cprof_heap); where the
     * heap's last peak has a higher number, nothing has changed since it and the peak's
     * share is what is live now. */
    uint64_t peak_number;
    int64_t at_peak_bytes;
    int64_t at_peak_count;
    uint32_t lives; /* index of the node with its lifetimes, 0: none */
    uint32_t place; /* number of its struct cprof_place, 0: none     */
};

/* Lifetimes of freed blocks, by the number n of allocations of the process between
 * their allocation and their release: bucket 0 is n = 0, bucket k > 0 begins at
 * 4^(k-1), the last has no end. */
#define CPROF_LIFETIME_COUNT 11

struct cprof_node_lives {
    uint64_t lifetimes[CPROF_LIFETIME_COUNT];
    uint64_t oldest; /* sequence of the oldest block that is live at exit; 0: unknown */
};

struct cprof_node {
    int32_t left;
    uint32_t armed;
    uint64_t seen;
    uint32_t parent;
    uint32_t site;
    uint32_t thread;
    uint32_t flags;
    union {
        struct cprof_node_call call;
        struct cprof_node_counter counter;
        struct cprof_node_alloc alloc;
        struct cprof_node_lives lives;
        uint8_t room[96];
    } u;
};

/* ---- A thread's tree ----------------------------------------------------
 * A tree outlives its thread and may be taken over by a later one with the
 * same start function.  In use when `root` is not 0. */
struct cprof_thread {
    uint32_t root;         /* index of its root node */
    uint32_t tid;          /* of the present or last owner */
    uint32_t owners;       /* how many threads have used it, one after another */
    uint32_t open_node;    /* node that time is being charged to, 0: none */
    uint64_t last_event;   /* ticks of the last charge */
    uint64_t first_ticks;  /* when its first owner arrived */
    uint64_t fences;       /* callees of sampled calls: two events each */
    uint64_t overhead_x16; /* ticks/16 that its events took, by calibration */
    uint64_t reserved[2];
};

/* ---- How long calls took -------------------------------------------------
 * A part of a function's histogram: its calls of 2^octave ticks and more, up to
 * twice that, in equal steps.  A thread has its own parts, so a function may
 * have many of the same octave: they add up.  A sampled call counts for as many
 * as it stands for.  In use when `site` is not 0. */
#define CPROF_DURATION_STEPS 8
#define CPROF_DURATION_OCTAVES 48 /* the last one holds what is longer, too */

struct cprof_durations {
    uint32_t site;
    uint32_t octave;
    uint64_t calls[CPROF_DURATION_STEPS];
};

/* ---- A module: executable or shared library -----------------------------
 * The extent holds this struct, then the section bytes as the linker laid
 * them out.  `*_address` are the addresses the sections had in the process, so
 * that a ref in a record resolves to an offset in another blob. */
struct cprof_module {
    uint32_t site_count;
    uint32_t site_size; /* sizeof(struct cprof_site) of the plugin */
    uint32_t call_count;
    uint32_t call_size;
    uint64_t site_address, site_offset; /* offsets from the start of this struct */
    uint64_t call_address, call_offset;
    uint64_t string_address, string_offset, string_len;
    uint64_t load_address;
    uint64_t unloaded_ticks; /* 0: still loaded */
    char path[256];          /* "" for the executable */
    /* Not in profiles of before there were lines; there site_offset is smaller
     * than this struct. */
    uint32_t line_count;
    uint32_t line_size;
    uint64_t line_address, line_offset;
    /* Likewise before there were allocation sites.  Their ids follow the functions'. */
    uint32_t allocation_count;
    uint32_t allocation_size;
    uint64_t allocation_address, allocation_offset;
};

/* ---- The heap -------------------------------------------------------------
 * Of all threads.  When threads allocate at the same time, each brings its newest
 * events in up to CPROF_HEAP_BATCH later; the sums over nodes are exact always. */
#define CPROF_HEAP_BATCH 256
#define CPROF_HEAP_SAMPLES 256

enum cprof_heap_mode { CPROF_HEAP_OFF = 0, CPROF_HEAP_ON = 1, CPROF_HEAP_SAMPLED = 2 };

/* A moment of the heap; `highest` is since the moment before. */
struct cprof_heap_sample {
    uint64_t sequence; /* allocations so far */
    uint64_t ticks;
    int64_t live_bytes;
    int64_t highest_bytes;
};

struct cprof_heap {
    uint32_t mode;         /* enum cprof_heap_mode */
    uint32_t sample_count; /* of samples[] */
    uint64_t sequence;     /* allocations so far   */
    int64_t live_bytes;
    int64_t peak_bytes;
    uint64_t peak_number; /* how many times there was a new peak */
    uint64_t peak_sequence;
    uint64_t sample_bytes;   /* SAMPLED: bytes to one sample      */
    uint64_t unknown_frees;  /* of blocks that nobody noted       */
    uint64_t replaced_count; /* noted again at an address whose block was still live: */
    uint64_t replaced_bytes; /* code without notes has released it */
    uint64_t failed;         /* allocations that gave no block    */
    uint64_t untracked;      /* blocks without room in the table  */
    uint64_t reserved[4];
    struct cprof_heap_sample samples[CPROF_HEAP_SAMPLES];
};

/* An allocation site in all contexts and threads; in use when `site` is not 0. */
struct cprof_place {
    uint32_t site;
    uint32_t flags; /* CPROF_PLACE_* */
    int64_t live_bytes;
    int64_t peak_bytes;
    uint64_t reserved;
};

#define CPROF_PLACE_APART 0x1u /* mmap: not part of the heap's size */

/* ---- Where the kernel saw the threads ---------------------------------------
 * How often it found a thread in a function, or in a library that the function had
 * called, once in so many nanoseconds of processor time.  In use when `site` is not 0;
 * it may be one of those below. */
#define CPROF_SAMPLES_COUNT 4096
#define CPROF_SAMPLES_ELSEWHERE 0xffffffffu /* nobody knows whose caller's */
#define CPROF_SAMPLES_RUNTIME 0xfffffffeu   /* the profiler's own          */
#define CPROF_SAMPLES_LOST 0xfffffffdu      /* had no room in the ring     */

struct cprof_samples {
    uint32_t site;
    uint32_t reserved;
    uint64_t count;
};

static_assert(sizeof(struct cprof_extent) == CPROF_EXTENT_SIZE, "extent size");
static_assert(sizeof(struct cprof_node) == CPROF_NODE_SIZE, "node size");
static_assert(sizeof(struct cprof_node_call) <= 96, "node body size");
static_assert(sizeof(struct cprof_node_alloc) == 96, "node body size");
static_assert(sizeof(struct cprof_node_lives) == 96, "node body size");
static_assert(sizeof(struct cprof_place) == 32, "place size");
static_assert(offsetof(struct cprof_heap, samples) == 128, "heap size");
static_assert(offsetof(struct cprof_node, left) == 0, "the hot path counts at offset 0");
static_assert(sizeof(struct cprof_thread) == 64, "thread size");
static_assert(sizeof(struct cprof_durations) == 72, "durations size");
static_assert(sizeof(struct cprof_header) <= CPROF_TOC_OFFSET, "header fits its page");
static_assert(CPROF_TOC_OFFSET + CPROF_EXTENT_MAX * CPROF_EXTENT_SIZE == CPROF_DATA_OFFSET, "toc");

#endif
