/* options: -fplugin-arg-cprof-denylist=source.list */
#include "corpus.h"

#define FROM_HEADER out_denylist_from_header
#include "header.h"

KEEP int in_default_not_in_the_header(int n)
{
    return n;
}

#line 1 "third_party/part.c"
KEEP int out_denylist_third_party(int n)
{
    return n;
}
#line 1 "/build/third_party/deep/part.c"
KEEP int out_denylist_third_party_absolute(int n)
{
    return n;
}
#line 1 "not_third_party/part.c"
KEEP int in_default_other_folder(int n)
{
    return n;
}

__attribute__((profile)) int in_attribute_profile_in_third_party(int n)
{
    return n;
}

#line 37 "c_denylist_source.c"
int main(void)
{
    return out_denylist_from_header(1) + in_default_not_in_the_header(1) + out_denylist_third_party(1) +
               out_denylist_third_party_absolute(1) + in_default_other_folder(1) +
               in_attribute_profile_in_third_party(1) !=
           6;
}
