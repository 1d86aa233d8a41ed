/* Slot numbers by greedy colouring; slot_plan.h says what for.  Must not know a
 * compiler.  The function that others call most chooses first, and takes the
 * first number that no other callee of its callers has.  Cost: the sum over
 * callers of the square of their callees, a few milliseconds for SQLite.
 */
#include "slot_plan.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include <cprof/abi.h>

enum { NO_SLOT = 0xff, PUBLIC_START = 8, TAIL_ROUNDS = 2, NEIGHBOURS = 8, POPULAR = 8 };

/* Of a conflict that is only likely, beside those that the unit shows. */
static const double public_share = 1.0 / 16;

struct call {
    uint32_t caller, callee;
    float weight;
};

struct cprof_slot_plan {
    size_t function_count, call_count, call_room;
    struct call *calls;   /* sorted by caller, one an arc, once solving starts */
    uint32_t *first_call; /* by caller: where its calls start; one more at the end */
    uint32_t *by_callee;  /* indices into calls, sorted by callee */
    uint32_t *first_by_callee;
    size_t tail_count, tail_room;
    struct call *tails;                 /* calls that may be jumps; weights not used */
    double *heat;                       /* by function: sum of the weights of its callers' calls */
    uint8_t *starts;                    /* by function: the number it would like best */
    bool *publics;                      /* by function: other units may call it */
    unsigned popular[CPROF_SLOT_COUNT]; /* public functions of many callers that have it */
    uint8_t *slots;
};

static void *array_new(size_t count, size_t size)
{
    void *array = calloc(count ? count : 1, size);
    if (!array)
        abort(); /* inside a compiler, whose own allocator does the same */
    return array;
}

struct cprof_slot_plan *cprof_slot_plan_new(size_t function_count)
{
    struct cprof_slot_plan *plan = array_new(1, sizeof *plan);

    plan->function_count = function_count;
    plan->slots = array_new(function_count, 1);
    plan->starts = array_new(function_count, 1);
    plan->heat = array_new(function_count, sizeof *plan->heat);
    plan->publics = array_new(function_count, sizeof *plan->publics);
    return plan;
}

void cprof_slot_plan_free(struct cprof_slot_plan *plan)
{
    if (!plan)
        return;
    free(plan->calls);
    free(plan->tails);
    free(plan->publics);
    free(plan->first_call);
    free(plan->by_callee);
    free(plan->first_by_callee);
    free(plan->heat);
    free(plan->slots);
    free(plan->starts);
    free(plan);
}

static void call_append(struct call **calls, size_t *count, size_t *room, struct call call)
{
    if (*count == *room) {
        *room = *room ? 2 * *room : 256;
        *calls = realloc(*calls, *room * sizeof **calls);
        if (!*calls)
            abort();
    }
    (*calls)[(*count)++] = call;
}

void cprof_slot_plan_call(struct cprof_slot_plan *plan, size_t caller, size_t callee, double weight)
{
    call_append(&plan->calls, &plan->call_count, &plan->call_room,
                (struct call){(uint32_t)caller, (uint32_t)callee, (float)weight});
}

void cprof_slot_plan_tail_call(struct cprof_slot_plan *plan, size_t caller, size_t callee)
{
    call_append(&plan->tails, &plan->tail_count, &plan->tail_room,
                (struct call){(uint32_t)caller, (uint32_t)callee, 0});
}

static int by_caller_and_callee(const void *left, const void *right)
{
    const struct call *a = left, *b = right;
    if (a->caller != b->caller)
        return a->caller < b->caller ? -1 : 1;
    return (a->callee > b->callee) - (a->callee < b->callee);
}

