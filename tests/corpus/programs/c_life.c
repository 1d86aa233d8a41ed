/* options: */
#include <stdlib.h>

#include "corpus.h"

__attribute__((constructor)) static void in_default_constructor(void)
{
    sink = 1;
}

__attribute__((constructor(200))) void in_default_constructor_with_priority(void)
{
    sink = 2;
}

__attribute__((destructor)) static void in_default_destructor(void)
{
    sink = 3;
}

static void in_default_at_exit(void)
{
    sink = 4;
}

__attribute__((constructor, no_profile)) static void out_attribute_no_profile_constructor(void)
{
    sink++;
}

int main(void)
{
    atexit(in_default_at_exit);
    return sink < 1;
}
