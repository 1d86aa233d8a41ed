/* options: -fplugin-arg-cprof-allowlist=empty.list */
#include "corpus.h"

KEEP int out_not_on_allowlist_plain(int n)
{
    return n;
}

__attribute__((profile)) int in_attribute_profile_plain(int n)
{
    return n;
}

int main(void)
{
    return out_not_on_allowlist_plain(1) + in_attribute_profile_plain(1) != 2;
}
