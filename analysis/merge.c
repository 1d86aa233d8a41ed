/* `cprof merge`: profiles into one bundle.  Each is read as a profile first, so
 * that what cannot be read, or does not go together, is said now and not later.
 */
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "bundle.h"
#include "fault.h"
#include "store.h"

struct merge {
    struct writer *writer;         /* NULL: only counts */
    struct cprof_profile *profile; /* what is merged is tried on */
    uint32_t members;
};

static enum cprof_status add_member(void *context, const char *name, const void *bytes, size_t len,
                                    struct cprof_error *error)
{
    struct merge *merge = context;
    merge->members++;
    return merge->writer ? bundle_add(merge->writer, name, bytes, len, error)
                         : cprof_profile_add_bytes(merge->profile, name, bytes, len, error);
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

static enum cprof_status add_file(struct merge *merge, const char *path, struct cprof_error *error)
{
    struct store_bytes bytes;
    enum cprof_status status = store_read(path, &bytes, error);
    if (status != CPROF_OK)
        return status;
    /* Members of members become members. */
    status = bundle_recognises(bytes.ptr, bytes.len)
                 ? bundle_each(path, bytes.ptr, bytes.len, add_member, merge, error)
                 : add_member(merge, merge->writer ? last_part(path) : path, bytes.ptr, bytes.len,
                              error);
    store_release(&bytes);
    return status;
}

static enum cprof_status add_path(struct merge *merge, const char *path, struct cprof_error *error)
{
    struct store_folder found;
    if (!store_is_folder(path))
        return add_file(merge, path, error);
    enum cprof_status status = store_list(path, "", &found, error);
    if (status == CPROF_OK && found.count == 0)
        status = fault_set(error, CPROF_INPUT,
                           "%.600s: no profile in this folder; name the folder that CPROF_OUTPUT "
                           "led to",
                           path);
    for (size_t idx = 0; status == CPROF_OK && idx < found.count; idx++)
        status = add_file(merge, found.entries[idx].path, error);
    store_list_free(&found);
    return status;
}

static enum cprof_status add_all(struct merge *merge, const char *const *paths, size_t count,
                                 struct cprof_error *error)
{
    enum cprof_status status = CPROF_OK;
    for (size_t idx = 0; status == CPROF_OK && idx < count; idx++)
        status = add_path(merge, paths[idx], error);
    return status;
}

enum cprof_status cprof_merge(const char *const *paths, size_t count, const struct cprof_sink *sink,
                              struct cprof_error *error)
{
    struct writer writer;
    struct merge merge = {.profile = cprof_profile_new()};
    if (!merge.profile)
        return fault_memory(error, "the profiles");
    enum cprof_status status = add_all(&merge, paths, count, error);
    cprof_profile_free(merge.profile);
    if (status != CPROF_OK)
        return status;
    uint32_t members = merge.members;
    writer_start(&writer, sink);
    bundle_begin(&writer, members);
    merge = (struct merge){.writer = &writer};
    status = add_all(&merge, paths, count, error);
    if (status == CPROF_OK && merge.members != members)
        status = fault_set(error, CPROF_INPUT,
                           "profiles came or went while they were merged; merge them again");
    return status == CPROF_OK ? writer_finish(&writer, error) : status;
}
