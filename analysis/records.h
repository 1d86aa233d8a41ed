/* Site records as the compiler laid them out, wherever they come from: a MODULE
 * extent of a profile or the sections of a binary.  Resolves the self-relative
 * refs (record.h) and trusts none of them.  Called by reader and binary to fill
 * a view, by model to walk it.
 */
#ifndef CPROF_ANALYSIS_RECORDS_H
#define CPROF_ANALYSIS_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cprof/record.h>

/* Borrowed bytes and the addresses they had in the process. */
struct records {
    const unsigned char *sites;
    uint64_t site_address;
    size_t site_count;
    size_t site_size; /* distance between records; at least sizeof(struct cprof_site) */
    const unsigned char *strings;
    uint64_t string_address;
    size_t string_len;
};

/* Copies record `idx`, which must be below site_count. */
struct cprof_site records_site(const struct records *records, size_t idx);

/* Where in `strings` a ref of record `idx` leads; `field` is the offset of the
 * ref in struct cprof_site.  False when it leads outside. */
bool records_offset(const struct records *records, size_t idx, size_t field, int32_t ref,
                    size_t *offset);

/* Length of the string at `offset`, or SIZE_MAX if nothing ends it or it is
 * longer than any compiler writes. */
size_t records_length(const struct records *records, size_t offset);

#endif
