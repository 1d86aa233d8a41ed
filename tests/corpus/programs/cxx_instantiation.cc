/* options: */
#include "corpus.h"

template <class T> struct box {
    T value;
    T in_default_explicit(T x);
    T in_default_inside(T x)
    {
        return x;
    }
};

template <class T> T box<T>::in_default_explicit(T x)
{
    return value + x;
}

template struct box<int>;
template struct box<long>;

template <class T> int in_default_explicit_function(T x)
{
    return (int)x;
}
template int in_default_explicit_function(int);
template int in_default_explicit_function(char);

/* Instantiated elsewhere. */
template <class T> struct far_box {
    int gone_elsewhere();
};
extern template struct far_box<int>;
template <class T> int far_box<T>::gone_elsewhere()
{
    return 1;
}

template <class T> int gone_never_instantiated(T x)
{
    return x;
}

int main()
{
    return 0;
}
