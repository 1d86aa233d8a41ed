/* Growing arrays, for every file of analysis that collects things whose number
 * it does not know.  No type of its own: pointer, count and capacity stay
 * with the caller.
 */
#ifndef CPROF_ANALYSIS_ARRAY_H
#define CPROF_ANALYSIS_ARRAY_H

#include <stdbool.h>
#include <stddef.h>

/* Makes room for `needed` items of `item_size` bytes in *array, whose capacity
 * is *capacity items.  False, with nothing changed, when memory is short. */
bool array_reserve(void *array, size_t *capacity, size_t needed, size_t item_size);

/* The same, and the room is zero bytes. */
bool array_reserve_zeros(void *array, size_t *capacity, size_t needed, size_t item_size);

/* calloc that treats no items as one, so that NULL always means no memory. */
void *array_new(size_t count, size_t item_size);

#endif
