/* Contract 3, call trees and flame graphs made of them.  A part of cprof.h, which
 * includes it.
 *
 * A tree is a node with the trees below it; a handle stands for either.  Freeing a
 * node frees all below it.  Nothing here recurses: a tree may be as deep as it
 * likes.
 */
#ifndef CPROF_TREE_H
#define CPROF_TREE_H

#include <cprof/cprof.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A node's own facts.  Times are nanoseconds; the total has the callees in it. */
struct cprof_tree_node {
    const char *name;
    const char *file; /* "" or NULL: unknown */
    uint32_t line;
    uint64_t calls;
    uint64_t total_ns;
    uint64_t self_ns;
};

/* A node without callees; texts are copied.  NULL only when there is no memory. */
struct cprof_tree *cprof_tree_new(const char *name, uint64_t total_ns, uint64_t self_ns);

/* A new callee below `tree`, which it belongs to; with all its facts, where NULL as
 * `tree` makes a root. */
struct cprof_tree *cprof_tree_add_child(struct cprof_tree *tree, const char *name,
                                        uint64_t total_ns, uint64_t self_ns);
struct cprof_tree *cprof_tree_add_node(struct cprof_tree *tree, const struct cprof_tree_node *node);

/* The tree and all below it; taken out of the tree it belongs to, if any. */
void cprof_tree_free(struct cprof_tree *tree);

/* The contexts of a profile below a root named after the program.  Untimed
 * profiles have no times. */
struct cprof_tree *cprof_tree_of_profile(struct cprof_profile *profile, struct cprof_error *error);

/* What a profiler measured, below a root named "[session]".  Calls that are open
 * have their time so far. */
struct cprof_tree *cprof_tree_from_profiler(struct cprof_profiler *profiler);

struct cprof_tree *cprof_tree_copy(const struct cprof_tree *tree);

/* Its facts; the texts are the tree's. */
struct cprof_tree_node cprof_tree_facts(const struct cprof_tree *tree);

/* For walks: callees in the order in which they were added; NULL: no more. */
const struct cprof_tree *cprof_tree_parent(const struct cprof_tree *tree);
const struct cprof_tree *cprof_tree_first_child(const struct cprof_tree *tree);
const struct cprof_tree *cprof_tree_next_sibling(const struct cprof_tree *tree);

/* Behind `tree` in pre-order, within `root`; NULL at the end. */
const struct cprof_tree *cprof_tree_next(const struct cprof_tree *root,
                                         const struct cprof_tree *tree);

/* Nodes on the longest way down; 1 without callees, 0 for NULL. */
size_t cprof_tree_max_depth(const struct cprof_tree *tree);

/* Nodes in all. */
size_t cprof_tree_count(const struct cprof_tree *tree);

/* A self-contained SVG, as of cprof_flame_svg.  A frame is as wide as its total, or
 * as its callees where these are more; callees of one name are one frame. */
enum cprof_status cprof_flamegraph_svg(const struct cprof_tree *tree,
                                       const struct cprof_flame_options *options,
                                       const struct cprof_sink *sink, struct cprof_error *error);

/* The frames' colour, 0xRRGGBB: the same name has the same in every picture. */
uint32_t cprof_color_for_name(const char *name);

#ifdef __cplusplus
}
#endif

#endif
