/* options: */
#include "corpus.h"

struct in_default_base {
    KEEP virtual ~in_default_base()
    {
        sink++;
    }
};

struct in_default_derived : in_default_base {
    KEEP ~in_default_derived() override
    {
        sink++;
    }
};

struct in_default_outside {
    virtual ~in_default_outside();
};

KEEP in_default_outside::~in_default_outside()
{
    sink++;
}

struct in_default_pure {
    virtual ~in_default_pure() = 0;
};

KEEP in_default_pure::~in_default_pure() {}

struct in_default_not_so_pure : in_default_pure {
    KEEP ~in_default_not_so_pure() {}
};

int main()
{
    in_default_base *one = new in_default_derived;
    in_default_outside *two = new in_default_outside;
    in_default_pure *three = new in_default_not_so_pure;

    delete one;
    delete two;
    delete three;
    return sink != 3;
}
