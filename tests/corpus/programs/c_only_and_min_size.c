/* options: -fplugin-arg-cprof-only=attribute -fplugin-arg-cprof-min-size=3 */
#include "corpus.h"

KEEP int out_only_attribute_short(int n) { return n; }

KEEP int out_only_attribute_long(int n)
{
    sink++;
    return n;
}

__attribute__((profile)) int in_attribute_profile_short(int n) { return n; }

int main(void)
{
    return out_only_attribute_short(1) + out_only_attribute_long(1) + in_attribute_profile_short(1) != 3;
}
