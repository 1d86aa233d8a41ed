/* Makes profile files from a description, through the structs of format.h, so
 * that the reader can be tested without a runtime.  Used by the unit tests, the
 * damage test and, through make_profile, by the tests of the CLI.
 */
#ifndef CPROF_TESTS_FABRICATE_H
#define CPROF_TESTS_FABRICATE_H

#include <cprof/format.h>
#include <stddef.h>

struct fabricate;

/* An empty profile of a complete run in exact mode on the fake clock, one tick
 * a nanosecond, first moment 1000, last 1001000. */
struct fabricate *fabricate_new(void);
void fabricate_free(struct fabricate *profile);

/* For changing anything; its lengths are set by fabricate_bytes. */
struct cprof_header *fabricate_header(struct fabricate *profile);

/* What follows goes into a new module. */
void fabricate_module(struct fabricate *profile);

/* A function; returns its site id. */
uint32_t fabricate_site(struct fabricate *profile, const char *name, const char *file,
                        uint32_t line);

/* A function that was left out. */
uint32_t fabricate_left_out(struct fabricate *profile, const char *name, const char *file,
                            uint32_t line, enum cprof_reason reason);

/* A line of a list, as the module's object says it; `flags` are CPROF_LINE_*. */
void fabricate_line(struct fabricate *profile, const char *file, uint32_t number, const char *text,
                    uint32_t flags);

/* Record idx of the module's sites, for changing anything; valid until the next site
 * is made. */
struct cprof_site *fabricate_record(struct fabricate *profile, size_t idx);

/* A call in the source of site `caller`, of this module. */
void fabricate_call(struct fabricate *profile, uint32_t caller, const char *callee,
                    const char *file, uint32_t line, unsigned loop_depth);

/* The same of a call that is a jump. */
void fabricate_tail(struct fabricate *profile, uint32_t caller, const char *callee,
                    const char *file, uint32_t line);

/* Code of a function that the compiler put into site `caller`. */
void fabricate_inlined(struct fabricate *profile, uint32_t caller, const char *name,
                       const char *file, uint32_t line);

/* A thread; returns the index of its root node. */
uint32_t fabricate_thread(struct fabricate *profile);

/* A context; returns its index.  TIMED, and recursive if an ancestor has the
 * same site. */
uint32_t fabricate_node(struct fabricate *profile, uint32_t parent, uint32_t site, uint64_t calls,
                        uint64_t self_ticks);

/* A part of a function's histogram: `calls` in the step `step` of an octave. */
void fabricate_durations(struct fabricate *profile, uint32_t site, uint32_t octave, uint32_t step,
                         uint64_t calls);

/* How often the kernel saw a thread in the function of a site, once in 1000 ns; `site`
 * may be a CPROF_SAMPLES_*. */
void fabricate_samples(struct fabricate *profile, uint32_t site, uint64_t count);

/* An allocation site of a function of this module, behind all functions of the module;
 * returns its id. */
uint32_t fabricate_allocation(struct fabricate *profile, uint32_t function, enum cprof_kind kind,
                              const char *file, uint32_t line);

/* Its node below `parent`, or below another node of it what another thread freed. */
uint32_t fabricate_blocks(struct fabricate *profile, uint32_t parent, uint32_t allocation,
                          const struct cprof_node_alloc *alloc);

/* The most bytes that were live of it. */
void fabricate_place(struct fabricate *profile, uint32_t allocation, int64_t peak_bytes);

/* The record of the heap, for changing anything; from then on the file has one. */
struct cprof_heap *fabricate_heap(struct fabricate *profile);

/* For changing anything; valid until the next node is made. */
struct cprof_node *fabricate_at(struct fabricate *profile, uint32_t node);
struct cprof_thread *fabricate_thread_at(struct fabricate *profile, size_t idx);

/* The file; belongs to the profile and is made anew by each call. */
unsigned char *fabricate_bytes(struct fabricate *profile, size_t *len);

#endif
