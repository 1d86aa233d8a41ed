/* Makes up programs: from a shape and a number always the same one.
 *
 * Each shape stresses one thing (recursion of one, two or three functions, jumps,
 * tail calls, ...).  Must not make what emit.c cannot express, nor what the
 * compiler turns into something else: a tail call of oneself becomes a loop, so
 * there is none.  Called by generate.c.
 */
#include <stdlib.h>

#include "graph.h"

static uint64_t state;

static int draw(int below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (int)((state >> 33) % (uint64_t)below);
}

static int draw_between(int low, int high)
{
    return low + draw(high - low + 1);
}

static bool percent(int chance)
{
    return draw(100) < chance;
}

/* ---- What the shapes differ in ---------------------------------------------- */

struct style {
    int functions_min, functions_max;
    int calls_max;       /* call statements of a function */
    int pointer_percent; /* of the calls */
    int tail_percent;    /* of the functions */
    int catch_percent;   /* of the functions */
    bool throws;         /* catch and throw, not setjmp and longjmp */
};

static const struct style styles[SHAPE_COUNT] = {
    [SHAPE_direct] = {1, 4, 2, 0, 0, 0, false},     [SHAPE_mutual] = {2, 5, 2, 0, 0, 0, false},
    [SHAPE_three] = {3, 7, 2, 0, 0, 0, false},      [SHAPE_random] = {4, 24, 4, 0, 0, 0, false},
    [SHAPE_wide] = {60, 100, 2, 10, 0, 0, false},   [SHAPE_tail] = {3, 14, 3, 20, 60, 0, false},
    [SHAPE_pointer] = {3, 16, 3, 80, 20, 0, false}, [SHAPE_jump] = {3, 12, 3, 10, 10, 50, false},
    [SHAPE_mixed] = {6, 30, 4, 30, 30, 30, false},  [SHAPE_throw] = {3, 14, 3, 20, 15, 50, true},
};

/* Whom function `idx` calls: what makes a shape its name. */
static int callee_draw(const struct scenario *scenario, int idx)
{
    int count = scenario->function_count, anyone = draw(count);

    switch (scenario->shape) {
    case SHAPE_direct:
        return percent(70) ? idx : anyone;
    case SHAPE_mutual:
        return idx < 2 && percent(75) ? 1 - idx : anyone;
    case SHAPE_three:
        return idx < 3 && percent(75) ? (idx + 1) % 3 : anyone;
    case SHAPE_wide: /* mostly down, so that the fuel reaches all */
        return idx + 1 < count && percent(90) ? draw_between(idx + 1, count - 1) : anyone;
    default:
        return anyone;
    }
}

/* ---- Statements --------------------------------------------------------------- */

static struct statement *append(struct statement ***tail, enum statement_kind kind)
{
    struct statement *statement = calloc(1, sizeof *statement);

    if (!statement)
        abort();
    statement->kind = kind;
    statement->modulus = 1;
    **tail = statement;
    *tail = &statement->next;
    return statement;
}

static void maybe_conditional(struct statement *statement, int chance)
{
    if (!percent(chance))
        return;
    statement->modulus = draw_between(2, 4);
    statement->remainder = draw(statement->modulus);
}

static void append_spend(struct statement ***tail)
{
    append(tail, SPEND)->amount = draw_between(1, 999);
}

static void append_call(const struct scenario *scenario, int idx, struct statement ***tail)
{
    struct statement *call = append(tail, CALL);

    call->callee = callee_draw(scenario, idx);
    call->by_pointer = percent(styles[scenario->shape].pointer_percent);
    call->amount = percent(15) ? draw_between(2, 4) : 1;
    maybe_conditional(call, 25);
}

/* Leaves the function by a jump or an exception. */
static void append_leave(const struct scenario *scenario, struct statement ***tail)
{
    bool throws = styles[scenario->shape].throws;
    struct statement *leave = append(tail, throws ? THROW : JUMP);

    leave->amount = throws ? draw(2) : draw_between(1, 2);
    leave->modulus = draw_between(2, 5);
    leave->remainder = draw(leave->modulus);
}

static void append_guard(const struct scenario *scenario, struct statement ***tail)
{
    append(tail, GUARD)->callee = draw(scenario->function_count);
}

