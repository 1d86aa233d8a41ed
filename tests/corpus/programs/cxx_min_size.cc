/* options: -std=c++17 -fplugin-arg-cprof-min-size=4 */
#include "corpus.h"

struct box {
    int value;
    KEEP int out_min_size_method() { return value; }
    KEEP int in_default_method()
    {
        return value;
    }
    KEEP int out_min_size_three()
    {
        return value; }
    KEEP box() : value(1)
    {
        sink++;
    }
    KEEP box(int n) : value(n) {}
    KEEP ~box()
    try {
        sink++;
    } catch (...) {
    }
};

template <class T> KEEP T in_default_template(T x)
{
    return x;
}

template <class T> KEEP T out_min_size_template(T x) { return x; }

inline KEEP int in_default_lambdas(int n)
{
    auto shorter = [n](int x) KEEP { return n + x; };
    auto longer = [n](int x) KEEP
    {
        return n + x;
    };

    return shorter(1) + longer(1);
}

int main()
{
    box one, two(2);

    return one.out_min_size_method() + two.in_default_method() + two.out_min_size_three() + in_default_template(1) +
               out_min_size_template(1) + in_default_lambdas(1) !=
           1 + 2 + 2 + 1 + 1 + 4;
}
