/* options: -fcf-protection */
#include "corpus.h"

KEEP __attribute__((target("avx2"))) int in_default_other_target(int n)
{
    return n;
}

KEEP __attribute__((ms_abi)) int in_default_ms_abi(int a, int b, int c, int d, int e)
{
    return a + b + c + d + e;
}

KEEP __attribute__((sysv_abi)) int in_default_sysv_abi(int n)
{
    return n;
}

KEEP __attribute__((nocf_check)) int in_default_nocf_check(int n)
{
    return n;
}

KEEP __attribute__((force_align_arg_pointer)) int in_default_aligned_stack(int n)
{
    return n;
}

KEEP __attribute__((aligned(64))) int in_default_aligned(int n)
{
    return n;
}

KEEP __attribute__((patchable_function_entry(4, 2))) int in_default_patchable(int n)
{
    return n;
}

int main(void)
{
    return in_default_ms_abi(1, 2, 3, 4, 5) + in_default_sysv_abi(1) + in_default_nocf_check(1) +
               in_default_aligned_stack(1) + in_default_aligned(1) + in_default_patchable(1) !=
           20;
}
