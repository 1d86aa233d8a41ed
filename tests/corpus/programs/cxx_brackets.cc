/* options: -fplugin-arg-cprof-only=attribute */
#include "corpus.h"

[[gnu::profile]] int in_attribute_profile_gnu(int n)
{
    return n;
}

[[cprof::profile]] int in_attribute_profile_cprof(int n)
{
    return n;
}

[[gnu::__profile__]] int in_attribute_profile_underscores(int n)
{
    return n;
}

[[using gnu: noinline, profile]] int in_attribute_profile_using(int n)
{
    return n;
}

[[gnu::no_profile]] KEEP int out_attribute_no_profile_gnu(int n)
{
    return n;
}

[[cprof::no_profile]] KEEP int out_attribute_no_profile_cprof(int n)
{
    return n;
}

[[gnu::no_instrument_function]] KEEP int out_attribute_no_instrument_gnu(int n)
{
    return n;
}

struct in_attribute_profile_members {
    [[gnu::profile]] in_attribute_profile_members() { sink++; }
    [[cprof::profile]] ~in_attribute_profile_members() { sink++; }
    [[gnu::profile]] int operator+(int n) { return n; }
    int in_attribute_profile_behind [[gnu::profile]] (int n) { return n; }
};

int main()
{
    in_attribute_profile_members object;

    return in_attribute_profile_gnu(1) + in_attribute_profile_cprof(1) + in_attribute_profile_underscores(1) +
               in_attribute_profile_using(1) + out_attribute_no_profile_gnu(1) + out_attribute_no_profile_cprof(1) +
               out_attribute_no_instrument_gnu(1) + (object + 1) + object.in_attribute_profile_behind(1) !=
           9;
}
