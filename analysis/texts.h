/* Interned texts: every distinct name is kept once and known by a number, so
 * that merging functions of many modules compares numbers.  The model owns one
 * of these.  Texts are bytes, not necessarily valid UTF-8.
 */
#ifndef CPROF_ANALYSIS_TEXTS_H
#define CPROF_ANALYSIS_TEXTS_H

#include "table.h"

struct text {
    char *ptr; /* NUL-terminated */
    size_t len;
    uint32_t next; /* another text with the same hash */
};

/* All zero is empty. */
struct texts {
    struct text *items;
    size_t count, capacity;
    struct table by_hash;
};

void texts_free(struct texts *texts);

/* The number of a text, added if new; TABLE_NONE when memory is short. */
uint32_t texts_add(struct texts *texts, const char *ptr, size_t len);

/* The text itself; "" for TABLE_NONE. */
const char *texts_get(const struct texts *texts, uint32_t id);

#endif
