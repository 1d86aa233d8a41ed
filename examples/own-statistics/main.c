/* A program that was built with cprof's plugin prints its own statistics from inside
 * main, while it runs: cprof_snapshot_capture gives the tree that its hooks have
 * recorded so far.
 */
#include <cprof/cprof.h>
#include <cprof/user.h>
#include <stdio.h>
#include <stdlib.h>

CPROF_PROFILE static unsigned step(unsigned value)
{
    return value % 2 ? 3 * value + 1 : value / 2;
}

CPROF_PROFILE static unsigned chain(unsigned value)
{
    unsigned length = 0;
    for (; value != 1; length++)
        value = step(value);
    return length;
}

static void print_tree(const struct cprof_tree *root)
{
    int depth = 0;
    for (const struct cprof_tree *tree = root; tree;) {
        struct cprof_tree_node facts = cprof_tree_facts(tree);
        printf("%*s%s: %llu calls, %.3f ms\n", 2 * depth, "", facts.name,
               (unsigned long long)facts.calls, (double)facts.total_ns / 1e6);
        if (cprof_tree_first_child(tree)) {
            tree = cprof_tree_first_child(tree);
            depth++;
            continue;
        }
        for (; tree != root && !cprof_tree_next_sibling(tree); depth--)
            tree = cprof_tree_parent(tree);
        tree = tree == root ? NULL : cprof_tree_next_sibling(tree);
    }
}

static void print_functions(const struct cprof_snapshot *snapshot)
{
    struct cprof_entry entry;
    for (size_t idx = 0; cprof_snapshot_at(snapshot, idx, &entry); idx++)
        printf("%-8s %s:%u  %llu calls\n", entry.name, entry.file, entry.line,
               (unsigned long long)entry.values[CPROF_METRIC_CALLS]);
}

int main(void)
{
    unsigned longest = 0;
    for (unsigned value = 1; value <= 1000; value++) {
        unsigned length = chain(value);
        longest = length > longest ? length : longest;
    }
    struct cprof_snapshot *snapshot = cprof_snapshot_capture("so far");
    if (!snapshot)
        return EXIT_FAILURE;
    if (cprof_snapshot_note(snapshot))
        printf("%s\n", cprof_snapshot_note(snapshot));
    else
        print_tree(cprof_snapshot_tree(snapshot));
    print_functions(snapshot);
    cprof_snapshot_free(snapshot);
    return longest == 178 ? EXIT_SUCCESS : EXIT_FAILURE;
}
