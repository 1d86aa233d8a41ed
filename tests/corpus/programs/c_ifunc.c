/* options: */
#include "corpus.h"

KEEP int in_default_chosen(int n)
{
    return n + 1;
}

KEEP static int in_default_other_choice(int n)
{
    return n + 2;
}

/* Called by a resolver, but no resolver itself: its hooks look before they count. */
KEEP static int in_default_helper_of_resolver(void)
{
    return sink == 0;
}

static int (*out_ifunc_resolver_static(void))(int)
{
    return in_default_helper_of_resolver() ? in_default_chosen : in_default_other_choice;
}
int chosen(int n) __attribute__((ifunc("out_ifunc_resolver_static")));

int (*out_ifunc_resolver_global(void))(int)
{
    return in_default_other_choice;
}
int chosen_too(int n) __attribute__((ifunc("out_ifunc_resolver_global")));

__attribute__((profile)) int (*out_ifunc_resolver_though_marked(void))(int)
{
    return in_default_other_choice;
}
int chosen_again(int n) __attribute__((ifunc("out_ifunc_resolver_though_marked")));

int main(void)
{
    return chosen(1) + chosen_too(1) + chosen_again(1) != 2 + 3 + 3;
}
