/* options: */
#include "corpus.h"

#line 100 "generated.y"
KEEP int in_default_from_generator(int n)
{
    return n;
}

#line 7
KEEP int in_default_same_file_again(int n)
{
    return n;
}

# 55 "/somewhere/else.def" 1
KEEP int in_default_like_preprocessed(int n)
{
    return n;
}
# 12 "generated.y" 2
#line 30 "c_line_directive.c"

KEEP int in_default_back_home(int n)
#line 500
{
    return n;
}

KEEP int
#line 600
in_default_line_before_the_name
#line 610
(int n)
{
    return n;
}

int main(void)
{
    return in_default_from_generator(1) + in_default_same_file_again(1) + in_default_like_preprocessed(1) +
               in_default_back_home(1) + in_default_line_before_the_name(1) !=
           5;
}
