/* Records as the compiler laid them out, wherever they come from: a MODULE extent
 * of a profile or the sections of a binary.  Resolves the self-relative
 * refs (record.h) and trusts none of them.  Called by reader and binary to fill
 * a view, by model to walk it.
 */
#ifndef CPROF_ANALYSIS_RECORDS_H
#define CPROF_ANALYSIS_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cprof/record.h>

/* Equal records: borrowed bytes and the address that they had in the process. */
struct records_array {
    const unsigned char *ptr;
    uint64_t address;
    size_t count;
    size_t size; /* distance between records; at least the size of the struct */
};

struct records {
    struct records_array sites;       /* struct cprof_site */
    struct records_array lines;       /* struct cprof_line */
    struct records_array calls;       /* struct cprof_calls, each before its struct cprof_call */
    struct records_array allocations; /* struct cprof_allocation */
    const unsigned char *strings;
    uint64_t string_address;
    size_t string_len;
};

/* Copies record `idx`, which must be below the count, of the arrays' structs. */
struct cprof_site records_site(const struct records *records, size_t idx);
struct cprof_line records_line(const struct records *records, size_t idx);
struct cprof_calls records_calls(const struct records *records, size_t idx);
struct cprof_call records_call(const struct records *records, size_t idx);
struct cprof_allocation records_allocation(const struct records *records, size_t idx);

/* Where a ref stands in the process: that of the field at offset `field` of
 * record `idx`. */
uint64_t records_address(const struct records_array *array, size_t idx, size_t field);

/* Where in `strings` a ref that stands at `address` leads.  False when it leads
 * outside. */
bool records_offset(const struct records *records, uint64_t address, int32_t ref, size_t *offset);

/* Length of the string at `offset`, or SIZE_MAX if nothing ends it or it is
 * longer than any compiler writes. */
size_t records_length(const struct records *records, size_t offset);

#endif
