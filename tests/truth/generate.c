/* Writes a program of many made-up call graphs of one shape, and what a profile
 * of each must say.  Called by graphs.sh; draws nothing from outside, so that a
 * failure can be had again.
 *
 * usage: generate SHAPE COUNT jumps|calls SOURCE EXPECTED
 *   jumps, calls: what the compiler is going to make of a tail call
 *   EXPECTED gets a line a function that is called: SCENARIO NAME CALLS TOTAL SELF
 *   The program takes the number of a scenario and exits 0 if its result is right.
 */
#include <stdlib.h>
#include <string.h>

#include "graph.h"

enum { CALLS_MIN = 20 };

static enum shape shape_of(const char *word)
{
    static const char *const words[] = {
#define SHAPE(name) #name,
        SHAPES(SHAPE)
#undef SHAPE
    };

    for (int idx = 0; idx < SHAPE_COUNT; idx++)
        if (strcmp(word, words[idx]) == 0)
            return (enum shape)idx;
    fprintf(stderr, "generate: no shape is called %s\n", word);
    exit(2);
}

static void write_truths(FILE *out, const struct scenario *scenario, const struct truth *truths)
{
    for (int idx = 0; idx <= scenario->function_count; idx++) {
        const struct truth *truth = &truths[idx];
        char name[32];
        if (!truth->calls)
            continue;
        snprintf(name, sizeof name, "s%d_f%d", scenario->number, idx);
        fprintf(out, "%d %s %lu %lu %lu\n", scenario->number,
                idx == scenario->function_count ? "main" : name, (unsigned long)truth->calls,
                (unsigned long)truth->total, (unsigned long)truth->self);
    }
}

static FILE *open_or_exit(const char *path)
{
    FILE *file = fopen(path, "w");

    if (file)
        return file;
    perror(path);
    exit(2);
}

/* The first attempt that makes a walk worth looking at: some end at once. */
static struct scenario *scenario_of(enum shape shape, int number, bool tail_calls,
                                    struct truth **truths, uint64_t *result)
{
    for (int attempt = 0;; attempt++) {
        struct scenario *scenario = scenario_invent(shape, number, attempt);
        uint64_t calls = 0;
        *truths = calloc((size_t)scenario->function_count + 1, sizeof **truths);
        if (!*truths)
            abort();
        *result = scenario_predict(scenario, tail_calls, *truths);
        for (int idx = 0; idx < scenario->function_count; idx++)
            calls += (*truths)[idx].calls;
        if (calls >= CALLS_MIN)
            return scenario;
        free(*truths);
    }
}

int main(int word_count, char **words)
{
    if (word_count != 6) {
        fprintf(stderr, "usage: generate SHAPE COUNT jumps|calls SOURCE EXPECTED\n");
        return 2;
    }
    enum shape shape = shape_of(words[1]);
    int count = atoi(words[2]);
    bool tail_calls = strcmp(words[3], "jumps") == 0, is_cxx = shape == SHAPE_throw;
    FILE *source = open_or_exit(words[4]), *expected = open_or_exit(words[5]);
    struct scenario **scenarios = calloc((size_t)count, sizeof *scenarios);
    uint64_t *results = calloc((size_t)count, sizeof *results);

    if (!scenarios || !results)
        return 2;
    emit_start(source, is_cxx);
    for (int idx = 0; idx < count; idx++) {
        struct truth *truths = NULL;
        scenarios[idx] = scenario_of(shape, idx, tail_calls, &truths, &results[idx]);
        write_truths(expected, scenarios[idx], truths);
        free(truths);
        emit_scenario(source, scenarios[idx]);
    }
    emit_main(source, is_cxx, scenarios, results, count);
    return fclose(source) || fclose(expected) ? 2 : 0;
}
