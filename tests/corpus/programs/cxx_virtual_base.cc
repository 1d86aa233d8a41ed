/* options: */
/* Constructors and destructors of classes with virtual bases have two bodies each. */
#include "corpus.h"

/* KEEP's noclone would make GCC write out what it makes the two bodies from. */
#define NOINLINE __attribute__((noinline))

struct in_default_base {
    int value;
    NOINLINE in_default_base(int n) : value(n) {}
    NOINLINE virtual ~in_default_base()
    {
        sink++;
    }
};

struct in_default_left : virtual in_default_base {
    NOINLINE in_default_left() : in_default_base(1) {}
};

struct in_default_right : virtual in_default_base {
    NOINLINE in_default_right() : in_default_base(2) {}
    NOINLINE ~in_default_right()
    {
        sink++;
    }
};

struct in_default_both : in_default_left, in_default_right {
    NOINLINE in_default_both() : in_default_base(3) {}
    NOINLINE ~in_default_both()
    {
        sink++;
    }
};

int main()
{
    in_default_base *pointer = new in_default_both;
    in_default_left left;
    in_default_right right;
    int sum = pointer->value + left.value + right.value;

    delete pointer;
    return sum != 6;
}
