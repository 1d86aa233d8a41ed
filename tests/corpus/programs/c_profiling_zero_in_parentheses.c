/* options: -UPROFILING */
#define PROFILING (0)
#include "corpus.h"

KEEP int gone_profiling_zero_in_parentheses(int n)
{
    return n;
}

int main(void)
{
    return gone_profiling_zero_in_parentheses(1) != 1;
}
