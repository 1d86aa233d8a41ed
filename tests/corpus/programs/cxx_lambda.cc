/* options: -std=c++17 */
#include "corpus.h"

template <class Function> KEEP int in_default_apply(Function function)
{
    return function(1);
}

inline KEEP int in_default_lambdas(int n)
{
    auto plain = [](int x) KEEP { return x; };
    auto capturing = [n](int x) KEEP
    {
        return x + n;
    };
    auto by_reference = [&](int x) KEEP {
        n += x;
        return n;
    };
    auto changing = [n](int x) mutable {
        n += x;
        return n;
    };
    auto with_type = [=](int x) KEEP -> int {
        return x + n;
    };

    return plain(1) + capturing(1) + by_reference(1) + changing(1) + with_type(1);
}

inline KEEP int in_default_captures_over_lines(int n)
{
    auto far = [n,
                &n2 = n,
                other = n + 1
               ](int x,
                 int y) KEEP
    {
        return n + n2 + other + x + y;
    };

    return far(1, 2);
}

inline KEEP int in_default_generic_lambda(int n)
{
    auto generic = [](auto x) KEEP {
        return (int)x;
    };

    return generic(n) + generic(1.5);
}

inline KEEP int in_default_lambda_in_lambda(int n)
{
    auto outer = [n](int x) KEEP {
        auto inner = [n](int y) KEEP {
            return n + y;
        };
        return inner(x);
    };

    return outer(1);
}

inline KEEP int in_default_lambda_as_argument(int n)
{
    return in_default_apply([n](int x) KEEP { return n + x; }) + in_default_apply([](int x) KEEP { return x; });
}

inline KEEP int in_default_two_in_a_line()
{
    return []() KEEP { return 1; }() + []() KEEP { return 2; }();
}

int main()
{
    return in_default_lambdas(1) + in_default_captures_over_lines(1) + in_default_generic_lambda(2) +
               in_default_lambda_in_lambda(2) + in_default_lambda_as_argument(1) + in_default_two_in_a_line() !=
           1 + 2 + 2 + 2 + 2 + 7 + 3 + 3 + 3 + 3;
}
