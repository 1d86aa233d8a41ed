/* options: */
/* Constructors before main, destructors after it. */
#include "corpus.h"

struct in_default_global {
    int value;
    KEEP in_default_global(int n) : value(n)
    {
        sink++;
    }
    KEEP ~in_default_global()
    {
        sink++;
    }
};

KEEP int in_default_initialiser(int n)
{
    return n + sink;
}

static in_default_global one(1);
in_default_global two(2);
static in_default_global several[3] = {1, 2, 3};
static int number = in_default_initialiser(5);
int other_number = in_default_initialiser(6);

in_default_global early __attribute__((init_priority(500)))(3);

int main()
{
    static in_default_global local(7);

    return one.value + two.value + several[2].value + local.value + early.value != 1 + 2 + 3 + 7 + 3 || number < 5 ||
           other_number < 6;
}
