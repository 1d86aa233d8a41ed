/* A made-up program: its functions as data, before they become C.
 *
 * invent.c makes one from a seed, predict.c walks it and so knows every call and
 * every tick, emit.c writes it as C or C++.  What the three must agree on is
 * what a statement means, and it stands here.  Nothing here knows cprof.
 *
 * Each function has the shape
 *     unsigned long f(int n, unsigned long x, double d) { ...; return x + (unsigned long)d; }
 * and calls others with n - 1, so that every walk ends; `fuel` bounds its length.
 * x and d carry values through all calls: a hook that damages a register shows.
 */
#ifndef TRUTH_GRAPH_H
#define TRUTH_GRAPH_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define SHAPES(shape)                                                                              \
    shape(direct) shape(mutual) shape(three) shape(random) shape(wide) shape(tail) shape(pointer)  \
        shape(jump) shape(mixed) shape(throw)

enum shape {
#define SHAPE(name) SHAPE_##name,
    SHAPES(SHAPE)
#undef SHAPE
        SHAPE_COUNT
};

enum statement_kind {
    SPEND,   /* cprof_fake_clock += amount                                           */
    CALL,    /* x = 31 x + (n > 0 && fuel > 0 ? (fuel--, callee(n - 1, x, d + 1)) : 1),
                `amount` times                                                       */
    CATCH,   /* setjmp or try around `inner`; `handler` runs when something lands    */
    JUMP,    /* n > 0: longjmp to the innermost setjmp (amount 1) or the next out (2) */
    THROW,   /* n > 0: throw an int (amount 0) or a long (1)                         */
    RETHROW, /* in a handler: throw;                                                 */
    GUARD,   /* a local object: when its block is left and n > 0, callee(0, 1, 1)    */
    TAIL     /* last: return n > 0 && fuel > 0 ? (fuel--, callee(n - 1, x, d + 1)) : x;
                amount 1: return callee(n - 1, x, d + 1), a callee further down            */
};

enum { CATCH_INT = 0, CATCH_LONG = 1, CATCH_ALL = 2 };

/* A statement happens when n % modulus == remainder; modulus 1 is always. */
struct statement {
    enum statement_kind kind;
    int modulus, remainder;
    int amount; /* of a CATCH: what it catches, or whether it keeps the signal mask */
    int callee;
    bool by_pointer;
    struct statement *inner, *handler;
    struct statement *next;
};

struct function {
    struct statement *body;
    bool has_catch; /* x has to be volatile then */
    bool has_room;  /* a local array of a length known at run time only */
    bool is_static;
};

struct scenario {
    enum shape shape;
    int number;
    int function_count;
    struct function *functions;
    int depth, fuel;
    uint64_t first_x;
};

/* What must come out: of each function, the last one being main. */
struct truth {
    uint64_t calls, total, self;
};

#define MAIN_BEFORE 1000
#define MAIN_AFTER 500
#define RESULT_OF_THROW 77

/* Always the same for the same three numbers. */
struct scenario *scenario_invent(enum shape shape, int number, int attempt);

/* Fills truths[function_count + 1] and returns what main compares with. */
uint64_t scenario_predict(const struct scenario *scenario, bool tail_calls, struct truth *truths);

void emit_start(FILE *out, bool is_cxx);
void emit_scenario(FILE *out, const struct scenario *scenario);
void emit_main(FILE *out, bool is_cxx, struct scenario *const *scenarios, const uint64_t *results,
               int count);

#endif
