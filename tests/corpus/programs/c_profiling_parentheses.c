/* options: -UPROFILING -DPROFILING=(1) */
/* by the command line */
#include "corpus.h"

KEEP int in_default_profiling_parentheses(int n)
{
    return n;
}

int main(void)
{
    return in_default_profiling_parentheses(1) != 1;
}
