/* options: -fplugin-arg-cprof-only=attribute */
#include "corpus.h"

struct box {
    __attribute__((profile)) int in_attribute_profile_inside(int n)
    {
        return n;
    }
    __attribute__((profile)) int in_attribute_profile_on_declaration(int n);
    int in_attribute_profile_on_definition(int n);
    __attribute__((profile)) static int in_attribute_profile_static(int n) { return n; }
    __attribute__((profile)) virtual int in_attribute_profile_virtual(int n) { return n; }
    KEEP __attribute__((no_profile)) int out_attribute_no_profile_inside(int n) { return n; }
    KEEP int out_only_attribute_inside(int n) { return n; }
    int in_attribute_profile_trailing(int n) __attribute__((profile));
};

int box::in_attribute_profile_on_declaration(int n)
{
    return n;
}

__attribute__((profile)) int box::in_attribute_profile_on_definition(int n)
{
    return n;
}

int box::in_attribute_profile_trailing(int n)
{
    return n;
}

/* An override has only its own attributes. */
struct derived : box {
    KEEP int in_attribute_profile_virtual(int n) override;
    __attribute__((profile)) int operator()(int n) { return n; }
};

struct in_attribute_profile_life {
    __attribute__((profile)) in_attribute_profile_life() { sink++; }
    __attribute__((profile)) explicit in_attribute_profile_life(int n);
    __attribute__((profile)) virtual ~in_attribute_profile_life()
    {
        sink++;
    }
};

in_attribute_profile_life::in_attribute_profile_life(int n)
{
    sink += n;
}

struct overrides : box {
    KEEP int out_only_attribute_override(int n) { return in_attribute_profile_virtual(n); }
};

KEEP __attribute__((profile)) int derived::in_attribute_profile_virtual(int n)
{
    return n;
}

int main()
{
    box object;
    derived other;
    overrides third;
    in_attribute_profile_life one;
    in_attribute_profile_life *two = new in_attribute_profile_life(1);
    int sum = object.in_attribute_profile_inside(1) + object.in_attribute_profile_on_declaration(1) +
              object.in_attribute_profile_on_definition(1) + box::in_attribute_profile_static(1) +
              other.in_attribute_profile_virtual(1) + object.out_attribute_no_profile_inside(1) +
              object.out_only_attribute_inside(1) + object.in_attribute_profile_trailing(1) + other(1) +
              third.out_only_attribute_override(1);

    delete two;
    return sum != 10;
}
