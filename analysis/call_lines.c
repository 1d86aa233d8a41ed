/* Call sites and contexts joined by sorting both; see call_lines.h. */
#include "call_lines.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"

/* A call from one function to another, all contexts together. */
struct edge {
    uint32_t caller, callee; /* function; text */
    uint64_t calls;
    double total;
};

static int compare_edges(const void *left_ptr, const void *right_ptr)
{
    const struct edge *left = left_ptr, *right = right_ptr;
    if (left->caller != right->caller)
        return left->caller < right->caller ? -1 : 1;
    return left->callee < right->callee ? -1 : left->callee > right->callee;
}

/* Time counts where the function is not above itself already. */
static bool is_outermost(const struct cprof_profile *profile, uint32_t context)
{
    uint32_t function = profile->contexts[context].function;
    for (uint32_t at = profile->contexts[context].parent; at != MODEL_NONE;
         at = profile->contexts[at].parent)
        if (profile->contexts[at].function == function)
            return false;
    return true;
}

static struct edge *find_edges(const struct cprof_profile *profile, size_t *count)
{
    struct edge *edges = array_new(profile->context_count, sizeof *edges);
    size_t all = 0;
    *count = 0;
    for (uint32_t at = 1; edges && at < profile->context_count; at++) {
        const struct context *context = &profile->contexts[at];
        uint32_t caller = model_caller(profile, at);
        if (context->kind == CONTEXT_FUNCTION && caller != MODEL_NONE && context->measure.calls)
            edges[all++] = (struct edge){caller, profile->functions[context->function].name,
                                         context->measure.calls,
                                         is_outermost(profile, at) ? context->total : 0};
    }
    if (edges)
        qsort(edges, all, sizeof *edges, compare_edges);
    for (size_t idx = 0; idx < all; idx++) {
        if (*count && compare_edges(&edges[*count - 1], &edges[idx]) == 0) {
            edges[*count - 1].calls += edges[idx].calls;
            edges[*count - 1].total += edges[idx].total;
        } else {
            edges[(*count)++] = edges[idx];
        }
    }
    return edges;
}

static int compare_sites(const void *left_ptr, const void *right_ptr)
{
    const struct call_site *left = left_ptr, *right = right_ptr;
    struct edge one = {.caller = left->caller, .callee = left->callee};
    struct edge other = {.caller = right->caller, .callee = right->callee};
    int order = compare_edges(&one, &other);
    if (!order)
        order = left->file < right->file ? -1 : left->file > right->file;
    return order ? order : left->line < right->line ? -1 : left->line > right->line;
}

/* Sorted, and each once: the compiler may have made several calls of one. */
static struct call_site *find_sites(const struct cprof_profile *profile, size_t *count)
{
    struct call_site *sites = array_new(profile->call_count, sizeof *sites);
    *count = 0;
    if (!sites || !profile->call_count)
        return sites;
    memcpy(sites, profile->calls, profile->call_count * sizeof *sites);
    qsort(sites, profile->call_count, sizeof *sites, compare_sites);
    for (size_t idx = 0; idx < profile->call_count; idx++)
        if (!*count || compare_sites(&sites[*count - 1], &sites[idx]) != 0)
            sites[(*count)++] = sites[idx];
    return sites;
}

static size_t join(const struct call_site *sites, size_t site_count, const struct edge *edges,
                   size_t edge_count, struct call_line *lines)
{
    size_t count = 0;
    for (size_t idx = 0, end; idx < site_count; idx = end) {
        struct edge key = {.caller = sites[idx].caller, .callee = sites[idx].callee};
        for (end = idx + 1; end < site_count && sites[end].caller == key.caller &&
                            sites[end].callee == key.callee;)
            end++;
        const struct edge *edge = bsearch(&key, edges, edge_count, sizeof *edges, compare_edges);
        for (size_t at = idx; edge && at < end; at++)
            if (sites[at].line)
                lines[count++] = (struct call_line){sites[at].file, sites[at].line, edge->calls,
                                                    edge->total, end - idx > 1};
    }
    return count;
}

struct call_line *call_lines_new(const struct cprof_profile *profile, size_t *count)
{
    size_t edge_count, site_count;
    struct edge *edges = find_edges(profile, &edge_count);
    struct call_site *sites = find_sites(profile, &site_count);
    struct call_line *lines = edges && sites ? array_new(site_count, sizeof *lines) : NULL;
    *count = lines ? join(sites, site_count, edges, edge_count, lines) : 0;
    free(edges);
    free(sites);
    return lines;
}
