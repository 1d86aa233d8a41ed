/* options: */
#include "corpus.h"

KEEP int in_default_with_assembly(int n)
{
    __asm__ volatile("addl $1, %0" : "+r"(n));
    return n;
}

KEEP int in_default_asm_goto(int n)
{
    __asm__ goto("testl %0, %0\n\tje %l1" : : "r"(n) : "cc" : zero);
    return 1;
zero:
    return 2;
}

/* Written in assembly: the compiler never sees it. */
int gone_in_assembly(void);
__asm__(".text\n\t.globl gone_in_assembly\ngone_in_assembly:\n\tmovl $4, %eax\n\tret");

int main(void)
{
    return in_default_with_assembly(1) + in_default_asm_goto(0) + gone_in_assembly() != 8;
}
