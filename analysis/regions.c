/* Lending measured time to sampled nodes; see regions.h.
 *
 * A node keeps what it was charged, less what it lends, plus what it borrows.
 * Where the estimates of the borrowers and of the lender's own time together
 * exceed what there is, all shrink alike: what was charged was measured.
 * Waiting was seen at the lender, which takes it first, up to what it keeps;
 * the borrowers share the rest, and nobody waits longer than it lasted.
 */
#include "regions.h"

#include <stdbool.h>

/* The variance of a lender's estimate of its own time, in squares of it: it is made
 * of fewer and less even stretches than what it lends. */
#define SPREAD_OF_OWN 0.04

static double smaller(double left, double right)
{
    return left < right ? left : right;
}

/* What was measured does not include the probes. */
static void correct(struct region_node *node)
{
    node->probes = smaller(node->probes, node->charged);
    node->charged -= node->probes;
    node->waited = smaller(node->waited, node->charged);
}

/* Whether `excess` is more than chance explains: twice the deviation. */
static bool is_beyond_chance(double excess, double variance)
{
    return excess > 0 && excess * excess > 4 * variance;
}

/* What was sampled at this node's cost is what it is asked for; the rest was charged
 * to nodes above.  Estimates are off by chance: what they claim too much here, others
 * of the same functions claim too little elsewhere, so it is passed on, too.  Where
 * it is more than chance, they are too large because stretches of some nanoseconds
 * were measured alone, and shrink alike with what the lender claims itself. */
static void give(const struct region_node *node, struct region_flow *flow)
{
    if (!(flow->asked > 0))
        return;
    double part = flow->sampled > node->lent ? node->lent / flow->sampled : 1;
    double wanted = node->lent > 0 ? flow->asked * part : 0, claimed = wanted + node->own;
    double variance = flow->spread * part * part + SPREAD_OF_OWN * node->own * node->own;
    bool shrink = is_beyond_chance(claimed - node->charged, variance);
    flow->given = shrink ? node->charged * wanted / claimed : smaller(wanted, node->charged);
    flow->passed = flow->asked - (shrink ? wanted : flow->given);
}

static void ask(const struct region_node *node, const struct region_flow *flow,
                struct region_flow *above)
{
    double part = flow->asked > 0 ? flow->passed / flow->asked : 0;
    above->asked += flow->passed + node->estimate;
    /* What is passed on because there was too little here has no sample above. */
    above->sampled += flow->sampled > node->lent ? flow->sampled - node->lent : 0;
    above->sampled += node->sampled;
    above->spread += flow->spread * part * part + node->spread;
}

static void receive(struct region_node *node, struct region_flow *flow,
                    const struct region_flow *above)
{
    double from_above = flow->passed * above->satisfied, come = flow->given + from_above;
    double received = node->estimate * above->satisfied;
    double kept = node->charged - flow->given;
    kept = kept > 0 ? kept : 0; /* by rounding */
    double waited = smaller(node->waited, kept);
    if (come > 0)
        flow->waiting = smaller((node->waited - waited + from_above * above->waiting) / come, 1);
    if (flow->asked > 0)
        flow->satisfied = come / flow->asked;
    node->self = kept + received;
    node->wait = waited + received * above->waiting;
    double part = flow->asked > 0 ? flow->given / flow->asked : 0;
    node->variance =
        flow->spread * part * part + node->spread * above->satisfied * above->satisfied;
    /* What shrinks all estimates of a region is as uncertain as their sum. */
    if (above->satisfied < 1 && above->asked > 0)
        node->variance += received * received * above->spread / (above->asked * above->asked);
}

void regions_split(struct region_node *nodes, const uint32_t *order, size_t ordered,
                   struct region_flow *flows)
{
    const struct region_flow nobody = {0};
    for (size_t idx = ordered; idx-- > 0;) {
        struct region_node *node = &nodes[order[idx]];
        correct(node);
        give(node, &flows[order[idx]]);
        if (node->parent != REGION_NONE)
            ask(node, &flows[order[idx]], &flows[node->parent]);
    }
    for (size_t idx = 0; idx < ordered; idx++) {
        struct region_node *node = &nodes[order[idx]];
        receive(node, &flows[order[idx]],
                node->parent == REGION_NONE ? &nobody : &flows[node->parent]);
    }
}
