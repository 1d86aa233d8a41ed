/* Contract 3: libcprof, the library that reads profiles.
 *
 * For programs that want what `cprof` prints: load one or more profile files
 * into a handle, then render them or walk their functions.  The library keeps
 * no state outside the handle, prints nothing, never exits and never asks
 * whether it talks to a terminal: all output goes to the caller's sink.
 *
 * Ownership, for every function here: what a function takes it only borrows
 * for the call; what it hands out belongs to the handle and lives until the
 * handle is freed.  A handle may be used by one thread at a time, different
 * handles by different threads.
 *
 * Units: times are nanoseconds.  CPROF_UNKNOWN stands where the source of a
 * number was off; it is never 0.
 */
#ifndef CPROF_CPROF_H
#define CPROF_CPROF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CPROF_UNKNOWN UINT64_MAX

/* The same numbers as the exit status of the command. */
enum cprof_status {
    CPROF_OK = 0,
    CPROF_GATE = 1,  /* a gate did not hold */
    CPROF_USAGE = 2, /* the caller asked for something that does not exist */
    CPROF_INPUT = 3, /* unreadable or damaged input, or no memory for it */
    CPROF_OUTPUT = 4 /* the sink refused */
};

/* Filled by a function that returns something other than CPROF_OK: one
 * sentence, without a newline, that names the thing and what to do. */
struct cprof_error {
    enum cprof_status status;
    char text[1024];
};

/* Where output goes.  `write` takes all `len` bytes and returns true, or
 * returns false, after which it is not called again. */
struct cprof_sink {
    bool (*write)(void *context, const char *bytes, size_t len);
    void *context;
};

/* What is measured of a function. */
enum cprof_metric {
#define CPROF_METRIC(name, word, unit, meaning) CPROF_METRIC_##name,
#include <cprof/metric.def>
#undef CPROF_METRIC
    CPROF_METRIC_COUNT
};

enum cprof_unit { CPROF_UNIT_NS, CPROF_UNIT_COUNT, CPROF_UNIT_BYTES };

/* The word of a metric ("total_time", ...), NULL past the last, and its unit. */
const char *cprof_metric_word(enum cprof_metric metric);
enum cprof_unit cprof_metric_unit(enum cprof_metric metric);

/* One or more profiles, merged. */
struct cprof_profile;

/* NULL only when there is no memory. */
struct cprof_profile *cprof_profile_new(void);
void cprof_profile_free(struct cprof_profile *profile);

/* Adds one profile file held in memory.  `name` is used in errors. */
enum cprof_status cprof_profile_add_bytes(struct cprof_profile *profile, const char *name,
                                          const void *bytes, size_t len, struct cprof_error *error);

/* Adds a profile file, every profile in a folder, or standard input ("-").
 * A file of a running process is read as it stands. */
enum cprof_status cprof_profile_add_path(struct cprof_profile *profile, const char *path,
                                         struct cprof_error *error);

/* Adds the functions of a program, library, object file or archive built with the
 * plugin, without any counts, for cprof_sites_* and cprof_lists_*.  Takes
 * profiles too. */
enum cprof_status cprof_profile_add_binary(struct cprof_profile *profile, const char *path,
                                           struct cprof_error *error);

/* Writes the profiles, or all of folders, into one document that the functions
 * above take for all of them.  Each stays in it as it is.  Files are read twice,
 * so "-" is none. */
enum cprof_status cprof_merge(const char *const *paths, size_t count, const struct cprof_sink *sink,
                              struct cprof_error *error);

/* Finds the newest cprof.out.* in `folder` and writes its path into `path`. */
enum cprof_status cprof_profile_newest(const char *folder, char *path, size_t path_size,
                                       struct cprof_error *error);

/* If `path` is the link to a profile on tmpfs whose process has ended without
 * moving it, moves the bytes to where the link stands.  Best effort: a folder
 * that cannot be written is not an error. */
