/* Where profiles lie: the only file of analysis that reads and moves profiles.
 * Gives bytes to the reader and knows nothing of what is in them beyond the
 * header.  Called by profile.c and list_text.c.
 */
#ifndef CPROF_ANALYSIS_STORE_H
#define CPROF_ANALYSIS_STORE_H

#include <cprof/cprof.h>
#include <cprof/format.h>

#include "life.h"

/* A snapshot of a file, of a profile only the part in use; free with
 * store_release. */
struct store_bytes {
    unsigned char *ptr;
    size_t len;
    struct life_source source;
};

struct store_entry {
    char *path;
    int64_t modified_ns;
};

struct store_folder {
    struct store_entry *entries; /* newest first */
    size_t count, capacity;
};

/* Reads a file, or standard input for "-".  A copy, not a mapping: what a
 * running program is writing must not change under a check. */
enum cprof_status store_read(const char *path, struct store_bytes *bytes,
                             struct cprof_error *error);
void store_release(struct store_bytes *bytes);

/* Puts a file of these bytes in the place of `path`, whole or not at all; mode 0600,
 * like a profile. */
enum cprof_status store_write(const char *path, const char *ptr, size_t len,
                              struct cprof_error *error);

bool store_is_folder(const char *path);

/* The files in a folder that begin like a profile, without those renamed to
 * .old; with `prefix` only those whose name begins so. */
enum cprof_status store_list(const char *folder, const char *prefix, struct store_folder *found,
                             struct cprof_error *error);
void store_list_free(struct store_folder *found);

/* See cprof_profile_settle; does a whole folder too. */
void store_settle(const char *path);

#endif
