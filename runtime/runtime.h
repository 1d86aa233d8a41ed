/* The runtime: a guest in someone else's process.
 *
 * Its laws, each with its reason:
 *  1. It never prints, exits, aborts or raises.  What it cannot record it counts
 *     as lost (header.lost_calls) or says in header.troubles.
 *  2. It calls nothing of libc and nothing that the program could define
 *     (system.h).  The two weak exceptions, dl_iterate_phdr and dlsym, are used where
 *     a module begins only (module.c, unwind.c).  It reads one
 *     variable of libc's, __libc_single_threaded (heap.c), where there is one.
 *  3. It uses general registers only (-mgeneral-regs-only), so the cold calls
 *     of a hook need to save nothing else, and errno is never touched.
 *  4. No lock and no atomic between threads on the hot path: a thread steps
 *     through its own tree.  Cold paths use compare-and-swap; the one flag that
 *     can be waited for is the file's growth (file.c).
 *  5. A signal handler may run, count calls, and even siglongjmp away, between
 *     any two instructions.  So every structure is changed by filling something
 *     nobody sees yet and publishing it with one store.
 *  6. A forked child finds the hot parts of its nodes wiped by the kernel, so
 *     its first call takes the cold path and gets a profile of its own
 *     (fork.c); until then it cannot have counted anything into its parent's.
 *  7. All state hangs on one `struct process`, in memory of its own, found
 *     through one hidden pointer a module: several copies of this code (one a
 *     module) work on the same state.
 *
 * Reading order: runtime.h, tree.c (enter), timing.c (begin, end; before it
 * charges.c, timed_calls.c, sampled_calls.c), durations.c, thread.c, module.c, tally.c,
 * patch.c, process.c (start and finish), file.c, fork.c, thunk.c; for allocations
 * heap.h and the files that it names; for where the kernel sees threads
 * kernel_samples.c, frames.c, code_map.c and unwind.c.
 * One translation unit, runtime.c, includes them all.
 */
#ifndef CPROF_RUNTIME_H
#define CPROF_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cprof/abi.h>
#include <cprof/format.h>

#include "system.h"

#define HIDDEN __attribute__((visibility("hidden")))
#define NOINLINE __attribute__((noinline))
/* Once a process, beside a system call, or of some thousand events: as small as may be,
 * since every program has it. */
#define SELDOM __attribute__((noinline, cold))
#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)
/* What every malloc and free, and every timed call, runs through is one function each,
 * without calls: half of what it would cost otherwise goes into saving and passing
 * registers. */
#define HOT static inline __attribute__((always_inline))
#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

/* For the compiler: a value to keep in a register, instead of working it out again for
 * each field; and what holds though it cannot see why. */
#define KEPT(x) __asm__("" : "+r"(x))
#define KNOWN(x) ((x) ? (void)0 : __builtin_unreachable())

enum {
    BLOCK_NODES = CPROF_ZONE / CPROF_NODE_STRIDE,
    BLOCK_MAX = 3072, /* 1.5 million nodes, 1.2 GB of addresses, twice for the twins */
    NODE_MAX = BLOCK_MAX * BLOCK_NODES,
    CHUNK_NODES = 32, /* a page of hot parts and a page of file: no false sharing */
    OFF_NODE = 1,
    CONTEXT_CAP = 1 << 20,
    THREAD_MAX = 1 << 16,
    FIRST_NODES = BLOCK_NODES / 4,
    FIRST_THREADS = 64,
    PATH_MAX_LEN = 1024,
    TIMED_DEPTH_MAX = 1 << 16,
    FILE_RESERVE = 512 << 20,
    DURATION_MAX = 1 << 16, /* parts of histograms: 4.5 MiB of file */
    DURATION_CHUNK = 16,    /* parts that one thread uses */
    FIRST_DURATIONS = 512,  /* parts of an extent: whole pages */
    DIRECTORY_MAX = 1 << 16,
    TWIN_TAG = 2,
    SAMPLED_CPU_MAX = 512,
    CODE_MODULE_MAX = 64,
    CODE_LIBRARY_MAX = 256,
    CODE_FUNCTION_COUNT = 4096,
    TALLY_SITE_MAX = 1 << 20, /* sites of shared objects with a tally */
};

/* What __cprof_left is until sampling sets it: below zero for as long as a thread
 * could allocate, so that where nothing is sampled every block is noted. */
#define LEFT_UNKNOWN (INT64_MIN / 2)

