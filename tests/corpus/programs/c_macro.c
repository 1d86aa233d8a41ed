/* options: */
#include "corpus.h"

#define WHOLE(name) KEEP int name(int n) { return n; }
#define HEAD(name) KEEP int name(int n)
#define LIST(X) X(in_default_list_one) X(in_default_list_two)
#define TWICE(name) WHOLE(name##_first) WHOLE(name##_second)
#define BODY                                                                                       \
    {                                                                                              \
        return n;                                                                                  \
    }

WHOLE(in_default_whole)

HEAD(in_default_head)
{
    return n;
}

LIST(WHOLE)

TWICE(in_default_twice)

KEEP int in_default_body(int n)
BODY

#define RENAMED in_default_renamed
KEEP int RENAMED(int n)
{
    return n;
}

KEEP static int in_default_attribute_macro(int n)
{
    return n;
}

#define MEASURED __attribute__((profile))
MEASURED int in_attribute_profile_macro(int n)
{
    return n;
}

int main(void)
{
    return in_default_whole(1) + in_default_head(1) + in_default_list_one(1) + in_default_list_two(1) +
               in_default_twice_first(1) + in_default_twice_second(1) + in_default_body(1) +
               in_default_renamed(1) + in_default_attribute_macro(1) + in_attribute_profile_macro(1) !=
           10;
}
