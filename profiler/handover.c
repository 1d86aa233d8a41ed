/* What a profiler measured, as the forms that the rest of the library reads: a
 * call tree and the entries of a snapshot.  Looks into the profiler, and into the
 * others only through cprof.h.
 */
#include <stdlib.h>

#include "array.h"
#include "fault.h"
#include "profiler.h"

/* ---- Tree ----------------------------------------------------------------- */

/* Totals by node: parents stand before their callees. */
static void sum_totals(const struct cprof_profiler *profiler, uint64_t *self, uint64_t *total)
{
    const struct frame *inner = NULL;
    for (size_t idx = 0; idx < profiler->node_count; idx++)
        self[idx] = profiler->nodes[idx].self;
    /* What is open and not yet its callees': of the frame inside, the whole of it. */
    for (size_t idx = profiler->depth; idx-- > 0;) {
        const struct frame *frame = &profiler->frames[idx];
        if (frame->node == NODE_NONE)
            continue;
        uint64_t open = profiler_since(profiler, frame->entered);
        uint64_t inside = inner ? profiler_since(profiler, inner->entered) : 0;
        uint64_t others = frame->callees + inside;
        self[frame->node] += open > others ? open - others : 0;
        inner = frame;
    }
    for (size_t idx = 0; idx < profiler->node_count; idx++)
        total[idx] = self[idx];
    for (size_t idx = profiler->node_count; idx-- > 0;)
        if (profiler->nodes[idx].parent != NODE_NONE)
            total[profiler->nodes[idx].parent] += total[idx];
}

static bool add_nodes(const struct cprof_profiler *profiler, struct cprof_tree *root,
                      struct cprof_tree **trees, const uint64_t *self, const uint64_t *total)
{
    for (size_t idx = 0; idx < profiler->node_count; idx++) {
        const struct node *node = &profiler->nodes[idx];
        struct cprof_tree_node facts = {.name = texts_get(&profiler->texts, node->function),
                                        .file = "",
                                        .calls = node->calls,
                                        .total_ns = total[idx],
                                        .self_ns = self[idx]};
        struct cprof_tree *parent = node->parent == NODE_NONE ? root : trees[node->parent];
        trees[idx] = cprof_tree_add_node(parent, &facts);
        if (!trees[idx])
            return false;
    }
    return true;
}

struct cprof_tree *cprof_tree_from_profiler(struct cprof_profiler *profiler)
{
    if (!profiler)
        return cprof_tree_new("[session]", 0, 0);
    size_t count = profiler->node_count;
    uint64_t *self = array_new(count, sizeof *self), *total = array_new(count, sizeof *total);
    struct cprof_tree **trees = array_new(count, sizeof *trees), *root = NULL;
    if (self && total && trees) {
        uint64_t whole = 0;
        sum_totals(profiler, self, total);
        for (size_t idx = 0; idx < count; idx++)
            whole += profiler->nodes[idx].parent == NODE_NONE ? total[idx] : 0;
        root = cprof_tree_new("[session]", whole, 0);
        if (root && !add_nodes(profiler, root, trees, self, total)) {
            cprof_tree_free(root);
            root = NULL;
        }
    }
    free(self);
    free(total);
    free(trees);
    return root;
}

/* ---- Snapshot ------------------------------------------------------------- */

enum cprof_status cprof_snapshot_add_profiler(struct cprof_snapshot *snapshot,
                                              struct cprof_profiler *profiler,
                                              struct cprof_error *error)
{
    size_t count;
    uint64_t whole = 0;
    const struct cprof_function *stats = cprof_profiler_stats(profiler, &count);
    for (size_t idx = 0; idx < count; idx++) {
        struct cprof_entry entry = cprof_entry_unknown(stats[idx].name);
        entry.values[CPROF_METRIC_TOTAL_TIME] = stats[idx].total_ns;
        entry.values[CPROF_METRIC_SELF_TIME] = stats[idx].self_ns;
        entry.values[CPROF_METRIC_CALLS] = stats[idx].calls;
        whole += stats[idx].self_ns;
        enum cprof_status status = cprof_snapshot_add(snapshot, &entry, error);
        if (status != CPROF_OK)
            return status;
    }
    cprof_snapshot_set(snapshot, CPROF_METRIC_TOTAL_TIME, whole);
    struct cprof_tree *tree = cprof_tree_from_profiler(profiler);
    enum cprof_status status = tree ? cprof_snapshot_set_tree(snapshot, tree, error)
                                    : fault_memory(error, cprof_snapshot_name(snapshot));
    cprof_tree_free(tree);
    return status;
}
