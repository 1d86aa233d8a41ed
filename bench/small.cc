// A C++ program of many small functions that the compiler cannot all inline: a tree
// of expressions with virtual methods, evaluated and rewritten again and again.
//
// usage: small ROUNDS.  Prints a checksum.  Built by bench/compare.
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace {

struct expression {
    virtual ~expression() = default;
    virtual long value(const std::vector<long> &variables) const = 0;
    virtual int depth() const = 0;
};

typedef std::unique_ptr<expression> owned;

struct constant : expression {
    long number;
    explicit constant(long n) : number(n)
    {
    }
    long value(const std::vector<long> &) const override
    {
        return number;
    }
    int depth() const override
    {
        return 1;
    }
};

struct variable : expression {
    size_t idx;
    explicit variable(size_t i) : idx(i)
    {
    }
    long value(const std::vector<long> &variables) const override
    {
        return variables[idx];
    }
    int depth() const override
    {
        return 1;
    }
};

struct binary : expression {
    owned left, right;
    binary(owned l, owned r) : left(std::move(l)), right(std::move(r))
    {
    }
    virtual long apply(long a, long b) const = 0;
    long value(const std::vector<long> &variables) const override
    {
        return apply(left->value(variables), right->value(variables));
    }
    int depth() const override
    {
        return 1 + std::max(left->depth(), right->depth());
    }
};

struct sum : binary {
    using binary::binary;
    long apply(long a, long b) const override
    {
        return a + b;
    }
};

struct product : binary {
    using binary::binary;
    long apply(long a, long b) const override
    {
        return a * b % 1000003;
    }
};

unsigned long seed = 1;

unsigned random_below(unsigned limit)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % limit;
}

owned grow(int levels)
{
    if (levels == 0)
        return random_below(2) ? owned(new constant(random_below(100)))
                               : owned(new variable(random_below(8)));
    owned left = grow(levels - 1), right = grow(levels - 1);
    if (random_below(2))
        return owned(new sum(std::move(left), std::move(right)));
    return owned(new product(std::move(left), std::move(right)));
}

std::string name_of(unsigned number)
{
    return "key" + std::to_string(number);
}

long lookups(std::map<std::string, long> *counts)
{
    for (int idx = 0; idx < 2000; idx++)
        (*counts)[name_of(random_below(500))]++;
    return (long)counts->size();
}

} // namespace

int main(int count, char **words)
{
    long rounds = count > 1 ? strtol(words[1], nullptr, 10) : 1, result = 0;
    std::map<std::string, long> counts;

    for (long round = 0; round < rounds; round++) {
        owned tree = grow(12);
        for (long idx = 0; idx < 100; idx++)
            result += tree->value({idx, 2, 3, 4, 5, 6, 7, round}) + tree->depth();
        result += lookups(&counts);
    }
    printf("%ld\n", result);
    return 0;
}