/* Sorts calls by caller, and leaves one of each pair. */
static void calls_merge(struct call *calls, size_t *count)
{
    size_t kept = 0;

    if (*count)
        qsort(calls, *count, sizeof *calls, by_caller_and_callee);
    for (size_t idx = 0; idx < *count; idx++) {
        struct call *last = kept ? &calls[kept - 1] : NULL;
        if (last && by_caller_and_callee(last, &calls[idx]) == 0)
            last->weight += calls[idx].weight;
        else
            calls[kept++] = calls[idx];
    }
    *count = kept;
}

/* The first tail call of a function, or of one behind it; they are sorted. */
static const struct call *tails_of(const struct cprof_slot_plan *plan, uint32_t function)
{
    size_t low = 0, high = plan->tail_count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        if (plan->tails[middle].caller < function)
            low = middle + 1;
        else
            high = middle;
    }
    return plan->tails + low;
}

/* Who calls a function of calls[from .. end - 1] calls what that one jumps to. */
static void tails_follow(struct cprof_slot_plan *plan, size_t from, size_t end)
{
    for (size_t idx = from; idx < end; idx++) {
        struct call call = plan->calls[idx];
        for (const struct call *tail = tails_of(plan, call.callee);
             tail < plan->tails + plan->tail_count && tail->caller == call.callee; tail++)
            if (tail->callee != call.callee)
                cprof_slot_plan_call(plan, call.caller, tail->callee, (double)call.weight);
    }
}

/* What a public function jumps to is called by other units, too. */
static void tails_publish(struct cprof_slot_plan *plan)
{
    enum { PUBLIC_COUNT = CPROF_SLOT_COUNT - PUBLIC_START };

    for (size_t idx = 0; idx < plan->tail_count; idx++) {
        const struct call *tail = &plan->tails[idx];
        if (!plan->publics[tail->caller] || plan->publics[tail->callee])
            continue;
        unsigned next = plan->starts[tail->caller] - PUBLIC_START + 1u;
        plan->publics[tail->callee] = true;
        plan->starts[tail->callee] = (uint8_t)(PUBLIC_START + next % PUBLIC_COUNT);
    }
}

/* The calls are merged; afterwards they are again.  A round follows only what the one
 * before has added, so that no call counts twice. */
static void tails_add(struct cprof_slot_plan *plan)
{
    size_t from = 0;

    calls_merge(plan->tails, &plan->tail_count);
    for (int round = 0; round < TAIL_ROUNDS; round++) {
        size_t end = plan->call_count;
        tails_follow(plan, from, end);
        tails_publish(plan);
        from = end;
    }
    calls_merge(plan->calls, &plan->call_count);
}

/* Counting sorts: where each caller's and each callee's calls start. */
static void calls_index(struct cprof_slot_plan *plan)
{
    size_t count = plan->function_count;

    plan->first_call = array_new(count + 1, sizeof(uint32_t));
    plan->first_by_callee = array_new(count + 2, sizeof(uint32_t));
    plan->by_callee = array_new(plan->call_count, sizeof(uint32_t));
    for (size_t idx = 0; idx < plan->call_count; idx++) {
        plan->first_call[plan->calls[idx].caller + 1]++;
        plan->first_by_callee[plan->calls[idx].callee + 2]++;
        plan->heat[plan->calls[idx].callee] += plan->calls[idx].weight;
    }
    for (size_t idx = 0; idx < count; idx++) {
        plan->first_call[idx + 1] += plan->first_call[idx];
        plan->first_by_callee[idx + 1] += plan->first_by_callee[idx];
    }
    for (size_t idx = 0; idx < plan->call_count; idx++)
        plan->by_callee[plan->first_by_callee[plan->calls[idx].callee + 1]++] = (uint32_t)idx;
}

/* What it would cost `function` to share each number: for every other callee of a
 * caller, how often the two could evict each other there. */
