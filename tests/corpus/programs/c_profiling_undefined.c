/* options: -UPROFILING */
/* nowhere defined */
#include "corpus.h"

KEEP int gone_profiling_undefined(int n)
{
    return n;
}

int main(void)
{
    return gone_profiling_undefined(1) != 1;
}
