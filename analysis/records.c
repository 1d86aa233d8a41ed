/* Resolving site records; see records.h. */
#include "records.h"

#include <string.h>

/* GCC's longest C++ names in the wild have some tens of thousands of bytes. */
#define LONGEST_TEXT ((size_t)1 << 16)

struct cprof_site records_site(const struct records *records, size_t idx)
{
    struct cprof_site site;
    memcpy(&site, records->sites + idx * records->site_size, sizeof site);
    return site;
}

bool records_offset(const struct records *records, size_t idx, size_t field, int32_t ref,
                    size_t *offset)
{
    /* Addresses are only numbers from the file: the sum may wrap, and the
     * comparison below throws out whatever it wraps to. */
    uint64_t target =
        records->site_address + (uint64_t)idx * records->site_size + field + (uint64_t)(int64_t)ref;
    uint64_t distance = target - records->string_address;
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