static void conflicts_weigh(const struct cprof_slot_plan *plan, size_t function, double *cost)
{
    for (uint32_t at = plan->first_by_callee[function]; at < plan->first_by_callee[function + 1];
         at++) {
        const struct call *own = &plan->calls[plan->by_callee[at]];
        for (uint32_t idx = plan->first_call[own->caller]; idx < plan->first_call[own->caller + 1];
             idx++) {
            const struct call *other = &plan->calls[idx];
            uint8_t slot = plan->slots[other->callee];
            if (slot != NO_SLOT && other->callee != function)
                cost[slot] += own->weight < other->weight ? own->weight : other->weight;
        }
    }
}

static bool is_popular(const struct cprof_slot_plan *plan, size_t function)
{
    return plan->publics[function] &&
           plan->first_by_callee[function + 1] - plan->first_by_callee[function] >= POPULAR;
}

/* What is known of a public function's callers in other units: neighbours in the source are
 * often called by the same, and what many call here many call there.  It weighs little, so
 * that what this unit shows decides. */
static void publics_weigh(const struct cprof_slot_plan *plan, size_t function, double *cost)
{
    size_t first = function < NEIGHBOURS ? 0 : function - NEIGHBOURS;
    size_t end = function + NEIGHBOURS + 1;

    for (unsigned slot = 0; slot < CPROF_SLOT_COUNT; slot++)
        cost[slot] += public_share * plan->popular[slot];
    for (size_t other = first; other < end && other < plan->function_count; other++)
        if (plan->publics[other] && plan->slots[other] != NO_SLOT && !is_popular(plan, other))
            cost[plan->slots[other]] += public_share;
}

/* The first of the least conflicts. */
static unsigned slot_choose(const double *conflicts, unsigned start)
{
    unsigned best = start;

    for (unsigned step = 1; step < CPROF_SLOT_COUNT && conflicts[best] > 0; step++) {
        unsigned slot = (start + step) % CPROF_SLOT_COUNT;
        if (conflicts[slot] < conflicts[best])
            best = slot;
    }
    return best;
}

/* What qsort orders: a function and its heat. */
struct candidate {
    double heat;
    uint32_t function;
};

static int by_heat(const void *left, const void *right)
{
    const struct candidate *a = left, *b = right;
    if (a->heat != b->heat)
        return a->heat > b->heat ? -1 : 1;
    return (a->function > b->function) - (a->function < b->function);
}

/* Functions of the unit alone share the first lines of a node, which are then in
 * the cache; those that other units call are strewn over the rest. */
unsigned cprof_slot_of_name(const char *name)
{
    uint32_t hash = 2166136261u;

    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 16777619u;
    return PUBLIC_START + (hash ^ hash >> 15) % (CPROF_SLOT_COUNT - PUBLIC_START);
}

void cprof_slot_plan_public(struct cprof_slot_plan *plan, size_t function, const char *name)
{
    plan->starts[function] = (uint8_t)cprof_slot_of_name(name);
    plan->publics[function] = true;
}

void cprof_slot_plan_solve(struct cprof_slot_plan *plan)
{
    struct candidate *order = array_new(plan->function_count, sizeof *order);

    calls_merge(plan->calls, &plan->call_count);
    tails_add(plan);
    calls_index(plan);
    for (size_t idx = 0; idx < plan->function_count; idx++) {
        order[idx] = (struct candidate){plan->heat[idx], (uint32_t)idx};
        plan->slots[idx] = NO_SLOT;
    }
    if (plan->function_count)
        qsort(order, plan->function_count, sizeof *order, by_heat);
    for (size_t idx = 0; idx < plan->function_count; idx++) {
        uint32_t function = order[idx].function;
        double conflicts[CPROF_SLOT_COUNT] = {0};
        conflicts_weigh(plan, function, conflicts);
        if (plan->publics[function])
            publics_weigh(plan, function, conflicts);
        plan->slots[function] = (uint8_t)slot_choose(conflicts, plan->starts[function]);
        if (is_popular(plan, function))
            plan->popular[plan->slots[function]]++;
    }
    free(order);
}

unsigned cprof_slot_plan_slot(const struct cprof_slot_plan *plan, size_t function)
{
    return plan->slots[function];
}
