/* options: */
#include "corpus.h"

struct in_default_base {
    int value;
    KEEP in_default_base(int n) : value(n) {}
    KEEP in_default_base(int a, long b) : value(a + (int)b)
    {
    }
};

struct part {
    KEEP part() { sink++; }
};

struct in_default_heir : in_default_base {
    part own;
    using in_default_base::in_default_base;
    KEEP int in_default_method() { return value; }
};

int main()
{
    in_default_heir one(1), two(1, 2L);

    return one.in_default_method() + two.in_default_method() != 4;
}
