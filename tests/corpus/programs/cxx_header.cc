/* options: -fplugin-arg-cprof-denylist=cxx_source.list */
#include "corpus.h"

#include "classes.h"

struct in_default_here : out_denylist_in_header<int> {
    KEEP int in_default_method(int n) { return out_denylist_of_template(n); }
};

int main()
{
    in_default_here object;
    outer::out_denylist_plain plain;

    return object.in_default_method(1) + plain.out_denylist_method(1) + out_denylist_inline(1) != 3;
}
