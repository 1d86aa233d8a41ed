/* options: -UPROFILING -DPROFILING=2 */
/* by the command line */
#include "corpus.h"

KEEP int in_default_profiling_two(int n)
{
    return n;
}

int main(void)
{
    return in_default_profiling_two(1) != 1;
}
