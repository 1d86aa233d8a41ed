/* options: -std=c++17 -fplugin-arg-cprof-only=attribute */
#include "corpus.h"

inline KEEP int out_only_attribute_with_lambdas(int n)
{
    auto marked = [n](int x) __attribute__((profile)) { return n + x; };
    auto unmarked = [n](int x) KEEP { return n + x; };
    auto outer = [n](int x) KEEP {
        return [n](int y) __attribute__((profile)) {
            return n + y;
        }(x);
    };

    return marked(1) + unmarked(1) + outer(1);
}

inline __attribute__((profile)) int in_attribute_profile_with_lambda(int n)
{
    return [n]() KEEP { return n; }();
}

int main()
{
    return out_only_attribute_with_lambdas(1) + in_attribute_profile_with_lambda(1) != 7;
}
