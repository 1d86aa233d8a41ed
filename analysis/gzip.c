/* gzip by zlib; see gzip.h. */
#include "gzip.h"

#include <limits.h>

/* Bits of zlib's window, and what asks for gzip's header instead of zlib's. */
#define WINDOW_GZIP (15 + 16)

/* zlib's default memory. */
#define MEMORY_LEVEL 8

bool gzip_start(struct gzip *gzip, struct writer *writer)
{
    *gzip = (struct gzip){.writer = writer};
    return deflateInit2(&gzip->stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, WINDOW_GZIP, MEMORY_LEVEL,
                        Z_DEFAULT_STRATEGY) == Z_OK;
}

static void deflate_all(struct gzip *gzip, int flush)
{
    unsigned char out[16384];
    do {
        gzip->stream.next_out = out;
        gzip->stream.avail_out = sizeof out;
        deflate(&gzip->stream, flush);
        writer_bytes(gzip->writer, (const char *)out, sizeof out - gzip->stream.avail_out);
    } while (gzip->stream.avail_out == 0);
}

void gzip_bytes(struct gzip *gzip, const void *ptr, size_t len)
{
    const unsigned char *at = ptr;
    while (len) {
        uInt part = len < UINT_MAX ? (uInt)len : UINT_MAX;
        gzip->stream.next_in = (unsigned char *)(uintptr_t)at; /* zlib only reads it */
        gzip->stream.avail_in = part;
        deflate_all(gzip, Z_NO_FLUSH);
        at += part;
        len -= part;
    }
}

void gzip_finish(struct gzip *gzip)
{
    deflate_all(gzip, Z_FINISH);
    deflateEnd(&gzip->stream);
}
