/* What several unit tests of analysis do: load a fabricated profile, render
 * into memory, find a function.  Ends the test when it cannot.
 */
#ifndef CPROF_TESTS_SUPPORT_H
#define CPROF_TESTS_SUPPORT_H

#include <check.h>
#include <cprof/cprof.h>

#include "fabricate.h"

struct text {
    char *ptr; /* NUL-terminated */
    size_t len, capacity;
};

/* A sink that collects into a text; free with support_free. */
struct cprof_sink support_sink(struct text *text);
void support_free(struct text *text);

/* Loads it into a new handle; frees the fabricated profile. */
struct cprof_profile *support_load(struct fabricate *profile);

/* The function of this name; all zero with name NULL if there is none. */
struct cprof_function support_function(struct cprof_profile *profile, const char *name);

/* The change of a function in a list; NULL: there is none. */
const struct cprof_diff_change *support_change(const struct cprof_diff *diff,
                                               enum cprof_diff_list list, const char *function,
                                               enum cprof_metric metric);

#endif
