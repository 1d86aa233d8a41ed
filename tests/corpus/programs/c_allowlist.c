/* options: -fplugin-arg-cprof-allowlist=allow.list */
#include "corpus.h"

KEEP int in_allowlist_named(int n)
{
    return n;
}

KEEP static int in_allowlist_glob(int n)
{
    return n;
}

KEEP int out_not_on_allowlist_plain(int n)
{
    return n;
}

__attribute__((profile)) int in_attribute_profile_not_listed(int n)
{
    return n;
}

KEEP __attribute__((no_profile)) int out_attribute_no_profile_listed(int n)
{
    return n;
}

KEEP __attribute__((no_instrument_function)) int out_attribute_no_instrument_listed(int n)
{
    return n;
}

__attribute__((naked, used)) void out_naked_listed(void)
{
    __asm__("ret");
}

int main(void)
{
    out_naked_listed();
    return in_allowlist_named(1) + in_allowlist_glob(1) + out_not_on_allowlist_plain(1) +
               in_attribute_profile_not_listed(1) + out_attribute_no_profile_listed(1) +
               out_attribute_no_instrument_listed(1) !=
           6;
}
