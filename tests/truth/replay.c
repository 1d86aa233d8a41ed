/* Plays a record of record.c on a clock that only it advances: function number N of
 * the record is function fN here, with the real hooks in it.  What the runtime sees
 * is the run that was recorded, call by call and nanosecond by nanosecond; what
 * happens by chance are its samples.  Built with the hooks and run by replay.sh.
 *
 * usage: replay RECORD ROUNDS            plays it so often
 *        replay RECORD ROUNDS truth      prints NAME CALLS SELF of each function
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define APART __attribute__((noipa, no_instrument_function))
#define END UINT32_MAX
#define FUNCTIONS 1024
#define DEEPEST 4096

volatile unsigned long long cprof_fake_clock;

struct event {
    uint32_t function, nanoseconds;
};

static struct event *events;
static size_t count, at;

static APART void walk(void);

#define ONE(number)                                                                                \
    __attribute__((noipa)) static void f##number(void)                                             \
    {                                                                                              \
        walk();                                                                                    \
        __asm__ volatile("");                                                                      \
    }
#define EACH_4(each, prefix) each(prefix##0) each(prefix##1) each(prefix##2) each(prefix##3)
#define EACH_16(each, prefix)                                                                      \
    EACH_4(each, prefix##0)                                                                        \
    EACH_4(each, prefix##1) EACH_4(each, prefix##2) EACH_4(each, prefix##3)
#define EACH_64(each, prefix)                                                                      \
    EACH_16(each, prefix##0)                                                                       \
    EACH_16(each, prefix##1) EACH_16(each, prefix##2) EACH_16(each, prefix##3)
#define EACH_256(each, prefix)                                                                     \
    EACH_64(each, prefix##0)                                                                       \
    EACH_64(each, prefix##1) EACH_64(each, prefix##2) EACH_64(each, prefix##3)
#define EACH(each) EACH_256(each, 0) EACH_256(each, 1) EACH_256(each, 2) EACH_256(each, 3)

/* Their names are their numbers to the base of four, with five digits. */
EACH(ONE)
#define NAME(number) f##number,
static void (*const table[FUNCTIONS])(void) = {EACH(NAME)};

/* Until the function ends, or the record does. */
static APART void walk(void)
{
    while (at < count) {
        const struct event *event = &events[at++];
        cprof_fake_clock += event->nanoseconds;
        if (event->function == END)
            return;
        table[event->function]();
    }
}

static APART void print_truth(unsigned long rounds)
{
    static unsigned long long calls[FUNCTIONS], self[FUNCTIONS];
    static uint32_t open[DEEPEST];
    size_t depth = 0;
    for (size_t idx = 0; idx < count; idx++) {
        if (depth)
            self[open[depth - 1]] += events[idx].nanoseconds;
        if (events[idx].function == END) {
            depth -= depth > 0;
            continue;
        }
        if (depth == DEEPEST)
            exit(3);
        open[depth++] = events[idx].function;
        calls[events[idx].function]++;
    }
    for (unsigned idx = 0; idx < FUNCTIONS; idx++)
        if (calls[idx])
            printf("f%u%u%u%u%u %llu %llu\n", idx >> 8, idx >> 6 & 3, idx >> 4 & 3, idx >> 2 & 3,
                   idx & 3, calls[idx] * rounds, self[idx] * rounds);
}

static APART bool load(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0)
        return false;
    count = (size_t)ftell(file) / sizeof *events;
    events = malloc(count * sizeof *events);
    rewind(file);
    if (!events || fread(events, sizeof *events, count, file) != count)
        return false;
    fclose(file);
    for (size_t idx = 0; idx < count; idx++)
        if (events[idx].function != END && events[idx].function >= FUNCTIONS)
            return false;
    return true;
}

int main(int argument_count, char **arguments)
{
    if (argument_count < 3 || !load(arguments[1]))
        return 2;
    unsigned long rounds = strtoul(arguments[2], NULL, 10);
    if (argument_count > 3) {
        print_truth(rounds);
        return 0;
    }
    for (unsigned long round = 0; round < rounds; round++) {
        at = 0;
        while (at < count) /* the record may begin inside of calls */
            walk();
    }
    return 0;
}
