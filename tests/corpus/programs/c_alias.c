/* options: */
#include "corpus.h"

KEEP int in_default_aliased(int n)
{
    return n;
}
int gone_alias(int n) __attribute__((alias("in_default_aliased")));
int gone_weak_alias(int n) __attribute__((weak, alias("in_default_aliased")));

__attribute__((weak, noinline)) int in_default_weak(int n)
{
    return n;
}

extern int gone_not_there(int n) __attribute__((weak));

__attribute__((weak, profile)) int in_attribute_profile_weak(int n)
{
    return n;
}

int main(void)
{
    return gone_alias(1) + gone_weak_alias(1) + in_default_weak(1) + in_attribute_profile_weak(1) +
               (gone_not_there ? gone_not_there(1) : 1) !=
           5;
}
