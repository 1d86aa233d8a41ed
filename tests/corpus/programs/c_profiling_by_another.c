/* options: -UPROFILING */
#define ON 1
#define PROFILING ON
#include "corpus.h"

KEEP int in_default_profiling_by_another(int n)
{
    return n;
}

int main(void)
{
    return in_default_profiling_by_another(1) != 1;
}
