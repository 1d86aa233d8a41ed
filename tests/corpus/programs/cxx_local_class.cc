/* options: -Wno-non-c-typedef-for-linkage */
#include "corpus.h"

KEEP int in_default_with_local_class(int n)
{
    struct local {
        int value;
        KEEP int in_default_method(int m)
        {
            return value + m;
        }
        struct inner {
            KEEP int in_default_inner_method() { return 1; }
        };
    };
    local object = {n};
    local::inner inner;

    return object.in_default_method(1) + inner.in_default_inner_method();
}

KEEP int in_default_same_names(int n)
{
    int sum = 0;
    {
        struct local {
            KEEP int in_default_method() { return 1; }
        } object;
        sum += object.in_default_method();
    }
    {
        struct local {
            KEEP int in_default_method() { return 2; }
        } object;
        sum += object.in_default_method();
    }
    return sum + n;
}

struct outer {
    struct nested {
        struct deeper {
            KEEP int in_default_nested_method() { return 3; }
        };
    };
};

struct {
    KEEP int in_default_of_unnamed_class() { return 4; }
} unnamed;

typedef struct {
    KEEP int in_default_of_typedef_name() { return 5; }
} named_by_typedef;

int main()
{
    outer::nested::deeper object;
    named_by_typedef other;

    return in_default_with_local_class(1) + in_default_same_names(0) + object.in_default_nested_method() +
               unnamed.in_default_of_unnamed_class() + other.in_default_of_typedef_name() !=
           3 + 3 + 3 + 4 + 5;
}
