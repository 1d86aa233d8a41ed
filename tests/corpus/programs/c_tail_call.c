/* options: */
#include "corpus.h"

KEEP int in_default_callee(int n)
{
    return n + 1;
}

KEEP int in_default_tail_call(int n)
{
    return in_default_callee(n * 2);
}

KEEP void in_default_nothing(void) {}

KEEP void in_default_tail_call_of_nothing(void)
{
    in_default_nothing();
}

KEEP int in_default_odd(int n);
KEEP int in_default_even(int n)
{
    return n == 0 ? 1 : in_default_odd(n - 1);
}
KEEP int in_default_odd(int n)
{
    return n == 0 ? 0 : in_default_even(n - 1);
}

KEEP int in_default_tail_through_pointer(int (*function)(int), int n)
{
    return function(n);
}

int main(void)
{
    in_default_tail_call_of_nothing();
    return in_default_tail_call(2) + in_default_even(1000) + in_default_tail_through_pointer(in_default_callee, 1) !=
           5 + 1 + 2;
}
