/* options: -std=c++17 */
#include "corpus.h"

KEEP int in_default_value(int n)
{
    return n + sink;
}

template <class T> struct holder {
    static int value;
};
template <class T> int holder<T>::value = in_default_value(3);

inline int everywhere = in_default_value(4);

template <int N> int variable = in_default_value(N);

struct with_static {
    static inline int value = in_default_value(6);
};

int main()
{
    return holder<int>::value + everywhere + variable<5> + with_static::value != 3 + 4 + 5 + 6;
}
