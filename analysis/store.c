/* Files and processes; see store.h. */
#include "store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "array.h"
#include "fault.h"
#include "reader.h"

/* The tree of a process is at most 512 MiB (CPROF_FILE_DISTANCE); with all its
 * modules nothing honest comes near this. */
#define LARGEST_PROFILE ((size_t)4 << 30)

/* ---- Reading -------------------------------------------------------------- */

static enum cprof_status cannot_read(const char *path, struct cprof_error *error)
{
    struct stat link;
    int reason = errno;
    if (reason == ENOENT && lstat(path, &link) == 0)
        return fault_set(error, CPROF_INPUT,
                         "%.600s: its data in memory is gone (the machine was restarted before "
                         "anybody read it); record a new profile",
                         path);
    if (reason == ENOENT)
        return fault_set(error, CPROF_INPUT,
                         "%.600s: no such file; run a program built with cprof first or name "
                         "another file",
                         path);
    return fault_set(error, CPROF_INPUT, "%.600s: cannot be read (%s); check the file", path,
                     strerror(reason));
}

/* Up to `len` bytes; fewer at the end of the file, -1 on failure. */
static ssize_t read_fully(int descriptor, unsigned char *ptr, size_t len)
{
    size_t used = 0;
    while (used < len) {
        ssize_t part = read(descriptor, ptr + used, len - used);
        if (part < 0 && errno == EINTR)
            continue;
        if (part < 0)
            return -1;
        if (part == 0)
            break;
        used += (size_t)part;
    }
    return (ssize_t)used;
}

/* Reads what nobody wants to the end, so that the writer is not disturbed. */
static bool drain(int descriptor)
{
    unsigned char unwanted[65536];
    ssize_t part;
    while ((part = read_fully(descriptor, unwanted, sizeof unwanted)) == sizeof unwanted)
        ;
    return part >= 0;
}

/* A pipe, or anything else without a size. */
static enum cprof_status read_stream(int descriptor, const char *path, struct store_bytes *bytes,
                                     struct cprof_error *error)
{
    size_t capacity = 0;
    for (;;) {
        size_t wanted = bytes->len + ((size_t)1 << 20);
        if (wanted > LARGEST_PROFILE || !array_reserve(&bytes->ptr, &capacity, wanted, 1))
            return fault_memory(error, path);
        ssize_t part = read_fully(descriptor, bytes->ptr + bytes->len, capacity - bytes->len);
        if (part < 0)
            return cannot_read(path, error);
        bytes->len += (size_t)part;
        bool ended = bytes->len < capacity;
        size_t used = (size_t)reader_used_length(bytes->ptr, bytes->len, SIZE_MAX);
        if (!ended && used > bytes->len)
            continue;
        bytes->len = used < bytes->len ? used : bytes->len;
        return ended || drain(descriptor) ? CPROF_OK : cannot_read(path, error);
    }
}

/* The header and the table of contents say how much of the file to read.  The
 * header is read again after the table, because a running program makes the file
 * longer before it enters what is new into the table. */
static enum cprof_status read_file(int descriptor, const char *path, size_t size,
                                   struct store_bytes *bytes, struct cprof_error *error)
{
    unsigned char prefix[READER_PREFIX];
    ssize_t head = read_fully(descriptor, prefix, sizeof prefix);
    if (head < 0 || (head == sizeof prefix && pread(descriptor, prefix, CPROF_TOC_OFFSET, 0) < 0))
        return cannot_read(path, error);
    size = head < (ssize_t)sizeof prefix ? (size_t)head
                                         : (size_t)reader_used_length(prefix, sizeof prefix, size);
    if (size > LARGEST_PROFILE)
        return fault_set(error, CPROF_INPUT,
                         "%.600s: larger than any profile cprof writes; name a cprof.out.* file",
                         path);
    bytes->ptr = malloc(size + 1);
    if (!bytes->ptr)
        return fault_memory(error, path);
    size_t known = (size_t)head < size ? (size_t)head : size;
    memcpy(bytes->ptr, prefix, known);
    ssize_t rest = read_fully(descriptor, bytes->ptr + known, size - known);
    if (rest < 0)
        return cannot_read(path, error);
    bytes->len = known + (size_t)rest;
    return CPROF_OK;
}

