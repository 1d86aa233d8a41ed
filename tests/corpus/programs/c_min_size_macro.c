/* options: -fplugin-arg-cprof-min-size=4 */
#include "corpus.h"

/* What a macro makes stands where the macro is used, in one line. */
#define MADE(name)                                                                                 \
    KEEP int name(int n)                                                                           \
    {                                                                                              \
        sink++;                                                                                    \
        return n;                                                                                  \
    }

MADE(out_min_size_whole_macro)

MADE(
    out_min_size_use_over_lines
)

#define BEGIN(name) KEEP int name(int n) {
#define END return n; }

BEGIN(in_default_between_macros)
    sink++;
    sink++;
END

#define NAME(word) in_default_##word
KEEP int NAME(pasted_name)(int n)
{
    return n;
}

int main(void)
{
    return out_min_size_whole_macro(1) + out_min_size_use_over_lines(1) + in_default_between_macros(1) +
               in_default_pasted_name(1) !=
           4;
}
