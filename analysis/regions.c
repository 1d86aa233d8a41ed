/* Lending measured time to sampled nodes; see regions.h.
 *
 * A node keeps what it was charged, less what it lends, plus what it borrows.
 * Where the estimates of the borrowers and of the lender's own time together
 * exceed what there is, all shrink alike: what was charged was measured.
 * Waiting was seen at the lender, which takes it first, up to what it keeps;
 * the borrowers share the rest, and nobody waits longer than it lasted.
 */
#include "regions.h"

static double smaller(double left, double right)
{
    return left < right ? left : right;
}

static void add_demands(const struct region_node *nodes, size_t count, struct region_loan *loans)
{
    for (size_t idx = 0; idx < count; idx++)
        if (nodes[idx].lender != REGION_NONE)
            loans[nodes[idx].lender].demand += nodes[idx].estimate;
}

static void correct(struct region_node *node)
{
    node->probes = smaller(node->probes, node->charged);
    node->charged -= node->probes;
    node->waited = smaller(node->waited, node->charged);
}

static void keep(struct region_node *node, struct region_loan *loan)
{
    double wanted = loan->demand > 0 ? loan->demand + node->own : 0;
    loan->factor = wanted > node->charged ? node->charged / wanted : 1.0;
    node->self = node->charged - loan->demand * loan->factor;
    if (node->self < 0) /* by rounding */
        node->self = 0;
    node->wait = smaller(node->waited, node->self);
    loan->excess = smaller(node->waited, node->charged) - node->wait;
    node->variance = 0;
    if (loan->factor < 1.0 && node->own_samples > 0)
        node->variance = node->self * node->self / node->own_samples;
}

static void borrow(struct region_node *node, struct region_loan *loan)
{
    double lent = node->estimate * loan->factor;
    node->self += lent;
    node->wait += smaller(loan->excess * node->estimate / loan->demand, lent);
    if (node->samples > 0) {
        node->variance += lent * lent / node->samples;
        loan->variance += lent * lent / node->samples;
    }
}

void regions_split(struct region_node *nodes, size_t count, struct region_loan *loans)
{
    for (size_t idx = 0; idx < count; idx++)
        correct(&nodes[idx]);
    add_demands(nodes, count, loans);
    for (size_t idx = 0; idx < count; idx++)
        keep(&nodes[idx], &loans[idx]);
    for (size_t idx = 0; idx < count; idx++)
        if (nodes[idx].lender != REGION_NONE && nodes[idx].estimate > 0)
            borrow(&nodes[idx], &loans[nodes[idx].lender]);
    for (size_t idx = 0; idx < count; idx++)
        nodes[idx].variance += loans[idx].variance;
}
