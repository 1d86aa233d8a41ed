/* options: -UPROFILING */
#define PROFILING 0
#include "corpus.h"

KEEP int gone_profiling_defined_zero(int n)
{
    return n;
}

int main(void)
{
    return gone_profiling_defined_zero(1) != 1;
}
