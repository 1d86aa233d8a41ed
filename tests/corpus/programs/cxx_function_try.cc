/* options: */
#include "corpus.h"

KEEP int in_default_throws(int n)
{
    if (n > 0)
        throw n;
    return n;
}

KEEP int in_default_function_try(int n)
try {
    return in_default_throws(n);
} catch (int caught) {
    return caught + 1;
} catch (...) {
    return 0;
}

struct in_default_constructor_try {
    int value;
    KEEP in_default_constructor_try(int n)
    try : value(in_default_throws(n)) {
        sink++;
    } catch (int caught) {
        sink += caught;
    }
};

KEEP int in_default_noexcept(int n) noexcept
{
    return in_default_throws(n);
}

KEEP int in_default_catches(int n)
{
    try {
        return in_default_throws(n);
    } catch (const int &caught) {
        sink++;
        throw;
    } catch (long) {
        return 2;
    }
}

struct in_default_passed_by {
    KEEP ~in_default_passed_by() noexcept(false)
    {
        sink++;
    }
};

KEEP int in_default_is_unwound(int n)
{
    in_default_passed_by object;

    return in_default_throws(n) + 1;
}

int main()
{
    int sum = in_default_function_try(2) + in_default_noexcept(0);

    try {
        in_default_constructor_try object(5);
        sum += object.value;
    } catch (int caught) {
        sum += caught;
    }
    try {
        sum += in_default_catches(7);
    } catch (int caught) {
        sum += caught;
    }
    try {
        sum += in_default_is_unwound(1);
    } catch (...) {
        sum += 1;
    }
    return sum != 3 + 0 + 5 + 7 + 1;
}
