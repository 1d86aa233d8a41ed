/* options: */
#include "corpus.h"

template <class T> __attribute__((profile)) T in_attribute_profile_template(T x)
{
    return x;
}

template <class T> [[gnu::no_profile]] KEEP T out_attribute_no_profile_template(T x)
{
    return x;
}

template <class T> struct box {
    __attribute__((profile)) T in_attribute_profile_method(T x) { return x; }
    __attribute__((profile)) T in_attribute_profile_declared(T x);
    [[gnu::no_profile]] KEEP T out_attribute_no_profile_method(T x) { return x; }
    KEEP T in_default_method(T x) { return x; }
};

template <class T> T box<T>::in_attribute_profile_declared(T x)
{
    return x;
}

/* Of a specialisation only its own attributes count. */
template <class T> __attribute__((profile)) T in_default_special(T x)
{
    return x;
}
template <> KEEP int in_default_special<int>(int x)
{
    return x + 1;
}

template <class T> KEEP T in_attribute_profile_special(T x)
{
    return x;
}
template <> __attribute__((profile)) int in_attribute_profile_special<int>(int x);
template <> int in_attribute_profile_special<int>(int x)
{
    return x + 1;
}

template <class T> struct special_box {
    __attribute__((profile)) T in_default_special_method(T x) { return x; }
    [[gnu::no_instrument_function]] T in_default_special_too(T x) { return x; }
};
template <> KEEP int special_box<int>::in_default_special_method(int x)
{
    return x + 1;
}
template <> KEEP int special_box<int>::in_default_special_too(int x)
{
    return x + 1;
}

template <class T> __attribute__((profile)) T gone_declared_first(T x);

int main()
{
    box<int> object;
    special_box<int> special;

    return in_attribute_profile_template(1) + (int)in_attribute_profile_template(1.0) +
               out_attribute_no_profile_template(1) + object.in_attribute_profile_method(1) +
               object.in_attribute_profile_declared(1) + object.out_attribute_no_profile_method(1) +
               object.in_default_method(1) + in_default_special(1) + special.in_default_special_method(1) +
               special.in_default_special_too(1) + in_attribute_profile_special(1) !=
           15;
}
