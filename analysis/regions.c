/* Splitting measured time among the nodes of a region; see regions.h.
 *
 * With samples s_i of the nodes of a region whose owner R was charged T:
 * node i gets T * s_i / sum(s); where no untimed node has samples, R gets all.
 * An untimed node also keeps what it was charged while it was still timed.
 * Waiting was seen at R, so R takes it first, up to its own share, and the
 * untimed nodes share the rest: nobody waits longer than it lasted.
 */
#include "regions.h"

/* The three sums a region needs, kept at the index of its owner. */
struct region_sums {
    double *all;     /* samples' ticks of all its nodes */
    double *untimed; /* of all but the owner */
    double *excess;  /* waiting that does not fit into the owner's own share */
};

static double smaller(double left, double right)
{
    return left < right ? left : right;
}

static void add_up(const struct region_node *nodes, size_t count, const struct region_sums *sums)
{
    for (size_t idx = 0; idx < count; idx++) {
        uint32_t owner = nodes[idx].owner;
        if (owner == REGION_NONE)
            continue;
        sums->all[owner] += nodes[idx].sampled;
        if (owner != idx)
            sums->untimed[owner] += nodes[idx].sampled;
    }
}

static void split_owner(struct region_node *node, size_t idx, const struct region_sums *sums)
{
    double share = sums->untimed[idx] > 0 ? node->sampled / sums->all[idx] : 1.0;
    node->self = node->charged * share;
    node->wait = smaller(node->waited, node->self);
    sums->excess[idx] = smaller(node->waited, node->charged) - node->wait;
    node->variance = share < 1.0 && node->samples > 0 ? node->self * node->self / node->samples : 0;
}

static void split_other(struct region_node *node, const struct region_node *owner,
                        const struct region_sums *sums)
{
    node->self = node->charged;
    node->wait = smaller(node->waited, node->charged);
    node->variance = 0;
    if (!owner || sums->untimed[node->owner] <= 0)
        return;
    double estimate = owner->charged * node->sampled / sums->all[node->owner];
    node->self += estimate;
    node->wait += smaller(sums->excess[node->owner] * node->sampled / sums->untimed[node->owner],
                          estimate);
    if (node->samples > 0)
        node->variance = estimate * estimate / node->samples;
}

void regions_split(struct region_node *nodes, size_t count, double *scratch)
{
    struct region_sums sums = {scratch, scratch + count, scratch + 2 * count};
    add_up(nodes, count, &sums);
    for (size_t idx = 0; idx < count; idx++)
        if (nodes[idx].owner == idx)
            split_owner(&nodes[idx], idx, &sums);
    for (size_t idx = 0; idx < count; idx++)
        if (nodes[idx].owner != idx)
            split_other(&nodes[idx], nodes[idx].owner == REGION_NONE ? NULL : &nodes[nodes[idx].owner],
                        &sums);
}