void cprof_profile_settle(const char *path);

/* ---- Asking -------------------------------------------------------------- */

/* Facts about the run, or about all runs where several are merged: texts and
 * ids are those of the first to start, amounts are sums. */
struct cprof_run {
    const char *program;  /* path of the executable */
    const char *build_id; /* hexadecimal, may be "" */
    const char *compiler; /* that wrote most functions, may be "" */
    const char *host;
    const char *mode;    /* "adaptive", ..., or "mixed" */
    const char *clock;   /* "tsc", "monotonic", "fake" */
    uint64_t started_ns; /* since 1970 */
    uint64_t wall_ns;    /* from the first start to the last sign of life */
    uint64_t overhead_ns;
    double overhead_percent; /* negative: unknown */
    uint64_t lost_calls;     /* could not be recorded */
    uint64_t early_calls;    /* before the runtime started */
    uint64_t threads;        /* CPROF_UNKNOWN where imported */
    uint64_t functions;      /* that were called */
    uint64_t contexts;       /* distinct calling contexts after merging */
    uint64_t nodes;          /* as stored */
    uint64_t file_bytes;
    uint64_t not_instrumented;
    uint32_t processes;
    uint32_t pid;
    uint32_t arguments;           /* how many; see cprof_run_argument */
    bool complete;                /* every process ended by itself */
    bool running;                 /* at least one is still running on this machine */
    bool timed;                   /* false: times are unknown */
    bool imported;                /* another profiler's: most facts are unknown */
    bool counted;                 /* false: calls are unknown */
    bool estimated;               /* calls are estimates (a build with budget=on) */
    const char *unit;             /* what amounts count: "ns", or "samples", "Ir", ... */
    uint64_t kernel_samples;      /* by which times of short calls are corrected; 0: none */
    uint64_t kernel_samples_lost; /* had no room between two cold paths */
};

enum cprof_status cprof_run_facts(struct cprof_profile *profile, struct cprof_run *run,
                                  struct cprof_error *error);

/* Argument `idx` of the first process, or NULL. */
const char *cprof_run_argument(const struct cprof_profile *profile, uint32_t idx);

/* Sentence `idx` about what could not be done in the run, or NULL. */
const char *cprof_run_trouble(const struct cprof_profile *profile, uint32_t idx);

/* A line of an allowlist or denylist that something was compiled with. */
struct cprof_list_line {
    const char *file; /* of the list, as a compiler was given it */
    const char *text;
    uint32_t line;
    bool allow;   /* else of a denylist */
    bool matched; /* it named a function of at least one object */
};

/* Line `idx`, in the order of the lists; false past the last one. */
bool cprof_list_line_at(const struct cprof_profile *profile, size_t idx,
                        struct cprof_list_line *line);

/* A function, all contexts and threads together. */
struct cprof_function {
    const char *name;  /* as people write it, demangled */
    const char *label; /* shortened to be shown */
    const char *file;
    uint32_t line;
    uint32_t max_depth; /* deepest level in the tree, recursion folded; main is 1 */
    uint64_t calls;     /* exact but for calls_error_percent; CPROF_UNKNOWN from samplers */
    uint64_t total_ns;  /* callees included, recursion counted once */
    uint64_t self_ns;
    uint64_t self_raw_ns; /* with what the probes took of it, by calibration */
    uint64_t cpu_ns;      /* the part of total_ns that used the processor */
    uint64_t average_ns;  /* of one call; docs/adr/0011 */
    uint64_t min_ns;
    uint64_t max_ns;
    uint64_t p50_ns; /* half of the calls took no longer, within 7 percent; */
    uint64_t p95_ns; /* where only a sample was timed, estimates */
    uint64_t p99_ns;
    uint64_t timed_calls;
    double error_percent;       /* of self_ns, 95 % confidence; negative: unknown */
    double calls_error_percent; /* by so much calls are off at most; negative: unknown */
    uint64_t total_amount;      /* the same as the times, but in the unit of the run */
    uint64_t self_amount;
    uint64_t alloc_count; /* blocks that its own code allocated, callees not included */
    uint64_t alloc_bytes;
};

