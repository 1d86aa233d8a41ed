/* Is the tree in a profile sound?  Every node in use must hang on a used parent of
 * the same thread, up to a root, and name a known function.  `cprof report` accepts
 * more than that on purpose, so the tests of signals look for themselves.
 *
 * usage: tree_check FILE...  Prints FILE NAME CALLS SELF, a line a function and file;
 * exits 1 and says what is wrong if a tree is not sound.  Knows format.h only.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cprof/format.h>

enum { NAME_MAX_COUNT = 4096 };

struct profile {
    const char *path;
    const char *bytes;
    size_t len;
    const struct cprof_header *header;
    const struct cprof_extent *contents;
};

static int faults;

static void fault(const struct profile *profile, const char *what, uint32_t idx)
{
    printf("%s: %s (%" PRIu32 ")\n", profile->path, what, idx);
    faults++;
}

static bool profile_open(struct profile *profile, const char *path)
{
    struct stat status;
    int file = open(path, O_RDONLY);

    if (file < 0 || fstat(file, &status) != 0 || status.st_size < CPROF_DATA_OFFSET)
        return false;
    profile->path = path;
    profile->len = (size_t)status.st_size;
    profile->bytes = mmap(NULL, profile->len, PROT_READ, MAP_PRIVATE, file, 0);
    close(file);
    if (profile->bytes == MAP_FAILED)
        return false;
    profile->header = (const void *)profile->bytes;
    profile->contents = (const void *)(profile->bytes + CPROF_TOC_OFFSET);
    return memcmp(profile->header->magic, CPROF_MAGIC, CPROF_MAGIC_LEN) == 0 &&
           profile->header->version == CPROF_FORMAT_VERSION;
}

/* The extent that holds record `idx` of a type, or NULL. */
static const struct cprof_extent *extent_of(const struct profile *profile, uint32_t type,
                                            uint32_t idx)
{
    for (int at = 0; at < CPROF_EXTENT_MAX; at++) {
        const struct cprof_extent *extent = &profile->contents[at];
        if (extent->type != type || extent->offset + extent->length > profile->len)
            continue;
        uint64_t count = extent->record_size ? extent->length / extent->record_size : 0;
        if (type == CPROF_EXTENT_MODULE)
            count = ((const struct cprof_module *)(profile->bytes + extent->offset))->site_count;
        if (idx >= extent->first && idx < extent->first + count)
            return extent;
    }
    return NULL;
}

static const struct cprof_node *node_of(const struct profile *profile, uint32_t idx)
{
    const struct cprof_extent *extent = extent_of(profile, CPROF_EXTENT_NODES, idx);

    if (!extent)
        return NULL;
    const struct cprof_node *node =
        (const void *)(profile->bytes + extent->offset + (idx - extent->first) * sizeof *node);
    return node->flags & CPROF_NODE_USED ? node : NULL;
}

static const char *name_of(const struct profile *profile, uint32_t id)
{
    const struct cprof_extent *extent = extent_of(profile, CPROF_EXTENT_MODULE, id);

    if (!extent)
        return NULL;
    const char *start = profile->bytes + extent->offset;
    const struct cprof_module *module = (const void *)start;
    uint64_t idx = id - extent->first;
    const struct cprof_site *site =
        (const void *)(start + module->site_offset + idx * module->site_size);
    uint64_t field =
        module->site_address + idx * module->site_size + offsetof(struct cprof_site, name_ref);
    return start + module->string_offset +
           (field + (uint64_t)(int64_t)site->name_ref - module->string_address);
}

static uint64_t calls_of(const struct cprof_node *node)
{
    uint32_t low = node->armed - (uint32_t)node->left;
    return node->seen + (uint64_t)(int64_t)(int32_t)(low - (uint32_t)node->seen);
}

static void check_path(const struct profile *profile, uint32_t idx, uint32_t count)
{
    const struct cprof_node *node = node_of(profile, idx);
    uint32_t thread = node->thread;

    for (uint32_t step = 0; step <= count; step++) {
        if (node->flags & CPROF_NODE_ROOT) {
            if (node->parent != 0)
                fault(profile, "a root has a parent", idx);
            return;
        }
        node = node_of(profile, node->parent);
        if (!node) {
            fault(profile, "a node has no parent", idx);
            return;
        }
        if (node->thread != thread)
            fault(profile, "a node's parent is another thread's", idx);
    }
    fault(profile, "a node is its own ancestor", idx);
}

static uint32_t node_limit(const struct profile *profile)
{
    uint64_t limit = 0;

    for (int at = 0; at < CPROF_EXTENT_MAX; at++) {
        const struct cprof_extent *extent = &profile->contents[at];
        uint64_t end = extent->first + extent->length / sizeof(struct cprof_node);
        if (extent->type == CPROF_EXTENT_NODES && end > limit)
            limit = end;
    }
    return (uint32_t)limit;
}

static void check(const struct profile *profile)
{
    uint32_t limit = node_limit(profile), used = 0;
    const char *names[NAME_MAX_COUNT] = {NULL};
    uint64_t calls[NAME_MAX_COUNT] = {0}, self[NAME_MAX_COUNT] = {0};

    if (profile->header->node_size != sizeof(struct cprof_node))
        fault(profile, "nodes have another size", profile->header->node_size);
    if (profile->header->lost_calls)
        fault(profile, "calls were lost", (uint32_t)profile->header->lost_calls);
    for (uint32_t idx = 1; idx < limit; idx++) {
        const struct cprof_node *node = node_of(profile, idx);
        if (!node)
            continue;
        used++;
        check_path(profile, idx, limit);
        if (node->flags & (CPROF_NODE_ROOT | CPROF_NODE_OVERFLOW))
            continue;
        const char *name = name_of(profile, node->site);
        if (!name || node->site >= NAME_MAX_COUNT) {
            fault(profile, "a node names no function", idx);
            continue;
        }
        names[node->site] = name;
        calls[node->site] += calls_of(node);
        self[node->site] += node->u.call.self_ticks;
    }
    if (!used)
        fault(profile, "no node is in use", 0);
    for (uint32_t id = 0; id < NAME_MAX_COUNT; id++)
        if (names[id])
            printf("%s %s %" PRIu64 " %" PRIu64 "\n", profile->path, names[id], calls[id],
                   self[id]);
}

int main(int count, char **words)
{
    for (int idx = 1; idx < count; idx++) {
        struct profile profile = {0};
        if (!profile_open(&profile, words[idx])) {
            printf("%s: no profile\n", words[idx]);
            return 1;
        }
        check(&profile);
        munmap((void *)(uintptr_t)profile.bytes, profile.len);
    }
    return faults || count < 2;
}
