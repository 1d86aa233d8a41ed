/* options: -UPROFILING -DPROFILING */
/* by the command line */
#include "corpus.h"

KEEP int in_default_profiling_empty(int n)
{
    return n;
}

int main(void)
{
    return in_default_profiling_empty(1) != 1;
}
