/* options: -std=c++20 */
#include <stddef.h>
#include <stdlib.h>

#include "corpus.h"

struct in_default_operators {
    int value;

    KEEP in_default_operators operator+(const in_default_operators &other) const { return {value + other.value}; }
    KEEP in_default_operators operator-() const { return {-value}; }
    KEEP int operator()(int n) const
    {
        return value + n;
    }
    KEEP int operator[](int n) { return value * n; }
    KEEP in_default_operators *operator->() { return this; }
    KEEP in_default_operators &operator++()
    {
        value++;
        return *this;
    }
    KEEP in_default_operators operator++(int) { return {value++}; }
    KEEP bool operator<(const in_default_operators &other) const { return value < other.value; }
    KEEP bool operator==(const in_default_operators &other) const { return value == other.value; }
    KEEP operator int() const { return value; }
    KEEP explicit operator bool() const { return value != 0; }
    KEEP in_default_operators operator,(int n) { return {value + n}; }
    KEEP in_default_operators operator>>(int n) { return {value >> n}; }
    KEEP static void *operator new(size_t size) { return malloc(size); }
    KEEP static void operator delete(void *pointer) { free(pointer); }
};

KEEP in_default_operators operator*(const in_default_operators &left, int n)
{
    return {left.value * n};
}

KEEP int operator""_in_default_literal(unsigned long long n)
{
    return (int)n;
}

int main()
{
    in_default_operators *one = new in_default_operators{1}, two = {2};
    int sum = (*one + two).value + (-two).value + two(1) + two[3] + two->value + (++two).value + (two++).value +
              (*one < two) + (*one == two) + static_cast<int>(*one) + static_cast<bool>(two) + (two, 1).value +
              (two >> 1).value + (two * 2).value + 5_in_default_literal;

    delete one;
    return sum != 3 - 2 + 3 + 6 + 2 + 3 + 3 + 1 + 0 + 1 + 1 + 5 + 2 + 8 + 5;
}