/* What a node's hash table of children holds: key is parent << 32 | site id. */
struct child_entry {
    uint64_t key;
    uint32_t child;
    uint32_t padding;
};

struct child_table {
    uint64_t mask;
    struct child_entry entries[];
};

/* An open timed call. */
struct timed_call {
    uint64_t start;
    uintptr_t frame;           /* stack pointer at its begin; callees' are lower */
    uintptr_t stood_on;        /* what the thread stands on again after it */
    struct cprof_node *node;   /* NULL: only the begin and end matter */
    struct cprof_node *region; /* what was charged before, and is again after it */
    struct cprof_node *spot;
    uint64_t spot_weight;
    uint64_t overhead_x16; /* of the thread when it began */
    uint64_t weight;       /* of a sampled call, in CPROF_SAMPLE_UNITs; 0: none */
    uint64_t own;          /* of a sampled call: ticks seen so far, signed */
    uint64_t self;         /* the part without its callees, times the weight */
};

/* Where the parts of a function's histogram are, by octave; 0: none yet.  One for
 * each function and thread, shared by its nodes.  Wiped in a forked child. */
struct duration_directory {
    uint32_t part[CPROF_DURATION_OCTAVES];
};

/* A thread's tree, private part.  Outlives its owner.  A power of two in size,
 * because nodes name their thread by number. */
struct thread {
    uint32_t owner;      /* tid, 0: free for the next with the same start */
    uint32_t claims;     /* how many it has had, those of the parents of a fork too */
    uint32_t start_site; /* the function its owners start with */
    uint32_t root;
    uint32_t next;               /* next node of its chunk; a multiple of CHUNK_NODES: none */
    uint32_t overflow;           /* node that gathers what exceeds the context cap */
    uint32_t duration_next;      /* likewise of its chunk of parts of histograms */
    struct cprof_thread *record; /* its part that readers see */
    struct child_table *children;
    uint64_t children_used;
    /* timing, timing.c */
    struct timed_call *timed;
    struct cprof_node *region; /* whose self_ticks the time goes to */
    struct cprof_node *spot;   /* the sampled call whose own time it is, or NULL */
    uint64_t spot_weight;      /* in CPROF_SAMPLE_UNITs */
    uint32_t timed_depth;
    uint32_t interval;  /* calls to one sample, at present */
    bool spot_is_after; /* the spot is a timed caller, for one stretch */
    uint64_t last_event;
    uint64_t stretch_start; /* of the sampled call's own time */
    uint64_t empty_by_enter, empty_by_end;
    uint64_t last_sample;
    uint64_t calls_seen, calls_span;    /* by the last samples: calls, and ticks they took */
    uint64_t sample_spent, sample_cost; /* ticks: on the present sample, on one of late */
    uint64_t short_ticks;               /* calls shorter than this are not all timed */
    uint64_t timed_spent_x16;           /* ticks/16 on timed calls since window_start */
    uint64_t window_start;
    uint64_t cpu_ns, cpu_ticks; /* last look at the thread's CPU clock */
    uint64_t random;
    uint64_t overhead_x16; /* ticks/16 that its events took so far */
    /* What two events take together, and the part of it that falls into the call
     * between them; the sums are of the last eight measurements, weighted. */
    uint64_t pair_x16, inner_x16;
    uint64_t pair_sum, inner_sum;
    uint32_t probe_node;     /* of no context, for measuring; 0: none yet */
    uint32_t calls_to_probe; /* timed calls until it is measured again */
} __attribute__((aligned(128)));

/* A function of the program's by its address, code_map.c. */
struct code_function {
    uintptr_t start;
    uint32_t site; /* 0: none that has hooks */
};

/* What adaptive mode notes of a node, by node index, or tally.c of one of its own. */
struct tuning {
    union {
        struct {
            uint32_t interval; /* an untimed node was armed with */
            uint32_t trial_calls;
        };
        uint64_t tally;
    };
    uint64_t trial_ticks; /* that the trial's calls took */
};

/* The heap, heap.h.  What is not wiped in a forked child: where things are. */
struct heap_parts {
    uint8_t *filter; /* how many noted blocks have this part of their address */
    uint64_t filter_mask;
    intptr_t left_offset;       /* of __cprof_left of the process's first module */
    intptr_t self_offset;       /* of its second word */
    struct heap *heap;          /* NULL: off */
    struct cprof_heap *record;  /* in the file */
    struct cprof_place *places; /* in the file, room for PLACE_MAX; 0 takes what has none */
    uint32_t place_limit;       /* backed by the file */
    const char *single;         /* libc's: whether the process has one thread; never NULL */
    uint32_t mode;              /* enum cprof_heap_mode */
    uint8_t any[1];             /* the filter while every block is noted */
};

