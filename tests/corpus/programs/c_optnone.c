/* options: */
/* compilers: clang  (the attributes are Clang's own) */
#include "corpus.h"

__attribute__((optnone, noinline)) int in_default_optnone(int n)
{
    return n;
}

KEEP __attribute__((disable_tail_calls)) int in_default_no_tail_calls(int n)
{
    return in_default_optnone(n);
}

KEEP __attribute__((minsize)) int in_default_minsize(int n)
{
    return n;
}

#pragma clang attribute push(__attribute__((no_instrument_function)), apply_to = function)
KEEP int out_attribute_no_instrument_by_pragma(int n)
{
    return n;
}
#pragma clang attribute pop

KEEP __attribute__((overloadable)) int in_default_overloaded(int n)
{
    return n;
}

KEEP __attribute__((overloadable)) int in_default_overloaded(double n)
{
    return (int)n;
}

KEEP int in_default_must_tail(int n)
{
    __attribute__((musttail)) return in_default_optnone(n);
}

int main(void)
{
    return in_default_no_tail_calls(1) + in_default_minsize(1) + out_attribute_no_instrument_by_pragma(1) +
               in_default_overloaded(1) + in_default_overloaded(1.0) + in_default_must_tail(1) !=
           6;
}
