/* Callgrind's files: costs of functions, and of calls between two of them.  The
 * first event is read.
 *
 * They hold a graph, and the model wants contexts, so each call's cost is shared
 * out among the contexts of its caller, in proportion to what the caller cost in
 * each, as every viewer of such graphs does.  Whole functions stay exact: what
 * recursion and the smallest shares leave over stands below [context not known].
 */
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "fault.h"
#include "import.h"
#include "stats.h"

/* Smaller shares of the whole are not followed, and no more contexts are made. */
#define SMALLEST_SHARE 1e-5
#define MOST_CONTEXTS 500000

#define NONE UINT32_MAX

struct edge {
    uint32_t callee, next; /* next of the same caller */
    double calls, amount;
    double shared; /* of calls, so far */
    uint64_t given;
};

struct node { /* a function */
    struct import_text name, file;
    uint32_t line;
    uint32_t first_edge;
    double self, left; /* left: not yet given to a context */
    double whole;      /* self and what its calls cost */
    double entered;    /* what calls to it cost */
    double calls, calls_left;
    uint32_t function; /* of the model */
    bool open;         /* on the path of the walk */
    bool defined;      /* has costs of its own; else only called */
};

/* Names are written in full once and then by number: (12). */
struct names {
    struct import_text *items;
    size_t capacity;
};

struct callgrind {
    struct import *import;
    struct import_text program;
    char unit[MODEL_UNIT_SIZE];
    size_t positions; /* columns before the costs */
    struct names files, functions;
    struct node *nodes;
    size_t node_count, node_capacity;
    struct table node_by_key, node_by_name;
    struct edge *edges;
    size_t edge_count, edge_capacity;
    struct table edge_by_pair;
    /* Where the reader is. */
    struct import_text file; /* of the function; fi= and fe= do not change it */
    struct import_text callee_file;
    uint32_t node, callee;
    double line;  /* of the last costs */
    double calls; /* that the next cost line is of; negative: none */
    size_t contexts;
};

/* ---- Names ---------------------------------------------------------------- */

/* "(12) name", "(12)" or "name". */
static bool read_name(struct names *names, struct import_text text, struct import_text *name)
{
    /* Nobody numbers more names than a large program has. */
    const double most = 1 << 24;
    struct import_text number = import_skip(text, text.len && *text.ptr == '(');
    double id;
    if (number.len == text.len || !import_number(&number, &id) || !import_begins(number, ")") ||
        id > most) {
        *name = text;
        return true;
    }
    size_t before = names->capacity;
    if (!array_reserve(&names->items, &names->capacity, (size_t)id + 1, sizeof *names->items))
        return false;
    for (size_t idx = before; idx < names->capacity; idx++)
        names->items[idx] = (struct import_text){"", 0};
    number = import_trim(import_skip(number, 1));
    if (number.len)
        names->items[(size_t)id] = number;
    *name = names->items[(size_t)id];
    return true;
}

static uint32_t text_id(struct callgrind *callgrind, struct import_text text)
{
    return texts_add(&callgrind->import->profile->texts, text.ptr, text.len);
}

static uint32_t node_of(struct callgrind *callgrind, struct import_text name,
                        struct import_text file, bool defined)
{
    uint32_t name_id = text_id(callgrind, name), file_id = text_id(callgrind, file);
    if (name_id == TABLE_NONE || file_id == TABLE_NONE)
        return NONE;
    uint32_t idx = table_find(&callgrind->node_by_key, name_id, file_id);
    if (idx == TABLE_NONE) {
        idx = (uint32_t)callgrind->node_count;
        if (!array_reserve(&callgrind->nodes, &callgrind->node_capacity, (size_t)idx + 1,
                           sizeof *callgrind->nodes) ||
            !table_put(&callgrind->node_by_key, name_id, file_id, idx))
            return NONE;
        callgrind->nodes[callgrind->node_count++] =
            (struct node){.name = name, .file = file, .first_edge = NONE};
    }
    if (defined && !callgrind->nodes[idx].defined) {
        callgrind->nodes[idx].defined = true;
        if (!table_put(&callgrind->node_by_name, 0, name_id, idx))
            return NONE;
    }
    return idx;
}

/* ---- Lines ---------------------------------------------------------------- */

