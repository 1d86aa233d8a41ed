/* One reading into the model: its functions, then its nodes; see load.h.
 *
 * The steps of load_reading, in order: functions of the modules; parents of the
 * nodes; an order with parents first, which also finds cycles; the context of
 * each node; the split of times; adding up.
 */
#include "load.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "calls.h"
#include "fault.h"
#include "regions.h"

/* Nodes whose body is another than that of calls. */
#define WITHOUT_TIMES (CPROF_NODE_ALLOC | CPROF_NODE_COUNTER)

/* Instead of the position of a parent. */
#define PARENT_UNUSED (UINT32_MAX - 1) /* not a node */
#define PARENT_ROOT (UINT32_MAX - 2)   /* a node that hangs from the program itself */

struct loader {
    struct cprof_profile *profile;
    const struct reading *reading;
    const char *name;                      /* for errors */
    uint32_t count;                        /* positions */
    uint32_t *functions;                   /* of every record of every module */
    size_t module_start[CPROF_EXTENT_MAX]; /* where a module's begin in there */
    uint32_t *allocations;                 /* the same of allocation records: heap sites */
    size_t allocation_start[CPROF_EXTENT_MAX];
    uint32_t *parents; /* by position */
    uint32_t *order;   /* positions of nodes, parents first */
    uint32_t ordered;
    uint32_t *contexts;               /* by position */
    uint32_t *threads;                /* by position: of the profile's */
    struct region_node *shares;       /* by position */
    struct region_flow *flows;        /* by position */
    struct sampled_function *sampled; /* by function of the model */
    uint32_t *owners;                 /* the timed node or root of a position's region */
    uint32_t cap_function, unknown_function;
    const struct life *life;
    struct cprof_heap *heap; /* add_run takes it */
    bool timed;
    double scale;                /* nanoseconds a tick; negative: unknown */
    uint64_t calls, timed_calls; /* of all nodes */
    struct cprof_error *error;
};

/* ---- Functions ------------------------------------------------------------ */

/* What turns refs of one module into texts. */
struct text_reader {
    struct cprof_profile *profile;
    const struct records *records;
    struct table by_offset;
    uint64_t budget; /* bytes still to be read; healthy strings do not overlap much */
};

enum text_result { TEXT_OK, TEXT_DAMAGED, TEXT_NO_MEMORY };

/* `address` is where the ref stands. */
static enum text_result read_text(struct text_reader *reader, uint64_t address, int32_t ref,
                                  uint32_t *id)
{
    size_t offset;
    if (ref == 0) {
        *id = texts_add(&reader->profile->texts, "", 0);
        return *id == TABLE_NONE ? TEXT_NO_MEMORY : TEXT_OK;
    }
    if (!records_offset(reader->records, address, ref, &offset))
        return TEXT_DAMAGED;
    *id = table_find(&reader->by_offset, 0, offset);
    if (*id != TABLE_NONE)
        return TEXT_OK;
    size_t len = records_length(reader->records, offset);
    if (len == SIZE_MAX || len > reader->budget)
        return TEXT_DAMAGED;
    reader->budget -= len;
    *id = texts_add(&reader->profile->texts, (const char *)reader->records->strings + offset, len);
    if (*id == TABLE_NONE || !table_put(&reader->by_offset, 0, offset, *id))
        return TEXT_NO_MEMORY;
    return TEXT_OK;
}

static enum text_result read_site_text(struct text_reader *reader, size_t idx, size_t field,
                                       int32_t ref, uint32_t *id)
{
    return read_text(reader, records_address(&reader->records->sites, idx, field), ref, id);
}

static enum text_result read_site(struct text_reader *reader, size_t idx, uint32_t *function)
{
    struct cprof_site site = records_site(reader->records, idx);
    uint32_t name, file, unit;
    enum text_result result =
        read_site_text(reader, idx, offsetof(struct cprof_site, name_ref), site.name_ref, &name);
    if (result == TEXT_OK)
        result = read_site_text(reader, idx, offsetof(struct cprof_site, file_ref), site.file_ref,
                                &file);
    if (result == TEXT_OK)
        result = read_site_text(reader, idx, offsetof(struct cprof_site, unit_ref), site.unit_ref,
                                &unit);
    if (result != TEXT_OK)
        return result;
    *function = model_function(reader->profile, name, file, site.line);
    if (*function == MODEL_NONE)
        return TEXT_NO_MEMORY;
    struct function *merged = &reader->profile->functions[*function];
    /* A function may be in in one unit and out in another: the reason that is
     * shown belongs to the verdict that is shown, and "in" wins. */
    bool was_in = (merged->flags & CPROF_SITE_INSTRUMENTED) != 0;
    if (merged->unit == TABLE_NONE || (!was_in && (site.flags & CPROF_SITE_INSTRUMENTED)))
        merged->reason = site.reason;
    merged->flags |= site.flags;
    merged->statements = site.statements;
    if (!(site.flags & (CPROF_SITE_SCOPE | CPROF_SITE_COUNTER))) /* no compiler's */
        merged->unit = unit;
    return TEXT_OK;
}

