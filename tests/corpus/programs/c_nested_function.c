/* options: */
/* compilers: gcc  (nested functions are GCC's own) */
#include "corpus.h"

KEEP int in_default_outer(int n)
{
    KEEP int in_default_inner(int m)
    {
        return n + m;
    }
    KEEP __attribute__((no_profile)) int out_attribute_no_profile_inner(int m)
    {
        return n + m;
    }

    return in_default_inner(1) + out_attribute_no_profile_inner(2);
}

int main(void)
{
    return in_default_outer(1) != 5;
}