/* A counter of the program's own: CPROF_COUNT of user.h. */
struct cprof_counter {
    const char *name;
    const char *file;
    uint32_t line;
    int64_t sum;        /* of what was added */
    uint64_t additions; /* how often */
};

/* Counter `idx`; false past the last one. */
bool cprof_counter_at(const struct cprof_profile *profile, size_t idx,
                      struct cprof_counter *counter);

/* Function `idx` by descending self time; CPROF_USAGE past the last one. */
enum cprof_status cprof_function_at(struct cprof_profile *profile, size_t idx,
                                    struct cprof_function *function, struct cprof_error *error);

/* A place that allocates, all calls together.  Counts and bytes are exact;
 * CPROF_UNKNOWN where nobody looked. */
struct cprof_hotspot {
    const char *function; /* that allocates; by hand, the location as it was given */
    const char *file;
    uint32_t line;
    const char *kind;       /* "malloc", "realloc", ...; "" by hand */
    uint64_t count;         /* allocations */
    uint64_t total_bytes;   /* of all of them */
    uint64_t average_size;  /* bytes, rounded */
    uint64_t current_count; /* live at the end, or now */
    uint64_t current_bytes; /* likewise */
    uint64_t peak_bytes;    /* most that was live at one time */
    uint64_t freed_bytes;
    uint64_t temporary; /* freed before the thread allocated again */
};

/* A calling context: a function below its callers.  The root, 0, is the program. */
struct cprof_context {
    const char *name, *label; /* the whole name; as it is shown */
    const char *file;
    uint32_t line;
    uint32_t parent, first_child, next_sibling; /* or CPROF_NO_CONTEXT; the largest first */
    uint64_t calls;
    uint64_t total_amount, self_amount; /* in the unit of the run */
};

#define CPROF_NO_CONTEXT UINT32_MAX

/* False past the last, and when memory runs out. */
bool cprof_context_at(struct cprof_profile *profile, uint32_t idx, struct cprof_context *context);

enum cprof_view {
    CPROF_VIEW_CALLEES, /* the function and what it called, in all its contexts together */
    CPROF_VIEW_CALLERS, /* the function and, below it, who called it */
    CPROF_VIEW_THREADS  /* what the threads did that begin in the function */
};

/* A profile, to be freed before the one it is of, that shows only one function:
 * everything that takes profiles takes it, but nothing can be added.  `function` is
 * a name in full or without parameters and what it is in; CPROF_USAGE if none was
 * called that has it.  All that have it are shown. */
enum cprof_status cprof_profile_view(struct cprof_profile *profile, enum cprof_view kind,
                                     const char *function, struct cprof_profile **view,
                                     struct cprof_error *error);

/* ---- Rendering ------------------------------------------------------------
 * Every renderer writes one whole document and returns CPROF_OK, or
 * CPROF_OUTPUT when the sink refused, or CPROF_INPUT when memory ran out. */

/* What a text renderer needs to know about the place it writes to. */
struct cprof_style {
    unsigned columns; /* 0: as wide as the text wants */
    bool colour;      /* ANSI colours */
    bool unicode;     /* more than ASCII in what the renderer itself draws */
};

enum cprof_sort {
#define CPROF_SORT(name, word, meaning) CPROF_SORT_##name,
#include <cprof/sort.def>
#undef CPROF_SORT
    CPROF_SORT_COUNT
};

/* The word of a sort order ("self", ...), NULL past the last. */
const char *cprof_sort_word(enum cprof_sort sort);

struct cprof_report_options {
    size_t top; /* 0: all functions */
    enum cprof_sort sort;
    bool brief; /* no facts about the run but the essential ones */
    struct cprof_style style;
};

