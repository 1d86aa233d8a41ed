/* options: */
#include "corpus.h"

struct in_default_constructor {
    int value;

    KEEP in_default_constructor() : value(1)
    {
        sink++;
    }
    KEEP explicit in_default_constructor(int n) : value(n) {}
    KEEP in_default_constructor(int a, int b) : in_default_constructor(a + b)
    {
        sink++;
    }
    KEEP in_default_constructor(const in_default_constructor &other) : value(other.value + 1)
    {
    }
    KEEP ~in_default_constructor()
    {
        sink++;
    }
};

struct in_default_outside {
    int value;
    in_default_outside(int n);
    ~in_default_outside();
};

KEEP in_default_outside::in_default_outside(int n)
    : value(n)
{
    sink++;
}

KEEP in_default_outside::~in_default_outside()
{
    sink++;
}

struct in_default_derived : in_default_outside {
    KEEP in_default_derived() : in_default_outside(3) {}
};

int main()
{
    in_default_constructor one, two(2), three(1, 2), copy(two);
    in_default_outside outside(4);
    in_default_derived derived;

    return one.value + two.value + three.value + copy.value + outside.value + derived.value != 1 + 2 + 3 + 3 + 4 + 3;
}
