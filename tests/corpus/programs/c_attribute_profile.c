/* options: */
#include "corpus.h"

__attribute__((profile)) int in_attribute_profile_definition(int n)
{
    return n;
}

__attribute__((profile)) static int in_attribute_profile_static(int n)
{
    return n + sink;
}

__attribute__((profile)) static inline int in_attribute_profile_inline(int n)
{
    return n + sink;
}

int in_attribute_profile_prototype(int n) __attribute__((profile));
int in_attribute_profile_prototype(int n)
{
    return n;
}

__attribute__((profile)) static int in_attribute_profile_static_prototype(int n);
static int in_attribute_profile_static_prototype(int n)
{
    return n + sink;
}

__attribute__((__profile__)) int in_attribute_profile_underscores(int n)
{
    return n;
}

__attribute__((profile("a name", 3))) int in_attribute_profile_arguments(int n)
{
    return n;
}

int in_attribute_profile_second_prototype(int n);
int in_attribute_profile_second_prototype(int n) __attribute__((profile));
int in_attribute_profile_second_prototype(int n)
{
    return n;
}

int __attribute__((profile)) in_attribute_profile_behind_type(int n)
{
    return n;
}

__attribute__((noinline, profile, cold)) int in_attribute_profile_among_others(int n)
{
    return n;
}

__attribute__((profile, profile)) int in_attribute_profile_twice(int n)
{
    return n;
}

KEEP int in_default_beside_them(int n)
{
    return n;
}

int main(void)
{
    return in_attribute_profile_definition(1) + in_attribute_profile_static(1) + in_attribute_profile_inline(1) +
               in_attribute_profile_prototype(1) + in_attribute_profile_static_prototype(1) +
               in_attribute_profile_underscores(1) + in_attribute_profile_arguments(1) +
               in_attribute_profile_second_prototype(1) + in_attribute_profile_behind_type(1) +
               in_attribute_profile_among_others(1) + in_attribute_profile_twice(1) !=
           11;
}
