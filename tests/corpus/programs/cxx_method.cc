/* options: */
#include "corpus.h"

struct box {
    int value;

    KEEP int in_default_method(int n)
    {
        return value + n;
    }
    KEEP int in_default_const() const { return value; }
    KEEP int in_default_volatile() volatile { return value; }
    KEEP static int in_default_static(int n)
    {
        return n;
    }
    KEEP int in_default_left() & { return 1; }
    KEEP int in_default_right() && { return 2; }
    KEEP int in_default_noexcept() noexcept { return 3; }
    int in_default_outside(int n);
    static int in_default_static_outside(int n);
    KEEP virtual int in_default_virtual(int n)
    {
        return n;
    }
    KEEP int in_default_overloaded(int n) { return n; }
    KEEP int in_default_overloaded(double n) { return (int)n; }
    KEEP int in_default_default_argument(int n = 4) { return n; }
};

struct derived : box {
    KEEP int in_default_virtual(int n) override
    {
        return n + 1;
    }
};

KEEP int box::in_default_outside(int n)
{
    return n;
}

KEEP int
box::in_default_static_outside(int n)
{
    return n;
}

int main()
{
    derived object;
    box *base = &object;

    object.value = 1;
    return base->in_default_method(1) + base->in_default_const() + base->in_default_volatile() +
               box::in_default_static(1) + base->in_default_left() + static_cast<box &&>(*base).in_default_right() +
               base->in_default_noexcept() + base->in_default_outside(1) + box::in_default_static_outside(1) +
               base->in_default_virtual(1) + base->box::in_default_virtual(1) + base->in_default_overloaded(1) +
               base->in_default_overloaded(1.5) + base->in_default_default_argument() !=
           2 + 1 + 1 + 1 + 1 + 2 + 3 + 1 + 1 + 2 + 1 + 1 + 1 + 4;
}
