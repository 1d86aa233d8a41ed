/* options: -fplugin-arg-cprof-denylist=label.list */
#include "corpus.h"

/* The name in the object is the one that counts. */
KEEP int gone_called_otherwise(int n) __asm__("in_default_label");
int gone_called_otherwise(int n)
{
    return n;
}

KEEP int gone_denied_by_label(int n) __asm__("out_denylist_label");
int gone_denied_by_label(int n)
{
    return n;
}

KEEP int gone_with_dots(int n) __asm__("in_default_label.with.dots");
int gone_with_dots(int n)
{
    return n;
}

KEEP static int gone_static_label(int n) __asm__("in_default_static_label");
static int gone_static_label(int n)
{
    return n;
}

int main(void)
{
    return gone_called_otherwise(1) + gone_denied_by_label(1) + gone_with_dots(1) + gone_static_label(1) != 4;
}
