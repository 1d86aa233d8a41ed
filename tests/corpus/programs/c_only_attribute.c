/* options: -fplugin-arg-cprof-only=attribute */
#include "corpus.h"

KEEP int out_only_attribute_plain(int n)
{
    return n;
}

KEEP __attribute__((no_profile)) int out_attribute_no_profile_plain(int n)
{
    return n;
}

KEEP __attribute__((hot)) static int out_only_attribute_static(int n)
{
    return n;
}

__attribute__((profile)) int in_attribute_profile_plain(int n)
{
    return n;
}

__attribute__((naked, used)) void out_naked_plain(void)
{
    __asm__("ret");
}

int main(void)
{
    out_naked_plain();
    return out_only_attribute_plain(1) + out_attribute_no_profile_plain(1) + out_only_attribute_static(1) +
               in_attribute_profile_plain(1) !=
           4;
}
