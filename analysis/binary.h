/* The records of a binary: a program, a shared library, an object file or an
 * archive of them.  Reads ELF with libelf from memory; called by profile.c for
 * `cprof sites`.
 */
#ifndef CPROF_ANALYSIS_BINARY_H
#define CPROF_ANALYSIS_BINARY_H

#include <cprof/cprof.h>

#include "records.h"

/* The sections that are read.  The names stand in abi.h too, which belongs to the
 * other wall; tests/analysis holds the two together. */
#define BINARY_SECTION_SITE "cprof_site"
#define BINARY_SECTION_LINE "cprof_line"
#define BINARY_SECTION_ALLOCATION "cprof_allocation"
#define BINARY_SECTION_STRING "cprof_string"

bool binary_recognises(const void *bytes, size_t len);

/* Gets the records of one file after another; they are gone when it returns. */
typedef enum cprof_status binary_taker(void *context, const struct records *records,
                                       struct cprof_error *error);

/* Hands over what is in the bytes, which libelf may write to. */
enum cprof_status binary_read(const char *name, void *bytes, size_t len, binary_taker *taker,
                              void *context, struct cprof_error *error);

#endif
