/* Profiles of others: text in, contexts of the model out, so that every command
 * serves them too.  Called by profile.c for bytes that are no profile of ours.
 *
 * What such a file does not know stays unknown: samplers count no calls, and
 * most amounts are no times.  The model then has a unit of its own, and profiles
 * of different units are not merged.
 */
#ifndef CPROF_ANALYSIS_IMPORT_H
#define CPROF_ANALYSIS_IMPORT_H

#include "model.h"

/* A piece of the file: not NUL-terminated. */
struct import_text {
    const char *ptr;
    size_t len;
};

struct import {
    struct cprof_profile *profile;
    const char *name; /* of the file, for errors */
    struct import_text text;
    struct cprof_error *error;
};

/* What a file says of its run. */
struct import_run {
    struct import_text program; /* empty: the file's own name */
    const char *unit;           /* "": nanoseconds */
    bool counted;               /* it knows calls */
    double wall;                /* nanoseconds; negative: unknown */
};

/* Whether bytes are of a kind that is read here. */
bool import_recognises(const void *bytes, size_t len);

/* Adds them; they have been recognised. */
enum cprof_status import_add(struct cprof_profile *profile, const char *name, const void *bytes,
                             size_t len, struct cprof_error *error);

/* Whether profiles of this unit may be added to what is there; fills *error. */
bool import_fits(const struct cprof_profile *profile, const char *unit, const char *name,
                 struct cprof_error *error);

/* ---- For the readers ------------------------------------------------------ */

/* Takes the next line off `text`; false at the end.  Neither LF nor CR LF is part of it. */
bool import_line(struct import_text *text, struct import_text *line);

bool import_begins(struct import_text text, const char *start);
struct import_text import_skip(struct import_text text, size_t count);
struct import_text import_trim(struct import_text text);

/* A whole or decimal number off the front, of at most `digits`; false if there is none. */
bool import_number(struct import_text *text, double *number);

/* Says how the run was, before anything is added.  CPROF_INPUT if it does not fit. */
enum cprof_status import_begin(struct import *import, const struct import_run *run);

/* A function by name and file ("" : unknown), MODEL_NONE without memory. */
uint32_t import_function(struct import *import, struct import_text name, struct import_text file,
                         uint32_t line);

/* The context of a function below another. */
uint32_t import_context(struct import *import, uint32_t parent, uint32_t function);

enum cprof_status import_folded(struct import *import);
enum cprof_status import_perf(struct import *import);
enum cprof_status import_callgrind(struct import *import);

bool import_is_folded(struct import_text text);
bool import_is_perf(struct import_text text);
bool import_is_callgrind(struct import_text text);

#endif
