/* Call trees as handles: nodes linked to each other, walked without recursion; the
 * interface is cprof/tree.h.  Knows nothing of pictures (flamegraph.c).
 */
#include <cprof/cprof.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "fault.h"
#include "stats.h"
#include "tree.h"

struct cprof_tree {
    struct cprof_tree *parent, *first_child, *last_child, *next_sibling, *previous_sibling;
    struct cprof_tree_node facts; /* its texts are this node's own */
    char texts[];
};

static struct cprof_tree *make(const struct cprof_tree_node *facts)
{
    const char *name = facts->name ? facts->name : "", *file = facts->file ? facts->file : "";
    size_t name_size = strlen(name) + 1, file_size = strlen(file) + 1;
    struct cprof_tree *tree = malloc(sizeof *tree + name_size + file_size);
    if (!tree)
        return NULL;
    *tree = (struct cprof_tree){.facts = *facts};
    memcpy(tree->texts, name, name_size);
    memcpy(tree->texts + name_size, file, file_size);
    tree->facts.name = tree->texts;
    tree->facts.file = tree->texts + name_size;
    return tree;
}

struct cprof_tree *cprof_tree_new(const char *name, uint64_t total_ns, uint64_t self_ns)
{
    return make(&(struct cprof_tree_node){.name = name, .total_ns = total_ns, .self_ns = self_ns});
}

struct cprof_tree *cprof_tree_add_node(struct cprof_tree *tree, const struct cprof_tree_node *node)
{
    struct cprof_tree *child = make(node);
    if (!child || !tree)
        return child;
    child->parent = tree;
    child->previous_sibling = tree->last_child;
    if (tree->last_child)
        tree->last_child->next_sibling = child;
    else
        tree->first_child = child;
    tree->last_child = child;
    return child;
}

struct cprof_tree *cprof_tree_add_child(struct cprof_tree *tree, const char *name,
                                        uint64_t total_ns, uint64_t self_ns)
{
    return cprof_tree_add_node(
        tree, &(struct cprof_tree_node){.name = name, .total_ns = total_ns, .self_ns = self_ns});
}

static void take_out(struct cprof_tree *tree)
{
    struct cprof_tree *parent = tree->parent;
    if (!parent)
        return;
    if (tree->previous_sibling)
        tree->previous_sibling->next_sibling = tree->next_sibling;
    else
        parent->first_child = tree->next_sibling;
    if (tree->next_sibling)
        tree->next_sibling->previous_sibling = tree->previous_sibling;
    else
        parent->last_child = tree->previous_sibling;
    tree->parent = tree->next_sibling = tree->previous_sibling = NULL;
}

void cprof_tree_free(struct cprof_tree *tree)
{
    if (!tree)
        return;
    take_out(tree);
    while (tree) {
        struct cprof_tree *child = tree->first_child, *parent = tree->parent;
        if (child) { /* its siblings stay below this node until it is gone */
            tree->first_child = child->next_sibling;
            tree = child;
            continue;
        }
        free(tree);
        tree = parent;
    }
}

/* ---- Asking --------------------------------------------------------------- */

struct cprof_tree_node cprof_tree_facts(const struct cprof_tree *tree)
{
    return tree->facts;
}

const struct cprof_tree *cprof_tree_parent(const struct cprof_tree *tree)
{
    return tree->parent;
}

const struct cprof_tree *cprof_tree_first_child(const struct cprof_tree *tree)
{
    return tree->first_child;
}

const struct cprof_tree *cprof_tree_next_sibling(const struct cprof_tree *tree)
{
    return tree->next_sibling;
}

const struct cprof_tree *cprof_tree_next(const struct cprof_tree *root,
                                         const struct cprof_tree *tree)
{
    if (tree->first_child)
        return tree->first_child;
    while (tree != root && !tree->next_sibling)
        tree = tree->parent;
    return tree == root ? NULL : tree->next_sibling;
}

size_t cprof_tree_max_depth(const struct cprof_tree *root)
{
    size_t depth = root != NULL, deepest = depth;
    for (const struct cprof_tree *tree = root; tree;) {
        if (tree->first_child) {
            tree = tree->first_child;
            deepest = ++depth > deepest ? depth : deepest;
            continue;
        }
        for (; tree != root && !tree->next_sibling; depth--)
            tree = tree->parent;
        tree = tree == root ? NULL : tree->next_sibling;
    }
    return deepest;
}

size_t cprof_tree_count(const struct cprof_tree *root)
{
    size_t count = 0;
    for (const struct cprof_tree *tree = root; tree; tree = cprof_tree_next(root, tree))
        count++;
    return count;
}

/* ---- Copies --------------------------------------------------------------- */

struct cprof_tree *cprof_tree_copy(const struct cprof_tree *root)
{
    struct cprof_tree *copy = root ? make(&root->facts) : NULL, *at = copy;
    const struct cprof_tree *tree = root, *next;
    while (at && (next = cprof_tree_next(root, tree))) {
        /* `at` is the copy of `tree`: up to that of the next one's parent. */
        for (; tree != next->parent; tree = tree->parent)
            at = at->parent;
        at = cprof_tree_add_node(at, &next->facts);
        tree = next;
    }
    if (root && !at) {
        cprof_tree_free(copy);
        return NULL;
    }
    return copy;
}

/* The model's contexts in pre-order stand in it parents first, too, so each one's
 * parent has its copy when its turn comes. */
struct cprof_tree *cprof_tree_of_profile(struct cprof_profile *profile, struct cprof_error *error)
{
    if (model_finish(profile, error) != CPROF_OK)
        return NULL;
    bool timed = model_timed(profile);
    struct cprof_tree **copies = array_new(profile->context_count, sizeof(struct cprof_tree *));
    bool enough = copies != NULL;
    for (uint32_t at = MODEL_ROOT; enough && at != MODEL_NONE; at = model_next(profile, at, true)) {
        const struct context *context = &profile->contexts[at];
        struct tree_label label = tree_label(profile, at);
        struct cprof_tree_node facts = {.name = label.name,
                                        .file = label.file,
                                        .line = label.line,
                                        .calls = context->measure.calls,
                                        .total_ns = timed ? stats_whole(context->total) : 0,
                                        .self_ns = timed ? stats_whole(context->measure.self) : 0};
        copies[at] =
            at == MODEL_ROOT ? make(&facts) : cprof_tree_add_node(copies[context->parent], &facts);
        enough = copies[at] != NULL;
    }
    struct cprof_tree *root = copies ? copies[MODEL_ROOT] : NULL;
    free(copies);
    if (enough)
        return root;
    cprof_tree_free(root);
    fault_memory(error, "the call tree");
    return NULL;
}
