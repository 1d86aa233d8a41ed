/* A C++ program with what makes counting hard there: exceptions through frames
 * with and without destructors, rethrown and nested ones, constructors and
 * destructors in several variants, templates, virtual calls, operators, lambdas,
 * work before and after main, and functions of the standard library that are
 * instantiated here.
 *
 * Built and run by cxx.sh, which compares its calls with callgrind's.  Prints a
 * sum that must not change; it must not depend on addresses or time.
 */
#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#define KEPT __attribute__((noinline))

namespace {

/* ---- A language of sums, parsed by throwing ------------------------------------- */

struct syntax_error : std::runtime_error {
    size_t position;
    KEPT syntax_error(const std::string &what, size_t position)
        : std::runtime_error(what), position(position)
    {
    }
};

struct division_error : std::domain_error {
    KEPT division_error() : std::domain_error("division by zero")
    {
    }
};

struct node {
    virtual ~node() = default;
    virtual long value() const = 0;
    virtual int height() const
    {
        return 1;
    }
};

using node_ptr = std::unique_ptr<node>;

struct number : node {
    long amount;
    KEPT explicit number(long amount) : amount(amount)
    {
    }
    KEPT ~number() override
    {
        amount = 0;
    }
    long value() const override
    {
        return amount;
    }
};

struct pair : node {
    node_ptr left, right;
    KEPT pair(node_ptr left, node_ptr right) : left(std::move(left)), right(std::move(right))
    {
    }
    int height() const override
    {
        return 1 + std::max(left->height(), right->height());
    }
};

struct sum : pair {
    using pair::pair;
    long value() const override
    {
        return left->value() + right->value();
    }
};

struct product : pair {
    using pair::pair;
    long value() const override
    {
        return left->value() * right->value();
    }
};

struct quotient : pair {
    using pair::pair;
    KEPT long value() const override
    {
        long divisor = right->value();
        if (divisor == 0)
            throw division_error();
        return left->value() / divisor;
    }
};

class parser {
  public:
    explicit parser(const std::string &text) : text(text)
    {
    }

    KEPT node_ptr whole()
    {
        node_ptr result = sums();
        if (position != text.size())
            throw syntax_error("something is left", position);
        return result;
    }

  private:
    KEPT bool accept(char wanted)
    {
        if (position >= text.size() || text[position] != wanted)
            return false;
        position++;
        return true;
    }

    KEPT node_ptr sums()
    {
        node_ptr left = products();
        while (accept('+'))
            left = std::make_unique<sum>(std::move(left), products());
        return left;
    }

    KEPT node_ptr products()
    {
        node_ptr left = atom();
        for (;;) {
            if (accept('*'))
                left = std::make_unique<product>(std::move(left), atom());
            else if (accept('/'))
                left = std::make_unique<quotient>(std::move(left), atom());
            else
                return left;
        }
    }

    KEPT node_ptr atom()
    {
        if (accept('(')) {
            node_ptr inner = sums();
            if (!accept(')'))
                throw syntax_error("a parenthesis is missing", position);
            return inner;
        }
        if (position >= text.size() || text[position] < '0' || text[position] > '9')
            throw syntax_error("a number is missing", position);
        return std::make_unique<number>(digits());
    }

    KEPT long digits()
    {
        long result = 0;
        while (position < text.size() && text[position] >= '0' && text[position] <= '9')
            result = result * 10 + (text[position++] - '0');
        return result;
    }

