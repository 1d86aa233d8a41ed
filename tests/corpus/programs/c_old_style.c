/* options: -std=gnu89 -w */
#include "corpus.h"

KEEP int in_default_old_style(a, b)
    int a;
    long b;
{
    return a + b;
}

KEEP in_default_implicit_int(n)
{
    return n;
}

KEEP static
in_default_old_static(pointer)
    char *pointer;
{
    return *pointer;
}

__attribute__((noinline)) int out_attribute_no_profile_old_style() __attribute__((no_profile));
int out_attribute_no_profile_old_style(a)
    short a;
{
    return a;
}

main()
{
    return in_default_old_style(1, 2L) + in_default_implicit_int(3) + in_default_old_static("") +
               out_attribute_no_profile_old_style(1) != 7;
}
