/* options: -fplugin-arg-cprof-allowlist=allow.list -fplugin-arg-cprof-only=attribute -fplugin-arg-cprof-min-size=50 */
#include "corpus.h"

KEEP int in_allowlist_named(int n) { return n; }

KEEP int out_not_on_allowlist_plain(int n) { return n; }

__attribute__((profile)) int in_attribute_profile_short(int n) { return n; }

int main(void)
{
    return in_allowlist_named(1) + out_not_on_allowlist_plain(1) + in_attribute_profile_short(1) != 3;
}
