/* options: */
#include "corpus.h"

KEEP int in_default_computed_goto(const char *code)
{
    static void *const labels[] = {&&add, &&subtract, &&end};
    int sum = 0;

    goto *labels[*code - 'a'];
add:
    sum++;
    goto *labels[*++code - 'a'];
subtract:
    sum--;
    goto *labels[*++code - 'a'];
end:
    return sum;
}

KEEP int in_default_case_ranges(int n)
{
    switch (n) {
    case 0 ... 9:
        return 1;
    case 10:
        return 2;
    default:
        return 3;
    }
}

KEEP int in_default_big_switch(int n)
{
    switch (n) {
    case 0: return 5;
    case 1: return 3;
    case 2: return 9;
    case 3: return 1;
    case 4: return 77;
    case 5: return sink;
    case 100: return 6;
    default: return 0;
    }
}

KEEP int in_default_jumps_into_a_loop(int n)
{
    int rounds = 0;

    if (n)
        goto middle;
    do {
        rounds += 2;
    middle:
        rounds++;
    } while (rounds < 5);
    return rounds;
}

int main(void)
{
    return in_default_computed_goto("aabac") + in_default_case_ranges(4) + in_default_big_switch(3) +
               in_default_jumps_into_a_loop(1) !=
           2 + 1 + 1 + 7;
}
