/* Binary trees that are built, walked and torn down: trees ROUNDS, of 2^17 nodes less
 * one each.
 */
#include <stdio.h>
#include <stdlib.h>

enum { DEPTH = 17 };

struct tree {
    struct tree *left, *right;
};

static struct tree *build(int depth)
{
    struct tree *tree = malloc(sizeof *tree);

    if (!tree)
        exit(1);
    tree->left = depth > 1 ? build(depth - 1) : NULL;
    tree->right = depth > 1 ? build(depth - 1) : NULL;
    return tree;
}

static long walk(const struct tree *tree)
{
    return tree ? 1 + walk(tree->left) + walk(tree->right) : 0;
}

static void tear_down(struct tree *tree)
{
    if (!tree)
        return;
    tear_down(tree->left);
    tear_down(tree->right);
    free(tree);
}

int main(int count, char **words)
{
    long rounds = count > 1 ? atol(words[1]) : 10, nodes = 0;

    for (long idx = 0; idx < rounds; idx++) {
        struct tree *tree = build(DEPTH);
        nodes += walk(tree);
        tear_down(tree);
    }
    printf("%ld\n", nodes);
    return 0;
}
