/* The inside of a snapshot, for snapshot.c, snapshot_json.c and comparison.c; the
 * interface is cprof/snapshot.h.
 */
#ifndef CPROF_ANALYSIS_SNAPSHOT_H
#define CPROF_ANALYSIS_SNAPSHOT_H

#include <cprof/cprof.h>

#include "texts.h"

struct cprof_snapshot {
    char *name;
    struct cprof_entry whole; /* as set; what is unknown is derived when asked */
    struct cprof_entry *entries;
    size_t count, capacity;
    struct texts texts;      /* of the entries */
    struct cprof_tree *tree; /* or NULL */
    char *note;              /* or NULL */
};

/* NULL: no memory. */
struct cprof_snapshot *snapshot_copy(const struct cprof_snapshot *snapshot);

#endif
