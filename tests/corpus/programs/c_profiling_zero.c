/* options: -UPROFILING -DPROFILING=0 */
/* by the command line */
#include "corpus.h"

KEEP int gone_profiling_zero(int n)
{
    return n;
}

int main(void)
{
    return gone_profiling_zero(1) != 1;
}
