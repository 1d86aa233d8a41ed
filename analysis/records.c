/* Resolving records; see records.h. */
#include "records.h"

#include <string.h>

/* GCC's longest C++ names in the wild have some tens of thousands of bytes. */
#define LONGEST_TEXT ((size_t)1 << 16)

/* A copy, because the bytes need not lie as the type wants them. */
#define RECORD(type, name, array)                                                                  \
    struct type name(const struct records *records, size_t idx)                                    \
    {                                                                                              \
        struct type record;                                                                        \
        memcpy(&record, records->array.ptr + idx * records->array.size, sizeof record);            \
        return record;                                                                             \
    }

RECORD(cprof_site, records_site, sites)
RECORD(cprof_line, records_line, lines)
RECORD(cprof_calls, records_calls, calls)
RECORD(cprof_call, records_call, calls)
RECORD(cprof_allocation, records_allocation, allocations)

/* Addresses are only numbers from the file: sums may wrap, and the comparison in
 * records_offset throws out whatever they wrap to. */
uint64_t records_address(const struct records_array *array, size_t idx, size_t field)
{
    return array->address + (uint64_t)idx * array->size + field;
}

bool records_offset(const struct records *records, uint64_t address, int32_t ref, size_t *offset)
{
    uint64_t distance = address + (uint64_t)(int64_t)ref - records->string_address;
    if (distance >= records->string_len)
        return false;
    *offset = (size_t)distance;
    return true;
}

size_t records_length(const struct records *records, size_t offset)
{
    size_t room = records->string_len - offset;
    if (room > LONGEST_TEXT)
        room = LONGEST_TEXT;
    const unsigned char *end = memchr(records->strings + offset, 0, room);
    return end ? (size_t)(end - (records->strings + offset)) : SIZE_MAX;
}
