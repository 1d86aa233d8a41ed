/* Calls at all depths: sixty functions below each other, the innermost of some
 * hundred nanoseconds, so that each of the sixty is long enough to be timed; and a
 * function of three hundred callees, each call of which is dear to sample.
 *
 * usage: depth               runs them; built with the hooks
 *        depth PROFILE       prints what part of the run events took, in percent
 */
#include <stdio.h>
#include <string.h>

#include <cprof/format.h>

#define NOIPA __attribute__((noipa))
#define APART __attribute__((noipa, no_instrument_function))

static volatile unsigned sink;

NOIPA static void tiny(void)
{
    sink++;
}

NOIPA static void many(void)
{
    for (int idx = 0; idx < 300; idx++)
        tiny();
}

NOIPA static void innermost(void)
{
    for (int idx = 0; idx < 600; idx++)
        sink++;
}

#define LEVEL(name, below)                                                                         \
    NOIPA static void name(void)                                                                   \
    {                                                                                              \
        sink++;                                                                                    \
        below();                                                                                   \
        sink++;                                                                                    \
    }
#define FOUR(name, below)                                                                          \
    LEVEL(name##1, below) LEVEL(name##2, name##1) LEVEL(name##3, name##2) LEVEL(name##4, name##3)
#define TWENTY(name, below)                                                                        \
    FOUR(name##a, below)                                                                           \
    FOUR(name##b, name##a4) FOUR(name##c, name##b4) FOUR(name##d, name##c4) FOUR(name##e, name##d4)
TWENTY(x, innermost)
TWENTY(y, xe4)
TWENTY(z, ye4)

static APART int print_share(const char *path)
{
    static unsigned char page[CPROF_DATA_OFFSET];
    struct cprof_header header;
    double spent = 0;
    FILE *file = fopen(path, "rb");
    if (!file || fread(page, 1, sizeof page, file) != sizeof page)
        return 2;
    memcpy(&header, page, sizeof header);
    for (size_t idx = 0; idx < CPROF_EXTENT_MAX; idx++) {
        struct cprof_extent extent;
        struct cprof_thread thread;
        memcpy(&extent, page + CPROF_TOC_OFFSET + idx * sizeof extent, sizeof extent);
        if (extent.type != CPROF_EXTENT_THREADS || fseek(file, (long)extent.offset, SEEK_SET) != 0)
            continue;
        for (uint64_t at = 0; at < extent.length / sizeof thread; at++)
            if (fread(&thread, sizeof thread, 1, file) == 1)
                spent += (double)thread.overhead_x16 / 16;
    }
    fclose(file);
    printf("%.3f\n", 100 * spent / (double)(header.last.ticks - header.first.ticks));
    return 0;
}

int main(int argument_count, char **arguments)
{
    if (argument_count > 1)
        return print_share(arguments[1]);
    for (int round = 0; round < 100000; round++) {
        ze4();
        many();
    }
    return 0;
}
