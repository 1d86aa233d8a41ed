/* options: */
#include "corpus.h"

static __thread int of_thread;
static _Thread_local int of_thread_too = 3;

KEEP int in_default_thread_local(int n)
{
    of_thread += n;
    return of_thread + of_thread_too;
}

KEEP int in_default_static_local(void)
{
    static int calls;

    return ++calls;
}

KEEP int in_default_statement_expression(int n)
{
    return ({
        int twice = n * 2;
        twice + 1;
    });
}

KEEP int in_default_large_frame(int n)
{
    volatile char room[70000];

    room[n] = 1;
    return room[n];
}

KEEP static void in_default_cleanup_handler(int *value)
{
    sink += *value;
}

KEEP int in_default_cleanup(void)
{
    __attribute__((cleanup(in_default_cleanup_handler))) int value = 3;

    return value;
}

KEEP int in_default_generic(int n)
{
    return _Generic(n, int: 1, default: 2);
}

KEEP int in_default_bit_fields(int n)
{
    struct {
        unsigned one : 3, two : 5;
    } bits = {(unsigned)n, (unsigned)n};

    return (int)(bits.one + bits.two);
}

int main(void)
{
    return in_default_thread_local(1) + in_default_static_local() + in_default_statement_expression(2) +
               in_default_large_frame(1) + in_default_cleanup() + in_default_generic(1) + in_default_bit_fields(2) !=
           4 + 1 + 5 + 1 + 3 + 1 + 4;
}
