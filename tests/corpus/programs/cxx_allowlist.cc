/* options: -fplugin-arg-cprof-allowlist=classes.list */
#include "corpus.h"

namespace ns {
struct chosen {
    KEEP int in_allowlist_method(int n) { return n; }
    KEEP virtual int in_allowlist_virtual(int n) { return n; }
    template <class T> KEEP int in_allowlist_template(T x) { return (int)x; }
    KEEP int in_allowlist_with_lambda(int n)
    {
        return [n](int x) KEEP { return n + x; }(1);
    }
    KEEP virtual ~chosen()
    {
        sink++;
    }
};
struct not_chosen {
    KEEP int out_not_on_allowlist_method(int n) { return n; }
};
} // namespace ns

KEEP int in_allowlist_one_overload(int n) { return n; }
KEEP int out_not_on_allowlist_plain(double n) { return (int)n; }

KEEP bool operator==(const ns::chosen &, const ns::chosen &) { return true; }

int main()
{
    ns::chosen object;
    ns::not_chosen other;

    return object.in_allowlist_method(1) + object.in_allowlist_virtual(1) + object.in_allowlist_template(1.0) +
               object.in_allowlist_with_lambda(1) + other.out_not_on_allowlist_method(1) +
               in_allowlist_one_overload(1) + out_not_on_allowlist_plain(1) + (object == object) !=
           9;
}
