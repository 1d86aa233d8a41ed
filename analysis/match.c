/* Functions of two snapshots matched by name, then by place; see match.h.
 *
 * The entries of both sides stand in one array, sorted by name, file's last part,
 * line, whole path and side.  So what is alike in any of the three measures below
 * stands together, and each measure is one walk.  The surest pairs are taken
 * first: same file and line, then same file's last part in the order of the
 * lines, then what is left of a name in order: a file was renamed, a header moved.
 */
#include "match.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"

struct candidate {
    const struct cprof_entry *entry;
    const char *file; /* last part of its path */
    size_t idx;       /* in its snapshot */
    bool after;
    bool taken;
};

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static int compare_candidates(const void *left_ptr, const void *right_ptr)
{
    const struct candidate *left = left_ptr, *right = right_ptr;
    int order = strcmp(left->entry->name, right->entry->name);
    if (!order)
        order = strcmp(left->file, right->file);
    if (!order && left->entry->line != right->entry->line)
        order = left->entry->line < right->entry->line ? -1 : 1;
    if (!order)
        order = strcmp(left->entry->file, right->entry->file);
    if (!order)
        order = (int)left->after - (int)right->after;
    return order ? order : (left->idx < right->idx ? -1 : left->idx > right->idx);
}

static bool same_name(const struct candidate *left, const struct candidate *right)
{
    return strcmp(left->entry->name, right->entry->name) == 0;
}

static bool same_file(const struct candidate *left, const struct candidate *right)
{
    return same_name(left, right) && strcmp(left->file, right->file) == 0;
}

static bool same_place(const struct candidate *left, const struct candidate *right)
{
    return same_name(left, right) && left->entry->line == right->entry->line &&
           strcmp(left->entry->file, right->entry->file) == 0;
}

/* Pairs what is free on the two sides, in order; all of it is alike. */
static void pair(struct candidate *alike, size_t count, size_t *partners)
{
    size_t other = 0;
    for (size_t idx = 0; idx < count; idx++) {
        struct candidate *own = &alike[idx];
        if (own->after || own->taken)
            continue;
        while (other < count && (!alike[other].after || alike[other].taken))
            other++;
        if (other == count)
            return;
        partners[own->idx] = alike[other].idx;
        own->taken = alike[other].taken = true;
    }
}

static void pair_runs(struct candidate *all, size_t count, size_t *partners,
                      bool (*alike)(const struct candidate *, const struct candidate *))
{
    for (size_t start = 0, end; start < count; start = end) {
        for (end = start + 1; end < count && alike(&all[start], &all[end]); end++)
            ;
        pair(all + start, end - start, partners);
    }
}

static struct candidate *collect(const struct cprof_snapshot *before,
                                 const struct cprof_snapshot *after)
{
    struct candidate *all = array_new(before->count + after->count, sizeof *all);
    for (size_t idx = 0; all && idx < before->count + after->count; idx++) {
        bool second = idx >= before->count;
        size_t own = second ? idx - before->count : idx;
        const struct cprof_entry *entry = second ? &after->entries[own] : &before->entries[own];
        all[idx] = (struct candidate){
            .entry = entry, .file = last_part(entry->file), .idx = own, .after = second};
    }
    return all;
}

bool match_entries(const struct cprof_snapshot *before, const struct cprof_snapshot *after,
                   size_t *partners)
{
    size_t count = before->count + after->count;
    struct candidate *all = collect(before, after);
    if (!all)
        return false;
    for (size_t idx = 0; idx < before->count; idx++)
        partners[idx] = MATCH_NONE;
    qsort(all, count, sizeof *all, compare_candidates);
    pair_runs(all, count, partners, same_place);
    pair_runs(all, count, partners, same_file);
    pair_runs(all, count, partners, same_name);
    free(all);
    return true;
}