static void append_catch(const struct scenario *scenario, int idx, struct statement ***tail)
{
    const bool throws = styles[scenario->shape].throws;
    struct statement *statement = append(tail, CATCH);
    struct statement **inner = &statement->inner, **handler = &statement->handler;

    statement->amount = draw(throws ? 3 : 2);
    append_spend(&inner);
    if (throws && percent(40))
        append_guard(scenario, &inner);
    for (int calls = draw_between(1, 2); calls > 0; calls--)
        append_call(scenario, idx, &inner);
    if (percent(40))
        append_leave(scenario, &inner);
    append_spend(&inner);
    append_spend(&handler);
    if (percent(50))
        append_call(scenario, idx, &handler);
    if (throws && percent(30)) {
        struct statement *rethrow = append(&handler, RETHROW);
        maybe_conditional(rethrow, 60);
    } else if (percent(20)) {
        append_leave(scenario, &handler);
    }
}

/* ---- Functions ------------------------------------------------------------------ */

static void append_calls(const struct scenario *scenario, int idx, struct statement ***tail)
{
    const struct style *style = &styles[scenario->shape];

    if (scenario->shape == SHAPE_wide && idx == 0) /* one caller of all the others */
        for (int callee = 1; callee < scenario->function_count; callee++) {
            struct statement *call = append(tail, CALL);
            call->callee = callee;
            call->amount = 1;
        }
    int low = idx < 3 ? 1 : 0;
    for (int calls = draw_between(low, style->calls_max); calls > 0; calls--) {
        append_call(scenario, idx, tail);
        if (percent(50))
            append_spend(tail);
    }
}

/* The compiler makes a jump of it only where nothing is left to do after it. */
static bool append_tail_call(const struct scenario *scenario, int idx, struct statement ***tail)
{
    const struct function *function = &scenario->functions[idx];
    int callee = callee_draw(scenario, idx);

    if (function->has_catch || function->has_room || callee == idx)
        return false;
    struct statement *call = append(tail, TAIL);
    call->callee = callee;
    call->amount = callee > idx && percent(50);
    call->by_pointer = percent(styles[scenario->shape].pointer_percent);
    return true;
}

static void function_invent(struct scenario *scenario, int idx)
{
    const struct style *style = &styles[scenario->shape];
    struct function *function = &scenario->functions[idx];
    struct statement **tail = &function->body;
    bool guarded = style->throws && percent(40);

    function->is_static = percent(50);
    function->has_catch = percent(style->catch_percent);
    function->has_room = percent(15);
    append_spend(&tail);
    if (guarded)
        append_guard(scenario, &tail);
    append_calls(scenario, idx, &tail);
    if (function->has_catch)
        append_catch(scenario, idx, &tail);
    if (style->catch_percent && percent(50))
        append_leave(scenario, &tail);
    if (!guarded && percent(style->tail_percent) && append_tail_call(scenario, idx, &tail))
        return;
    append_spend(&tail); /* else the last call would be a tail call after all */
}

struct scenario *scenario_invent(enum shape shape, int number, int attempt)
{
    const struct style *style = &styles[shape];
    struct scenario *scenario = calloc(1, sizeof *scenario);

    if (!scenario)
        abort();
    state = ((uint64_t)attempt * 100000 + (uint64_t)shape * 1000 + (uint64_t)number + 1) *
            0x9e3779b97f4a7c15u;
    for (int warm_up = 0; warm_up < 8; warm_up++)
        draw(2);
    scenario->shape = shape;
    scenario->number = number;
    scenario->function_count = draw_between(style->functions_min, style->functions_max);
    scenario->functions = calloc((size_t)scenario->function_count, sizeof *scenario->functions);
    if (!scenario->functions)
        abort();
    scenario->depth = draw_between(3, 40);
    scenario->fuel = draw_between(20, 3000);
    if (shape == SHAPE_direct && number == 0) /* deeper than the runtime can note durations */
        scenario->depth = scenario->fuel = 80000;
    scenario->first_x = (uint64_t)draw(1 << 30);
    for (int idx = 0; idx < scenario->function_count; idx++)
        function_invent(scenario, idx);
    return scenario;
}
