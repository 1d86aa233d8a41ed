/* options: */
/* compilers: gcc  (the attribute is GCC's own) */
#include "corpus.h"

KEEP __attribute__((optimize("O0"))) int in_default_optimised_apart(int n)
{
    return n;
}

#pragma GCC push_options
#pragma GCC optimize("O3")
KEEP int in_default_under_a_pragma(int n)
{
    return n;
}
#pragma GCC pop_options

int main(void)
{
    return in_default_optimised_apart(1) + in_default_under_a_pragma(1) != 2;
}
