/* options: */
/* operator new and delete in all forms. */
#include <cstddef>
#include <new>
#include <stdexcept>

static void *volatile sink;
static volatile int count = 3;

struct plain {
    int number;
};
struct alignas(64) wide {
    char bytes[128];
};
struct fragile {
    int number;
    __attribute__((noinline)) explicit fragile(int wanted) : number(wanted)
    {
        sink = this;
        if (wanted > 2)
            throw std::runtime_error("too many");
    }
};
struct counted { /* its arrays know how many */
    int number;
    ~counted()
    {
        sink = this;
    }
};
struct pooled { /* its own operators call the global ones */
    int number;
    __attribute__((noipa)) void *operator new(size_t size)
    {
        return ::operator new(size + 8);
    }
    __attribute__((noipa)) void operator delete(void *block)
    {
        ::operator delete(block);
    }
};

__attribute__((noipa)) void single()
{
    plain *one = new plain;
    sink = one;
    delete one;
    plain *maybe = new (std::nothrow) plain;
    sink = maybe;
    delete maybe;
    wide *other = new wide{{1}};
    sink = other;
    delete other;
    other = new (std::nothrow) wide;
    sink = other;
    operator delete(other, std::align_val_t(64));
}

__attribute__((noipa)) void arrays()
{
    char *bytes = new char[10];
    sink = bytes;
    delete[] bytes;
    plain **pointers = new (std::nothrow) plain *[20];
    sink = pointers;
    delete[] pointers;
    wide *others = new wide[2];
    sink = others;
    delete[] others;
    counted *some = new counted[4];
    sink = some;
    delete[] some;
}

__attribute__((noipa)) int thrown()
{
    try {
        fragile *one = new fragile(count);
        sink = one;
    } catch (const std::runtime_error &) {
        return 1;
    }
    return 0;
}

__attribute__((noipa)) void direct()
{
    sink = operator new(30);
    operator delete(sink);
    sink = operator new(31);
    operator delete(sink, static_cast<size_t>(31));
    sink = operator new[](32, std::nothrow);
    operator delete[](sink, std::nothrow);
    sink = operator new[](33, std::align_val_t(128));
    operator delete[](sink, std::align_val_t(128));
}

__attribute__((noipa)) void own()
{
    pooled *one = new pooled;
    sink = one;
    delete one;
}

int main()
{
    single();
    arrays();
    direct();
    own();
    return thrown() - 1;
}
