/* The validating reader: bytes of one profile file in, checked views out.
 *
 * It is the only place that interprets the layout of format.h.  Nothing in the
 * bytes is trusted: every offset and count is checked here once, so that the
 * model may index without checks.  It opens no file (store does) and merges
 * nothing (model does).
 */
#ifndef CPROF_ANALYSIS_READER_H
#define CPROF_ANALYSIS_READER_H

#include <cprof/cprof.h>
#include <cprof/format.h>

#include "fault.h"
#include "records.h"

#define READER_NONE UINT32_MAX

/* An extent of equal records, checked against the file. */
struct reader_run {
    uint64_t first; /* number of its first record */
    uint64_t count;
    uint64_t before; /* records in runs before this one */
    const unsigned char *ptr;
    uint32_t stride;
};

struct reader_runs {
    struct reader_run items[CPROF_EXTENT_MAX];
    size_t count;
    uint64_t total; /* records in all runs */
};

struct reader_module {
    uint64_t first; /* site id of its first record */
    struct records records;
    uint64_t unloaded_ticks;
    char path[256];
};

/* Views into the caller's bytes, which must outlive it. */
struct reading {
    struct cprof_header header; /* its texts end in NUL here */
    struct reader_runs nodes, threads, durations, places, samples;
    const unsigned char *heap; /* struct cprof_heap, or NULL */
    struct reader_module modules[CPROF_EXTENT_MAX];
    size_t module_count;
    size_t len; /* bytes in use */
};

/* Checks `bytes`; `name` is what errors call the file.  Fills *reading. */
enum cprof_status reader_open(struct reading *reading, const char *name, const void *bytes,
                              size_t len, struct cprof_error *error);

/* Whether bytes begin like a profile of any version. */
bool reader_recognises(const void *bytes, size_t len);

/* Bytes from the start that must be there for the table of contents. */
#define READER_PREFIX CPROF_DATA_OFFSET

/* How many bytes of a file of `size` bytes are in use, by its first
 * READER_PREFIX bytes: while its program runs, or after it was killed, a profile
 * is followed by a hole of some hundred MiB.  `size` for other files. */
uint64_t reader_used_length(const void *prefix, size_t len, uint64_t size);

/* Records are numbered 0 .. total-1 in the order of the runs ("position"). */
struct cprof_node reader_node(const struct reading *reading, uint64_t position);
struct cprof_thread reader_thread(const struct reading *reading, uint64_t position);
struct cprof_durations reader_durations(const struct reading *reading, uint64_t position);
struct cprof_samples reader_samples(const struct reading *reading, uint64_t position);

/* Nanoseconds of processor time from one of the kernel's samples to the next. */
uint64_t reader_sample_period(const struct reading *reading);

/* The position of the node with this index, or READER_NONE. */
uint32_t reader_node_position(const struct reading *reading, uint64_t index);

/* The module that has a site id, and the record in it; NULL if none does. */
const struct reader_module *reader_site(const struct reading *reading, uint32_t site, size_t *idx);

/* The same of an allocation site's id. */
const struct reader_module *reader_allocation(const struct reading *reading, uint32_t site,
                                              size_t *idx);

struct cprof_place reader_place(const struct reading *reading, uint64_t position);

/* calls of a node, see format.h. */
uint64_t reader_calls(const struct cprof_node *node);

/* By how many reader_calls may be off, either way: 0 where all are counted one by one. */
double reader_calls_error(const struct cprof_node *node);

#endif