static enum text_result read_line(struct text_reader *reader, size_t idx)
{
    const struct records_array *lines = &reader->records->lines;
    struct cprof_line line = records_line(reader->records, idx);
    uint32_t file, text;
    enum text_result result =
        read_text(reader, records_address(lines, idx, offsetof(struct cprof_line, file_ref)),
                  line.file_ref, &file);
    if (result == TEXT_OK)
        result =
            read_text(reader, records_address(lines, idx, offsetof(struct cprof_line, text_ref)),
                      line.text_ref, &text);
    if (result != TEXT_OK)
        return result;
    struct list_line merged = {.file = file, .line = line.line, .text = text, .flags = line.flags};
    return model_line(reader->profile, &merged) ? TEXT_OK : TEXT_NO_MEMORY;
}

static enum text_result read_allocation_text(struct text_reader *reader, size_t idx, size_t field,
                                             int32_t ref, uint32_t *id)
{
    return read_text(reader, records_address(&reader->records->allocations, idx, field), ref, id);
}

/* The function that a ref to a site's record names; MODEL_NONE for none. */
static enum text_result read_owner(const struct text_reader *reader, size_t idx, int32_t ref,
                                   const uint32_t *functions, uint32_t *function)
{
    const struct records_array *sites = &reader->records->sites;
    uint64_t address = records_address(&reader->records->allocations, idx,
                                       offsetof(struct cprof_allocation, site_ref));
    uint64_t distance = address + (uint64_t)(int64_t)ref - sites->address;
    *function = MODEL_NONE;
    if (ref == 0)
        return TEXT_OK;
    if (!sites->size || distance / sites->size >= sites->count)
        return TEXT_DAMAGED;
    *function = functions[distance / sites->size];
    return TEXT_OK;
}

static enum text_result read_allocation(struct text_reader *reader, size_t idx,
                                        const uint32_t *functions, uint32_t *id)
{
    struct cprof_allocation record = records_allocation(reader->records, idx);
    struct heap_site site = {.line = record.line,
                             .column = record.column,
                             .kind = record.kind,
                             .flags = record.flags,
                             .loop_depth = record.loop_depth,
                             .size = record.size};
    enum text_result result = read_owner(reader, idx, record.site_ref, functions, &site.function);
    if (result == TEXT_OK)
        result = read_allocation_text(reader, idx, offsetof(struct cprof_allocation, file_ref),
                                      record.file_ref, &site.file);
    if (result == TEXT_OK)
        result = read_allocation_text(reader, idx, offsetof(struct cprof_allocation, callee_ref),
                                      record.callee_ref, &site.callee);
    if (result == TEXT_OK)
        result = read_allocation_text(reader, idx, offsetof(struct cprof_allocation, type_ref),
                                      record.type_ref, &site.type);
    if (result == TEXT_OK)
        result = read_allocation_text(reader, idx, offsetof(struct cprof_allocation, inline_ref),
                                      record.inline_ref, &site.chain);
    if (result != TEXT_OK)
        return result;
    *id = model_heap_site(reader->profile, &site);
    return *id == MODEL_NONE ? TEXT_NO_MEMORY : TEXT_OK;
}

enum cprof_status load_records(struct cprof_profile *profile, const struct records *records,
                               const char *name, uint32_t *functions, uint32_t *allocations,
                               struct cprof_error *error)
{
    struct text_reader reader = {.profile = profile,
                                 .records = records,
                                 .budget = 4 * (uint64_t)records->string_len + 65536};
    enum text_result result = TEXT_OK;
    for (size_t idx = 0; result == TEXT_OK && idx < records->sites.count; idx++)
        result = read_site(&reader, idx, &functions[idx]);
    for (size_t idx = 0; result == TEXT_OK && idx < records->lines.count; idx++)
        result = read_line(&reader, idx);
    for (size_t idx = 0; allocations && result == TEXT_OK && idx < records->allocations.count;
         idx++)
        result = read_allocation(&reader, idx, functions, &allocations[idx]);
    table_free(&reader.by_offset);
    profile->finished = false;
    if (result == TEXT_OK)
        return calls_load(profile, records, name, functions, error);
    if (result == TEXT_DAMAGED)
        return fault_damaged(name, "a function's name or file is not where its record says", error);
    return fault_memory(error, name);
}

static enum cprof_status load_modules(struct loader *loader)
{
    const struct reading *reading = loader->reading;
    size_t total = 0, allocations = 0;
    for (size_t idx = 0; idx < reading->module_count; idx++) {
        loader->module_start[idx] = total;
        loader->allocation_start[idx] = allocations;
        total += reading->modules[idx].records.sites.count;
        allocations += reading->modules[idx].records.allocations.count;
    }
    loader->functions = array_new(total, sizeof *loader->functions);
    loader->allocations = array_new(allocations, sizeof *loader->allocations);
    if (!loader->functions || !loader->allocations)
        return fault_memory(loader->error, loader->name);
    for (size_t idx = 0; idx < reading->module_count; idx++) {
        enum cprof_status status =
            load_records(loader->profile, &reading->modules[idx].records, loader->name,
                         loader->functions + loader->module_start[idx],
                         loader->allocations + loader->allocation_start[idx], loader->error);
        if (status != CPROF_OK)
            return status;
    }
    return CPROF_OK;
}