static bool add_call(struct callgrind *callgrind, double amount)
{
    uint32_t caller = callgrind->node, callee = callgrind->callee;
    uint32_t idx = table_find(&callgrind->edge_by_pair, caller, callee);
    if (idx == TABLE_NONE) {
        idx = (uint32_t)callgrind->edge_count;
        if (!array_reserve(&callgrind->edges, &callgrind->edge_capacity, (size_t)idx + 1,
                           sizeof *callgrind->edges) ||
            !table_put(&callgrind->edge_by_pair, caller, callee, idx))
            return false;
        callgrind->edges[callgrind->edge_count++] =
            (struct edge){.callee = callee, .next = callgrind->nodes[caller].first_edge};
        callgrind->nodes[caller].first_edge = idx;
    }
    callgrind->edges[idx].calls += callgrind->calls;
    callgrind->edges[idx].amount += amount;
    callgrind->calls = -1;
    return true;
}

/* A position: a number, the distance from the one before (+n, -n), the same (*).  Of
 * addresses nothing is wanted. */
static double read_position(struct import_text word, double before)
{
    char sign = word.len ? *word.ptr : '*';
    double number = 0;
    struct import_text digits = import_skip(word, sign == '+' || sign == '-');
    if (sign == '*' || !import_number(&digits, &number))
        return before;
    return sign == '+' ? before + number : sign == '-' ? before - number : number;
}

/* Positions, of which the last is the line, then costs. */
static bool read_costs(struct callgrind *callgrind, struct import_text line)
{
    double number = 0;
    for (size_t idx = 0; idx < callgrind->positions; idx++) {
        line = import_trim(line);
        size_t end = 0;
        while (end < line.len && line.ptr[end] != ' ')
            end++;
        if (idx + 1 == callgrind->positions)
            callgrind->line = read_position((struct import_text){line.ptr, end}, callgrind->line);
        line = import_trim(import_skip(line, end));
    }
    import_number(&line, &number);
    if (callgrind->node == NONE)
        return true; /* costs of no function */
    struct node *node = &callgrind->nodes[callgrind->node];
    if (callgrind->calls >= 0)
        return callgrind->callee == NONE || add_call(callgrind, number);
    if (!node->line && callgrind->line > 0 && callgrind->line < UINT32_MAX)
        node->line = (uint32_t)callgrind->line;
    node->self += number;
    return true;
}

static bool read_function(struct callgrind *callgrind, struct import_text value)
{
    struct import_text name;
    if (!read_name(&callgrind->functions, value, &name))
        return false;
    callgrind->node = node_of(callgrind, name, callgrind->file, true);
    return callgrind->node != NONE;
}

static bool read_callee(struct callgrind *callgrind, struct import_text value)
{
    struct import_text name;
    if (!read_name(&callgrind->functions, value, &name))
        return false;
    struct import_text file = callgrind->callee_file.ptr ? callgrind->callee_file : callgrind->file;
    callgrind->callee = node_of(callgrind, name, file, false);
    callgrind->callee_file = (struct import_text){0};
    return callgrind->callee != NONE;
}

static void read_head(struct callgrind *callgrind, struct import_text line)
{
    if (import_begins(line, "cmd:")) {
        struct import_text command = import_trim(import_skip(line, 4));
        const char *space = memchr(command.ptr, ' ', command.len);
        callgrind->program =
            (struct import_text){command.ptr, space ? (size_t)(space - command.ptr) : command.len};
    }
    if (import_begins(line, "positions:"))
        callgrind->positions =
            memmem(line.ptr, line.len, "instr", 5) && memmem(line.ptr, line.len, " line", 5) ? 2
                                                                                             : 1;
    if (import_begins(line, "events:") && !callgrind->unit[0]) {
        struct import_text events = import_trim(import_skip(line, 7));
        const char *space = memchr(events.ptr, ' ', events.len);
        size_t len = space ? (size_t)(space - events.ptr) : events.len;
        if (len > sizeof callgrind->unit - 1)
            len = sizeof callgrind->unit - 1;
        memcpy(callgrind->unit, events.ptr, len);
    }
}

