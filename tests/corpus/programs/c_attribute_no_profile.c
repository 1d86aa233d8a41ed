/* options: */
#include "corpus.h"

KEEP __attribute__((no_profile)) int out_attribute_no_profile_definition(int n)
{
    return n;
}

KEEP int out_attribute_no_profile_prototype(int n) __attribute__((no_profile));
int out_attribute_no_profile_prototype(int n)
{
    return n;
}

KEEP __attribute__((__no_profile__)) static int out_attribute_no_profile_static(int n)
{
    return n;
}

KEEP int out_attribute_no_profile_in_a_block(int n);
KEEP int in_default_declares_another(int n)
{
    extern int out_attribute_no_profile_in_a_block(int n) __attribute__((no_profile));

    return out_attribute_no_profile_in_a_block(n);
}
int out_attribute_no_profile_in_a_block(int n)
{
    return n;
}

int main(void)
{
    return out_attribute_no_profile_definition(1) + out_attribute_no_profile_prototype(1) +
               out_attribute_no_profile_static(1) + in_default_declares_another(1) !=
           4;
}
