/* options: */
#include "corpus.h"

KEEP int in_default_one_line(int n) { return n; }

KEEP int
in_default_type_above(int n)
{
    return n;
}

KEEP
int
in_default_parameters_below
(
    int n
)
{
    return n;
}

KEEP int in_default_brace_beside(int n) {
    return n; }

KEEP int in_default_two_in_a_line_a(int n) { return n; } KEEP int in_default_two_in_a_line_b(int n) { return n; }

KEEP int (in_default_name_in_parentheses)(int n)
{
    /* A comment counts as a line,
     *
     * and so does an empty one. */

    return n;

}

KEEP int (*in_default_returns_a_pointer(void))(int)
{
    return in_default_one_line;
}

KEEP int in_default_early_return(int n)
{
    if (n)
        return n;
    sink++;
    if (sink > 5)
        return 2;
    for (;;) {
        if (sink++ > 10)
            return 1;
    }
}

KEEP void in_default_ends_in_a_loop(void)
{
    while (sink < 100)
        sink++;
}

int main(void)
{
    in_default_ends_in_a_loop();
    return in_default_returns_a_pointer()(0) + in_default_early_return(0) != 1 && sink < 50;
}
