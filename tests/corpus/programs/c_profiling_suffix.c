/* options: -UPROFILING */
#define PROFILING 1u
#include "corpus.h"

KEEP int in_default_profiling_suffix(int n)
{
    return n;
}

int main(void)
{
    return in_default_profiling_suffix(1) != 1;
}
