/* options: -UPROFILING */
#define PROFILING 0x0
#include "corpus.h"

KEEP int gone_profiling_hexadecimal(int n)
{
    return n;
}

int main(void)
{
    return gone_profiling_hexadecimal(1) != 1;
}
