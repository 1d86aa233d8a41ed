/* options: */
#include "corpus.h"

struct large {
    long numbers[8];
};
struct small {
    double one;
    long two;
};
typedef int vector __attribute__((vector_size(16)));

KEEP struct large in_default_large(struct large x)
{
    x.numbers[7]++;
    return x;
}

KEEP struct small in_default_small(struct small x)
{
    x.two++;
    return x;
}

KEEP _Complex double in_default_complex(_Complex double z)
{
    return z * 2.0;
}

KEEP __int128 in_default_wide(__int128 x)
{
    return x * 3;
}

KEEP vector in_default_vector(vector a, vector b)
{
    return a * b;
}

KEEP long double in_default_long_double(long double x)
{
    return x + 1;
}

KEEP float in_default_float(float x)
{
    return x + 1;
}

KEEP _Bool in_default_bool(int n)
{
    return n != 0;
}

int main(void)
{
    vector two = {2, 2, 2, 2};

    return in_default_large((struct large){{0}}).numbers[7] + in_default_small((struct small){1, 1}).two +
               (int)__real__ in_default_complex(1.0) + (int)in_default_wide(1) + in_default_vector(two, two)[0] +
               (int)in_default_long_double(1) + (int)in_default_float(1) + in_default_bool(2) !=
           1 + 2 + 2 + 3 + 4 + 2 + 2 + 1;
}
