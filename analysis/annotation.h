/* A source file with what its lines did: for the text and the JSON of `annotate`.
 *
 * A function's numbers stand at its head.  A call's stand at its line where the
 * table of call sites has one line for this caller and callee; where it has
 * several, the tree does not tell them apart, and all of them bear the sum as the
 * most that it can have been.  Bytes are exact: allocation sites have lines.
 */
#ifndef CPROF_ANALYSIS_ANNOTATION_H
#define CPROF_ANALYSIS_ANNOTATION_H

#include "model.h"

struct annotation_line {
    const char *text; /* of the source, without its end; NULL: not found */
    size_t text_len;
    uint32_t function; /* that begins here, or MODEL_NONE */
    uint64_t calls;    /* made from here */
    double total;      /* what these took */
    bool called;       /* there are calls */
    bool shared;       /* calls and total are the most that it can have been */
    uint64_t alloc_count, alloc_bytes;
    bool shown;
};

struct annotation {
    const char *file; /* as the compiler was given it */
    char *source;     /* where it was found, or NULL */
    bool changed;     /* after the run began */
    bool shares;      /* a line is shared */
    unsigned char *bytes;
    struct annotation_line *lines; /* by number; 0 is none */
    uint32_t count;                /* the last number, or above */
};

struct annotations {
    struct annotation *items;
    size_t count, capacity;
};

/* Everything that the options mean; CPROF_USAGE where there is nothing. */
enum cprof_status annotation_make(struct cprof_profile *profile,
                                  const struct cprof_annotate_options *options,
                                  struct annotations *out, struct cprof_error *error);
void annotation_free(struct annotations *annotations);

/* Whether a line has numbers. */
bool annotation_speaks(const struct annotation_line *line);

#endif
