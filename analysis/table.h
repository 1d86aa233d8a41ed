/* A hash table from two 64-bit words to a 32-bit number: the one look-up
 * structure of the model (texts, functions and contexts are all found by small
 * numbers).  It compares whole keys, so equal hashes never merge anything.
 */
#ifndef CPROF_ANALYSIS_TABLE_H
#define CPROF_ANALYSIS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TABLE_NONE UINT32_MAX

struct table_slot {
    uint64_t high, low;
    uint32_t value; /* TABLE_NONE: empty */
};

/* All zero is an empty table. */
struct table {
    struct table_slot *slots;
    size_t capacity, used;
};

void table_free(struct table *table);

/* The value stored under the key, or TABLE_NONE. */
uint32_t table_find(const struct table *table, uint64_t high, uint64_t low);

/* Stores `value`, replacing what was there.  False: no memory. */
bool table_put(struct table *table, uint64_t high, uint64_t low, uint32_t value);

#endif
