/* Bundles: several profiles in one file, each as it was, compressed.  `cprof merge`
 * writes them; profile.c reads their members one after another, and merging
 * happens in the model as it does for several arguments.  Knows nothing of what
 * is in a profile.
 *
 *     magic, version, number of members;
 *     for each: lengths of its name, of its bytes, of them compressed; the name;
 *     the bytes, as zlib compresses them
 *
 * Little endian, fixed width.  Bytes are copied and not merged: whatever a profile
 * will hold some day goes through, and a bundle says exactly what its members did.
 */
#ifndef CPROF_ANALYSIS_BUNDLE_H
#define CPROF_ANALYSIS_BUNDLE_H

#include "writer.h"

/* A member.  `bytes` is valid during the call. */
typedef enum cprof_status bundle_visitor(void *context, const char *name, const void *bytes,
                                         size_t len, struct cprof_error *error);

bool bundle_recognises(const void *bytes, size_t len);

/* Calls `visit` for each member; ends when it returns something other than
 * CPROF_OK.  `name` is that of the bundle, for errors. */
enum cprof_status bundle_each(const char *name, const void *bytes, size_t len,
                              bundle_visitor *visit, void *context, struct cprof_error *error);

/* How many members it says it has. */
uint32_t bundle_count(const void *bytes);

void bundle_begin(struct writer *writer, uint32_t members);
enum cprof_status bundle_add(struct writer *writer, const char *name, const void *bytes, size_t len,
                             struct cprof_error *error);

#endif
