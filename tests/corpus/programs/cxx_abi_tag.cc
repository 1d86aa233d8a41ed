/* options: */
#include "corpus.h"

struct __attribute__((abi_tag("v2"))) tagged {
    int value;
    KEEP int in_default_method() { return value; }
};

KEEP __attribute__((abi_tag("v1"))) int in_default_tagged_function(int n)
{
    return n;
}

KEEP tagged in_default_returns_tagged(int n)
{
    return {n};
}

KEEP int in_default_labelled(int n) __asm__("in_default_asm_label");
int in_default_labelled(int n)
{
    return n;
}

KEEP __attribute__((abi_tag("a", "b"), no_profile)) int out_attribute_no_profile_tagged(int n)
{
    return n;
}

int main()
{
    return in_default_tagged_function(1) + in_default_returns_tagged(1).in_default_method() + in_default_labelled(1) +
               out_attribute_no_profile_tagged(1) !=
           4;
}
