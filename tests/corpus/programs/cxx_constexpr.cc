/* options: -std=c++20 */
#include "corpus.h"

KEEP constexpr int in_default_constexpr(int n)
{
    return n + 1;
}

constexpr int gone_only_at_compile_time(int n)
{
    return n + 2;
}

consteval int gone_consteval(int n)
{
    return n + 3;
}

struct point {
    int x;
    KEEP constexpr explicit point(int n) : x(n) {}
    KEEP constexpr int in_default_constexpr_method() const { return x; }
};

constexpr int by_compiler = gone_only_at_compile_time(1);
static constinit int number = gone_consteval(2);

int main()
{
    point object(sink + 1);

    return in_default_constexpr(sink) + by_compiler + number + object.in_default_constexpr_method() != 1 + 3 + 5 + 1;
}
