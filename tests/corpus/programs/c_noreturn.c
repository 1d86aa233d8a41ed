/* options: */
#include <stdlib.h>

#include "corpus.h"

KEEP __attribute__((noreturn)) void in_default_leaves(int n)
{
    exit(n);
}

KEEP _Noreturn static void in_default_leaves_too(int n)
{
    in_default_leaves(n);
}

KEEP __attribute__((noreturn)) void in_default_never_ends(void)
{
    for (;;)
        sink++;
}

KEEP int in_default_cannot_be_reached(int n)
{
    sink++;
    if (n)
        return 1;
    __builtin_unreachable();
}

KEEP void in_default_traps(void)
{
    __builtin_trap();
}

KEEP __attribute__((noreturn)) void in_default_aborts(void)
{
    abort();
}

int main(void)
{
    if (in_default_cannot_be_reached(1) == 1)
        in_default_leaves_too(0);
    in_default_never_ends();
}