/* ---- The shape of the tree ------------------------------------------------ */

static uint32_t parent_of(const struct loader *loader, const struct cprof_node *node)
{
    if (node->flags == 0)
        return PARENT_UNUSED;
    if ((node->flags & CPROF_NODE_ROOT) || node->parent == 0)
        return PARENT_ROOT;
    return reader_node_position(loader->reading, node->parent);
}

/* A node whose parent is not there yet: copied while it was being made.  Its
 * calls count, so it hangs from the program itself. */
static enum cprof_status load_parents(struct loader *loader)
{
    bool complete = loader->reading->header.state == CPROF_STATE_COMPLETE;
    for (uint32_t idx = 0; idx < loader->count; idx++) {
        struct cprof_node node = reader_node(loader->reading, idx);
        loader->parents[idx] = parent_of(loader, &node);
        if (loader->parents[idx] == READER_NONE) {
            if (complete)
                return fault_damaged(loader->name,
                                     "a calling context has a caller that does not exist",
                                     loader->error);
            loader->parents[idx] = PARENT_ROOT;
        }
    }
    for (uint32_t idx = 0; idx < loader->count; idx++)
        if (loader->parents[idx] < loader->count &&
            loader->parents[loader->parents[idx]] == PARENT_UNUSED)
            loader->parents[idx] = PARENT_ROOT;
    return CPROF_OK;
}

static void reverse(uint32_t *items, uint32_t count)
{
    for (uint32_t idx = 0; idx < count / 2; idx++) {
        uint32_t other = items[idx];
        items[idx] = items[count - 1 - idx];
        items[count - 1 - idx] = other;
    }
}

/* Walks from each node up to one that has its place, and appends the way back
 * down.  `marks` says which walk (by its first node) came by: meeting the own
 * mark is a cycle. */
static enum cprof_status order_nodes(struct loader *loader, uint32_t *marks)
{
    for (uint32_t start = 0; start < loader->count; start++) {
        uint32_t begin = loader->ordered, at = start;
        while (at < loader->count && loader->parents[at] != PARENT_UNUSED && marks[at] == 0) {
            marks[at] = start + 1;
            loader->order[loader->ordered++] = at;
            at = loader->parents[at];
        }
        bool walked = loader->ordered > begin;
        if (walked && at < loader->count && marks[at] == start + 1)
            return fault_damaged(loader->name, "a calling context is its own caller",
                                 loader->error);
        reverse(loader->order + begin, loader->ordered - begin);
    }
    return CPROF_OK;
}

/* ---- Contexts ------------------------------------------------------------- */

static uint32_t function_of(const struct loader *loader, const struct cprof_node *node)
{
    size_t record;
    const struct reader_module *module = reader_site(loader->reading, node->site, &record);
    if (module)
        return loader->functions[loader->module_start[module - loader->reading->modules] + record];
    return node->flags & CPROF_NODE_OVERFLOW ? loader->cap_function : loader->unknown_function;
}

/* Contexts beyond the cap stand under one parent that says what they are. */
static uint32_t parent_context(struct loader *loader, uint32_t position,
                               const struct cprof_node *node, uint32_t function)
{
    uint32_t parent = loader->parents[position];
    uint32_t context = parent == PARENT_ROOT ? MODEL_ROOT : loader->contexts[parent];
    if (!(node->flags & CPROF_NODE_OVERFLOW) || function == loader->cap_function)
        return context;
    if (parent != PARENT_ROOT && (reader_node(loader->reading, parent).flags & CPROF_NODE_OVERFLOW))
        return context;
    return model_context(loader->profile, context, loader->cap_function, CONTEXT_FUNCTION);
}

/* The heap site of an ALLOC node, or MODEL_NONE. */
static uint32_t heap_site_of(const struct loader *loader, const struct cprof_node *node)
{
    size_t record;
    const struct reader_module *module = reader_allocation(loader->reading, node->site, &record);
    if (!module)
        return MODEL_NONE;
    return loader
        ->allocations[loader->allocation_start[module - loader->reading->modules] + record];
}

static bool is_alloc(const struct loader *loader, uint32_t position)
{
    return position < loader->count &&
           (reader_node(loader->reading, position).flags & CPROF_NODE_ALLOC);
}

/* An ALLOC node below another one belongs to the same context: it holds its lifetimes,
 * or what another thread has freed. */
