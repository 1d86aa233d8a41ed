/* The runs of the two sides that diff and check compare, from the words that name
 * them.
 */
#ifndef CPROF_CLI_SIDES_H
#define CPROF_CLI_SIDES_H

#include <cprof/cprof.h>

/* Where "@latest" and its like are looked up; NULL members: the usual. */
struct sides_past {
    const char *store, *program;
};

/* Adds the runs that the words name: a file, or a folder of the files of one run's
 * processes, is a run; a folder of folders holds a run in each; "@..." is a build of the
 * store.  EXIT_DONE or another exit status after a sentence. */
int sides_add_path(struct cprof_diff *diff, enum cprof_side side, const char *path,
                   const struct sides_past *past);
int sides_add(struct cprof_diff *diff, enum cprof_side side, int count, char **words,
              const struct sides_past *past);

/* Takes the words apart at the first "--" and the options out of both parts.  Sets
 * *first and *second to how many words each has, -1 for a second that is not there;
 * *rest is the second's first.  False after the help or a sentence: return *status. */
struct usage;
bool sides_parse(const struct usage *usage, int count, char **words, int *first, int *second,
                 char ***rest, int *status);

#endif
