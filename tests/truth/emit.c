/* Writes made-up programs as C, or as C++ where they throw.
 *
 * noipa keeps each function as it is written: nothing is inlined, copied or
 * dropped.  The clock is volatile, so what is spent stays where it stands.
 * Must say exactly what graph.h says.  Called by generate.c.
 */
#include <assert.h>

#include "graph.h"

static void emit_name(FILE *out, const struct scenario *scenario, int function)
{
    fprintf(out, "s%d_f%d", scenario->number, function);
}

static void emit_callee(FILE *out, const struct scenario *scenario,
                        const struct statement *statement)
{
    if (statement->by_pointer)
        fprintf(out, "s%d_table[%d]", scenario->number, statement->callee);
    else
        emit_name(out, scenario, statement->callee);
}

static void emit_indent(FILE *out, int level)
{
    fprintf(out, "%*s", 4 * level, "");
}

static void emit_condition(FILE *out, const struct statement *statement, const char *also)
{
    if (statement->modulus > 1 || *also)
        fprintf(out, "if (n %% %d == %d%s)\n", statement->modulus, statement->remainder, also);
}

static void emit_block(FILE *out, const struct scenario *scenario,
                       const struct statement *statement, int level);

static void emit_call(FILE *out, const struct scenario *scenario, const struct statement *statement,
                      int level)
{
    if (statement->modulus > 1) {
        emit_indent(out, level);
        emit_condition(out, statement, "");
    }
    emit_indent(out, level);
    if (statement->amount > 1)
        fprintf(out, "for (int round = 0; round < %d; round++) ", statement->amount);
    fprintf(out, "x = x * 31 + CALL(");
    emit_callee(out, scenario, statement);
    fprintf(out, ");\n");
}

static void emit_setjmp(FILE *out, const struct scenario *scenario,
                        const struct statement *statement, int level)
{
    emit_indent(out, level);
    fprintf(out, "{ struct catcher here; here.outer = innermost;\n");
    emit_indent(out, level);
    fprintf(out, "if (sigsetjmp(here.place, %d) == 0) {\n", statement->amount);
    emit_indent(out, level + 1);
    fprintf(out, "innermost = &here;\n");
    emit_block(out, scenario, statement->inner, level + 1);
    emit_indent(out, level + 1);
    fprintf(out, "innermost = here.outer;\n");
    emit_indent(out, level);
    fprintf(out, "} else {\n");
    emit_indent(out, level + 1);
    fprintf(out, "innermost = here.outer;\n");
    emit_block(out, scenario, statement->handler, level + 1);
    emit_indent(out, level);
    fprintf(out, "} }\n");
}

static void emit_try(FILE *out, const struct scenario *scenario, const struct statement *statement,
                     int level)
{
    static const char *const types[] = {
        [CATCH_INT] = "int", [CATCH_LONG] = "long", [CATCH_ALL] = "..."};

    emit_indent(out, level);
    fprintf(out, "try {\n");
    emit_block(out, scenario, statement->inner, level + 1);
    emit_indent(out, level);
    fprintf(out, "} catch (%s) {\n", types[statement->amount]);
    emit_block(out, scenario, statement->handler, level + 1);
    emit_indent(out, level);
    fprintf(out, "}\n");
}

static void emit_leave(FILE *out, const struct statement *statement, int level)
{
    emit_indent(out, level);
    emit_condition(out, statement, statement->kind == RETHROW ? "" : " && n > 0");
    emit_indent(out, level + 1);
    if (statement->kind == RETHROW)
        fprintf(out, "throw;\n");
    else if (statement->kind == THROW)
        fprintf(out, "throw %s;\n", statement->amount ? "1L" : "1");
    else
        fprintf(out, "JUMP(%d);\n", statement->amount);
}

static void emit_statement(FILE *out, const struct scenario *scenario,
                           const struct statement *statement, int level)
{
    switch (statement->kind) {
    case SPEND:
        emit_indent(out, level);
        fprintf(out, "cprof_fake_clock = cprof_fake_clock + %d;\n", statement->amount);
        return;
    case CALL:
        emit_call(out, scenario, statement, level);
        return;
    case CATCH:
        if (scenario->shape == SHAPE_throw)
            emit_try(out, scenario, statement, level);
        else
            emit_setjmp(out, scenario, statement, level);
        return;
    case GUARD:
        emit_indent(out, level);
        fprintf(out, "struct guard guard_of_%d(n, ", statement->callee);
        emit_name(out, scenario, statement->callee);
        fprintf(out, ");\n");
        return;
    case TAIL:
        if (statement->amount == 0)
            fprintf(out, "    if (n <= 0 || fuel <= 0)\n        return x;\n    fuel--;\n");
        fprintf(out, "    return ");
        emit_callee(out, scenario, statement);
        fprintf(out, "(n - 1, x, d + 1);\n");
        return;
    default:
        emit_leave(out, statement, level);
        return;
    }
}

static void emit_block(FILE *out, const struct scenario *scenario,
                       const struct statement *statement, int level)
{
    for (; statement; statement = statement->next)
        emit_statement(out, scenario, statement, level);
}