enum cprof_status store_read(const char *path, struct store_bytes *bytes, struct cprof_error *error)
{
    *bytes = (struct store_bytes){0};
    if (strcmp(path, "-") == 0)
        return read_stream(STDIN_FILENO, "standard input", bytes, error);
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    struct stat about;
    if (descriptor < 0)
        return cannot_read(path, error);
    enum cprof_status status;
    uint64_t now = life_now();
    if (fstat(descriptor, &about) != 0)
        status = cannot_read(path, error);
    else if (S_ISREG(about.st_mode))
        status = read_file(descriptor, path, (size_t)about.st_size, bytes, error);
    else
        status = read_stream(descriptor, path, bytes, error);
    close(descriptor);
    if (status != CPROF_OK)
        store_release(bytes);
    else
        bytes->source = (struct life_source){about.st_dev, about.st_ino, now};
    return status;
}

void store_release(struct store_bytes *bytes)
{
    free(bytes->ptr);
    *bytes = (struct store_bytes){0};
}

/* ---- Folders -------------------------------------------------------------- */

bool store_is_folder(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static bool begins_like_profile(const char *path)
{
    unsigned char magic[CPROF_MAGIC_LEN];
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (descriptor < 0)
        return false;
    ssize_t len = read_fully(descriptor, magic, sizeof magic);
    close(descriptor);
    return len == CPROF_MAGIC_LEN && reader_recognises(magic, sizeof magic);
}

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), end_len = strlen(end);
    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

static bool add_entry(struct store_folder *found, const char *path)
{
    struct stat about;
    if (stat(path, &about) != 0 || !S_ISREG(about.st_mode) || !begins_like_profile(path))
        return true;
    if (!array_reserve(&found->entries, &found->capacity, found->count + 1, sizeof *found->entries))
        return false;
    char *copy = strdup(path);
    if (!copy)
        return false;
    found->entries[found->count++] = (struct store_entry){
        .path = copy,
        .modified_ns = (int64_t)about.st_mtim.tv_sec * 1000000000 + about.st_mtim.tv_nsec};
    return true;
}

static int compare_entries(const void *left_ptr, const void *right_ptr)
{
    const struct store_entry *left = left_ptr, *right = right_ptr;
    if (left->modified_ns != right->modified_ns)
        return left->modified_ns > right->modified_ns ? -1 : 1;
    return strcmp(left->path, right->path);
}

enum cprof_status store_list(const char *folder, const char *prefix, struct store_folder *found,
                             struct cprof_error *error)
{
    *found = (struct store_folder){0};
    DIR *directory = opendir(folder);
    if (!directory)
        return cannot_read(folder, error);
    bool enough = true;
    for (struct dirent *entry; enough && (entry = readdir(directory));) {
        char path[PATH_MAX];
        if (ends_with(entry->d_name, ".old") || strncmp(entry->d_name, prefix, strlen(prefix)) != 0)
            continue;
        int len = strcmp(folder, ".") == 0
                      ? snprintf(path, sizeof path, "%s", entry->d_name)
                      : snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (len > 0 && (size_t)len < sizeof path)
            enough = add_entry(found, path);
    }
    closedir(directory);
    if (!enough) {
        store_list_free(found);
        return fault_memory(error, folder);
    }
    if (found->count)
        qsort(found->entries, found->count, sizeof *found->entries, compare_entries);
    return CPROF_OK;
}

void store_list_free(struct store_folder *found)
{
    for (size_t idx = 0; idx < found->count; idx++)
        free(found->entries[idx].path);
    free(found->entries);
    *found = (struct store_folder){0};
}

/* ---- Settling ------------------------------------------------------------- */

