/* options: */
#include "corpus.h"

KEEP int in_default_with$dollar(int n)
{
    return n;
}

KEEP int in_default_größe(int n)
{
    return n;
}

KEEP int in_default_universal_\u00e9(int n)
{
    return n;
}

KEEP int _in_default_underscore(int n)
{
    return n;
}

KEEP int _Zin_default_looks_mangled(int n)
{
    return n;
}

KEEP int in_default_a_name_that_is_long_a_name_that_is_long_a_name_that_is_long_a_name_that_is_long_a_name_that_is_long_a_name_that_is_long_a_name_that_is_long_a_name_that_is_long_a_name_that_is_long_a_name_that_is_long_a_name_that_is_long(int n)
{
    return n;
}

int main(void)
{
    return in_default_with$dollar(1) + in_default_größe(1) + in_default_universal_é(1) + _in_default_underscore(1) +
               _Zin_default_looks_mangled(1) !=
           5;
}
