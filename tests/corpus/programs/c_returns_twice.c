/* options: */
#include <setjmp.h>

#include "corpus.h"

static jmp_buf place;

__attribute__((returns_twice, noinline, used)) int out_returns_twice_body_plain(int n)
{
    return n;
}

KEEP int in_default_calls_setjmp(void)
{
    volatile int rounds = 0;
    int got = setjmp(place);

    rounds++;
    if (got < 3)
        longjmp(place, got + 1);
    return rounds;
}

KEEP int in_default_calls_returns_twice(int n)
{
    return out_returns_twice_body_plain(n) + 1;
}

int main(void)
{
    return in_default_calls_setjmp() + in_default_calls_returns_twice(1) != 6;
}
