/* Profiling by hand: a stack of open calls over a tree of calling contexts; the
 * interface is cprof/profiler.h.  Knows nothing of the runtime, which is for
 * programs that a plugin instrumented.
 */
#include "profiler.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "clock.h"
#include "fault.h"

struct cprof_profiler *cprof_profiler_new_with_clock(cprof_clock_reader now, void *context)
{
    struct cprof_profiler *profiler = calloc(1, sizeof *profiler);
    if (!profiler)
        return NULL;
    profiler->now = now;
    profiler->context = context;
    profiler->started = now(context);
    return profiler;
}

struct cprof_profiler *cprof_profiler_new(void)
{
    return cprof_profiler_new_with_clock(clock_monotonic, NULL);
}

void cprof_profiler_free(struct cprof_profiler *profiler)
{
    if (!profiler)
        return;
    texts_free(&profiler->texts);
    table_free(&profiler->node_by_key);
    free(profiler->functions);
    free(profiler->nodes);
    free(profiler->frames);
    free(profiler->stats);
    free(profiler);
}

uint64_t profiler_since(const struct cprof_profiler *profiler, uint64_t from)
{
    uint64_t now = profiler->now(profiler->context);
    return now > from ? now - from : 0;
}

/* ---- Contexts ------------------------------------------------------------- */

/* The number of a function, or NODE_NONE without memory. */
static uint32_t function_of(struct cprof_profiler *profiler, const char *name)
{
    uint32_t id = texts_add(&profiler->texts, name, strlen(name));
    if (id == TABLE_NONE || !array_reserve_zeros(&profiler->functions, &profiler->function_capacity,
                                                 (size_t)id + 1, sizeof *profiler->functions))
        return NODE_NONE;
    return id;
}

/* The recursive context of this function that is nearest above, but only across
 * recursive ones: what lies above them keeps its own times. */
static uint32_t fold(const struct cprof_profiler *profiler, uint32_t at, uint32_t function)
{
    for (; at != NODE_NONE && profiler->nodes[at].recursive; at = profiler->nodes[at].parent)
        if (profiler->nodes[at].function == function)
            return at;
    return NODE_NONE;
}

static uint32_t node_new(struct cprof_profiler *profiler, uint32_t parent, uint32_t function)
{
    if (profiler->node_count >= NODE_NONE ||
        !array_reserve(&profiler->nodes, &profiler->node_capacity, profiler->node_count + 1,
                       sizeof *profiler->nodes))
        return NODE_NONE;
    profiler->nodes[profiler->node_count] =
        (struct node){.parent = parent,
                      .function = function,
                      .recursive = profiler->functions[function].open > 0};
    return (uint32_t)profiler->node_count++;
}

static uint32_t node_of(struct cprof_profiler *profiler, uint32_t parent, uint32_t function)
{
    uint32_t node = table_find(&profiler->node_by_key, parent, function);
    if (node != TABLE_NONE)
        return node;
    node = fold(profiler, parent, function);
    if (node == NODE_NONE)
        node = node_new(profiler, parent, function);
    if (node != NODE_NONE && !table_put(&profiler->node_by_key, parent, function, node))
        return NODE_NONE;
    return node;
}

/* The innermost call that is recorded, or NULL. */
static struct frame *caller_of(const struct cprof_profiler *profiler)
{
    size_t idx = profiler->depth ? profiler->frames[profiler->depth - 1].recorded : FRAME_NONE;
    return idx == FRAME_NONE ? NULL : &profiler->frames[idx];
}

/* ---- Calls ---------------------------------------------------------------- */

static uint32_t record(struct cprof_profiler *profiler, const char *name)
{
    uint32_t function = function_of(profiler, name ? name : "");
    const struct frame *caller = caller_of(profiler);
    uint32_t node = NODE_NONE;
    if (function != NODE_NONE)
        node = node_of(profiler, caller ? caller->node : NODE_NONE, function);
    if (node == NODE_NONE) {
        profiler->lost++;
        return NODE_NONE;
    }
    struct measured *measured = &profiler->functions[function];
    measured->open++;
    if (profiler->depth + 1 > measured->depth)
        measured->depth = profiler->depth < UINT32_MAX ? (uint32_t)profiler->depth + 1 : UINT32_MAX;
    return node;
}

/* A call that is not recorded has a frame all the same, so that its end is told
 * from that of a call around it; where even the frame has no memory, everything
 * above it has none either and a number is enough. */
void cprof_profiler_enter(struct cprof_profiler *profiler, const char *name)
{
    if (!profiler)
        return;
    if (profiler->beyond || !array_reserve(&profiler->frames, &profiler->frame_capacity,
                                           profiler->depth + 1, sizeof *profiler->frames)) {
        profiler->beyond++;
        profiler->lost++;
        return;
    }
    uint32_t node = profiler->disabled ? NODE_NONE : record(profiler, name);
    struct frame frame = {.node = node, .recorded = profiler->depth};
    if (node != NODE_NONE)
        frame.entered = profiler->now(profiler->context);
    else
        frame.recorded =
            profiler->depth ? profiler->frames[profiler->depth - 1].recorded : FRAME_NONE;
    profiler->frames[profiler->depth++] = frame;
}

static void end(struct cprof_profiler *profiler, const struct frame *frame)
{
    uint64_t took = profiler_since(profiler, frame->entered);
    uint64_t self = took > frame->callees ? took - frame->callees : 0;
    struct node *node = &profiler->nodes[frame->node];
    struct measured *function = &profiler->functions[node->function];
    struct frame *caller = caller_of(profiler);
    node->calls++;
    node->self += self;
    function->self += self;
    if (function->calls++ == 0 || took < function->least)
        function->least = took;
    if (took > function->most)
        function->most = took;
    if (--function->open == 0)
        function->total += took;
    if (caller)
        caller->callees += took;
}

