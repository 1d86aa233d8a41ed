/* options: */
#include "corpus.h"

struct box {
    __attribute__((naked, noinline, used)) static int out_naked_static_member()
    {
        __asm__("movl $3, %eax\n\tret");
    }
};

template <int N> __attribute__((naked, noinline)) int out_naked_template()
{
    __asm__("movl %0, %%eax\n\tret" : : "i"(N));
}

__attribute__((returns_twice, noinline)) int out_returns_twice_body_cxx(int n)
{
    return n;
}

int main()
{
    return box::out_naked_static_member() + out_naked_template<5>() + out_returns_twice_body_cxx(1) != 9;
}
