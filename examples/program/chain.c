/* Each step is a function of its own, so that there is something to count. */
#include "chain.h"

__attribute__((noinline)) static unsigned long chain_step(unsigned long number)
{
    return number % 2 ? 3 * number + 1 : number / 2;
}

unsigned chain_length(unsigned long number)
{
    unsigned length = 0;
    for (; number > 1; number = chain_step(number))
        length++;
    return length;
}