    const std::string &text;
    size_t position = 0;
};

/* ---- Frames for exceptions to pass through ---------------------------------------- */

long closed;

struct resource {
    int weight;
    KEPT explicit resource(int weight) : weight(weight)
    {
    }
    KEPT ~resource()
    {
        closed += weight;
    }
};

KEPT long evaluate(const std::string &text)
{
    resource held(1);
    return parser(text).whole()->value();
}

/* Passed by without a trace: no destructor, no handler. */
KEPT long pass_on(const std::string &text)
{
    long result = evaluate(text);
    return result + (closed & 1);
}

KEPT long translate(const std::string &text)
{
    try {
        return pass_on(text);
    } catch (const division_error &) {
        resource held(2);
        throw std::runtime_error("translated");
    } catch (const syntax_error &error) {
        if (error.position > 3)
            throw;
        return -1;
    }
}

KEPT long nested(const std::string &text, int depth)
{
    resource held(3);
    if (depth == 0)
        return translate(text);
    try {
        return nested(text, depth - 1) + 1;
    } catch (const std::exception &) {
        if (depth % 2)
            throw;
        try {
            return translate("1/0");
        } catch (...) {
            return -2;
        }
    }
}

template <typename T> KEPT T choose(const std::vector<T> &of, size_t idx)
{
    return of.at(idx); /* throws from inside the library */
}

template <typename T> KEPT long choose_safely(const std::vector<T> &of, size_t idx, long otherwise)
{
    try {
        return static_cast<long>(choose(of, idx));
    } catch (const std::out_of_range &) {
        return otherwise;
    }
}

KEPT void cannot_throw(long *count) noexcept
{
    try {
        throw *count;
    } catch (long caught) {
        *count = caught + 1;
    }
}

struct half_made {
    resource first, second;
    KEPT explicit half_made(int weight) : first(weight), second(weight + fail_if_odd(weight))
    {
    }
    static KEPT int fail_if_odd(int weight)
    {
        if (weight % 2)
            throw weight;
        return 1;
    }
};

KEPT long make(int weight)
{
    try {
        half_made whole(weight);
        return whole.second.weight;
    } catch (int) {
        return 0;
    }
}

/* ---- Operators, lambdas, work outside main ------------------------------------------- */

struct point {
    int x, y;
    KEPT bool operator<(const point &other) const
    {
        return x != other.x ? x < other.x : y < other.y;
    }
    KEPT point operator+(const point &other) const
    {
        return {x + other.x, y + other.y};
    }
};

KEPT long sort_points(int count)
{
    std::vector<point> points;
    std::map<point, int> seen;
    point at = {0, 0};
    for (int step = 0; step < count; step++) {
        at = at + point{step * 37 % 101, -step};
        points.push_back({at.x % 50, at.y % 7});
        seen[points.back()]++;
    }
    std::sort(points.begin(), points.end());
    std::function<long(const point &)> weigh = [&](const point &p) { return p.x * 3L + seen[p]; };
    long result = 0;
    for (const point &p : points)
        result = result * 3 % 1000003 + weigh(p);
    return result;
}

KEPT int first_value()
{
    return 7;
}

struct outside_main {
    int value;
    KEPT outside_main() : value(first_value())
    {
    }
    KEPT ~outside_main()
    {
        value = 0;
    }
} before_and_after;

KEPT long once()
{
    static const resource kept(first_value());
    return kept.weight;
}

} // namespace

int main()
{
    static const char *const texts[] = {"1+2*3", "(1+2)*3", "8/(4+4)/1", "1/0",       "(1+2",
                                        "1+",    "2*(3+x)", "12345*2",   "9/(3*0)+1", ")"};
    const std::vector<int> few = {3, 1, 4};
    const std::vector<double> numbers = {2.5, 7.5};
    long result = before_and_after.value;

    for (int round = 0; round < 40; round++)
        for (const char *text : texts) {
            try {
                result += nested(text, round % 6);
            } catch (const std::exception &error) {
                result += error.what()[0];
            }
            cannot_throw(&result);
            result += choose_safely(few, static_cast<size_t>(round % 5), 10);
            result += choose_safely(numbers, static_cast<size_t>(round % 3), 20);
            result += make(round) + once();
        }
    result += sort_points(300) + closed;
    std::printf("%ld\n", result);
    return 0;
}