enum cprof_status cprof_report_text(struct cprof_profile *profile,
                                    const struct cprof_report_options *options,
                                    const struct cprof_sink *sink, struct cprof_error *error);
/* The JSON of CONTRACT.md; `top` applies, the order is always by self time. */
enum cprof_status cprof_report_json(struct cprof_profile *profile,
                                    const struct cprof_report_options *options,
                                    const struct cprof_sink *sink, struct cprof_error *error);

struct cprof_page_options {
    bool no_source; /* keep the program's source out of the page */
};

/* All of it as one HTML page that needs nothing else: for a browser, from any disk
 * or server.  Holds the source files that are found, unless told not to. */
enum cprof_status cprof_report_html(struct cprof_profile *profile,
                                    const struct cprof_page_options *options,
                                    const struct cprof_sink *sink, struct cprof_error *error);

struct cprof_tree_options {
    uint32_t max_depth; /* 0: no limit; 1: the root's children */
    double min_percent; /* leave out what has a smaller share of the root */
    struct cprof_style style;
};

enum cprof_status cprof_tree_text(struct cprof_profile *profile,
                                  const struct cprof_tree_options *options,
                                  const struct cprof_sink *sink, struct cprof_error *error);
enum cprof_status cprof_tree_json(struct cprof_profile *profile,
                                  const struct cprof_tree_options *options,
                                  const struct cprof_sink *sink, struct cprof_error *error);

/* What the widths of a flame graph mean. */
enum cprof_flame_metric {
#define CPROF_FLAME(name, word, meaning) CPROF_FLAME_##name,
#include <cprof/flame.def>
#undef CPROF_FLAME
    CPROF_FLAME_COUNT
};

/* The word of a metric of flame graphs ("total_time", ...), NULL past the last. */
const char *cprof_flame_word(enum cprof_flame_metric metric);

enum cprof_shape {
    CPROF_SHAPE_ICICLE, /* callees below their caller */
    CPROF_SHAPE_FLAME   /* callees above their caller */
};

/* A source file, or what there is of a function, with calls, times and bytes. */
struct cprof_annotate_options {
    const char *what;   /* the end of a file's path, or a function as in cprof_profile_view */
    const char *folder; /* where sources lie, tried before all else; NULL: none */
    uint32_t context;   /* lines around those with numbers; 0: all */
    struct cprof_style style;
};

/* CPROF_USAGE where nothing has that name.  Sources are read from disk. */
enum cprof_status cprof_annotate_text(struct cprof_profile *profile,
                                      const struct cprof_annotate_options *options,
                                      const struct cprof_sink *sink, struct cprof_error *error);
enum cprof_status cprof_annotate_json(struct cprof_profile *profile,
                                      const struct cprof_annotate_options *options,
                                      const struct cprof_sink *sink, struct cprof_error *error);

struct cprof_flame_options {
    enum cprof_flame_metric metric;
    const char *title; /* NULL: the program's name */
    enum cprof_shape shape;
    /* NULL, or a profile to be compared with: its frames stand in the picture, too,
     * and colours tell the change. */
    struct cprof_profile *baseline;
    bool width_before; /* frames are as wide as in the baseline; else as in the profile */
};

/* A self-contained SVG. */
enum cprof_status cprof_flame_svg(struct cprof_profile *profile,
                                  const struct cprof_flame_options *options,
                                  const struct cprof_sink *sink, struct cprof_error *error);

/* ---- Showing --------------------------------------------------------------
 * What the text renderers write, for programs that draw by themselves. */

#define CPROF_SHOW_SIZE 64

/* A function's label in at most `columns` of a terminal, which acts on nothing in
 * it, and no more than fits into `buf`.  Returns the columns that it takes. */
size_t cprof_show_name(char *buf, size_t size, const char *label, size_t columns,
                       const struct cprof_style *style);

/* Any text, cut at its end. */
size_t cprof_show_text(char *buf, size_t size, const char *text, size_t columns,
                       const struct cprof_style *style);

