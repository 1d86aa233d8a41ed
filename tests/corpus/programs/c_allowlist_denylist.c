/* options: -fplugin-arg-cprof-allowlist=allow.list -fplugin-arg-cprof-denylist=deny.list */
#include "corpus.h"

KEEP int in_allowlist_named(int n)
{
    return n;
}

KEEP int out_denylist_on_both(int n)
{
    return n;
}

KEEP int out_not_on_allowlist_plain(int n)
{
    return n;
}

KEEP int out_denylist_only_denied(int n)
{
    return n;
}

int main(void)
{
    return in_allowlist_named(1) + out_denylist_on_both(1) + out_not_on_allowlist_plain(1) +
               out_denylist_only_denied(1) !=
           4;
}