static bool load_alloc_context(struct loader *loader, uint32_t position,
                               const struct cprof_node *node)
{
    uint32_t parent = loader->parents[position], site = heap_site_of(loader, node);
    uint32_t leaf =
        site == MODEL_NONE ? loader->unknown_function : loader->profile->heap_sites[site].leaf;
    if (is_alloc(loader, parent)) {
        loader->contexts[position] = loader->contexts[parent];
        return true;
    }
    uint32_t above = parent_context(loader, position, node, leaf);
    if (above == MODEL_NONE)
        return false;
    loader->contexts[position] = model_context(loader->profile, above, leaf, CONTEXT_ALLOC);
    return loader->contexts[position] != MODEL_NONE;
}

static enum context_kind kind_of(const struct cprof_node *node)
{
    return node->flags & CPROF_NODE_SCOPE ? CONTEXT_SCOPE : CONTEXT_FUNCTION;
}

/* The record of a block or a counter has no file: it is the function's around it. */
static uint32_t placed_function(struct cprof_profile *profile, uint32_t function, uint32_t parent)
{
    uint32_t around = profile->contexts[parent].function;
    if (around == MODEL_NONE || around == function)
        return function;
    return model_hand_function(profile,
                               texts_get(&profile->texts, profile->functions[function].name),
                               texts_get(&profile->texts, profile->functions[around].file),
                               profile->functions[function].line);
}

static bool load_context(struct loader *loader, uint32_t position)
{
    struct cprof_node node = reader_node(loader->reading, position);
    if (node.flags & CPROF_NODE_ROOT) {
        loader->contexts[position] = MODEL_ROOT;
        return true;
    }
    if (node.flags & CPROF_NODE_ALLOC)
        return load_alloc_context(loader, position, &node);
    uint32_t function = function_of(loader, &node);
    uint32_t parent = parent_context(loader, position, &node, function);
    if (parent == MODEL_NONE)
        return false;
    if (node.flags & (CPROF_NODE_SCOPE | CPROF_NODE_COUNTER))
        function = placed_function(loader->profile, function, parent);
    if (function == MODEL_NONE)
        return false;
    if (node.flags & CPROF_NODE_COUNTER) { /* no context: its numbers are no calls */
        loader->contexts[position] = parent;
        return model_count(loader->profile, function, node.u.counter.sum, reader_calls(&node));
    }
    loader->contexts[position] = model_context(loader->profile, parent, function, kind_of(&node));
    return loader->contexts[position] != MODEL_NONE;
}

static bool load_contexts(struct loader *loader)
{
    loader->cap_function = model_pseudo_function(loader->profile, "[context cap]");
    loader->unknown_function = model_pseudo_function(loader->profile, "[unknown function]");
    if (loader->cap_function == MODEL_NONE || loader->unknown_function == MODEL_NONE)
        return false;
    for (uint32_t idx = 0; idx < loader->ordered; idx++)
        if (!load_context(loader, loader->order[idx]))
            return false;
    return true;
}

/* ---- Times ---------------------------------------------------------------- */

/* What weighted ticks say of the self time.  The runtime has taken off what
 * measuring costs, so the sum of very short stretches may have come out below
 * nothing. */
static double estimate_of(uint64_t weighted)
{
    double ticks = (double)(int64_t)weighted;
    return ticks > 0 ? CPROF_SAMPLE_UNIT * ticks : 0;
}

/* The calls of a node that were only counted, or sampled. */
static double counted_calls(const struct cprof_node *node)
{
    double timed = (double)node->u.call.timed_calls - node->u.call.sampled_calls;
    double counted = (double)reader_calls(node) - timed;
    return counted > 0 ? counted : 0;
}

/* What is known of the counted calls of a function, in all its contexts. */
struct sampled_function {
    double calls; /* that were counted */
    double samples, weights, sum, squares;
};

static void add_sampled(struct loader *loader, uint32_t position)
{
    struct cprof_node node = reader_node(loader->reading, position);
    const struct cprof_node_call *call = &node.u.call;
    uint32_t function = loader->profile->contexts[loader->contexts[position]].function;
    if ((node.flags & (CPROF_NODE_ROOT | CPROF_NODE_ALLOC)) || function == MODEL_NONE)
        return;
    struct sampled_function *sampled = &loader->sampled[function];
    sampled->calls += counted_calls(&node);
    sampled->samples += (double)call->sampled_calls;
    sampled->weights += (double)call->sample_weights;
    sampled->sum += (double)(int64_t)call->sample_ticks;
    sampled->squares += (double)call->sample_squares * CPROF_SQUARE_UNIT * CPROF_SQUARE_UNIT;
}

/* Calls that are rarer than the samples are many have not been seen, and they are the
 * long ones: what the spread of the samples says is too little.  So one more is
 * supposed, which lasted so many times the mean. */
#define UNSEEN 10.0

/* The variance of a function's weighted sum: how far the sampled calls lie apart, and
 * for few of them more, as Student's distribution has it.  One says nothing of the
 * others. */
