/* options: */
/* An override does not inherit the attributes of what it overrides. */
#include "corpus.h"

struct out_attribute_no_profile_base {
    KEEP __attribute__((no_profile)) out_attribute_no_profile_base() {}
    KEEP __attribute__((no_profile)) virtual int answer(int n)
    {
        return n;
    }
};

struct in_default_derived : out_attribute_no_profile_base {
    KEEP in_default_derived() {}
    KEEP int answer(int n) override
    {
        return n + 1;
    }
};

int main()
{
    in_default_derived object;
    out_attribute_no_profile_base *pointer = &object;

    return pointer->answer(1) != 2;
}
