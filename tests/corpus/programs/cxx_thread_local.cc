/* options: */
#include "corpus.h"

struct in_default_of_thread {
    int value;
    KEEP in_default_of_thread(int n) : value(n) {}
    KEEP ~in_default_of_thread()
    {
        sink++;
    }
};

thread_local in_default_of_thread object(3);
static thread_local in_default_of_thread hidden(4);
extern thread_local int plain;
thread_local int plain = 5;

KEEP int in_default_uses_thread_local()
{
    static thread_local in_default_of_thread local(5);

    return object.value + hidden.value + local.value + plain;
}

int main()
{
    return in_default_uses_thread_local() != 17;
}
