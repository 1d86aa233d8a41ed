/* options: */
#include <stdarg.h>

#include "corpus.h"

KEEP int in_default_varargs(int count, ...)
{
    va_list list;
    int sum = 0;

    va_start(list, count);
    while (count-- > 0)
        sum += va_arg(list, int);
    va_end(list);
    return sum;
}

KEEP int in_default_takes_list(int count, va_list list)
{
    return count ? va_arg(list, int) : 0;
}

KEEP int in_default_variable_array(int count)
{
    int numbers[count];

    for (int idx = 0; idx < count; idx++)
        numbers[idx] = idx + sink;
    return numbers[count - 1];
}

KEEP int in_default_array_parameter(int rows, int columns, int table[rows][columns])
{
    return table[rows - 1][columns - 1];
}

KEEP int in_default_alloca(int count)
{
    volatile char *room = __builtin_alloca((unsigned)count);

    room[count - 1] = 3;
    return room[count - 1];
}

int main(void)
{
    int table[2][3] = {{1, 2, 3}, {4, 5, 6}};

    return in_default_varargs(3, 1, 2, 3) + in_default_variable_array(4) +
               in_default_array_parameter(2, 3, table) + in_default_alloca(10) !=
           6 + 3 + 6 + 3;
}
