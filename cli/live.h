/* A profile that is read again and again, and what changed in between.  For `cprof
 * top`; knows no screen.
 */
#ifndef CPROF_CLI_LIVE_H
#define CPROF_CLI_LIVE_H

#include <cprof/cprof.h>
#include <limits.h>

/* A function: sums since the program's start, and their growth since the last reading. */
struct live_row {
    struct cprof_function function;
    uint64_t calls, self_ns, total_ns; /* grown by */
};

struct live {
    char path[PATH_MAX];
    struct cprof_profile *profile; /* the last reading; the rows' texts are its */
    struct cprof_run run;
    struct live_row *rows; /* by name */
    size_t count;
    uint64_t calls, self_ns; /* grown by, of all functions */
    uint64_t wall_ns;        /* between the readings; 0: there was one only */
    uint64_t reading_ns;     /* what reading took */
};

/* Finds the profile that a word means: a file, the id of a process, or, NULL, the
 * newest one here.  EXIT_DONE, or another status after a sentence. */
int live_find(struct live *live, const char *word);

/* Reads it.  What was read before stays if it fails, as of a program that ended. */
enum cprof_status live_read(struct live *live, struct cprof_error *error);

void live_close(struct live *live);

#endif