static double spread_of(const struct sampled_function *sampled)
{
    double freedom = sampled->samples - 1, mean = sampled->sum / sampled->samples;
    double unseen = (UNSEEN - 1) * (UNSEEN - 1) * mean * mean;
    if (freedom < 1)
        return sampled->squares + unseen;
    double student = 1 + 1.21 / freedom + 1.44 / (freedom * freedom);
    double spread = sampled->squares - sampled->sum * mean;
    spread = spread > 0 ? spread * sampled->samples / freedom : 0;
    return student * student * (spread + unseen);
}

/* The own time of a node's counted calls by the sampled ones, each times its weight.
 * The weights of all samples of a function are made to add up to its calls, whose
 * number is known: else the chance in how many calls were sampled would be in the
 * estimate, too (Hajek's estimator).  By function and not by node, because a node that
 * had no sample gets nothing, and others of its function as much more. */
static void load_estimate(const struct loader *loader, uint32_t position,
                          const struct cprof_node *node, struct region_node *share)
{
    uint32_t function = loader->profile->contexts[loader->contexts[position]].function;
    if ((node->flags & CPROF_NODE_ROOT) || function == MODEL_NONE || !node->u.call.sampled_calls)
        return;
    const struct sampled_function *sampled = &loader->sampled[function];
    double factor = sampled->weights > 0 ? sampled->calls / sampled->weights : 0;
    double sum = (double)(int64_t)node->u.call.sample_ticks;
    double squares = (double)node->u.call.sample_squares * CPROF_SQUARE_UNIT * CPROF_SQUARE_UNIT;
    share->sampled = CPROF_SAMPLE_UNIT * sum;
    share->estimate = sum > 0 ? factor * sum : 0;
    if (sampled->squares > 0)
        share->spread = factor * factor * spread_of(sampled) * squares / sampled->squares;
}

static void load_share(struct loader *loader, uint32_t position)
{
    struct cprof_node node = reader_node(loader->reading, position);
    struct region_node *share = &loader->shares[position];
    uint32_t parent = loader->parents[position];
    bool owns = (node.flags & (CPROF_NODE_TIMED | CPROF_NODE_ROOT)) || parent == PARENT_ROOT;
    loader->owners[position] = owns ? position : loader->owners[parent];
    if (node.flags & WITHOUT_TIMES)
        return;
    /* A node that is timed now may have samples from when it was not. */
    share->parent = parent == PARENT_ROOT ? REGION_NONE : parent;
    share->charged = (double)node.u.call.self_ticks;
    share->waited = (double)node.u.call.wait_ticks;
    if (share->parent != REGION_NONE)
        load_estimate(loader, position, &node, share);
    share->own = estimate_of(node.u.call.after_ticks);
    share->lent = CPROF_SAMPLE_UNIT * (double)(int64_t)node.u.call.lent_ticks;
}

/* ---- What is open ---------------------------------------------------------
 * A function that is running or sleeping right now has had no event for a while.
 * Its time since then is known only of a process that lives.
 */

static double now_ticks(const struct loader *loader)
{
    const struct cprof_moment *last = &loader->reading->header.last;
    double since = (double)loader->life->now_ns - (double)last->monotonic_ns;
    return (double)last->ticks + since / loader->scale;
}

static const struct life_thread *find_thread(const struct life *life, uint32_t tid)
{
    for (size_t idx = 0; idx < life->thread_count; idx++)
        if (life->threads[idx].tid == tid)
            return &life->threads[idx];
    return NULL;
}

/* What was charged below each node, for the roots. */
static bool sum_charged(const struct loader *loader, double **sums)
{
    *sums = array_new(loader->count, sizeof **sums);
    for (uint32_t idx = loader->ordered; *sums && idx-- > 0;) {
        uint32_t position = loader->order[idx], parent = loader->parents[position];
        (*sums)[position] += loader->shares[position].charged;
        if (parent < loader->count)
            (*sums)[parent] += (*sums)[position];
    }
    return *sums != NULL;
}

/* A thread's record is renewed at some events only, its nodes at each: what they
 * were charged since its first moment cannot be open any more.  A tree that has
 * had several owners does not tell. */
static double most_open(const struct loader *loader, const struct cprof_thread *thread, double now,
                        const double *sums)
{
    uint32_t root = reader_node_position(loader->reading, thread->root);
    double since = now - (double)thread->last_event;
    double left = now - (double)thread->first_ticks - (root == READER_NONE ? 0 : sums[root]);
    return thread->owners == 1 && left < since ? left : since;
}

/* Whether it slept all the time or not at all is taken from what it does now. */
static void load_open_time(struct loader *loader, const struct cprof_thread *thread, double since)
{
    const struct life_thread *alive = find_thread(loader->life, thread->tid);
    uint32_t position = reader_node_position(loader->reading, thread->open_node);
    if (!alive || position == READER_NONE || loader->parents[position] == PARENT_UNUSED ||
        !(since > 0) || (reader_node(loader->reading, position).flags & WITHOUT_TIMES))
        return;
    loader->shares[position].charged += since;
    loader->shares[position].waited += alive->sleeps ? since : 0;
}

