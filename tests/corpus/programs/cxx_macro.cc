/* options: */
#include "corpus.h"

#define CLASS(name)                                                                                \
    struct name {                                                                                  \
        int value;                                                                                 \
        KEEP int in_default_method()                                                               \
        {                                                                                          \
            return value;                                                                          \
        }                                                                                          \
    }

CLASS(made_by_macro);

#define METHOD(name) KEEP int name(int n) { return n; }

struct box {
    METHOD(in_default_made)
    METHOD(in_default_made_too)
};

#define LAMBDA [](int n) KEEP { return n; }

#line 50 "grammar.yy"
struct from_grammar {
    KEEP int in_default_in_grammar(int n)
    {
        return n;
    }
};

inline KEEP int in_default_with_lambda(int n)
{
    auto lambda = LAMBDA;

    return lambda(n);
}

int main()
{
    made_by_macro object = {1};
    box other;
    from_grammar third;

    return object.in_default_method() + other.in_default_made(1) + other.in_default_made_too(1) +
               third.in_default_in_grammar(1) +
               in_default_with_lambda(1) !=
           5;
}