/* Where code lies, and the table of its functions. */
struct code_region {
    uintptr_t start, end; /* of the code; end 0: it is gone */
    const struct frame_index *frames;
};

/* A module whose functions can be told by their addresses, code_map.c. */
struct code_module {
    struct code_region code;
    uintptr_t runtime_start, runtime_end; /* of its copy of this runtime */
    uint32_t (*site_of)(uintptr_t start, uintptr_t end);
};

/* What the kernel's samples need, kernel_samples.c; private, but for the records. */
struct kernel_samples {
    uint64_t busy;       /* ticks since when somebody is in here, 0: nobody */
    uint32_t ring_count; /* of rings[] */
    uint64_t ring_len;   /* bytes, behind the page that describes it */
    struct perf_event_mmap_page *rings[SAMPLED_CPU_MAX];
    struct code_function functions[CODE_FUNCTION_COUNT]; /* by a hash of the start */
    struct cprof_samples records[CPROF_SAMPLES_COUNT] __attribute__((aligned(4096)));
};

struct process {
    uint64_t identity; /* PROCESS_IDENTITY: same layout as this copy's */
    uintptr_t base;    /* of the blocks, behind which lie as many zeros for twins */
    intptr_t tls_offset;
    struct cprof_header *header;
    struct cprof_extent *contents;
    struct cprof_thread *file_threads;
    struct thread *threads;
    struct tuning *tuning;
    struct duration_directory *directories;
    struct cprof_durations *durations;
    uint64_t *tallies; /* by site id, of those whose countdown is of all threads */

    uint32_t thread_count, thread_limit; /* used; backed by the file */
    uint32_t chunk_next;                 /* next free chunk */
    uint32_t node_limit;                 /* nodes backed by the file */
    uint32_t directory_next;
    uint32_t duration_chunk, duration_limit; /* next free; parts backed by the file */
    uint32_t site_next;
    uint32_t context_cap;
    uint32_t paused;  /* by the program: user.c */
    uint32_t growing; /* tid of who makes the file larger */
    uint32_t mode, clock, pid;
    bool without_samples; /* CPROF_SAMPLES=off */
    char *window;         /* the file from its start, holes included */
    uint64_t window_len;
    uint64_t file_end;
    uint64_t extent_next;
    uint32_t module_count;
    uint32_t generation;

    uint64_t ns_per_tick;         /* 32.32 fixed point */
    uint64_t long_ticks;          /* from here on the CPU clock is read too */
    uint64_t short_ticks;         /* at the start; struct thread has the present ones */
    uint64_t stray_ticks;         /* no sampled stretch of so many stands for others */
    uint64_t cost_x16;            /* ticks/16 that a timed call is reckoned to cost */
    uint64_t sample_gap;          /* ticks that should lie between samples of a thread */
    uint64_t pair_x16, inner_x16; /* what probes took at the start; see struct thread */

    struct heap_parts heap;
    struct kernel_samples *samples; /* NULL: the kernel takes none, or none yet */
    uint64_t samples_due;           /* ticks at which to begin with them; 0: never */
    uint32_t code_module_count;
    struct code_module code_modules[CODE_MODULE_MAX];
    uint32_t code_library_count;
    struct code_region code_libraries[CODE_LIBRARY_MAX];

    const uint64_t *fake_clock;
    char pattern[PATH_MAX_LEN];   /* CPROF_OUTPUT */
    char folder[PATH_MAX_LEN];    /* working directory at the start */
    char file_path[PATH_MAX_LEN]; /* where the mapped file is; "" if nowhere */
    char link_path[PATH_MAX_LEN]; /* its name in the output folder */
};

#define PROCESS_IDENTITY (0x6370726f66000000u + CPROF_ABI_VERSION)

/* What a thread stands on before it has a tree (process.c). */
extern HIDDEN uint64_t __cprof_sentinel[];

/* What stands in for a caller when a probe is called to measure nothing: the
 * thunk looks at the slots even of that. */
#define EMPTY_STRETCH ((uintptr_t)__cprof_sentinel + CPROF_HOT_BIAS + 3)

/* One hidden copy a module of each of these. */
extern HIDDEN struct process *__cprof_process;
extern HIDDEN intptr_t __cprof_tls_offset;

