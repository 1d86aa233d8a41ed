/* options: -UPROFILING */
#define PROFILING -1
#include "corpus.h"

KEEP int in_default_profiling_negative(int n)
{
    return n;
}

int main(void)
{
    return in_default_profiling_negative(1) != 1;
}