static bool load_open_times(struct loader *loader)
{
    double *sums, now = now_ticks(loader);
    if (!sum_charged(loader, &sums))
        return false;
    for (uint64_t idx = 0; idx < loader->reading->threads.total; idx++) {
        struct cprof_thread thread = reader_thread(loader->reading, idx);
        if (thread.root && thread.open_node)
            load_open_time(loader, &thread, most_open(loader, &thread, now, sums));
    }
    free(sums);
    return true;
}

/* What the probes took of the time that a node was charged: those of timed calls by
 * the runtime's own account, and of calls that were only counted, which are charged
 * to the lender, by what a hook takes. */
static void take_off_probes(struct loader *loader, uint32_t position)
{
    struct cprof_node node = reader_node(loader->reading, position);
    uint32_t owner = loader->owners[position];
    if (node.flags & CPROF_NODE_ALLOC)
        return;
    loader->shares[position].probes += (double)node.u.call.probe_x16 / 16;
    if (owner != position && !(node.flags & CPROF_NODE_ROOT))
        loader->shares[owner].probes +=
            (double)loader->reading->header.hook_cost_x256 / 256 * (double)reader_calls(&node);
}

static bool load_times(struct loader *loader)
{
    for (uint32_t idx = 0; idx < loader->count; idx++)
        loader->shares[idx].parent = REGION_NONE;
    loader->sampled = array_new(loader->profile->function_count, sizeof *loader->sampled);
    if (!loader->sampled)
        return false;
    for (uint32_t idx = 0; idx < loader->ordered; idx++)
        add_sampled(loader, loader->order[idx]);
    for (uint32_t idx = 0; idx < loader->ordered; idx++)
        load_share(loader, loader->order[idx]);
    if (loader->life->now_ns && !load_open_times(loader))
        return false;
    for (uint32_t idx = 0; idx < loader->ordered; idx++)
        take_off_probes(loader, loader->order[idx]);
    regions_split(loader->shares, loader->order, loader->ordered, loader->flows);
    return true;
}

static struct measure measure_of(const struct loader *loader, uint32_t position)
{
    struct cprof_node node = reader_node(loader->reading, position);
    struct measure measure = {0};
    if (node.flags & WITHOUT_TIMES)
        return measure;
    if (!(node.flags & CPROF_NODE_ROOT))
        measure.calls = reader_calls(&node);
    if (!loader->timed)
        return measure;
    const struct region_node *share = &loader->shares[position];
    measure.timed_calls = node.u.call.timed_calls;
    measure.self = share->self * loader->scale;
    measure.wait = share->wait * loader->scale;
    measure.variance = share->variance * loader->scale * loader->scale;
    measure.probes = share->probes * loader->scale;
    measure.min = (double)node.u.call.min_ticks * loader->scale;
    measure.max = (double)node.u.call.max_ticks * loader->scale;
    if (loader->owners[position] != position && node.u.call.sampled_calls == 0 &&
        measure.self <= 0 && loader->reading->header.mode != CPROF_MODE_EXACT)
        measure.blind = (double)measure.calls;
    return measure;
}

/* The thread, counted among the profile's, whose tree each node is of. */
static bool find_threads(struct loader *loader)
{
    loader->threads = array_new(loader->count, sizeof *loader->threads);
    if (!loader->threads)
        return false;
    memset(loader->threads, 0xff, loader->count * sizeof *loader->threads);
    for (uint64_t idx = 0; idx < loader->reading->threads.total; idx++) {
        struct cprof_thread thread = reader_thread(loader->reading, idx);
        uint32_t position = reader_node_position(loader->reading, thread.root);
        if (thread.root == 0 || position == READER_NONE)
            continue;
        loader->threads[position] = (uint32_t)loader->profile->threads.count;
        if (!threads_add(&loader->profile->threads, thread.tid, thread.owners))
            return false;
    }
    for (uint32_t idx = 0; idx < loader->ordered; idx++) {
        uint32_t position = loader->order[idx], parent = loader->parents[position];
        if (parent < loader->count)
            loader->threads[position] = loader->threads[parent];
    }
    return true;
}

static bool add_part(struct loader *loader, uint32_t position, const struct measure *measure)
{
    struct thread_part part = {loader->threads[position], loader->contexts[position],
                               measure->calls, measure->self, measure->wait};
    return part.thread == MODEL_NONE || (part.calls == 0 && part.self <= 0) ||
           threads_add_part(&loader->profile->threads, &part);
}

static bool add_measures(struct loader *loader)
{
    if (!find_threads(loader))
        return false;
    for (uint32_t idx = 0; idx < loader->ordered; idx++) {
        uint32_t position = loader->order[idx];
        struct measure measure = measure_of(loader, position);
        if (!add_part(loader, position, &measure))
            return false;
        measure_add(&loader->profile->contexts[loader->contexts[position]].measure, &measure);
        loader->calls += measure.calls;
        loader->timed_calls += measure.timed_calls;
    }
    return true;
}

