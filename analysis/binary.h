/* The site records of a linked binary.  Reads ELF with libelf from memory;
 * called by profile.c for `cprof sites`.
 */
#ifndef CPROF_ANALYSIS_BINARY_H
#define CPROF_ANALYSIS_BINARY_H

#include <cprof/cprof.h>

#include "records.h"

/* The sections that are read.  The names stand in abi.h too, which belongs to the
 * other wall; tests/analysis holds the two together. */
#define BINARY_SECTION_SITE "cprof_site"
#define BINARY_SECTION_STRING "cprof_string"

bool binary_recognises(const void *bytes, size_t len);

/* Fills *records with views into the bytes, which libelf may write to. */
enum cprof_status binary_open(struct records *records, const char *name, void *bytes, size_t len,
                              struct cprof_error *error);

#endif