/* An amount of the profile's unit ("1.23 ms", "4.5 M"), a count ("1,234"), a
 * duration; "-" where unknown.  Each returns `buf`. */
const char *cprof_show_amount(char buf[CPROF_SHOW_SIZE], struct cprof_profile *profile,
                              uint64_t amount, bool unicode);
const char *cprof_show_count(char buf[CPROF_SHOW_SIZE], uint64_t count);
const char *cprof_show_duration(char buf[CPROF_SHOW_SIZE], uint64_t nanoseconds, bool unicode);

/* ---- Exporting ------------------------------------------------------------ */

enum cprof_export {
#define CPROF_EXPORT(name, word, function, meaning) CPROF_EXPORT_##name,
#include <cprof/export.def>
#undef CPROF_EXPORT
    CPROF_EXPORT_COUNT
};

/* The word of a format ("pprof", ...) and what it is; NULL past the last. */
const char *cprof_export_word(enum cprof_export format);
const char *cprof_export_meaning(enum cprof_export format);

struct cprof_export_options {
    enum cprof_export format;
    enum cprof_metric metric; /* of formats that hold one; which comes first in others */
};

/* The profile in another tool's format, one whole document, maybe binary. */
enum cprof_status cprof_export(struct cprof_profile *profile,
                               const struct cprof_export_options *options,
                               const struct cprof_sink *sink, struct cprof_error *error);

enum cprof_status cprof_info_text(struct cprof_profile *profile, const struct cprof_style *style,
                                  const struct cprof_sink *sink, struct cprof_error *error);

enum cprof_status cprof_info_json(struct cprof_profile *profile, const struct cprof_sink *sink,
                                  struct cprof_error *error);

/* Every function the compiler saw, with verdict and reason. */
enum cprof_status cprof_sites_text(struct cprof_profile *profile, const struct cprof_style *style,
                                   const struct cprof_sink *sink, struct cprof_error *error);
enum cprof_status cprof_sites_json(struct cprof_profile *profile, const struct cprof_sink *sink,
                                   struct cprof_error *error);

/* Every call that allocates, with what the compiler knew of it. */
enum cprof_status cprof_allocation_sites_text(struct cprof_profile *profile,
                                              const struct cprof_style *style,
                                              const struct cprof_sink *sink,
                                              struct cprof_error *error);
enum cprof_status cprof_allocation_sites_json(struct cprof_profile *profile,
                                              const struct cprof_sink *sink,
                                              struct cprof_error *error);

/* Every line of the lists that something was compiled with, and whether it named
 * a function. */
enum cprof_status cprof_lists_text(struct cprof_profile *profile, const struct cprof_style *style,
                                   const struct cprof_sink *sink, struct cprof_error *error);
enum cprof_status cprof_lists_json(struct cprof_profile *profile, const struct cprof_sink *sink,
                                   struct cprof_error *error);

/* One line a profile: the files of `folder`, newest first. */
enum cprof_status cprof_list_text(const char *folder, const struct cprof_style *style,
                                  const struct cprof_sink *sink, struct cprof_error *error);
enum cprof_status cprof_list_json(const char *folder, const struct cprof_sink *sink,
                                  struct cprof_error *error);

#ifdef __cplusplus
}
#endif

/* The other parts of the library, which know of each other.  Any may be included
 * first. */
enum cprof_side { CPROF_BASELINE, CPROF_CANDIDATE, CPROF_SIDE_COUNT };
struct cprof_budget;
struct cprof_diff;
struct cprof_entry;
struct cprof_history;
struct cprof_profiler;
struct cprof_snapshot;
struct cprof_tree;
#include <cprof/advice.h>
#include <cprof/budget.h>
#include <cprof/diff.h>
#include <cprof/heap.h>
#include <cprof/history.h>
#include <cprof/profiler.h>
#include <cprof/snapshot.h>
#include <cprof/tree.h>

#endif
