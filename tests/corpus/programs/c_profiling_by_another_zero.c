/* options: -UPROFILING */
#define ON (0)
#define PROFILING (ON)
#include "corpus.h"

KEEP int gone_profiling_by_another_zero(int n)
{
    return n;
}

int main(void)
{
    return gone_profiling_by_another_zero(1) != 1;
}
