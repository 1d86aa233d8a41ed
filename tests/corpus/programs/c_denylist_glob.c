/* options: -fplugin-arg-cprof-denylist=glob.list */
#include "corpus.h"

KEEP int out_denylist_glob(int n)
{
    return n;
}

KEEP static int out_denylist_glob_static(int n)
{
    return n;
}

KEEP int out_denylist_question_1(int n)
{
    return n;
}

KEEP int in_default_question_12(int n)
{
    return n;
}

KEEP int out_denylist_plain_name(int n)
{
    return n;
}

KEEP int in_default_out_denylist_plain_name_with_more(int n)
{
    return n;
}

__attribute__((profile)) int in_attribute_profile_denied(int n)
{
    return n;
}

KEEP __attribute__((no_profile)) int out_attribute_no_profile_denied(int n)
{
    return n;
}

int main(void)
{
    return out_denylist_glob(1) + out_denylist_glob_static(1) + out_denylist_question_1(1) +
               in_default_question_12(1) + out_denylist_plain_name(1) +
               in_default_out_denylist_plain_name_with_more(1) + in_attribute_profile_denied(1) +
               out_attribute_no_profile_denied(1) !=
           8;
}
