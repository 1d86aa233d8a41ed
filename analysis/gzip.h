/* gzip on the way to a writer.  Called by export_pprof.c; knows no format.
 */
#ifndef CPROF_ANALYSIS_GZIP_H
#define CPROF_ANALYSIS_GZIP_H

#include <zlib.h>

#include "writer.h"

struct gzip {
    struct writer *writer;
    z_stream stream;
};

/* False: no memory. */
bool gzip_start(struct gzip *gzip, struct writer *writer);
void gzip_bytes(struct gzip *gzip, const void *ptr, size_t len);

/* Writes what is left and frees. */
void gzip_finish(struct gzip *gzip);

#endif
