/* The model: what all profiles of one handle say, merged.
 *
 *   load.c     one checked reading -> functions and contexts
 *   calls.c    call sites
 *   regions.c  who a region's measured self time belongs to
 *   model.c    the handle, merging, and (model_finish) totals and order
 *   stats.c    numbers of one function from its contexts
 *
 * Renderers read the model after model_finish and change nothing.  Contexts
 * are stored parents first, so every sum over subtrees is one backward loop and
 * every walk follows links; nothing recurses, however deep a profile is.
 */
#ifndef CPROF_ANALYSIS_MODEL_H
#define CPROF_ANALYSIS_MODEL_H

#include <cprof/cprof.h>
#include <cprof/format.h>

#include "durations.h"
#include "heap.h"
#include "table.h"
#include "texts.h"
#include "threads.h"

#define MODEL_NONE UINT32_MAX

/* Room for a build id as hexadecimal text. */
#define MODEL_BUILD_ID_SIZE (2 * sizeof(((struct cprof_header *)0)->build_id) + 1)

/* Room for the unit of another profiler's numbers. */
#define MODEL_UNIT_SIZE 32

/* The root of all contexts, named after the program; no function. */
#define MODEL_ROOT 0

enum context_kind { CONTEXT_FUNCTION, CONTEXT_ALLOC, CONTEXT_SCOPE };

/* What is measured of a context or, summed up, of a function.  Times are
 * nanoseconds; doubles, since they are shares, and exact up to 2^53. */
struct measure {
    uint64_t calls;
    double calls_error; /* by so many they may be off, either way */
    uint64_t timed_calls;
    double self;     /* exact and estimated */
    double wait;     /* the part of self off the CPU */
    double min, max; /* of the timed calls; min 0: none */
    double variance; /* of self, from sampling */
    double probes;   /* what was taken off self for the probes */
    double blind;    /* calls whose share of self no sample tells */
};

struct function {
    uint32_t name;  /* text for people */
    uint32_t label; /* the same, shortened to be shown */
    uint32_t file;
    uint32_t line;
    uint32_t unit; /* text of the compiler that wrote it */
    uint32_t reason;
    uint32_t flags;      /* CPROF_SITE_* of all its records */
    uint32_t statements; /* its size, of the last of them */
    bool allocator;      /* stands for an allocation site in the tree; no function of the program */
    /* Set by model_finish. */
    uint64_t alloc_count, alloc_bytes; /* by its own sites */
    struct measure measure;
    double total;
    double cpu;
    double p50, p95, p99; /* of the durations; 0: unknown */
    uint32_t max_depth;
    uint32_t open; /* contexts of it on the path of the walk; 0 outside of it */
};

struct context {
    uint32_t parent;
    uint32_t function; /* MODEL_NONE for the root */
    enum context_kind kind;
    uint32_t heap; /* 1 + index in heaps, of an allocation site's context; else 0 */
    struct measure measure;
    /* Set by model_finish; links skip contexts that nothing was seen of. */
    double total;
    double cpu;
    double total_calls;
    uint32_t first_child, next_sibling;
    uint32_t depth;
};

/* A line of an allowlist or denylist, of all objects that were compiled with it. */
struct list_line {
    uint32_t file, text; /* texts */
    uint32_t line;
    uint32_t flags; /* CPROF_LINE_*, of all its records */
};

/* A call in the source, once for each time that the compiler put it into code. */
struct call_site {
    uint32_t caller; /* function */
    uint32_t callee; /* text: its name as people write it */
    uint32_t file;   /* text */
    uint32_t line;
    uint8_t loop_depth, flags;
};

/* Code of a function that the compiler put into another one. */
struct inlined {
    uint32_t caller;     /* function */
    uint32_t name, file; /* texts: of the source, without classes and parameters; or so */
};

/* A counter of the program's own, in all contexts. */
struct counter {
    uint32_t function; /* that stands for its name and place */
    int64_t sum;
    uint64_t additions;
};

/* Facts of one file. */
struct run {
    struct cprof_header header;
    double wall, overhead;   /* nanoseconds; negative: unknown */
    double scale;            /* nanoseconds a tick; negative: unknown */
    struct cprof_heap *heap; /* owned; NULL: no allocations were noted */
    uint64_t threads, nodes, bytes, kernel_samples, kernel_lost;
    bool running;
    bool imported; /* another profiler's; of the header only texts and times hold */
};

