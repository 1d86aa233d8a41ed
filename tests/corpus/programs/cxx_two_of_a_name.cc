/* options: */
/* One source function, several in the object: the table has each. */
#include "corpus.h"

template <class T> KEEP int in_default_several(T x)
{
    return (int)x;
}

template <class T> struct box {
    static int count;
    KEEP int in_default_several_methods()
    {
        return ++count;
    }
};
template <class T> int box<T>::count;

static inline KEEP int in_default_static_inline(int n)
{
    return n;
}

inline KEEP int in_default_inline(int n)
{
    static int calls;

    return n + ++calls;
}

int main()
{
    box<int> one;
    box<char> two;

    return in_default_several(1) + in_default_several('\1') + in_default_several(1.0) +
               one.in_default_several_methods() + two.in_default_several_methods() + in_default_static_inline(1) +
               in_default_inline(1) !=
           8;
}
