/* options: -fplugin-arg-cprof-denylist=spellings.list */
/* Every way to spell a name in a list. */
#include "corpus.h"

namespace ns {
struct box {
    KEEP int out_denylist_class_and_method(int n) { return n; }
    KEEP int out_denylist_with_namespace(int n) { return n; }
    KEEP int out_denylist_method_alone(int n) { return n; }
    KEEP int out_denylist_glob_method(int n) { return n; }
    KEEP int in_default_method(int n) { return n; }
    KEEP int operator()(int n) { return n; }
};
KEEP int out_denylist_overload(int n) { return n; }
KEEP int in_default_overload(double n) { return (int)n; }
KEEP int in_default_overload(int n) { return n; }
template <class T> struct holder {
    KEEP T out_denylist_of_template(T x) { return x; }
    KEEP T in_default_of_template(T x) { return x; }
};
template <class T> KEEP T out_denylist_function_template(T x) { return x; }
namespace deep {
KEEP int out_denylist_deep(int n) { return n; }
KEEP int in_default_deep(int n) { return n; }
} // namespace deep
} // namespace ns

namespace other {
struct box {
    KEEP int in_default_with_namespace(int n) { return n; }
};
} // namespace other

namespace {
KEEP int out_denylist_anonymous(int n) { return n; }
} // namespace

KEEP int out_denylist_mangled(int n) { return n; }

extern "C" KEEP int out_denylist_extern_c(int n) { return n; }

struct out_denylist_constructor {
    KEEP out_denylist_constructor() { sink++; }
    KEEP ~out_denylist_constructor() { sink++; }
};

struct in_default_constructor {
    KEEP in_default_constructor() { sink++; }
};

KEEP static int out_denylist_static(int n) { return n; }

__attribute__((profile)) int in_attribute_profile_denied(int n) { return n; }

int main()
{
    ns::box object;
    ns::holder<int> holder;
    other::box other;
    out_denylist_constructor one;
    in_default_constructor two;

    return object.out_denylist_class_and_method(1) + object.out_denylist_with_namespace(1) +
               object.out_denylist_method_alone(1) + object.out_denylist_glob_method(1) + object.in_default_method(1) +
               object(1) + ns::out_denylist_overload(1) + ns::in_default_overload(1.0) + ns::in_default_overload(1) +
               holder.out_denylist_of_template(1) + holder.in_default_of_template(1) +
               ns::out_denylist_function_template(1) + ns::deep::out_denylist_deep(1) + ns::deep::in_default_deep(1) +
               other.in_default_with_namespace(1) + out_denylist_anonymous(1) + out_denylist_mangled(1) +
               out_denylist_extern_c(1) + out_denylist_static(1) + in_attribute_profile_denied(1) !=
           20;
}
