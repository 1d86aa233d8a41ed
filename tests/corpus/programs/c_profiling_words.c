/* options: -UPROFILING -DPROFILING=yes */
/* by the command line */
#include "corpus.h"

KEEP int gone_profiling_words(int n)
{
    return n;
}

int main(void)
{
    return gone_profiling_words(1) != 1;
}
