/* options: -std=c++17 */
#include "corpus.h"

template <class T> KEEP T in_default_function_template(T x)
{
    return x + 1;
}

template <int N> KEEP int in_default_value_parameter()
{
    return N;
}

template <class... Types> KEEP int in_default_variadic(Types... numbers)
{
    return (0 + ... + (int)numbers);
}

template <class T>
KEEP T
in_default_over_lines(
    T x
)
{
    return x;
}

template <> KEEP int in_default_function_template<int>(int x)
{
    return x + 2;
}

template <class T> struct box {
    T value;

    KEEP T in_default_of_class_template(T x)
    {
        return value + x;
    }
    template <class U> __attribute__((noinline)) int in_default_member_template(U x) { return (int)(value + x); }
    T in_default_outside(T x);
    KEEP static T in_default_static(T x) { return x; }
    KEEP friend int in_default_friend(const box &object) { return (int)object.value; }
};

template <class T> KEEP T box<T>::in_default_outside(T x)
{
    return value + x;
}

template <> struct box<char> {
    KEEP int in_default_of_specialisation()
    {
        return 5;
    }
};

template <class T> struct box<T *> {
    KEEP int in_default_of_partial_specialisation() { return 6; }
};

template <template <class> class Outer> KEEP int in_default_template_template(Outer<int> &object)
{
    return object.value;
}

template <class T> KEEP auto in_default_trailing(T x) -> decltype(x + 1)
{
    return x + 1;
}

template <class T, T (*function)(T)> KEEP T in_default_function_parameter(T x)
{
    return function(x);
}

int main()
{
    box<int> number = {1};
    box<char> letter;
    box<int *> pointer;

    return in_default_function_template(1L) + in_default_function_template(1) + in_default_value_parameter<7>() +
               in_default_variadic(1, 2L, 3.0) + in_default_over_lines(1) + number.in_default_of_class_template(1) +
               number.in_default_member_template(1.0) + number.in_default_outside(1) + box<int>::in_default_static(1) +
               in_default_friend(number) + letter.in_default_of_specialisation() +
               pointer.in_default_of_partial_specialisation() + in_default_template_template(number) +
               in_default_trailing(1) + in_default_function_parameter<int, in_default_function_template<int>>(1) !=
           2 + 3 + 7 + 6 + 1 + 2 + 2 + 2 + 1 + 1 + 5 + 6 + 1 + 2 + 3;
}
