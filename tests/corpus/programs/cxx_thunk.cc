/* options: */
/* Compiler-made jumps to the real function: they adjust `this` or the result. */
#include "corpus.h"

struct first {
    int one = 1;
    KEEP virtual int in_default_first() { return one; }
};
struct second {
    int two = 2;
    KEEP virtual int in_default_second() { return two; }
    KEEP virtual second *in_default_covariant() { return this; }
};
struct third {
    int three = 3;
    KEEP virtual int in_default_third() { return three; }
};

struct both : first, second, virtual third {
    KEEP int in_default_second() override
    {
        return 20;
    }
    KEEP both *in_default_covariant() override
    {
        return this;
    }
    KEEP int in_default_third() override
    {
        return 30;
    }
    KEEP virtual int in_default_own()
    {
        return 40;
    }
};

KEEP int in_default_calls_second(second *object)
{
    return object->in_default_second() + object->in_default_covariant()->two;
}

KEEP int in_default_calls_third(third *object)
{
    return object->in_default_third();
}

int main()
{
    both object;
    first *base = &object;

    return in_default_calls_second(&object) + in_default_calls_third(&object) + base->in_default_first() +
               object.in_default_own() !=
           20 + 2 + 30 + 1 + 40;
}
