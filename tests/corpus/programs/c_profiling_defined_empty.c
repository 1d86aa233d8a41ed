/* options: -UPROFILING */
#define PROFILING
#include "corpus.h"

KEEP int in_default_profiling_defined_empty(int n)
{
    return n;
}

int main(void)
{
    return in_default_profiling_defined_empty(1) != 1;
}
