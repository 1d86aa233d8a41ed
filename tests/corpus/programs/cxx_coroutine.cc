/* options: -std=c++20 */
#include <coroutine>

#include "corpus.h"

struct task {
    struct promise_type {
        int value = 0;
        KEEP task get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
        KEEP std::suspend_always initial_suspend() noexcept { return {}; }
        KEEP std::suspend_always final_suspend() noexcept { return {}; }
        KEEP std::suspend_always yield_value(int n)
        {
            value = n;
            return {};
        }
        KEEP void return_void() {}
        KEEP void unhandled_exception() { throw; }
    };
    std::coroutine_handle<promise_type> handle;
};

KEEP task in_default_coroutine(int n)
{
    for (int idx = 0; idx < n; idx++)
        co_yield idx;
}

KEEP task out_attribute_no_profile_coroutine(int n) __attribute__((no_profile));
task out_attribute_no_profile_coroutine(int n)
{
    co_yield n;
}

__attribute__((profile)) task in_attribute_profile_coroutine(int n)
{
    co_yield n;
}

int main()
{
    task numbers = in_default_coroutine(3), other = out_attribute_no_profile_coroutine(4),
         third = in_attribute_profile_coroutine(5);
    int sum = 0;

    while (numbers.handle.resume(), !numbers.handle.done())
        sum += numbers.handle.promise().value;
    other.handle.resume();
    third.handle.resume();
    sum += other.handle.promise().value + third.handle.promise().value;
    numbers.handle.destroy();
    other.handle.destroy();
    third.handle.destroy();
    return sum != 3 + 4 + 5;
}
