/* Prints the longest chain below a limit. */
#include <stdio.h>

#include "chain.h"

int main(void)
{
    unsigned long best = 1;
    for (unsigned long number = 1; number < 30000; number++)
        if (chain_length(number) > chain_length(best))
            best = number;
    printf("%lu takes %u steps\n", best, chain_length(best));
    return 0;
}
