/* options: -std=c++17 */
#include "corpus.h"

/* Lambdas that no function holds, and those that become pointers. */
static auto in_default_of_namespace = [](int n) KEEP { return n; };

inline auto in_default_of_inline_variable = [](int n) KEEP { return n; };

struct holder {
    int value = [] () KEEP { return 3; }();
    static inline auto in_default_of_static_member = [](int n) KEEP { return n; };
};

KEEP int in_default_default_argument(int n = [] () KEEP { return 4; }())
{
    return n;
}

KEEP int in_default_calls(int (*function)(int))
{
    return function(1);
}

int main()
{
    holder object;

    return in_default_of_namespace(1) + in_default_of_inline_variable(1) + object.value +
               holder::in_default_of_static_member(1) + in_default_default_argument() +
               in_default_calls([](int n) KEEP { return n; }) != 1 + 1 + 3 + 1 + 4 + 1;
}
