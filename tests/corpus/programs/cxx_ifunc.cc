/* options: */
#include "corpus.h"

KEEP static int in_default_version(int n)
{
    return n + 1;
}

extern "C" {
int (*out_ifunc_resolver_extern_c(void))(int)
{
    return in_default_version;
}
}
int chosen(int n) __attribute__((ifunc("out_ifunc_resolver_extern_c")));

__attribute__((target("default"))) int in_default_multiversioned(int n)
{
    return n + 2;
}

__attribute__((target("avx2"))) int in_default_multiversioned(int n)
{
    return n + 2;
}

__attribute__((target_clones("avx2", "default"))) int in_default_cloned(int n)
{
    return n + 3;
}

int main()
{
    return chosen(1) + in_default_multiversioned(1) + in_default_cloned(1) != 2 + 3 + 4;
}
