/* options: -finstrument-functions */
#include "corpus.h"

void __cyg_profile_func_enter(void *function, void *caller) __attribute__((no_instrument_function));
void __cyg_profile_func_exit(void *function, void *caller) __attribute__((no_instrument_function));

void __cyg_profile_func_enter(void *function, void *caller)
{
    (void)function, (void)caller;
    sink++;
}

void __cyg_profile_func_exit(void *function, void *caller)
{
    (void)function, (void)caller;
    sink++;
}

KEEP int in_default_beside_another_profiler(int n)
{
    return n;
}

KEEP __attribute__((no_instrument_function)) int out_attribute_no_instrument_for_both(int n)
{
    return n;
}

int main(void)
{
    int sum = in_default_beside_another_profiler(1) + out_attribute_no_instrument_for_both(2);

    return sum != 3 || sink != 3;
}
