/* options: */
#include "corpus.h"

KEEP __attribute__((no_instrument_function)) int out_attribute_no_instrument_definition(int n)
{
    return n;
}

KEEP int out_attribute_no_instrument_prototype(int n) __attribute__((no_instrument_function));
int out_attribute_no_instrument_prototype(int n)
{
    return n;
}

KEEP __attribute__((__no_instrument_function__)) static int out_attribute_no_instrument_static(int n)
{
    return n;
}

/* These speak of other instrumentation. */
KEEP __attribute__((no_profile_instrument_function)) int in_default_no_pgo(int n)
{
    return n;
}

KEEP __attribute__((no_sanitize("address"))) int in_default_no_sanitize(int n)
{
    return n;
}

KEEP __attribute__((no_stack_protector)) int in_default_no_stack_protector(int n)
{
    return n;
}

int main(void)
{
    return out_attribute_no_instrument_definition(1) + out_attribute_no_instrument_prototype(1) +
               out_attribute_no_instrument_static(1) + in_default_no_pgo(1) + in_default_no_sanitize(1) +
               in_default_no_stack_protector(1) !=
           6;
}
