/* The word of a list that somebody most likely meant.
 *
 * For error messages only; it must never be used to accept a wrong word.
 * Called by option.c.
 */
#ifndef CPROF_POLICY_NEAREST_H
#define CPROF_POLICY_NEAREST_H

#include <stddef.h>

/* NULL when none of the words is near enough to be worth proposing. */
const char *cprof_nearest_word(const char *word, const char *const *words, size_t count);

#endif
