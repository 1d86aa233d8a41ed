/* options: -fplugin-arg-cprof-min-size=3 */
#include "corpus.h"

KEEP int out_min_size_1_line(int n) { return n; }

KEEP int out_min_size_2_lines(int n) {
    return n; }

KEEP int in_default_3_lines(int n) {
    return n;
}

KEEP int in_default_4_lines(int n)
{
    return n;
}

KEEP int
out_min_size_type_above(int n) { return n; }

KEEP int in_default_all_comment(int n)
{ /* Lines count, not statements. */

    return n; }

__attribute__((profile)) int in_attribute_profile_1_line(int n) { return n; }

KEEP __attribute__((no_profile)) int out_attribute_no_profile_1_line(int n) { return n; }

int main(void)
{
    return out_min_size_1_line(1) + out_min_size_2_lines(1) + in_default_3_lines(1) + in_default_4_lines(1) +
               out_min_size_type_above(1) + in_default_all_comment(1) + in_attribute_profile_1_line(1) +
               out_attribute_no_profile_1_line(1) !=
           8;
}
