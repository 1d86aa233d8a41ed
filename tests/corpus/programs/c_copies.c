/* options: */
/* What GCC makes of functions at -O2: copies for constant arguments, without
 * unused ones, and pieces split off.  Each stands under its origin's name. */
#include "corpus.h"

__attribute__((noinline)) static int in_default_constant_argument(int n, int constant)
{
    sink += n;
    return n * constant;
}

__attribute__((noinline)) static int in_default_unused_result(const int *n)
{
    sink += *n;
    return *n;
}

__attribute__((noinline)) static int in_default_alike_one(int n)
{
    return n * 3 + sink;
}

__attribute__((noinline)) static int in_default_alike_two(int n)
{
    return n * 3 + sink;
}

int main(void)
{
    int one = 1;

    in_default_unused_result(&one);
    one = in_default_constant_argument(1, 5) + in_default_constant_argument(2, 5);
    sink = 1;
    return one + in_default_alike_one(1) + in_default_alike_two(1) != 5 + 10 + 4 + 4;
}
