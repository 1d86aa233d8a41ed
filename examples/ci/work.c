/* What the example's gate looks at: a program that parses and sums numbers.
 * -DSLOWER makes `parse` take longer, -DMORE calls `grow` once more. */
#include <stdio.h>

#define ROUNDS 300
#define NUMBERS 2000

__attribute__((noinline)) static unsigned parse(const char *text)
{
    unsigned value = 0;
#ifdef SLOWER
    for (volatile int idx = 0; idx < 60; idx++)
        ;
#endif
    for (; *text; text++)
        value = 10 * value + (unsigned)(*text - '0');
    return value;
}

__attribute__((noinline)) static unsigned grow(unsigned sum, unsigned by)
{
    return sum * 31 + by;
}

int main(void)
{
    unsigned sum = 0;
    for (int round = 0; round < ROUNDS; round++)
        for (unsigned number = 0; number < NUMBERS; number++) {
            char text[16];
            snprintf(text, sizeof text, "%u", number);
            sum = grow(sum, parse(text));
        }
#ifdef MORE
    sum = grow(sum, 1);
#endif
    printf("%u\n", sum);
    return 0;
}
