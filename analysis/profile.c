/* Filling a handle: the functions of cprof.h that add something.  Brings store,
 * reader, binary and load together; computes nothing itself.
 */
#include <stdio.h>
#include <stdlib.h>

#include "array.h"
#include "binary.h"
#include "bundle.h"
#include "fault.h"
#include "import.h"
#include "load.h"
#include "store.h"

/* A member of a bundle, which is no bundle itself. */
static enum cprof_status add_member(void *profile, const char *name, const void *bytes, size_t len,
                                    struct cprof_error *error)
{
    if (bundle_recognises(bytes, len))
        return fault_damaged(name, "merged profiles are in merged profiles", error);
    return cprof_profile_add_bytes(profile, name, bytes, len, error);
}

/* `source`: where the bytes are from, NULL if the caller had them. */
static enum cprof_status add_reading(struct cprof_profile *profile, const char *name,
                                     const void *bytes, size_t len,
                                     const struct life_source *source, struct cprof_error *error)
{
    if (bundle_recognises(bytes, len))
        return bundle_each(name, bytes, len, add_member, profile, error);
    if (!reader_recognises(bytes, len) && import_recognises(bytes, len))
        return import_add(profile, name, bytes, len, error);
    if (!import_fits(profile, "", name, error))
        return CPROF_INPUT;
    struct life life = {0};
    struct reading *reading = malloc(sizeof *reading);
    if (!reading)
        return fault_memory(error, name);
    enum cprof_status status = reader_open(reading, name, bytes, len, error);
    if (status == CPROF_OK && !life_ask(&life, &reading->header, source))
        status = fault_memory(error, name);
    if (status == CPROF_OK)
        status = load_reading(profile, reading, name, &life, error);
    profile->uncounted = profile->uncounted && status != CPROF_OK;
    life_free(&life);
    free(reading);
    return status;
}

enum cprof_status cprof_profile_add_bytes(struct cprof_profile *profile, const char *name,
                                          const void *bytes, size_t len, struct cprof_error *error)
{
    return add_reading(profile, name, bytes, len, NULL, error);
}

static enum cprof_status add_file(struct cprof_profile *profile, const char *path,
                                  struct cprof_error *error)
{
    struct store_bytes bytes;
    enum cprof_status status = store_read(path, &bytes, error);
    if (status != CPROF_OK)
        return status;
    if (binary_recognises(bytes.ptr, bytes.len))
        status = fault_set(error, CPROF_INPUT,
                           "%.600s: a program, not a profile; run it and name the cprof.out.* "
                           "file that it leaves",
                           path);
    else
        status = add_reading(profile, path, bytes.ptr, bytes.len, &bytes.source, error);
    store_release(&bytes);
    return status;
}

static enum cprof_status add_folder(struct cprof_profile *profile, const char *folder,
                                    struct cprof_error *error)
{
    struct store_folder found;
    enum cprof_status status = store_list(folder, "", &found, error);
    if (status == CPROF_OK && found.count == 0)
        status = fault_set(error, CPROF_INPUT,
                           "%.600s: no profile in this folder; name the folder that CPROF_OUTPUT "
                           "led to",
                           folder);
    for (size_t idx = 0; status == CPROF_OK && idx < found.count; idx++)
        status = add_file(profile, found.entries[idx].path, error);
    store_list_free(&found);
    return status;
}

enum cprof_status cprof_profile_add_path(struct cprof_profile *profile, const char *path,
                                         struct cprof_error *error)
{
    return store_is_folder(path) ? add_folder(profile, path, error)
                                 : add_file(profile, path, error);
}

/* What the records of a binary are added to. */
struct binary_target {
    struct cprof_profile *profile;
    const char *path;
};

static enum cprof_status add_records(void *context, const struct records *records,
                                     struct cprof_error *error)
{
    const struct binary_target *target = context;
    uint32_t *functions = array_new(records->sites.count, sizeof *functions);
    uint32_t *allocations = array_new(records->allocations.count, sizeof *allocations);
    enum cprof_status status =
        functions && allocations
            ? load_records(target->profile, records, target->path, functions, allocations, error)
            : fault_memory(error, target->path);
    free(functions);
    free(allocations);
    return status;
}

enum cprof_status cprof_profile_add_binary(struct cprof_profile *profile, const char *path,
                                           struct cprof_error *error)
{
    struct store_bytes bytes;
    if (store_is_folder(path))
        return add_folder(profile, path, error);
    enum cprof_status status = store_read(path, &bytes, error);
    if (status != CPROF_OK)
        return status;
    status = binary_recognises(bytes.ptr, bytes.len)
                 ? binary_read(path, bytes.ptr, bytes.len, add_records,
                               &(struct binary_target){profile, path}, error)
                 : add_reading(profile, path, bytes.ptr, bytes.len, &bytes.source, error);
    store_release(&bytes);
    return status;
}

enum cprof_status cprof_profile_newest(const char *folder, char *path, size_t path_size,
                                       struct cprof_error *error)
{
    struct store_folder found;
    enum cprof_status status = store_list(folder, "cprof.out.", &found, error);
    if (status == CPROF_OK && found.count == 0)
        status = fault_set(error, CPROF_INPUT,
                           "no profile (cprof.out.*) here; run a program built with cprof in this "
                           "folder or name a profile");
    else if (status == CPROF_OK)
        snprintf(path, path_size, "%s", found.entries[0].path);
    store_list_free(&found);
    return status;
}

void cprof_profile_settle(const char *path)
{
    store_settle(path);
}