struct cprof_profile {
    struct texts texts;
    struct function *functions;
    size_t function_count, function_capacity;
    struct table function_by_key;
    struct context *contexts;
    size_t context_count, context_capacity;
    struct table context_by_key;
    struct table display_by_name; /* assembler name -> name for people */
    struct list_line *lines;      /* in the order of their lists */
    size_t line_count, line_capacity;
    struct table line_by_key;
    struct durations durations;
    struct threads threads;
    struct call_site *calls;
    size_t call_count, call_capacity;
    struct inlined *inlined; /* each once an object */
    size_t inlined_count, inlined_capacity;
    struct counter *counters; /* in the order in which they were met */
    size_t counter_count, counter_capacity;
    struct table counter_by_function;
    struct heap_site *heap_sites;
    size_t heap_site_count, heap_site_capacity;
    struct table heap_site_by_key;
    struct heap_numbers *heaps; /* of contexts */
    size_t heap_count, heap_capacity;
    struct run *runs;
    size_t run_count, run_capacity;
    char unit[MODEL_UNIT_SIZE];          /* what times really are; "": nanoseconds */
    bool uncounted;                      /* no run tells calls */
    const struct cprof_profile *view_of; /* whose all is but functions and contexts; or NULL */
    bool inverted;                       /* a view of callers: below a context stands its caller */
    /* Set by model_finish. */
    bool finished;
    uint32_t *by_self; /* functions that were seen, by self time */
    size_t seen_count;
    size_t context_seen;
    uint32_t *by_place;             /* all functions, by file and line */
    struct heap_total *heap_totals; /* by context; NULL where no allocations were noted */
    uint32_t *heap_by_bytes;        /* sites that were seen, by bytes */
    size_t heap_seen;
    const char *folder; /* that the program's own absolute files share, with its last slash */
    size_t folder_len;  /* 0: none */
    char build_id[MODEL_BUILD_ID_SIZE];
};

/* ---- Merging, for load.c. MODEL_NONE: no memory. -------------------------- */

/* The function with this assembler name, file and line. */
uint32_t model_function(struct cprof_profile *profile, uint32_t name, uint32_t file, uint32_t line);

/* The text for people of an assembler name's. */
uint32_t model_display(struct cprof_profile *profile, uint32_t name);

/* A function by the name that people write. */
uint32_t model_hand_function(struct cprof_profile *profile, const char *name, const char *path,
                             uint32_t line);

/* A function that no compiler wrote, like "[context cap]". */
uint32_t model_pseudo_function(struct cprof_profile *profile, const char *name);

/* The context of a function below another context. */
uint32_t model_context(struct cprof_profile *profile, uint32_t parent, uint32_t function,
                       enum context_kind kind);

/* The allocation site with these facts; its leaf is made, numbers are left alone. */
uint32_t model_heap_site(struct cprof_profile *profile, const struct heap_site *site);

/* The numbers of a context of an allocation site, for adding to; NULL: no memory. */
struct heap_numbers *model_heap_numbers(struct cprof_profile *profile, uint32_t context);

/* Adds a line, or its flags to the same line of other objects.  False: no memory. */
bool model_line(struct cprof_profile *profile, const struct list_line *line);

/* Adds to a counter.  False: no memory. */
bool model_count(struct cprof_profile *profile, uint32_t function, int64_t sum, uint64_t additions);

void measure_add(struct measure *sum, const struct measure *part);

/* ---- For renderers -------------------------------------------------------- */

/* Brings everything "set by model_finish" up to date. */
enum cprof_status model_finish(struct cprof_profile *profile, struct cprof_error *error);

/* Whether any run read a clock, or another profiler's has amounts of its own: self
 * and total mean something. */
bool model_timed(const struct cprof_profile *profile);

/* Whether there are calls that were not counted one by one. */
bool model_estimated(const struct cprof_profile *profile);

/* Whether any run knows who called whom: else totals are not known, only self times. */
bool model_nested(const struct cprof_profile *profile);

/* What self and total count where they are no times ("samples", "Ir"); "" where
 * they are nanoseconds.  All runs of a handle have the same. */
const char *model_unit(const struct cprof_profile *profile);

/* Whether cprof itself has measured at least one run. */
bool model_measured(const struct cprof_profile *profile);

/* model_timed, and in nanoseconds. */
bool model_in_nanoseconds(const struct cprof_profile *profile);

/* Whether calls are known: samplers do not tell them. */
bool model_counted(const struct cprof_profile *profile);

/* The earliest run, or NULL when only binaries were added. */
const struct run *model_first_run(const struct cprof_profile *profile);

/* The last part of the program's path. */
const char *model_program(const struct cprof_profile *profile);

const char *model_function_name(const struct cprof_profile *profile, uint32_t function);
const char *model_context_name(const struct cprof_profile *profile, uint32_t context);

/* The same as they are shown where room matters. */
const char *model_function_label(const struct cprof_profile *profile, uint32_t function);
const char *model_context_label(const struct cprof_profile *profile, uint32_t context);

/* The file of a function without the folder that all files share. */
const char *model_short_file(const struct cprof_profile *profile, uint32_t function);

/* The function that holds the call of a context, which is not the root; a block within it
 * is no function of its own.  MODEL_NONE: the program itself. */
uint32_t model_caller(const struct cprof_profile *profile, uint32_t context);

/* The contexts in pre-order: pass MODEL_ROOT first, ends with MODEL_NONE.
 * With `descend` false the children of `context` are left out. */
uint32_t model_next(const struct cprof_profile *profile, uint32_t context, bool descend);

/* Whether people may mean the function by the word: its name, what is shown of
 * it, or that without parameters and what it is in. */
bool model_is_named(const struct cprof_profile *profile, uint32_t function, const char *word);

/* Whether it ran, and was not only compiled. */
bool model_seen(const struct function *function);

#endif
