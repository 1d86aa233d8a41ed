/* options: */
#include "corpus.h"

KEEP int in_default_plain(int n)
{
    return n + 1;
}

KEEP static int in_default_static(int n)
{
    return n + 2;
}

KEEP void in_default_empty(void) {}

KEEP int in_default_recursive(int n)
{
    return n < 2 ? n : in_default_recursive(n - 1) + in_default_recursive(n - 2);
}

KEEP static void in_default_never_called(void)
{
    sink++;
}

int main(void)
{
    in_default_empty();
    return in_default_plain(1) + in_default_static(2) + in_default_recursive(5) != 2 + 4 + 5;
}
