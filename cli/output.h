/* Where a command's output goes: a file, standard output, or a pager, and how
 * wide and colourful that is.  The library only sees the sink.
 */
#ifndef CPROF_CLI_OUTPUT_H
#define CPROF_CLI_OUTPUT_H

#include <cprof/cprof.h>
#include <stdio.h>
#include <sys/types.h>

struct output {
    FILE *file;
    const char *path; /* NULL: standard output */
    pid_t pager;      /* 0: none */
    struct cprof_sink sink;
    struct cprof_style style;
};

/* Opens `path` (NULL or "-": standard output, through the pager if `page` and
 * it is a terminal).  EXIT_DONE, or EXIT_OUTPUT after a sentence. */
int output_open(struct output *output, const char *path, bool page);

/* Closes, and tells whether everything arrived.  `status` is what the renderer
 * returned, `error` its sentence.  Returns the exit status. */
int output_close(struct output *output, enum cprof_status status, const struct cprof_error *error);

/* Standard error as an output: never paged, never closed. */
void output_errors(struct output *output);

#endif