static bool ends_in_tail_call(const struct function *function)
{
    const struct statement *statement = function->body;

    while (statement->next)
        statement = statement->next;
    return statement->kind == TAIL;
}

static void emit_head(FILE *out, const struct scenario *scenario, int idx)
{
    fprintf(out, "%s__attribute__((noipa)) unsigned long ",
            scenario->functions[idx].is_static ? "static " : "");
    emit_name(out, scenario, idx);
    fprintf(out, "(int n, unsigned long first_x, double d)");
}

static void emit_function(FILE *out, const struct scenario *scenario, int idx)
{
    const struct function *function = &scenario->functions[idx];

    emit_head(out, scenario, idx);
    fprintf(out, "\n{\n    %sunsigned long x = first_x;\n",
            function->has_catch && scenario->shape != SHAPE_throw ? "volatile " : "");
    if (function->has_room)
        fprintf(out, "    volatile char *room = (volatile char *)__builtin_alloca(n %% 7u "
                     "* 16 + 16);\n    room[0] = 0;\n");
    emit_block(out, scenario, function->body, 1);
    if (!ends_in_tail_call(function))
        fprintf(out, "    return x + (unsigned long)d;\n");
    fprintf(out, "}\n\n");
}

void emit_scenario(FILE *out, const struct scenario *scenario)
{
    for (int idx = 0; idx < scenario->function_count; idx++) {
        emit_head(out, scenario, idx);
        fprintf(out, ";\n");
    }
    fprintf(out, "static function *const volatile s%d_table[] = {", scenario->number);
    for (int idx = 0; idx < scenario->function_count; idx++) {
        emit_name(out, scenario, idx);
        fprintf(out, ", ");
    }
    fprintf(out, "};\n\n");
    for (int idx = 0; idx < scenario->function_count; idx++)
        emit_function(out, scenario, idx);
}

/* ---- Around them ----------------------------------------------------------------- */

static const char start_of_both[] =
    "#include <setjmp.h>\n#include <stddef.h>\n#include <stdlib.h>\n\n"
    "typedef unsigned long function(int, unsigned long, double);\n"
    "static int fuel;\n"
    "#define CALL(f) (n > 0 && fuel > 0 ? (fuel--, f(n - 1, x, d + 1)) : 1)\n\n";

static const char start_of_c[] =
    "volatile unsigned long long cprof_fake_clock;\n"
    "struct catcher { sigjmp_buf place; struct catcher *outer; };\n"
    "static struct catcher *innermost;\n"
    "#define JUMP(levels) do { if (innermost) siglongjmp((levels == 2 && innermost->outer ? \\\n"
    "    innermost->outer : innermost)->place, 1); } while (0)\n\n";

/* The guard's destructor is part of the function it stands in. */
static const char start_of_cxx[] =
    "extern \"C\" {\nextern volatile unsigned long long cprof_fake_clock;\n"
    "volatile unsigned long long cprof_fake_clock;\n}\n"
    "struct guard {\n    int n;\n    function *callee;\n"
    "    __attribute__((always_inline)) guard(int n, function *callee) : n(n), callee(callee) {}\n"
    "    __attribute__((always_inline)) ~guard() { if (n > 0) callee(0, 1, 1); }\n};\n"
    "extern \"C\" {\n\n";

void emit_start(FILE *out, bool is_cxx)
{
    fprintf(out, "%s%s", start_of_both, is_cxx ? start_of_cxx : start_of_c);
}

void emit_main(FILE *out, bool is_cxx, struct scenario *const *scenarios, const uint64_t *results,
               int count)
{
    fprintf(out, "static const struct {\n    function *start;\n    int depth, fuel;\n"
                 "    unsigned long first_x, result;\n} scenarios[] = {\n");
    for (int idx = 0; idx < count; idx++) {
        const struct scenario *scenario = scenarios[idx];
        fprintf(out, "    {s%d_f0, %d, %d, %luu, %luu},\n", scenario->number, scenario->depth,
                scenario->fuel, (unsigned long)scenario->first_x, (unsigned long)results[idx]);
    }
    fprintf(out,
            "};\n%s\nint main(int count, char **words)\n{\n"
            "    int idx = count > 1 ? atoi(words[1]) : 0;\n    unsigned long result;\n\n"
            "    cprof_fake_clock = cprof_fake_clock + %d;\n"
            "    fuel = scenarios[idx].fuel;\n    %sresult = scenarios[idx].start("
            "scenarios[idx].depth, scenarios[idx].first_x, 0);%s\n"
            "    cprof_fake_clock = cprof_fake_clock + %d;\n"
            "    return result == scenarios[idx].result ? 0 : 1;\n}\n",
            is_cxx ? "}\n" : "", MAIN_BEFORE, is_cxx ? "try { " : "",
            is_cxx ? " } catch (...) { result = 77; }" : "", MAIN_AFTER);
    static_assert(RESULT_OF_THROW == 77, "what main gives for an exception");
}