static bool read_line(struct callgrind *callgrind, struct import_text line)
{
    const char *equals = line.len > 2 ? memchr(line.ptr, '=', line.len < 5 ? line.len : 5) : NULL;
    struct import_text value =
        equals ? import_trim(import_skip(line, (size_t)(equals + 1 - line.ptr))) : line;
    struct import_text ignored;
    if (line.len == 0 || *line.ptr == '#')
        return true;
    if (strchr("0123456789+-*", *line.ptr))
        return read_costs(callgrind, line);
    if (import_begins(line, "fn="))
        return read_function(callgrind, value);
    if (import_begins(line, "fl="))
        return read_name(&callgrind->files, value, &callgrind->file);
    if (import_begins(line, "fi=") || import_begins(line, "fe="))
        return read_name(&callgrind->files, value, &ignored);
    if (import_begins(line, "cfn="))
        return read_callee(callgrind, value);
    if (import_begins(line, "cfi=") || import_begins(line, "cfl="))
        return read_name(&callgrind->files, value, &callgrind->callee_file);
    if (import_begins(line, "calls=")) {
        value = import_skip(line, 6);
        return import_number(&value, &callgrind->calls);
    }
    read_head(callgrind, line);
    return true;
}

bool import_is_callgrind(struct import_text text)
{
    struct import_text line;
    if (import_begins(text, "# callgrind format"))
        return true;
    for (size_t seen = 0; seen < 20 && import_line(&text, &line); seen++)
        if (import_begins(line, "events:"))
            return true;
    return false;
}

/* ---- The graph ------------------------------------------------------------ */

/* A callee that stands in the caller's file for want of a better word, but has
 * costs in another, is that other. */
static uint32_t defined_node(struct callgrind *callgrind, uint32_t idx)
{
    if (callgrind->nodes[idx].defined)
        return idx;
    uint32_t name = text_id(callgrind, callgrind->nodes[idx].name);
    uint32_t other = table_find(&callgrind->node_by_name, 0, name);
    return other == TABLE_NONE ? idx : other;
}

static void sum_edges(struct callgrind *callgrind)
{
    for (uint32_t idx = 0; idx < callgrind->node_count; idx++) {
        struct node *node = &callgrind->nodes[idx];
        node->left = node->self;
        node->whole += node->self;
        for (uint32_t at = node->first_edge; at != NONE; at = callgrind->edges[at].next) {
            struct edge *edge = &callgrind->edges[at];
            edge->callee = defined_node(callgrind, edge->callee);
            struct node *callee = &callgrind->nodes[edge->callee];
            callee->calls += edge->calls;
            if (edge->callee == idx)
                continue;
            node->whole += edge->amount;
            callee->entered += edge->amount;
        }
    }
    for (uint32_t idx = 0; idx < callgrind->node_count; idx++)
        callgrind->nodes[idx].calls_left = callgrind->nodes[idx].calls;
}

/* A step of the walk: a function in a context. */
struct step {
    uint32_t node, context, edge; /* edge: the next to follow */
    double share;                 /* of all that the function cost */
};

struct walk {
    struct callgrind *callgrind;
    struct step *steps;
    size_t count, capacity;
    double smallest;
};

static bool enter(struct walk *walk, uint32_t idx, uint32_t context, double amount)
{
    struct callgrind *callgrind = walk->callgrind;
    struct node *node = &callgrind->nodes[idx];
    double share = node->whole > 0 ? amount / node->whole : 0;
    double self = share * node->self;
    if (!array_reserve(&walk->steps, &walk->capacity, walk->count + 1, sizeof *walk->steps))
        return false;
    if (self > node->left)
        self = node->left;
    node->left -= self;
    node->open = true;
    callgrind->import->profile->contexts[context].measure.self += self;
    walk->steps[walk->count++] = (struct step){idx, context, node->first_edge, share};
    return true;
}

/* Calls are whole: what rounding leaves goes to the next context. */
static void share_calls(struct callgrind *callgrind, struct edge *edge, double share,
                        uint32_t context)
{
    edge->shared += share * edge->calls;
    double most = edge->shared < edge->calls ? edge->shared : edge->calls;
    uint64_t due = stats_whole(most), calls = due > edge->given ? due - edge->given : 0;
    edge->given += calls;
    callgrind->nodes[edge->callee].calls_left -= (double)calls;
    callgrind->import->profile->contexts[context].measure.calls += calls;
}

static uint32_t context_of(struct callgrind *callgrind, uint32_t parent, uint32_t idx)
{
    struct node *node = &callgrind->nodes[idx];
    if (node->function == NONE)
        node->function = import_function(
            callgrind->import, node->name,
            import_begins(node->file, "???") ? (struct import_text){"", 0} : node->file,
            node->line);
    callgrind->contexts++;
    return import_context(callgrind->import, parent, node->function);
}

