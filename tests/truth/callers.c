/* Two functions that let libc work, and a third whose calls leave their return addresses
 * where libc's frames will lie: what libc does is of the function that called it, whatever
 * else lies on the stack.  Run with "alone" it prints how long a loop of each of the two
 * takes, run without all are mixed.  Used by kernel_samples.sh.
 */
#include "alone.h"

#include <stdlib.h>
#include <string.h>

#define ROUNDS 6000000u

static FILE *nowhere;
static void *volatile blocks[4];

/* Five frames, as deep as the kernel looks (512 bytes).  What is read behind the call keeps
 * the compiler from making a loop of it. */
static OWN uint64_t leave(uint64_t value, unsigned depth)
{
    volatile uint64_t frame[10];
    frame[0] = value;
    if (depth)
        value = leave(value + 1, depth - 1);
    return value + frame[0];
}

static OWN uint64_t put(uint64_t value)
{
    static char text[300];
    text[value % 8] = (char)value;
    return value + fwrite(text, 1, sizeof text, nowhere);
}

static OWN uint64_t take(uint64_t value)
{
    for (unsigned idx = 0; idx < 4; idx++)
        blocks[idx] = malloc(2000 + 300 * idx + value % 64);
    for (unsigned idx = 0; idx < 4; idx++)
        free(blocks[idx]);
    return value;
}

static OWN uint64_t mixed(uint64_t value)
{
    for (unsigned round = 0; round < ROUNDS; round++) {
        value = put(value) + leave(value, 4);
        value = take(value) + leave(value, 4);
    }
    return value;
}

int main(int count, char **words)
{
    struct loop loops[] = {
        {"put", put, ROUNDS, 0},
        {"take", take, ROUNDS, 0},
    };
    uint64_t value = (uint64_t)count;

    nowhere = fopen("/dev/null", "w");
    if (count > 1 && strcmp(words[1], "alone") == 0) {
        value = alone(loops, sizeof loops / sizeof *loops, value);
    } else {
        value = mixed(value);
    }
    return value == 1;
}
