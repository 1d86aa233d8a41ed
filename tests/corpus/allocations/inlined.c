/* options: */
/* Where a call comes from: its function, what was inlined into that, its loops. */
#include <stdlib.h>

#define INLINE static inline __attribute__((always_inline))

static void *volatile sink;
static volatile int count = 2;

INLINE void *innermost(void)
{
    return malloc(16);
}

INLINE void *middle(int twice)
{
    void *block = innermost();
    if (twice)
        free(block);
    return twice ? innermost() : block;
}

__attribute__((noipa)) void chain(void)
{
    sink = middle(count > 5);
    free(sink);
}

__attribute__((noipa)) void loops(void)
{
    sink = malloc(1);
    free(sink);
    for (int outer = 0; outer < count; outer++) {
        sink = malloc(2);
        free(sink);
        for (int inner = 0; inner < count; inner++) {
            sink = malloc(3);
            free(sink);
        }
    }
}

/* Types by what the block is converted to, without keyword and qualifiers. */
struct point {
    int x, y;
};
typedef struct {
    long sum;
} total;
union both {
    int number;
    char bytes[4];
};

__attribute__((noipa)) struct point *types(void)
{
    const struct point *point = malloc(sizeof *point);
    sink = (void *)point;
    total *totals = malloc(2 * sizeof *totals);
    sink = totals;
    union both **pointers = calloc(4, sizeof *pointers);
    sink = pointers;
    unsigned long *numbers = (unsigned long *)malloc(8);
    sink = numbers;
    char *text = realloc(sink, 3);
    sink = text;
    free(text);
    return malloc(sizeof *point);
}

int main(void)
{
    sink = types();
    chain();
    loops();
    return 0;
}
