/* Reading UTF-8 that may be anything: names come from compilers, files and
 * damaged profiles.  Called by writer.c, which decides what to do with what
 * must not be shown as it is, and by the exports.
 */
#ifndef CPROF_ANALYSIS_UTF8_H
#define CPROF_ANALYSIS_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UTF8_INVALID UINT32_MAX

/* Decodes the character at `ptr` into *code (UTF8_INVALID: not UTF-8) and
 * returns its length in bytes, at least 1.  `len` must not be 0. */
size_t utf8_next(const char *ptr, size_t len, uint32_t *code);

/* Columns of a terminal that a character takes: 0, 1 or 2. */
unsigned utf8_columns(uint32_t code);

/* Whether a terminal would act on it instead of showing it: control characters
 * and those that change the direction of what follows. */
bool utf8_acts(uint32_t code);

/* Writes `text` as valid UTF-8 that fits on one line: what is not, or acts,
 * becomes U+FFFD.  `out` has room for UTF8_REPAIRED times the length; returns
 * how much was written, without a NUL. */
#define UTF8_REPAIRED 3
size_t utf8_repair(char *out, const char *text);

#endif