void cprof_profiler_exit(struct cprof_profiler *profiler)
{
    if (!profiler)
        return;
    if (profiler->beyond) {
        profiler->beyond--;
        return;
    }
    if (!profiler->depth) {
        profiler->unmatched++;
        return;
    }
    struct frame frame = profiler->frames[--profiler->depth];
    if (frame.node != NODE_NONE)
        end(profiler, &frame);
}

struct cprof_profiler *cprof_profiler_scope_begin(struct cprof_profiler *profiler, const char *name)
{
    cprof_profiler_enter(profiler, name);
    return profiler;
}

void cprof_profiler_scope_end(struct cprof_profiler **profiler)
{
    cprof_profiler_exit(*profiler);
}

/* ---- Switching and starting again ----------------------------------------- */

void cprof_profiler_enable(struct cprof_profiler *profiler)
{
    if (profiler)
        profiler->disabled = false;
}

void cprof_profiler_disable(struct cprof_profiler *profiler)
{
    if (profiler)
        profiler->disabled = true;
}

bool cprof_profiler_enabled(const struct cprof_profiler *profiler)
{
    return profiler && !profiler->disabled;
}

void cprof_profiler_reset(struct cprof_profiler *profiler)
{
    if (!profiler)
        return;
    profiler->started = profiler->now(profiler->context);
    profiler->unmatched = profiler->lost = 0;
    for (size_t idx = 0; idx < profiler->texts.count && idx < profiler->function_capacity; idx++) {
        uint32_t open = profiler->functions[idx].open;
        profiler->functions[idx] = (struct measured){.open = open};
    }
    for (size_t idx = 0; idx < profiler->node_count; idx++)
        profiler->nodes[idx].calls = profiler->nodes[idx].self = 0;
    for (size_t idx = 0; idx < profiler->depth; idx++) {
        struct frame *frame = &profiler->frames[idx];
        frame->entered = profiler->started;
        frame->callees = 0;
        if (frame->node != NODE_NONE)
            profiler->functions[profiler->nodes[frame->node].function].depth = (uint32_t)idx + 1;
    }
}

/* ---- Asking --------------------------------------------------------------- */

static int compare_stats(const void *left_ptr, const void *right_ptr)
{
    const struct cprof_function *left = left_ptr, *right = right_ptr;
    if (left->total_ns != right->total_ns)
        return left->total_ns > right->total_ns ? -1 : 1;
    if (left->self_ns != right->self_ns)
        return left->self_ns > right->self_ns ? -1 : 1;
    return strcmp(left->name, right->name);
}

/* A call that is recursive may have ended while the outermost is still open, whose
 * total is then not known: its own time is the least there is. */
static struct cprof_function stat_of(const struct cprof_profiler *profiler, uint32_t function)
{
    const struct measured *measured = &profiler->functions[function];
    uint64_t total = measured->total > measured->self ? measured->total : measured->self;
    const char *name = texts_get(&profiler->texts, function);
    return (struct cprof_function){.name = name,
                                   .label = name,
                                   .file = "",
                                   .max_depth = measured->depth,
                                   .calls = measured->calls,
                                   .total_ns = total,
                                   .self_ns = measured->self,
                                   .self_raw_ns = measured->self,
                                   .cpu_ns = CPROF_UNKNOWN,
                                   .average_ns = total / measured->calls,
                                   .min_ns = measured->least,
                                   .max_ns = measured->most,
                                   .p50_ns = CPROF_UNKNOWN,
                                   .p95_ns = CPROF_UNKNOWN,
                                   .p99_ns = CPROF_UNKNOWN,
                                   .timed_calls = measured->calls,
                                   .total_amount = total,
                                   .self_amount = measured->self,
                                   .alloc_count = CPROF_UNKNOWN,
                                   .alloc_bytes = CPROF_UNKNOWN};
}

const struct cprof_function *cprof_profiler_stats(struct cprof_profiler *profiler, size_t *count)
{
    *count = 0;
    if (!profiler)
        return NULL;
    free(profiler->stats);
    profiler->stats = array_new(profiler->texts.count, sizeof *profiler->stats);
    if (!profiler->stats)
        return NULL;
    for (uint32_t idx = 0; idx < profiler->texts.count && idx < profiler->function_capacity; idx++)
        if (profiler->functions[idx].calls)
            profiler->stats[(*count)++] = stat_of(profiler, idx);
    if (!*count)
        return NULL;
    qsort(profiler->stats, *count, sizeof *profiler->stats, compare_stats);
    return profiler->stats;
}

size_t cprof_profiler_depth(const struct cprof_profiler *profiler)
{
    return profiler ? profiler->depth : 0;
}

bool cprof_profiler_frame_at(const struct cprof_profiler *profiler, size_t idx,
                             struct cprof_frame *frame)
{
    if (!profiler || idx >= profiler->depth)
        return false;
    const struct frame *stored = &profiler->frames[idx];
    *frame = (struct cprof_frame){
        .name = "", .entered_ns = stored->entered, .parent = idx ? idx - 1 : CPROF_FRAME_NONE};
    if (stored->node != NODE_NONE)
        frame->name = texts_get(&profiler->texts, profiler->nodes[stored->node].function);
    return true;
}

uint64_t cprof_profiler_started(const struct cprof_profiler *profiler)
{
    return profiler ? profiler->started : 0;
}

uint64_t cprof_profiler_unmatched(const struct cprof_profiler *profiler)
{
    return profiler ? profiler->unmatched : 0;
}

uint64_t cprof_profiler_lost(const struct cprof_profiler *profiler)
{
    return profiler ? profiler->lost : 0;
}
