/* Function names: from what the assembler saw to what people write.
 *
 * GCC makes copies of a function (.constprop, .isra, .lto_priv) that are still
 * that function, and pieces of it (.part, .cold) that are not: the first lose
 * their suffix, the second keep it.  Called by model; knows nothing of profiles.
 */
#ifndef CPROF_ANALYSIS_NAMES_H
#define CPROF_ANALYSIS_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/* Writes the name without the suffixes of copies into `origin` (room for
 * len + 1 bytes) and returns its length. */
size_t names_origin(const char *name, size_t len, char *origin);

/* The name as people write it, in memory of the caller's to free; NULL when
 * memory is short.  A name that is not mangled comes back as it is. */
char *names_display(const char *name);

#endif