static bool follow(struct walk *walk, struct step step, struct edge *edge)
{
    struct callgrind *callgrind = walk->callgrind;
    const struct node *callee = &callgrind->nodes[edge->callee];
    double amount = step.share * edge->amount;
    if (amount < walk->smallest || callgrind->contexts >= MOST_CONTEXTS)
        return true;
    uint32_t context = context_of(callgrind, step.context, edge->callee);
    if (context == MODEL_NONE)
        return false;
    share_calls(callgrind, edge, step.share, context);
    return callee->open || enter(walk, edge->callee, context, amount);
}

static bool walk_all(struct walk *walk)
{
    while (walk->count) {
        struct step *step = &walk->steps[walk->count - 1];
        if (step->edge == NONE) {
            walk->callgrind->nodes[step->node].open = false;
            walk->count--;
            continue;
        }
        struct edge *edge = &walk->callgrind->edges[step->edge];
        step->edge = edge->next;
        if (!follow(walk, *step, edge))
            return false;
    }
    return true;
}

/* From every function that cost more than the calls to it. */
static bool add_contexts(struct callgrind *callgrind)
{
    struct walk walk = {.callgrind = callgrind};
    double total = 0;
    bool enough = true;
    for (uint32_t idx = 0; idx < callgrind->node_count; idx++) {
        total += callgrind->nodes[idx].self;
        callgrind->nodes[idx].function = NONE;
    }
    walk.smallest = total * SMALLEST_SHARE;
    for (uint32_t idx = 0; enough && idx < callgrind->node_count; idx++) {
        double amount = callgrind->nodes[idx].whole - callgrind->nodes[idx].entered;
        if (amount <= walk.smallest)
            continue;
        uint32_t context = context_of(callgrind, MODEL_ROOT, idx);
        enough = context != MODEL_NONE && enter(&walk, idx, context, amount) && walk_all(&walk);
        if (enough && callgrind->nodes[idx].calls == 0)
            callgrind->import->profile->contexts[context].measure.calls = 1; /* by the system */
    }
    free(walk.steps);
    return enough;
}

static bool add_rest(struct callgrind *callgrind)
{
    struct cprof_profile *profile = callgrind->import->profile;
    for (uint32_t idx = 0; idx < callgrind->node_count; idx++) {
        struct node *node = &callgrind->nodes[idx];
        if (node->left < 0.5 && node->calls_left < 0.5)
            continue;
        uint32_t parent = import_context(callgrind->import, MODEL_ROOT,
                                         model_pseudo_function(profile, "[context not known]"));
        uint32_t context = parent == MODEL_NONE ? parent : context_of(callgrind, parent, idx);
        if (context == MODEL_NONE)
            return false;
        profile->contexts[context].measure.self += node->left;
        profile->contexts[context].measure.calls += stats_whole(node->calls_left);
    }
    return true;
}

/* ---- All of it ------------------------------------------------------------ */

static enum cprof_status read_all(struct callgrind *callgrind)
{
    struct import *import = callgrind->import;
    struct import_text rest = import->text, line;
    while (import_line(&rest, &line))
        if (!read_line(callgrind, line))
            return fault_memory(import->error, import->name);
    if (!callgrind->unit[0])
        return fault_damaged(import->name, "it has no events: line", import->error);
    bool nanoseconds = strcmp(callgrind->unit, "ns") == 0; /* our own export */
    struct import_run run = {.program = callgrind->program,
                             .unit = nanoseconds ? "" : callgrind->unit,
                             .counted = true,
                             .wall = -1};
    enum cprof_status status = import_begin(import, &run);
    if (status != CPROF_OK)
        return status;
    sum_edges(callgrind);
    return add_contexts(callgrind) && add_rest(callgrind)
               ? CPROF_OK
               : fault_memory(import->error, import->name);
}

enum cprof_status import_callgrind(struct import *import)
{
    struct callgrind callgrind = {.import = import,
                                  .program = {"", 0},
                                  .file = {"", 0},
                                  .positions = 1,
                                  .node = NONE,
                                  .callee = NONE,
                                  .calls = -1};
    enum cprof_status status = read_all(&callgrind);
    free(callgrind.files.items);
    free(callgrind.functions.items);
    free(callgrind.nodes);
    free(callgrind.edges);
    table_free(&callgrind.node_by_key);
    table_free(&callgrind.node_by_name);
    table_free(&callgrind.edge_by_pair);
    return status;
}
