/* Reading and writing bundles; see bundle.h. */
#include "bundle.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "fault.h"

/* As a profile's: a first byte that no text has, line ends that show damage. */
static const unsigned char magic[8] = {0x89, 'C', 'P', 'M', 'R', 'G', '\r', '\n'};

#define VERSION 1

struct head {
    unsigned char magic[sizeof magic];
    uint32_t version;
    uint32_t members;
};

struct member {
    uint32_t name_len;
    uint32_t reserved;
    uint64_t len;
    uint64_t packed_len;
};

/* zlib makes nothing smaller than by this factor. */
#define MOST_FACTOR 1040

#define LONGEST_NAME 65536

bool bundle_recognises(const void *bytes, size_t len)
{
    return len >= sizeof(struct head) && memcmp(bytes, magic, sizeof magic) == 0;
}

uint32_t bundle_count(const void *bytes)
{
    struct head head;
    memcpy(&head, bytes, sizeof head);
    return head.members;
}

/* ---- Reading -------------------------------------------------------------- */

struct reader {
    const char *name;
    const unsigned char *at;
    size_t left;
    struct cprof_error *error;
};

static enum cprof_status damaged(const struct reader *reader)
{
    return fault_damaged(reader->name, "it ends before its last member does", reader->error);
}

static bool take(struct reader *reader, void *out, size_t len)
{
    if (reader->left < len)
        return false;
    memcpy(out, reader->at, len);
    reader->at += len;
    reader->left -= len;
    return true;
}

static enum cprof_status unpack(const struct reader *reader, const struct member *member,
                                unsigned char **bytes)
{
    uLongf len = (uLongf)member->len;
    *bytes = malloc(member->len ? (size_t)member->len : 1);
    if (!*bytes)
        return fault_memory(reader->error, reader->name);
    if (uncompress(*bytes, &len, reader->at, (uLong)member->packed_len) == Z_OK &&
        len == member->len)
        return CPROF_OK;
    free(*bytes);
    return fault_damaged(reader->name, "a member cannot be unpacked", reader->error);
}

static enum cprof_status read_member(struct reader *reader, bundle_visitor *visit, void *context)
{
    struct member member;
    if (!take(reader, &member, sizeof member) || member.name_len > LONGEST_NAME ||
        reader->left < member.name_len || member.packed_len > reader->left - member.name_len ||
        member.len / MOST_FACTOR > member.packed_len)
        return damaged(reader);
    char *name = calloc((size_t)member.name_len + 1, 1);
    if (!name)
        return fault_memory(reader->error, reader->name);
    take(reader, name, member.name_len);
    unsigned char *bytes;
    enum cprof_status status = unpack(reader, &member, &bytes);
    if (status == CPROF_OK) {
        status = visit(context, name, bytes, (size_t)member.len, reader->error);
        free(bytes);
    }
    free(name);
    reader->at += member.packed_len;
    reader->left -= (size_t)member.packed_len;
    return status;
}

enum cprof_status bundle_each(const char *name, const void *bytes, size_t len,
                              bundle_visitor *visit, void *context, struct cprof_error *error)
{
    struct reader reader = {.name = name, .at = bytes, .left = len, .error = error};
    struct head head;
    if (!take(&reader, &head, sizeof head))
        return damaged(&reader);
    if (head.version != VERSION)
        return fault_set(error, CPROF_INPUT,
                         "%.600s: merged by a newer cprof (version %u); read it with that one",
                         name, head.version);
    enum cprof_status status = CPROF_OK;
    for (uint32_t idx = 0; status == CPROF_OK && idx < head.members; idx++)
        status = read_member(&reader, visit, context);
    return status;
}

/* ---- Writing -------------------------------------------------------------- */

void bundle_begin(struct writer *writer, uint32_t members)
{
    struct head head = {.version = VERSION, .members = members};
    memcpy(head.magic, magic, sizeof magic);
    writer_bytes(writer, (const char *)&head, sizeof head);
}

enum cprof_status bundle_add(struct writer *writer, const char *name, const void *bytes, size_t len,
                             struct cprof_error *error)
{
    uLongf packed_len = compressBound((uLong)len);
    unsigned char *packed = malloc(packed_len);
    if (!packed)
        return fault_memory(error, name);
    if (compress(packed, &packed_len, bytes, (uLong)len) != Z_OK) {
        free(packed);
        return fault_memory(error, name);
    }
    size_t name_len = strlen(name) < LONGEST_NAME ? strlen(name) : LONGEST_NAME;
    struct member member = {.name_len = (uint32_t)name_len, .len = len, .packed_len = packed_len};
    writer_bytes(writer, (const char *)&member, sizeof member);
    writer_bytes(writer, name, name_len);
    writer_bytes(writer, (const char *)packed, packed_len);
    free(packed);
    return CPROF_OK;
}
