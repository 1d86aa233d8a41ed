/* Between tracker.c and thread.c, which keeps what is a thread's own. */
#ifndef CPROF_PROFILER_TRACKER_H
#define CPROF_PROFILER_TRACKER_H

#include <cprof/cprof.h>

/* The name of the thread's innermost block of CPROF_TRACK_ALLOCATIONS, or what
 * stands for none. */
const char *tracker_block_name(void);

/* Addresses and not pointers: what realloc has taken is no pointer any more. */

/* Whether a block is live there. */
bool tracker_knows(const struct cprof_tracker *tracker, uintptr_t address);

void tracker_dealloc(struct cprof_tracker *tracker, uintptr_t address);

#endif