/* Where runtime/file.c makes files in memory. */
static bool is_in_memory(const char *path)
{
    static const char *const starts[] = {"/dev/shm/cprof.", "/run/cprof.", "/tmp/cprof."};
    for (size_t idx = 0; idx < sizeof starts / sizeof *starts; idx++) {
        size_t len = strlen(starts[idx]);
        if (strncmp(path, starts[idx], len) == 0 && !strchr(path + len, '/'))
            return true;
    }
    return false;
}

/* Only links to files in memory are moved, and only if this user owns both. */
static bool is_ours_in_memory(const char *path, char *target)
{
    struct stat link, data;
    if (lstat(path, &link) != 0 || !S_ISLNK(link.st_mode) || link.st_uid != geteuid())
        return false;
    ssize_t len = readlink(path, target, PATH_MAX - 1);
    if (len <= 0)
        return false;
    target[len] = '\0';
    return is_in_memory(target) && lstat(target, &data) == 0 && S_ISREG(data.st_mode) &&
           data.st_nlink == 1 && data.st_uid == geteuid();
}

static bool write_fully(int descriptor, const unsigned char *ptr, size_t len)
{
    while (len) {
        ssize_t part = write(descriptor, ptr, len);
        if (part < 0 && errno == EINTR)
            continue;
        if (part <= 0)
            return false;
        ptr += part;
        len -= (size_t)part;
    }
    return true;
}

/* A new file beside `path` takes its place, so that a reader finds the old or
 * the new, never half of one. */
static bool replace(const char *path, const struct store_bytes *bytes)
{
    char temporary[PATH_MAX];
    if (snprintf(temporary, sizeof temporary, "%s.XXXXXX", path) >= (int)sizeof temporary)
        return false;
    int descriptor = mkostemp(temporary, O_CLOEXEC);
    if (descriptor < 0)
        return false;
    bool written = write_fully(descriptor, bytes->ptr, bytes->len);
    if (close(descriptor) == 0 && written && rename(temporary, path) == 0)
        return true;
    unlink(temporary);
    return false;
}

/* What is no file, like /dev/stdout, must not be replaced by one. */
static bool write_through(const char *path, const struct store_bytes *bytes)
{
    int descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (descriptor < 0)
        return false;
    bool written = write_fully(descriptor, bytes->ptr, bytes->len);
    return close(descriptor) == 0 && written;
}

enum cprof_status store_write(const char *path, const char *ptr, size_t len,
                              struct cprof_error *error)
{
    struct store_bytes bytes = {.len = len};
    struct stat about;
    bool file = stat(path, &about) != 0 || S_ISREG(about.st_mode);
    memcpy(&bytes.ptr, &ptr, sizeof ptr); /* only read, but the struct owns elsewhere */
    if (file ? replace(path, &bytes) : write_through(path, &bytes))
        return CPROF_OK;
    return fault_set(error, CPROF_OUTPUT,
                     "%.600s: cannot be written (%s); check the folder and the space left", path,
                     strerror(errno));
}

static void settle_file(const char *path)
{
    char target[PATH_MAX];
    struct store_bytes bytes;
    struct cprof_header header;
    if (!is_ours_in_memory(path, target) || store_read(target, &bytes, NULL) != CPROF_OK)
        return;
    if (bytes.len >= sizeof header && reader_recognises(bytes.ptr, bytes.len)) {
        memcpy(&header, bytes.ptr, sizeof header);
        header.host[sizeof header.host - 1] = '\0';
        if (!life_alive(&header) && replace(path, &bytes))
            unlink(target);
    }
    store_release(&bytes);
}

void store_settle(const char *path)
{
    struct store_folder found;
    if (!store_is_folder(path)) {
        settle_file(path);
        return;
    }
    if (store_list(path, "", &found, NULL) != CPROF_OK)
        return;
    for (size_t idx = 0; idx < found.count; idx++)
        settle_file(found.entries[idx].path);
    store_list_free(&found);
}
