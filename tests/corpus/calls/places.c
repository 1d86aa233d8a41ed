/* Calls of all kinds, so that their places can be compared. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct methods {
    int (*read)(int);
    int (*const table[2])(int, ...);
};
__attribute__((noinline, noclone)) int outside(int n)
{
    return n * 3;
}
__attribute__((noinline, noclone)) int many(int n, ...)
{
    va_list list;
    va_start(list, n);
    int sum = n + va_arg(list, int);
    va_end(list);
    return sum;
}
static int old_style();
#include "places.h"
#define TWICE(x) (outside(x) + outside((x) + 1))
#define NESTED(x) TWICE(many(x, x))

__attribute__((noinline)) static int by_macro(int n)
{
    return NESTED(n) + TWICE(outside(outside(n)));
}
__attribute__((noinline)) static int by_pointer(int (*pointer)(int), struct methods *methods, int n)
{
    int (*local)(int) = n > 3 ? pointer : outside;
    return pointer(n) + local(n) + (*pointer)(n + 2) + (&*local)(n) + methods->read(n) +
           methods->table[n & 1](n, n);
}
__attribute__((noinline)) static int by_variable(int (*pointer)(int), int n)
{
    return pointer(n) + (*pointer)(n - 1);
}
static void cleaned(int *place)
{
    outside(*place);
}
__attribute__((noinline)) static int with_cleanup(int n)
{
    __attribute__((cleanup(cleaned))) int place = n;
    return outside(place);
}
__attribute__((noinline)) static int in_loops(int n)
{
    int sum = 0;
    for (int idx = outside(0); idx < outside(n); idx += outside(idx) + 1)
        while (sum < 100 && outside(sum))
            sum += many(idx, sum);
    do
        sum -= outside(sum);
    while (sum > 1000);
    switch (outside(sum)) {
    case 1:
        return many(1, 2);
    case 2:
        sum = ({
            int inner = outside(7);
            inner + outside(inner);
        });
    default:
        sum += outside(sum) ? outside(1) : many(2, 3);
    }
    return sum && outside(sum) && many(sum, 0);
}
__attribute__((noinline)) static double with_complex(double n)
{
    _Complex double z = n + 2i * outside((int)n);
    z = z * z / (z + 1.0);
    return __real__ z;
}
__attribute__((noinline)) static int library(const char *word, char *buf)
{
    char copy[32];
    strcpy(copy, word);
    printf("%s\n", copy);
    memcpy(buf, copy, strlen(copy) + 1);
    return (int)strlen(buf) + abs(outside(3)) + __builtin_popcount((unsigned)outside(5));
}
__attribute__((noreturn, noinline)) static void leave(int n)
{
    exit(outside(n) * 0);
}
static int old_style(a, b)
int a, b;
{
    return outside(a) + many(b, a);
}
#line 700 "elsewhere.y"
__attribute__((noinline)) static int lined(int n)
{
    return outside(n) + many(n, n);
}
#line 84 "places.c"
inline int shared(int n)
{
    return outside(n);
}
extern inline int shared(int n);
int main(int count, char **words)
{
    struct methods methods = {outside, {many, many}};
    char buf[64];
    int sum = by_macro(count) + by_pointer(outside, &methods, count) + by_variable(outside, count) +
              with_cleanup(count) + in_loops(count) + (int)with_complex(count) +
              library(words[0], buf) + old_style(count, 2) + lined(count) + shared(count) +
              from_header(count);
    leave(sum);
}
