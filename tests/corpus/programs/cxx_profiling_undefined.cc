/* options: -UPROFILING */
#include "corpus.h"

struct gone_without_profiling {
    KEEP gone_without_profiling() { sink++; }
    KEEP int gone_method() { return 1; }
};

int main()
{
    gone_without_profiling object;

    return object.gone_method() != 1;
}