/* What notes look at (abi.h); 0 while they do nothing. */
extern HIDDEN intptr_t __cprof_left_offset;
extern HIDDEN uint64_t __cprof_filter_mask;
extern HIDDEN intptr_t __cprof_filter_distance;
extern HIDDEN const uint8_t __cprof_filter_none;
extern HIDDEN __thread uintptr_t __cprof_current __attribute__((tls_model("initial-exec")));

/* What a thread's notes look at: bytes left (abi.h), and its record, heap.h. */
struct heap_words {
    int64_t left;
    struct heap_thread *self;
};
extern HIDDEN __thread struct heap_words __cprof_left __attribute__((tls_model("initial-exec")));

/* ---- Addresses ---------------------------------------------------------- */

#define BLOCKS_LEN ((uintptr_t)BLOCK_MAX * CPROF_BLOCK)

static inline uintptr_t hot_of(const struct process *process, uint32_t node)
{
    return process->base + CPROF_HOT_BIAS + (uintptr_t)(node / BLOCK_NODES) * CPROF_BLOCK +
           (uintptr_t)(node % BLOCK_NODES) * CPROF_NODE_STRIDE;
}

static inline struct cprof_node *node_of(const struct process *process, uint32_t node)
{
    return (struct cprof_node *)(hot_of(process, node) - CPROF_HOT_BIAS + CPROF_ZONE);
}

/* In a sampled call a thread stands on the twin of its node, whose slots are
 * always empty: so every call takes the cold path without a test on the hot one.
 * The tag tells the thunk (thunk.c) not to look at anything before the clock. */
static inline uintptr_t twin_of(uintptr_t hot)
{
    return (hot + BLOCKS_LEN) | TWIN_TAG;
}

static inline bool is_twin(const struct process *process, uintptr_t hot)
{
    return hot - process->base - BLOCKS_LEN < BLOCKS_LEN;
}

/* The node of a hot pointer so far behind the first block's start. */
static inline struct cprof_node *node_at_distance(const struct process *process, uintptr_t distance)
{
    distance &= ~(uintptr_t)(CPROF_NODE_STRIDE - 1);
    struct cprof_node *node = (struct cprof_node *)(process->base + CPROF_ZONE + distance);
    KNOWN(node != NULL);
    return node;
}

/* The node of a hot pointer, its twin's or a tagged one; NULL if it is none (the
 * sentinel of a thread that has no tree yet). */
static inline struct cprof_node *node_at(const struct process *process, uintptr_t hot)
{
    uintptr_t distance = hot - process->base;

    if (distance >= BLOCKS_LEN)
        distance -= BLOCKS_LEN;
    if (UNLIKELY(distance >= BLOCKS_LEN))
        return NULL;
    return node_at_distance(process, distance);
}

static inline uintptr_t hot_at(const struct cprof_node *node)
{
    return (uintptr_t)node - CPROF_ZONE + CPROF_HOT_BIAS;
}

static inline uint32_t idx_of(const struct process *process, const struct cprof_node *node)
{
    uintptr_t distance = (uintptr_t)node - process->base;

    return (uint32_t)(distance / CPROF_BLOCK) * BLOCK_NODES +
           (uint32_t)(distance % CPROF_BLOCK - CPROF_ZONE) / CPROF_NODE_STRIDE;
}

static inline struct thread *thread_of(const struct process *process, const struct cprof_node *node)
{
    return &process->threads[node->thread];
}

/* A word of this thread's, by its distance from the thread pointer. */
static inline uint64_t thread_word(intptr_t offset)
{
    uint64_t value;
    __asm__ volatile("movq %%fs:(%1), %0" : "=r"(value) : "r"(offset));
    return value;
}

static inline void thread_word_set(intptr_t offset, uint64_t value)
{
    __asm__ volatile("movq %0, %%fs:(%1)" : : "r"(value), "r"(offset) : "memory");
}

static inline uintptr_t current_get(const struct process *process)
{
    return thread_word(process->tls_offset);
}

static inline void current_set(const struct process *process, uintptr_t value)
{
    thread_word_set(process->tls_offset, value);
}

/* The bytes that are left to the thread's next sample of allocations. */
static inline int64_t left_get(const struct heap_parts *heap)
{
    return (int64_t)thread_word(heap->left_offset);
}

static inline void left_set(const struct heap_parts *heap, int64_t value)
{
    thread_word_set(heap->left_offset, (uint64_t)value);
}

/* What the thread has of its own for the heap; never NULL. */
static inline struct heap_thread *heap_self(const struct heap_parts *heap)
{
    return (struct heap_thread *)thread_word(heap->self_offset);
}

