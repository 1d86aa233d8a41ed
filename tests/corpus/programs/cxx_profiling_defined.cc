/* options: -UPROFILING */
#define PROFILING 1
#include "corpus.h"

struct in_default_with_profiling {
    KEEP in_default_with_profiling() { sink++; }
    KEEP int in_default_method() { return 1; }
};

int main()
{
    in_default_with_profiling object;

    return object.in_default_method() != 1;
}
