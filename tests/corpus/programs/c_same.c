/* options: -fplugin-arg-cprof-min-size=5 */
/* Functions whose bodies are alike: GCC makes one of them call the other. */
#include "corpus.h"

#define WORK(number) sink += number * n, sink ^= number, sink += sink * number, sink -= 3, sink *= number

void out_min_size_first(int n)
{
    WORK(3), WORK(4), WORK(5);
}

void out_min_size_second(int n)
{
    WORK(3), WORK(4), WORK(5);
}

void in_default_long_first(int n)
{
    WORK(7), WORK(8);
    WORK(9);
}

void in_default_long_second(int n)
{
    WORK(7), WORK(8);
    WORK(9);
}

/* Who was asked for by name is not made one of two. */
__attribute__((profile)) void in_attribute_profile_first(int n)
{
    WORK(11), WORK(12), WORK(13);
}

__attribute__((profile)) void in_attribute_profile_second(int n)
{
    WORK(11), WORK(12), WORK(13);
}

int main(void)
{
    out_min_size_first(1), out_min_size_second(1);
    in_default_long_first(1), in_default_long_second(1);
    in_attribute_profile_first(1), in_attribute_profile_second(1);
    return 0;
}
