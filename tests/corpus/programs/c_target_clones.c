/* options: */
#include "corpus.h"

__attribute__((target_clones("avx2", "default"))) int in_default_cloned(const int *numbers, int count)
{
    int sum = 0;

    for (int idx = 0; idx < count; idx++)
        sum += numbers[idx];
    return sum;
}

int main(void)
{
    int numbers[3] = {1, 2, 3};

    return in_default_cloned(numbers, 3) != 6;
}
