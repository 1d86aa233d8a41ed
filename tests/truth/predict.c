/* Walks a made-up program and keeps the books: each function's calls, self time
 * and total, a total being counted from the outermost activation only.
 *
 * Knows the meaning of the statements (graph.h), and nothing of cprof or of how
 * C does it: a jump is an outcome that is handed up until somebody takes it.
 * Called by generate.c.
 */
#include <stdlib.h>

#include "graph.h"

enum outcome { RETURNED, JUMPED, THREW, GOES_ON_IN_TAIL };

struct catcher {
    struct catcher *outer;
};

/* One activation. */
struct activation {
    int function, n;
    uint64_t x;
    double d;
    const struct statement *tail;
};

struct walk {
    const struct scenario *scenario;
    struct truth *truths;
    uint64_t *since; /* by function: when its outermost activation began */
    int *active;
    uint64_t clock;
    int fuel;
    bool tail_calls;
    struct catcher *innermost, *target;
    int thrown;
};

static enum outcome run_call(struct walk *walk, struct activation activation, uint64_t *result);

static void enter(struct walk *walk, int function)
{
    walk->truths[function].calls++;
    if (walk->active[function]++ == 0)
        walk->since[function] = walk->clock;
}

static void leave(struct walk *walk, int function)
{
    if (--walk->active[function] == 0)
        walk->truths[function].total += walk->clock - walk->since[function];
}

static void spend(struct walk *walk, int function, uint64_t amount)
{
    walk->truths[function].self += amount;
    walk->clock += amount;
}

static bool has_fuel(struct walk *walk, const struct activation *activation)
{
    if (activation->n <= 0 || walk->fuel <= 0)
        return false;
    walk->fuel--;
    return true;
}

static struct activation callee_of(const struct activation *caller, int callee)
{
    return (struct activation){callee, caller->n - 1, caller->x, caller->d + 1, NULL};
}

static enum outcome run_calls(struct walk *walk, struct activation *own,
                              const struct statement *statement)
{
    for (int round = 0; round < statement->amount; round++) {
        uint64_t result = 1;
        if (has_fuel(walk, own)) {
            enum outcome outcome = run_call(walk, callee_of(own, statement->callee), &result);
            if (outcome != RETURNED)
                return outcome;
        }
        own->x = own->x * 31 + result;
    }
    return RETURNED;
}

static enum outcome run_block(struct walk *walk, struct activation *own,
                              const struct statement *statement);

static enum outcome run_setjmp(struct walk *walk, struct activation *own,
                               const struct statement *statement)
{
    struct catcher here = {walk->innermost};

    walk->innermost = &here;
    enum outcome outcome = run_block(walk, own, statement->inner);
    if (outcome == JUMPED && walk->target != &here)
        return outcome;
    if (outcome != JUMPED && outcome != RETURNED)
        abort();
    walk->innermost = here.outer;
    return outcome == RETURNED ? RETURNED : run_block(walk, own, statement->handler);
}

static enum outcome run_try(struct walk *walk, struct activation *own,
                            const struct statement *statement)
{
    enum outcome outcome = run_block(walk, own, statement->inner);

    if (outcome != THREW || (statement->amount != CATCH_ALL && statement->amount != walk->thrown))
        return outcome;
    int caught = walk->thrown;
    outcome = run_block(walk, own, statement->handler);
    if (outcome == THREW && walk->thrown < 0) /* by `throw;` */
        walk->thrown = caught;
    return outcome;
}

/* A guard's block is the rest of the list that it stands in. */
static enum outcome run_guarded(struct walk *walk, struct activation *own,
                                const struct statement *guard)
{
    enum outcome outcome = run_block(walk, own, guard->next);
    int thrown = walk->thrown;
    uint64_t ignored;

    if (own->n > 0 &&
        run_call(walk, (struct activation){guard->callee, 0, 1, 1, NULL}, &ignored) != RETURNED)
        abort();
    walk->thrown = thrown;
    return outcome;
}

static enum outcome run_leave(struct walk *walk, struct activation *own,
                              const struct statement *statement)
{
    if (statement->kind == RETHROW) {
        walk->thrown = -1;
        return THREW;
    }
    if (own->n <= 0)
        return RETURNED;
    if (statement->kind == THROW) {
        walk->thrown = statement->amount;
        return THREW;
    }
    if (!walk->innermost)
        return RETURNED;
    walk->target = walk->innermost;
    if (statement->amount == 2 && walk->target->outer)
        walk->target = walk->target->outer;
    return JUMPED;
}

static enum outcome run_statement(struct walk *walk, struct activation *own,
                                  const struct statement *statement)
{
    switch (statement->kind) {
    case SPEND:
        spend(walk, own->function, (uint64_t)statement->amount);
        return RETURNED;
    case CALL:
        return run_calls(walk, own, statement);
    case CATCH:
        return walk->scenario->shape == SHAPE_throw ? run_try(walk, own, statement)
                                                    : run_setjmp(walk, own, statement);
    case TAIL:
        own->tail = statement;
        return GOES_ON_IN_TAIL;
    default:
        return run_leave(walk, own, statement);
    }
}

static enum outcome run_block(struct walk *walk, struct activation *own,
                              const struct statement *statement)
{
    for (; statement; statement = statement->next) {
        if (own->n % statement->modulus != statement->remainder)
            continue;
        if (statement->kind == GUARD)
            return run_guarded(walk, own, statement);
        enum outcome outcome = run_statement(walk, own, statement);
        if (outcome != RETURNED)
            return outcome;
    }
    return RETURNED;
}

/* The end of a function whose last statement is a tail call.  True: `own` is the
 * callee now. */
static bool goes_on(struct walk *walk, struct activation *own, enum outcome *outcome,
                    uint64_t *result)
{
    int function = own->function;

    *result = own->x;
    *outcome = RETURNED;
    if (own->tail->amount == 0 && !has_fuel(walk, own)) {
        leave(walk, function);
        return false;
    }
    struct activation callee = callee_of(own, own->tail->callee);
    if (walk->tail_calls) { /* the caller has ended before its callee starts */
        leave(walk, function);
        *own = callee;
        return true;
    }
    *outcome = run_call(walk, callee, result);
    leave(walk, function);
    return false;
}

static enum outcome run_call(struct walk *walk, struct activation own, uint64_t *result)
{
    enum outcome outcome;

    do {
        enter(walk, own.function);
        outcome = run_block(walk, &own, walk->scenario->functions[own.function].body);
        if (outcome != GOES_ON_IN_TAIL) {
            leave(walk, own.function);
            *result = own.x + (uint64_t)own.d;
            return outcome;
        }
    } while (goes_on(walk, &own, &outcome, result));
    return outcome;
}

uint64_t scenario_predict(const struct scenario *scenario, bool tail_calls, struct truth *truths)
{
    int count = scenario->function_count;
    uint64_t result = 0;
    struct walk walk = {.scenario = scenario, .truths = truths, .tail_calls = tail_calls};

    walk.fuel = scenario->fuel;
    walk.since = calloc((size_t)count + 1, sizeof *walk.since);
    walk.active = calloc((size_t)count + 1, sizeof *walk.active);
    if (!walk.since || !walk.active)
        abort();
    enter(&walk, count);
    spend(&walk, count, MAIN_BEFORE);
    enum outcome outcome = run_call(
        &walk, (struct activation){0, scenario->depth, scenario->first_x, 0, NULL}, &result);
    spend(&walk, count, MAIN_AFTER);
    leave(&walk, count);
    free(walk.since);
    free(walk.active);
    return outcome == THREW ? RESULT_OF_THROW : result;
}
