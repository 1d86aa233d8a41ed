/* options: */
#undef PROFILING
#define PROFILING 0
#include "corpus.h"

KEEP int gone_profiling_redefined(int n)
{
    return n;
}

int main(void)
{
    return gone_profiling_redefined(1) != 1;
}
