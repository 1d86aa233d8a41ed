/* options: -Wno-attributes */
#include "corpus.h"

__attribute__((always_inline)) static inline int gone_always_inline(int n)
{
    sink++;
    return n;
}

/* C99: a definition for inlining only; the body stands elsewhere. */
inline int in_default_extern_inline(int n)
{
    return n + sink;
}
extern int in_default_extern_inline(int n);

__attribute__((gnu_inline)) extern inline int gone_gnu_extern_inline(int n)
{
    return n;
}

__attribute__((gnu_inline)) inline int in_default_gnu_inline(int n)
{
    return n;
}

static inline int gone_unused(int n)
{
    return n;
}

static int in_default_unused_static(int n) __attribute__((unused));
static int in_default_unused_static(int n)
{
    return n;
}

KEEP static inline int in_default_static_inline(int n)
{
    return n;
}

__attribute__((flatten)) KEEP int in_default_flatten(int n)
{
    return gone_always_inline(n) + sink;
}

/* Always inlined, and asked for by name: then it is not. */
int main(void)
{
    int (*pointer)(int) = in_default_extern_inline;

    return gone_always_inline(1) + pointer(0) + in_default_static_inline(1) + in_default_flatten(1) +
               in_default_gnu_inline(1) !=
           1 + 1 + 1 + 3 + 1;
}