/* ---- Durations ------------------------------------------------------------ */

/* Each step stands for its middle. */
static bool add_durations(struct loader *loader, const struct cprof_durations *part,
                          uint32_t function)
{
    double octave = ldexp(loader->scale, (int)part->octave);
    for (int step = 0; step < CPROF_DURATION_STEPS; step++)
        if (part->calls[step] && !durations_add(&loader->profile->durations, function,
                                                octave * (1 + (step + 0.5) / CPROF_DURATION_STEPS),
                                                (double)part->calls[step]))
            return false;
    return true;
}

/* Of a node whose one or two timed calls are in no histogram. */
static bool add_first_durations(struct loader *loader, uint32_t position)
{
    struct cprof_node node = reader_node(loader->reading, position);
    const struct cprof_node_call *call = &node.u.call;
    if ((node.flags & (WITHOUT_TIMES | CPROF_NODE_ROOT)) || call->durations ||
        call->timed_calls < 1 || call->timed_calls > 2)
        return true;
    uint32_t function = function_of(loader, &node);
    struct durations *durations = &loader->profile->durations;
    return durations_add(durations, function, (double)call->min_ticks * loader->scale, 1) &&
           (call->timed_calls == 1 ||
            durations_add(durations, function, (double)call->max_ticks * loader->scale, 1));
}

static bool load_durations(struct loader *loader)
{
    for (uint32_t idx = 0; idx < loader->ordered; idx++)
        if (!add_first_durations(loader, loader->order[idx]))
            return false;
    for (uint64_t idx = 0; idx < loader->reading->durations.total; idx++) {
        struct cprof_durations part = reader_durations(loader->reading, idx);
        size_t record;
        const struct reader_module *module = reader_site(loader->reading, part.site, &record);
        if (part.site == 0 || part.octave >= CPROF_DURATION_OCTAVES || !module)
            continue;
        size_t first = loader->module_start[module - loader->reading->modules];
        if (!add_durations(loader, &part, loader->functions[first + record]))
            return false;
    }
    return true;
}

/* ---- The heap ------------------------------------------------------------- */

static bool add_alloc_node(struct loader *loader, uint32_t position, const struct cprof_heap *heap)
{
    struct cprof_node node = reader_node(loader->reading, position);
    bool below = is_alloc(loader, loader->parents[position]);
    struct heap_numbers numbers = node.flags & CPROF_NODE_LIVES
                                      ? heap_lives_of(&node, heap)
                                      : heap_numbers_of(&node, heap, below);
    if (loader->contexts[position] == MODEL_ROOT) /* damaged: also marked as a root */
        return true;
    struct heap_numbers *sum = model_heap_numbers(loader->profile, loader->contexts[position]);
    uint32_t site = heap_site_of(loader, &node);
    if (!sum)
        return false;
    heap_numbers_add(sum, &numbers);
    if (site != MODEL_NONE)
        heap_numbers_add(&loader->profile->heap_sites[site].numbers, &numbers);
    return true;
}

static void add_places(struct loader *loader)
{
    for (uint64_t idx = 0; idx < loader->reading->places.total; idx++) {
        struct cprof_place place = reader_place(loader->reading, idx);
        struct cprof_node stand_in = {.site = place.site};
        uint32_t site = place.site ? heap_site_of(loader, &stand_in) : MODEL_NONE;
        if (site != MODEL_NONE && place.peak_bytes > 0)
            loader->profile->heap_sites[site].peak_bytes += (uint64_t)place.peak_bytes;
    }
}

/* A copy of the heap's record, when there is one; false: no memory. */
static bool load_heap(struct loader *loader)
{
    if (!loader->reading->heap)
        return true;
    struct cprof_heap *heap = malloc(sizeof *heap);
    if (!heap)
        return false;
    memcpy(heap, loader->reading->heap, sizeof *heap);
    loader->heap = heap;
    for (uint32_t idx = 0; idx < loader->ordered; idx++)
        if (is_alloc(loader, loader->order[idx]) &&
            !add_alloc_node(loader, loader->order[idx], heap))
            return false;
    add_places(loader);
    return true;
}

/* ---- The run -------------------------------------------------------------- */

/* Nanoseconds a tick, negative where two moments do not tell. */
static double scale_of(const struct cprof_header *header)
{
    if (header->clock != CPROF_CLOCK_TSC)
        return 1.0;
    if (header->last.ticks <= header->first.ticks ||
        header->last.monotonic_ns <= header->first.monotonic_ns)
        return -1.0;
    return (double)(header->last.monotonic_ns - header->first.monotonic_ns) /
           (double)(header->last.ticks - header->first.ticks);
}

