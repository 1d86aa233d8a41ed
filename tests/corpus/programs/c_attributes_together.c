/* options: */
#include "corpus.h"

__attribute__((profile, no_profile)) int in_attribute_profile_over_no_profile(int n)
{
    return n;
}

__attribute__((no_instrument_function, profile)) int in_attribute_profile_over_no_instrument(int n)
{
    return n;
}

KEEP __attribute__((no_instrument_function, no_profile)) int out_attribute_no_profile_over_no_instrument(int n)
{
    return n;
}

int in_attribute_profile_from_prototype(int n) __attribute__((profile));
__attribute__((no_profile)) int in_attribute_profile_from_prototype(int n)
{
    return n;
}

__attribute__((naked, profile, used)) void out_naked_though_marked(void)
{
    __asm__("ret");
}

__attribute__((returns_twice, profile, used)) int out_returns_twice_body_though_marked(int n)
{
    return n;
}

int main(void)
{
    out_naked_though_marked();
    return in_attribute_profile_over_no_profile(1) + in_attribute_profile_over_no_instrument(1) +
               out_attribute_no_profile_over_no_instrument(1) + in_attribute_profile_from_prototype(1) !=
           4;
}
