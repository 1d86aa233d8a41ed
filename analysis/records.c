/* Resolving records; see records.h. */
#include "records.h"

#include <string.h>

/* GCC's longest C++ names in the wild have some tens of thousands of bytes. */
#define LONGEST_TEXT ((size_t)1 << 16)

struct cprof_site records_site(const struct records *records, size_t idx)
{
    struct cprof_site site;
    memcpy(&site, records->sites.ptr + idx * records->sites.size, sizeof site);
    return site;
}

struct cprof_line records_line(const struct records *records, size_t idx)
{
    struct cprof_line line;
    memcpy(&line, records->lines.ptr + idx * records->lines.size, sizeof line);
    return line;
}

struct cprof_calls records_calls(const struct records *records, size_t idx)
{
    struct cprof_calls calls;
    memcpy(&calls, records->calls.ptr + idx * records->calls.size, sizeof calls);
    return calls;
}

struct cprof_call records_call(const struct records *records, size_t idx)
{
    struct cprof_call call;
    memcpy(&call, records->calls.ptr + idx * records->calls.size, sizeof call);
    return call;
}

struct cprof_allocation records_allocation(const struct records *records, size_t idx)
{
    struct cprof_allocation allocation;
    memcpy(&allocation, records->allocations.ptr + idx * records->allocations.size,
           sizeof allocation);
    return allocation;
}

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