/* The last sign of life, in ticks.  The header's is renewed only now and then. */
static uint64_t last_ticks(const struct reading *reading)
{
    uint64_t last = reading->header.last.ticks;
    if (reading->header.state == CPROF_STATE_COMPLETE)
        return last;
    for (uint64_t idx = 0; idx < reading->threads.total; idx++) {
        struct cprof_thread thread = reader_thread(reading, idx);
        /* A paused thread's lies far ahead. */
        if (thread.root && thread.last_event > last && thread.last_event - last < 1ull << 61)
            last = thread.last_event;
    }
    return last;
}

static double wall_of(const struct loader *loader)
{
    const struct cprof_header *header = &loader->reading->header;
    uint64_t last = last_ticks(loader->reading), now_ns = loader->life->now_ns;
    if (loader->scale < 0)
        return -1.0;
    if (now_ns > header->first.monotonic_ns)
        return (double)(now_ns - header->first.monotonic_ns);
    if (header->state == CPROF_STATE_RUNNING && last > header->last.ticks)
        return (double)(last - header->first.ticks) * loader->scale;
    if (header->last.monotonic_ns < header->first.monotonic_ns)
        return 0.0;
    return (double)(header->last.monotonic_ns - header->first.monotonic_ns);
}

/* What profiling cost, in nanoseconds; negative where it was not measured. */
static double overhead_of(const struct loader *loader, double events_x16)
{
    const struct cprof_header *header = &loader->reading->header;
    double ticks = (double)header->hook_cost_x256 / 256 * (double)loader->calls + events_x16 / 16;
    bool calibrated = header->event_cost_x16 || header->hook_cost_x256;
    return loader->scale < 0 || !calibrated ? -1.0 : ticks * loader->scale;
}

static bool add_run(struct loader *loader)
{
    struct cprof_profile *profile = loader->profile;
    const struct cprof_header *header = &loader->reading->header;
    if (!array_reserve(&profile->runs, &profile->run_capacity, profile->run_count + 1,
                       sizeof *profile->runs))
        return false;
    uint64_t threads = 0;
    double events_x16 = 0;
    for (uint64_t idx = 0; idx < loader->reading->threads.total; idx++) {
        struct cprof_thread thread = reader_thread(loader->reading, idx);
        if (thread.root == 0)
            continue;
        threads += thread.owners ? thread.owners : 1;
        events_x16 += (double)thread.overhead_x16;
    }
    profile->runs[profile->run_count++] = (struct run){.header = *header,
                                                       .wall = wall_of(loader),
                                                       .overhead = overhead_of(loader, events_x16),
                                                       .scale = loader->scale,
                                                       .heap = loader->heap,
                                                       .threads = threads,
                                                       .nodes = loader->ordered,
                                                       .bytes = loader->reading->len,
                                                       .running = loader->life->running};
    return true;
}

/* ---- All of it ------------------------------------------------------------ */

static bool allocate(struct loader *loader)
{
    size_t count = loader->count;
    loader->parents = array_new(count, sizeof *loader->parents);
    loader->order = array_new(count, sizeof *loader->order);
    loader->contexts = array_new(count, sizeof *loader->contexts);
    loader->shares = array_new(count, sizeof *loader->shares);
    loader->flows = array_new(count, sizeof *loader->flows);
    loader->owners = array_new(count, sizeof *loader->owners);
    return loader->parents && loader->order && loader->contexts && loader->shares &&
           loader->flows && loader->owners;
}

static enum cprof_status load_all(struct loader *loader)
{
    if (!allocate(loader))
        return fault_memory(loader->error, loader->name);
    enum cprof_status status = load_parents(loader);
    if (status == CPROF_OK) /* contexts are not needed yet and start as zeros */
        status = order_nodes(loader, loader->contexts);
    /* From here on the profile is changed, so all that can be refused has been,
     * but for the texts of the modules. */
    if (status == CPROF_OK)
        status = load_modules(loader);
    if (status != CPROF_OK)
        return status;
    if (!load_contexts(loader) ||
        (loader->timed && (!load_times(loader) || !load_durations(loader))))
        return fault_memory(loader->error, loader->name);
    if (!add_measures(loader) || !load_heap(loader) || !add_run(loader))
        return fault_memory(loader->error, loader->name);
    loader->heap = NULL;
    return CPROF_OK;
}

enum cprof_status load_reading(struct cprof_profile *profile, const struct reading *reading,
                               const char *name, const struct life *life, struct cprof_error *error)
{
    uint32_t mode = reading->header.mode;
    struct loader loader = {.profile = profile,
                            .reading = reading,
                            .name = name,
                            .count = (uint32_t)reading->nodes.total,
                            .life = life,
                            .scale = scale_of(&reading->header),
                            .error = error};
    loader.timed = mode != CPROF_MODE_COUNT && mode != CPROF_MODE_OFF && loader.scale >= 0;
    profile->finished = false;
    enum cprof_status status = load_all(&loader);
    free(loader.functions);
    free(loader.allocations);
    free(loader.heap);
    free(loader.parents);
    free(loader.order);
    free(loader.contexts);
    free(loader.threads);
    free(loader.shares);
    free(loader.flows);
    free(loader.sampled);
    free(loader.owners);
    return status;
}
