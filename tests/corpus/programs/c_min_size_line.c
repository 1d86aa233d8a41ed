/* options: -fplugin-arg-cprof-min-size=100 */
#include "corpus.h"

KEEP int out_min_size_as_written(int n)
{
    return n;
}

KEEP int in_default_as_line_says(int n)
{
    return n;
#line 200
}

/* Where the end is in another file or before the beginning the size is not known. */
#line 300 "first.y"
KEEP int in_default_over_two_files(int n)
{
    return n;
#line 10 "second.y"
}

#line 400 "third.y"
KEEP int in_default_backwards(int n)
{
#line 50
    return n;
}

#line 46 "c_min_size_line.c"
int main(void)
{
    return out_min_size_as_written(1) + in_default_as_line_says(1) + in_default_over_two_files(1) +
               in_default_backwards(1) !=
           4;
}
