/* options: */
#undef PROFILING
#include "corpus.h"

KEEP int gone_profiling_undefined_in_file(int n)
{
    return n;
}

int main(void)
{
    return gone_profiling_undefined_in_file(1) != 1;
}
