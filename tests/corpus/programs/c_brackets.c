/* options: -std=c2x */
#include "corpus.h"

[[gnu::profile]] int in_attribute_profile_gnu(int n)
{
    return n;
}

[[cprof::profile]] int in_attribute_profile_cprof(int n)
{
    return n;
}

[[gnu::noinline, gnu::profile]] static int in_attribute_profile_among(int n)
{
    return n + sink;
}

[[__gnu__::__profile__]] int in_attribute_profile_underscores(int n)
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

int in_attribute_profile_behind_the_name [[gnu::profile]] (int n)
{
    return n;
}

int main(void)
{
    return in_attribute_profile_gnu(1) + in_attribute_profile_cprof(1) + in_attribute_profile_among(1) +
               in_attribute_profile_underscores(1) + out_attribute_no_profile_gnu(1) +
               out_attribute_no_profile_cprof(1) + out_attribute_no_instrument_gnu(1) +
               in_attribute_profile_behind_the_name(1) !=
           8;
}