/* Compare-and-swap against this thread's own signal handlers: one instruction,
 * but without the lock prefix, whose 20 cycles only other threads would need.
 * On failure *expected is what was found. */
static inline bool swap_own(uint64_t *word, uint64_t *expected, uint64_t value)
{
    bool swapped;
    __asm__ volatile("cmpxchgq %3, %1"
                     : "+a"(*expected), "+m"(*word), "=@ccz"(swapped)
                     : "r"(value));
    return swapped;
}

/* Whether no clock is read. */
static inline bool is_counting(const struct process *process)
{
    return process->mode == CPROF_MODE_COUNT || process->mode == CPROF_MODE_BUDGET;
}

static inline uint32_t thread_id(void)
{
    return (uint32_t)SYSTEM_0(gettid);
}

/* The wiped word: 1 while this is the process that made the mapping. */
static inline volatile uint32_t *alive_of(const struct process *process)
{
    return (volatile uint32_t *)process->base;
}

/* False in a forked child that has no profile yet, or cannot make one: what it knows of is
 * its parent's. */
static inline bool is_alive(const struct process *process)
{
    return *alive_of(process) == 1;
}

static inline uint32_t site_id(const struct cprof_site *site)
{
    return *(const volatile uint32_t *)((const char *)&site->id_ref + site->id_ref);
}

static inline void trouble_add(struct process *process, uint32_t trouble)
{
    __atomic_fetch_or(&process->header->troubles, trouble, __ATOMIC_RELAXED);
}

static inline void lost_add(struct process *process)
{
    __atomic_fetch_add(&process->header->lost_calls, 1, __ATOMIC_RELAXED);
}

/* ---- Between the files --------------------------------------------------- */

/* file.c */
static bool file_create(struct process *process);
static bool extent_allocate(struct process *process, struct cprof_extent *extent);
static void extent_publish(struct process *process, const struct cprof_extent *extent);
static void *storage_map(struct process *process, uint64_t offset, void *address, uint64_t len);
static void storage_unmap(struct process *process, void *mapped, uint64_t len);
static bool nodes_grow(struct process *process, uint32_t wanted);
static bool threads_grow(struct process *process, uint32_t wanted);
static bool durations_grow(struct process *process, uint32_t wanted);
static void file_finish(struct process *process);

/* thread.c */
static struct thread *thread_claim(struct process *process, uint32_t start_site);

/* tree.c */
static uint32_t child_of(struct process *process, struct thread *thread, uint32_t parent,
                         uint32_t site);
static uint32_t node_new(struct process *process, struct thread *thread, uint32_t parent,
                         uint32_t site, uint32_t flags);

static uint32_t child_known(const struct thread *thread, uint32_t parent, uint32_t site);
static void child_remember(struct thread *thread, uint32_t parent, uint32_t site, uint32_t child);

/* charges.c, timing.c */
static void thread_timing_reset(struct process *process, struct thread *thread);
static void call_count(struct process *process, struct thread *thread, struct cprof_node *child,
                       uintptr_t *caller, uintptr_t stood_on);
static void timing_return(struct process *process, struct thread *thread, struct cprof_node *parent,
                          uintptr_t *caller, uint64_t now);
static uint64_t timing_arrive(struct process *process, struct thread *thread);
static void node_arm(struct process *process, struct cprof_node *node);

/* module.c */
static uint32_t site_number(const struct cprof_site *site);

/* kernel_samples.c */
static uint64_t kernel_samples_enter(const struct process *process, struct kernel_samples *samples);
static void kernel_samples_leave(struct kernel_samples *samples, uint64_t entered);
static void kernel_samples_drain(struct process *process, bool keep);
static inline void kernel_samples_poll(struct process *process, uint64_t now);
static void kernel_samples_delay(struct process *process);

/* unwind.c */
static void libraries_register(struct process *process);

/* code_map.c */
static void code_register(struct process *process);
static void code_unregister(struct process *process);
static uint32_t code_site(struct process *process, uintptr_t address);
static bool is_behind_call(const struct process *process, uintptr_t address);

/* calibrate.c */
static uint64_t probes_measure(struct process *process, struct thread *thread);
static void probes_reset(const struct process *process, struct thread *thread);

/* fork.c */
static bool child_restart(struct process *process);

/* heap.c */
static void heap_start(struct process *process);
static bool heap_restart(struct process *process);
static void heap_finish(struct process *process);

/* clock.c */
static inline uint64_t ticks_now(const struct process *process);

#endif
