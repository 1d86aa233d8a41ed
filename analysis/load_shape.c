/* The parents of a reading's nodes, and an order in which parents come first; what
 * cannot be a tree is refused here, before the model is changed.  Called by load.c.
 */
#include "loader.h"

#include "fault.h"

static uint32_t parent_of(const struct loader *loader, const struct cprof_node *node)
{
    if (node->flags == 0)
        return PARENT_UNUSED;
    if ((node->flags & CPROF_NODE_ROOT) || node->parent == 0)
        return PARENT_ROOT;
    return reader_node_position(loader->reading, node->parent);
}

/* A node whose parent is not there yet: copied while it was being made.  Its
 * calls count, so it hangs from the program itself. */
static enum cprof_status load_parents(struct loader *loader)
{
    bool complete = loader->reading->header.state == CPROF_STATE_COMPLETE;
    for (uint32_t idx = 0; idx < loader->count; idx++) {
        struct cprof_node node = reader_node(loader->reading, idx);
        loader->parents[idx] = parent_of(loader, &node);
        if (loader->parents[idx] == READER_NONE) {
            if (complete)
                return fault_damaged(loader->name,
                                     "a calling context has a caller that does not exist",
                                     loader->error);
            loader->parents[idx] = PARENT_ROOT;
        }
    }
    for (uint32_t idx = 0; idx < loader->count; idx++)
        if (loader->parents[idx] < loader->count &&
            loader->parents[loader->parents[idx]] == PARENT_UNUSED)
            loader->parents[idx] = PARENT_ROOT;
    return CPROF_OK;
}

static void reverse(uint32_t *items, uint32_t count)
{
    for (uint32_t idx = 0; idx < count / 2; idx++) {
        uint32_t other = items[idx];
        items[idx] = items[count - 1 - idx];
        items[count - 1 - idx] = other;
    }
}

/* Walks from each node up to one that has its place, and appends the way back
 * down.  `marks` says which walk (by its first node) came by: meeting the own
 * mark is a cycle. */
static enum cprof_status order_nodes(struct loader *loader, uint32_t *marks)
{
    for (uint32_t start = 0; start < loader->count; start++) {
        uint32_t begin = loader->ordered, at = start;
        while (at < loader->count && loader->parents[at] != PARENT_UNUSED && marks[at] == 0) {
            marks[at] = start + 1;
            loader->order[loader->ordered++] = at;
            at = loader->parents[at];
        }
        bool walked = loader->ordered > begin;
        if (walked && at < loader->count && marks[at] == start + 1)
            return fault_damaged(loader->name, "a calling context is its own caller",
                                 loader->error);
        reverse(loader->order + begin, loader->ordered - begin);
    }
    return CPROF_OK;
}

enum cprof_status load_shape(struct loader *loader)
{
    enum cprof_status status = load_parents(loader);
    /* Contexts are not needed yet and start as zeros. */
    return status == CPROF_OK ? order_nodes(loader, loader->contexts) : status;
}
