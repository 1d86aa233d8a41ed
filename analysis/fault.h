/* How a part of the library tells its caller what went wrong: one sentence and
 * a status in the caller's struct cprof_error.  Used by every file of analysis
 * that can fail; it must not print anything.
 */
#ifndef CPROF_ANALYSIS_FAULT_H
#define CPROF_ANALYSIS_FAULT_H

#include <cprof/cprof.h>

/* Fills *error (which may be NULL) and returns `status`. */
__attribute__((format(printf, 3, 4))) enum cprof_status
fault_set(struct cprof_error *error, enum cprof_status status, const char *format, ...);

/* The one sentence for a malloc that failed while working on `what`. */
enum cprof_status fault_memory(struct cprof_error *error, const char *what);

/* The one sentence for the file `name` whose bytes contradict format.h. */
enum cprof_status fault_damaged(const char *name, const char *what, struct cprof_error *error);

#endif
