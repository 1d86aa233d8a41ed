/* options: -UPROFILING */
#define PROFILING 1
#include "corpus.h"

KEEP int in_default_profiling_defined(int n)
{
    return n;
}

int main(void)
{
    return in_default_profiling_defined(1) != 1;
}
