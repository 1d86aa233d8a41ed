/* options: -std=c++20 */
#include "corpus.h"

template <class T>
concept numeric = requires(T x) { x + x; };

KEEP int in_default_abbreviated(auto x)
{
    return (int)x;
}

template <class T>
    requires numeric<T>
KEEP int in_default_requires_before(T x)
{
    return (int)x;
}

template <class T>
KEEP int in_default_requires_behind(T x)
    requires numeric<T>
{
    return (int)x;
}

template <numeric T> KEEP int in_default_constrained_parameter(T x)
{
    return (int)x;
}

struct box {
    template <class T> KEEP int in_default_constrained_method(T x)
        requires numeric<T>
    {
        return (int)x;
    }
};

struct literal {
    int value;
};
template <literal L> KEEP int in_default_class_value()
{
    return L.value;
}

KEEP auto in_default_deduced(int n)
{
    return n;
}

KEEP decltype(auto) in_default_decltype_auto(int n)
{
    return n;
}

int main()
{
    box object;

    return in_default_abbreviated(1) + in_default_requires_before(1) + in_default_requires_behind(1) +
               in_default_constrained_parameter(1) + object.in_default_constrained_method(1) +
               in_default_class_value<literal{4}>() + in_default_deduced(1) + in_default_decltype_auto(1) !=
           11;
}
