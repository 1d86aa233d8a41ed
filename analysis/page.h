/* What the text renderers share: emphasis, wrapped sentences, the head and the
 * remarks at the end of a page.  Writes for people; JSON and SVG do without it.
 */
#ifndef CPROF_ANALYSIS_PAGE_H
#define CPROF_ANALYSIS_PAGE_H

#include "model.h"
#include "number.h"
#include "writer.h"

enum emphasis { EMPHASIS_NONE, EMPHASIS_STRONG, EMPHASIS_FAINT, EMPHASIS_WARNING };

void page_emphasis(struct writer *writer, const struct cprof_style *style, enum emphasis emphasis);

/* A line of its own that stands out. */
void page_heading(struct writer *writer, const struct cprof_style *style, const char *text);

/* A sentence, broken between words at the style's columns; what follows the
 * first line is indented by two.  Ends with a newline. */
__attribute__((format(printf, 3, 4))) void
page_sentence(struct writer *writer, const struct cprof_style *style, const char *format, ...);

/* Which program ran and how, two lines and an empty one. */
void page_head(struct writer *writer, const struct cprof_style *style,
               const struct cprof_profile *profile, const struct cprof_run *run);

/* Time, or what another profiler has counted instead. */
const char *page_amount(char buf[NUMBER_SIZE], const struct cprof_profile *profile, uint64_t amount,
                        bool unicode);

/* A space and a bar in PAGE_BAR columns, full at a share of 1: for pages from
 * PAGE_COLUMNS_FOR_BAR on, which have room for what does not say more than a number. */
#define PAGE_BAR 9
#define PAGE_COLUMNS_FOR_BAR 110
void page_bar(struct writer *writer, const struct cprof_style *style, double share);

/* What the numbers do not cover: left-out functions, idle list lines, lost calls,
 * overhead, troubles.  `brief` keeps to what changes how the numbers are read. */
void page_remarks(struct writer *writer, const struct cprof_style *style,
                  const struct cprof_profile *profile, const struct cprof_run *run, bool brief);

/* The lines of lists that named nothing, a sentence each; not all of very many. */
void page_idle_lines(struct writer *writer, const struct cprof_style *style,
                     const struct cprof_profile *profile);

/* A function's label in at most `room` columns (0: any number); returns how many
 * it took.  Where it does not fit, parameters and template arguments go first. */
size_t page_function(struct writer *writer, const struct cprof_style *style,
                     const struct cprof_profile *profile, uint32_t function, size_t room);

/* The same of a label. */
size_t page_label(struct writer *writer, const struct cprof_style *style, const char *label,
                  size_t room);

/* The same and its place behind it, if that fits too. */
void page_function_and_place(struct writer *writer, const struct cprof_style *style,
                             const struct cprof_profile *profile, uint32_t function, size_t room);

/* Two spaces and "file:line" of a function, in at most `columns` (0: any
 * number, and the whole path).  Folders go first; where the name of the file does not fit, or there
 * is none, nothing is written. */
void page_place(struct writer *writer, const struct cprof_style *style,
                const struct cprof_profile *profile, uint32_t function, size_t columns);

/* The columns that "file:line" takes without its folders. */
size_t page_place_columns(const struct cprof_style *style, const struct cprof_profile *profile,
                          uint32_t function);

#endif
