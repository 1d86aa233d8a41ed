/* options: */
#include "corpus.h"

__attribute__((naked, used)) int out_naked_plain(void)
{
    __asm__("movl $7, %eax\n\tret");
}

__attribute__((naked, used)) static int out_naked_static(void)
{
    __asm__("movl $8, %eax\n\tret");
}

int out_naked_prototype(void) __attribute__((naked, used));
int out_naked_prototype(void)
{
    __asm__("movl $9, %eax\n\tret");
}

int main(void)
{
    return out_naked_plain() + out_naked_static() + out_naked_prototype() != 24;
}
