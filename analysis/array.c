/* Growing arrays; see array.h. */
#include "array.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

bool array_reserve(void *array, size_t *capacity, size_t needed, size_t item_size)
{
    if (needed <= *capacity)
        return true;
    size_t larger = *capacity ? *capacity : 16;
    while (larger < needed) {
        if (larger > SIZE_MAX / 2)
            return false;
        larger *= 2;
    }
    if (larger > SIZE_MAX / item_size)
        return false;
    /* `array` is the address of a pointer of unknown type: go through bytes,
     * since a void ** would alias it wrongly. */
    void *old;
    memcpy(&old, array, sizeof old);
    void *grown = realloc(old, larger * item_size);
    if (!grown)
        return false;
    memcpy(array, &grown, sizeof grown);
    *capacity = larger;
    return true;
}

bool array_reserve_zeros(void *array, size_t *capacity, size_t needed, size_t item_size)
{
    size_t known = *capacity;
    char *items;
    if (!array_reserve(array, capacity, needed, item_size))
        return false;
    memcpy(&items, array, sizeof items);
    if (*capacity > known)
        memset(items + known * item_size, 0, (*capacity - known) * item_size);
    return true;
}

void *array_new(size_t count, size_t item_size)
{
    return calloc(count ? count : 1, item_size);
}
