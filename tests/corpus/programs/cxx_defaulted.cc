/* options: -std=c++20 */
/* Members that the compiler writes. */
#include "corpus.h"

struct part {
    int value;
    KEEP part(int n = 1) : value(n) {}
    KEEP part(const part &other) : value(other.value) {}
    KEEP part &operator=(const part &other)
    {
        value = other.value;
        return *this;
    }
    KEEP ~part()
    {
        sink = sink + 1;
    }
};

struct in_default_implicit {
    part one, two;
};

struct in_default_explicit {
    part one, two;
    KEEP in_default_explicit() = default;
    KEEP in_default_explicit(const in_default_explicit &) = default;
    KEEP in_default_explicit &operator=(const in_default_explicit &) = default;
    KEEP ~in_default_explicit() = default;
    KEEP bool in_default_user_written() const { return one.value == two.value; }
};

struct in_default_outside {
    part one;
    in_default_outside();
    in_default_outside(const in_default_outside &);
    ~in_default_outside();
};
KEEP in_default_outside::in_default_outside() = default;
KEEP in_default_outside::in_default_outside(const in_default_outside &) = default;
KEEP in_default_outside::~in_default_outside() = default;

struct in_default_compared {
    int one, two;
    KEEP bool operator==(const in_default_compared &) const = default;
};

struct in_default_deleted {
    in_default_deleted() = default;
    in_default_deleted(const in_default_deleted &) = delete;
    KEEP int in_default_method() { return 1; }
};

int main()
{
    in_default_explicit object, copy(object);
    in_default_outside outside, outside_copy(outside);
    in_default_compared left = {sink, 2}, right = {0, 2};
    in_default_deleted deleted;

    copy = object;
    return copy.in_default_user_written() + outside_copy.one.value + (left == right) + deleted.in_default_method() != 4;
}
