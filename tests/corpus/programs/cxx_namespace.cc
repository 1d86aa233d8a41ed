/* options: -std=c++17 */
#include "corpus.h"

namespace outer {
KEEP int in_default_outer(int n)
{
    return n;
}
namespace inner {
KEEP int in_default_inner(int n)
{
    return n;
}
} // namespace inner
inline namespace version_1 {
KEEP int in_default_versioned(int n)
{
    return n;
}
} // namespace version_1
namespace {
KEEP int in_default_anonymous(int n)
{
    return n;
}
struct hidden {
    KEEP int in_default_anonymous_method(int n)
    {
        return n;
    }
};
} // namespace
int in_default_defined_outside(int n);
} // namespace outer

namespace short_form::deep::deeper {
KEEP int in_default_deep(int n)
{
    return n;
}
} // namespace short_form::deep::deeper

KEEP int outer::in_default_defined_outside(int n)
{
    return n;
}

namespace {
KEEP int in_default_anonymous(int n)
{
    return n;
}
} // namespace

KEEP static int in_default_static(int n)
{
    return n;
}

extern "C" {
KEEP int in_default_extern_c(int n)
{
    return n;
}
KEEP static int in_default_static_extern_c(int n)
{
    return n;
}
}

namespace named {
extern "C" KEEP int in_default_extern_c_in_namespace(int n)
{
    return n;
}
} // namespace named

int main()
{
    outer::hidden object;

    return outer::in_default_outer(1) + outer::inner::in_default_inner(1) + outer::in_default_versioned(1) +
               outer::in_default_anonymous(1) + object.in_default_anonymous_method(1) +
               outer::in_default_defined_outside(1) + short_form::deep::deeper::in_default_deep(1) +
               ::in_default_anonymous(1) + in_default_static(1) + in_default_extern_c(1) +
               in_default_static_extern_c(1) + named::in_default_extern_c_in_namespace(1) !=
           12;
}
