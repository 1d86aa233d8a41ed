/* Buffered output to a caller's sink, with the escapes that each kind of
 * document needs.  Renderers write through this alone; it must know nothing of
 * profiles.  After the sink has refused once, everything else is swallowed and
 * writer_finish says so.
 */
#ifndef CPROF_ANALYSIS_WRITER_H
#define CPROF_ANALYSIS_WRITER_H

#include <cprof/cprof.h>

struct writer {
    const struct cprof_sink *sink;
    size_t used;
    bool failed;
    char buf[8192];
};

void writer_start(struct writer *writer, const struct cprof_sink *sink);

/* Hands over what is left.  CPROF_OUTPUT if anything was refused. */
enum cprof_status writer_finish(struct writer *writer, struct cprof_error *error);

void writer_bytes(struct writer *writer, const char *ptr, size_t len);
void writer_text(struct writer *writer, const char *text);

/* What comes out may have 511 bytes; what is longer is cut. */
__attribute__((format(printf, 2, 3))) void writer_format(struct writer *writer, const char *format,
                                                         ...);
void writer_spaces(struct writer *writer, size_t count);

/* A number with `decimals` digits behind the point. */
void writer_decimal(struct writer *writer, double value, unsigned decimals);

/* A short text without anything to escape, right-aligned in `columns`. */
void writer_right(struct writer *writer, const char *text, size_t columns);

/* A quoted JSON string.  What is not UTF-8 becomes U+FFFD. */
void writer_json(struct writer *writer, const char *text);

/* XML character data, fit for attributes too. */
void writer_xml(struct writer *writer, const char *text);

/* Text for a terminal, cut to `columns` (0: not cut) with an ellipsis; what a
 * terminal would act on is escaped.  Returns the columns it took. */
size_t writer_screen(struct writer *writer, const char *text, size_t columns,
                     const struct cprof_style *style);

/* The columns writer_screen would take for the uncut text; more than `limit`
 * only says that it is more. */
size_t writer_screen_columns(const char *text, size_t limit, const struct cprof_style *style);

#endif
