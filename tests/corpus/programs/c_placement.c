/* options: -ffunction-sections -fvisibility=hidden */
#include "corpus.h"

KEEP __attribute__((section(".text.own"))) int in_default_own_section(int n)
{
    return n;
}

KEEP int in_default_hidden_by_option(int n)
{
    return n;
}

KEEP __attribute__((visibility("default"))) int in_default_visible(int n)
{
    return n;
}

KEEP __attribute__((visibility("internal"))) int in_default_internal(int n)
{
    return n;
}

KEEP __attribute__((visibility("protected"))) int in_default_protected(int n)
{
    return n;
}

KEEP __attribute__((cold)) int in_default_cold(int n)
{
    return n;
}

KEEP __attribute__((hot)) int in_default_hot(int n)
{
    return n;
}

KEEP __attribute__((const)) int in_default_const(int n)
{
    return n;
}

KEEP __attribute__((pure)) int in_default_pure(const int *n)
{
    return *n;
}

KEEP __attribute__((deprecated)) int in_default_deprecated(int n)
{
    return n;
}

KEEP __attribute__((unused)) static int in_default_unused(int n)
{
    return n;
}

KEEP __attribute__((warn_unused_result, nothrow, leaf)) int in_default_many_attributes(int n)
{
    return n;
}

int main(void)
{
    int one = 1;

    return in_default_own_section(1) + in_default_hidden_by_option(1) + in_default_visible(1) + in_default_internal(1) +
               in_default_protected(1) + in_default_cold(1) + in_default_hot(1) + in_default_const(1) +
               in_default_pure(&one) + in_default_many_attributes(1) !=
           10;
}
