/* Functions of some nanoseconds whose shares of the time are known: run with "alone" it
 * prints how long a loop of each takes, run without all are mixed.  The work is chains of
 * multiplications, each waiting for the one before, so that a call takes as long in a
 * mixture as alone; one of them is libc's.  Work that overlaps would not do: a memset was
 * 15 % alone and 13 to 14 in the mixture, by perf.  Used by kernel_samples.sh.
 */
#include "alone.h"

#include <stdlib.h>
#include <string.h>

#define ROUNDS 24000000u /* some 3,000 samples: a share of 13 % is right to 0.7 points */
#define DRAW_EVERY 2

#define CHAIN(name, length)                                                                        \
    static OWN uint64_t name(uint64_t value)                                                       \
    {                                                                                              \
        for (int step = 0; step < (length); step++)                                                \
            value = (value ^ value >> 7) * 0x9e3779b97f4a7c15u;                                    \
        return value;                                                                              \
    }
CHAIN(chain_short, 10)
CHAIN(chain_long, 60)

static OWN uint64_t draw(uint64_t value)
{
    unsigned seed = (unsigned)value;
    for (int step = 0; step < 8; step++)
        value += (uint64_t)rand_r(&seed);
    return value;
}

static OWN uint64_t mixed(uint64_t value)
{
    for (unsigned round = 0; round < ROUNDS; round++) {
        value = chain_long(chain_short(value));
        if (round % DRAW_EVERY == 0)
            value = draw(value);
    }
    return value;
}

int main(int count, char **words)
{
    struct loop loops[] = {
        {"chain_short", chain_short, ROUNDS, 0},
        {"chain_long", chain_long, ROUNDS, 0},
        {"draw", draw, ROUNDS / DRAW_EVERY, 0},
    };
    uint64_t value = (uint64_t)count;

    if (count > 1 && strcmp(words[1], "alone") == 0) {
        value = alone(loops, sizeof loops / sizeof *loops, value);
    } else {
        value = mixed(value);
    }
    return value == 1;
}
