#!/usr/bin/env bash
# Control flow and code that compilers' own test suites are full of: computed goto,
# asm goto, non-local goto, variable frames, varargs, setjmp, naked, noreturn,
# vfork, OpenMP, coroutines, large C++.  GCC verifies its own trees (-fchecking);
# nested functions, __builtin_apply and OpenMP are its alone here.
#
# usage: corner.sh BUILD [all].  Run by ctest; `all` has the large C++ at every level.
. "$(dirname "$0")/../support/whole.bash"
all=${2:-no}
verifying=-fchecking=2
is_clang && verifying=

begin c
cat >corner.c <<'C'
#define _GNU_SOURCE
#include <alloca.h>
#include <complex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
volatile int sink;
__attribute__((noipa)) int computed_goto(const char *code)
{
    static void *const labels[] = {&&add, &&subtract, &&end};
    int sum = 0;
    goto *labels[*code - 'a'];
add: sum++; goto *labels[*++code - 'a'];
subtract: sum--; goto *labels[*++code - 'a'];
end: return sum;
}
__attribute__((noipa)) int asm_goto(int n)
{
    __asm__ goto("testl %0, %0\n\tje %l1" : : "r"(n) : "cc" : zero);
    return 1;
zero: return 2;
}
#ifndef __clang__
__attribute__((noipa)) int nonlocal(int depth)
{
    __label__ out;
    int result = 0;
    __attribute__((noipa)) void inner(int n) { if (n == 0) { result = depth; goto out; } inner(n - 1); sink++; }
    inner(depth);
    result = -1;
out: return result;
}
__attribute__((noipa)) int apply(int (*function)(int), int n) { return function(n); }
__attribute__((noipa)) int trampoline(int base) { __attribute__((noipa)) int add(int n) { return n + base; } return apply(add, 5); }
#else
#define nonlocal(depth) (depth)
#define trampoline(base) ((base) + 5)
#endif
__attribute__((noipa)) int variable_frame(int n)
{
    int numbers[n];
    char *text = alloca((size_t)n * 3);
    memset(text, n, (size_t)n * 3);
    for (int idx = 0; idx < n; idx++) numbers[idx] = text[idx];
    return numbers[n - 1];
}
__attribute__((noipa)) int variadic(int count, ...)
{
    va_list list, copy;
    int sum = 0;
    va_start(list, count);
    va_copy(copy, list);
    for (int idx = 0; idx < count; idx++) sum += va_arg(list, int) + (idx % 2 ? (int)va_arg(list, double) : 0);
    va_end(copy);
    va_end(list);
    return sum;
}
__attribute__((noipa)) double many(double a, double b, double c, double d, double e, double f, double g, double h, double i, int j, int k, int l, int m, int n, int o, int p, long double q)
{
    return a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p + (double)q;
}
typedef struct { long one, two, three, four; } large;
typedef struct { double one; long two; } small;
__attribute__((noipa)) large by_memory(large x, int n) { x.four += n; return x; }
__attribute__((noipa)) small by_registers(small x) { x.two++; return x; }
__attribute__((noipa)) double complex rotate(double complex z) { return z * I; }
__attribute__((noipa)) __int128 wide(__int128 x) { return x * 3; }
typedef int vector __attribute__((vector_size(16)));
__attribute__((noipa)) vector vectors(vector a, vector b) { return a * b + a; }
__attribute__((naked, noipa)) int naked_one(void) { __asm__("movl $1, %eax\n\tret"); }
static jmp_buf place;
__attribute__((noipa, noreturn)) void leaves(int n) { longjmp(place, n); }
__attribute__((noipa)) int returns_twice(void)
{
    volatile int rounds = 0;
    int got = setjmp(place);
    rounds++;
    if (got < 3) leaves(got + 1);
    return rounds;
}
__attribute__((noipa)) int with_vfork(void)
{
    int status;
    pid_t pid = vfork();
    if (pid == 0) _exit(4);
    waitpid(pid, &status, 0);
    return WEXITSTATUS(status);
}
__attribute__((noipa)) int switch_on(int n)
{
    switch (n) { case 0: return 5; case 1: return 3; case 2: return 9; case 3: return 1; case 4: return 77; case 100: return 6; default: return 0; }
}
__attribute__((noipa)) int tail_callee(int n) { return n + 1; }
__attribute__((noipa)) int tail_caller(int n) { return tail_callee(n * 2); }
__attribute__((noipa)) void nothing(void) {}
__attribute__((noipa)) void tail_void(void) { nothing(); }
__attribute__((always_inline)) static inline int always(int n) { return n + 1; }
__attribute__((cold, noipa)) int cold_one(int n) { return n; }
__attribute__((hot, noipa)) int hot_one(int n) { return n; }
__attribute__((const, noipa)) int const_one(int n) { return n; }
__attribute__((pure, noipa)) int pure_one(const int *n) { return *n; }
#ifdef __clang__
#define unoptimised optnone
#else
#define unoptimised optimize("O0")
#endif
__attribute__((unoptimised, noipa)) int optimised_apart(int n) { int x = n; return x; }
__attribute__((target("avx2"), noipa)) int target_apart(int n) { return n; }
__attribute__((ms_abi, noipa)) int other_abi(int a, int b, int c, int d, int e, double f) { return a + b + c + d + e + (int)f; }
__attribute__((regparm(3), noipa)) int regparm_one(int a) { return a; }
__attribute__((force_align_arg_pointer, noipa)) int aligned_one(int a) { return a; }
__attribute__((no_caller_saved_registers, target("general-regs-only"), noipa)) int saves_all(int a) { return a; }
__attribute__((noipa)) int big_frame(int n) { volatile char room[100000]; room[n] = 1; return room[n]; }
__attribute__((noipa)) int aligned_frame(int n) { _Alignas(64) volatile char room[64]; room[0] = (char)n; return ((long)room % 64) + room[0]; }
__attribute__((noipa)) int never_returns_part(int n) { if (n > 1000) for (;;) sink++; return n; }
__attribute__((noipa)) int unreachable_end(int n) { if (n) return 1; __builtin_unreachable(); }
__attribute__((noipa)) int aliased(int n) { return n; }
int alias_of(int n) __attribute__((alias("aliased")));
__attribute__((weak, noipa)) int weak_one(int n) { return n; }
__attribute__((section(".text.own"), noipa)) int own_section(int n) { return n; }
__attribute__((noipa)) int labelled(int n) __asm__("own_label");
int labelled(int n) { return n; }
__attribute__((noipa)) void gone(int *x) { sink += *x; }
__attribute__((noipa)) int cleanup_user(void) { __attribute__((cleanup(gone))) int value = 3; return value; }
#ifndef __clang__
__attribute__((noipa)) void builtin_apply(int n) { void *arguments = __builtin_apply_args(); void *result = __builtin_apply((void (*)())tail_callee, arguments, 64); __builtin_return(result); (void)n; }
#endif
__attribute__((noipa)) void *frame_address(void) { return __builtin_return_address(0); }
int main(void)
{
    long sum = 0;
    for (int idx = 0; idx < 100; idx++) {
        int one = 1;
        sum += computed_goto("aabac") + asm_goto(idx % 2) + nonlocal(4) + trampoline(idx) + variable_frame(idx + 1);
        sum += variadic(2, 1, 2, 3.0) + (long)many(1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8.0L);
        sum += by_memory((large){1, 2, 3, 4}, idx).four + by_registers((small){1.5, idx}).two + (long)cimag(rotate(3.0)) + (long)wide(idx);
        sum += vectors((vector){1, 2, 3, 4}, (vector){idx, 1, 1, 1})[0] + naked_one() + returns_twice() + (idx % 10 == 0 ? with_vfork() : 0);
        sum += switch_on(idx) + tail_caller(idx) + always(idx) + cold_one(1) + hot_one(1) + const_one(idx) + pure_one(&one) + optimised_apart(idx);
        sum += (__builtin_cpu_supports("avx2") ? target_apart(1) : 1) + other_abi(1, 2, 3, 4, 5, 6.0) + regparm_one(1) + aligned_one(1) + saves_all(1);
        sum += big_frame(idx) + aligned_frame(idx) + never_returns_part(idx) + unreachable_end(1) + alias_of(2) + weak_one(1) + own_section(1) + labelled(1) + cleanup_user();
        tail_void();
        sum += frame_address() != 0;
    }
    printf("%ld\n", sum);
    return 0;
}
C
for optimise in -O0 -Og -O1 -O2 -O3 -Os "-O2 -fPIC" "-O2 -g -fno-omit-frame-pointer" "-O3 -march=x86-64-v3" "-O2 -fcf-protection=full" "-O2 -fsanitize=undefined" "-O2 -fstack-protector-strong" "-O2 -flto" "-O2 -mcmodel=large"; do
    case_name="corner.c $optimise"
    rm -f cprof.out.* program
    ! is_clang || [ "$optimise" != "-O2 -flto" ] || optimise="$optimise $(linker lld)"
    # shellcheck disable=SC2086  # words
    $cc $optimise $apart -w corner.c -o plain -lm && wanted=$(./plain)
    OPTIMISE="$optimise -w $verifying" compile program corner.c -lm || continue
    for mode in exact count; do
        rm -f cprof.out.*
        CPROF_MODE=$mode run 0 ./program
        expect "output" "$(cat run.out)" "$wanted"
        profile=$(the_profile)
        expect_calls "$profile" main 1 computed_goto 100 asm_goto 100 variable_frame 100 variadic 100 \
            many 100 by_memory 100 by_registers 100 rotate 100 wide 100 vectors 100 naked_one 0 returns_twice 100 leaves 300 with_vfork 10 \
            switch_on 100 tail_caller 100 tail_callee 100 nothing 100 tail_void 100 cold_one 100 other_abi 100 aligned_frame 100 big_frame 100 \
            never_returns_part 100 own_section 100 own_label 100 weak_one 100 aliased 100 cleanup_user 100 frame_address 100 optimised_apart 100
        if ! is_clang; then
            expect_calls "$profile" nonlocal 100 trampoline 100 apply 100
        fi
        inner=$(fact "$profile" '[.functions[] | select(.name | startswith("inner")) | .calls] | add')
        is_clang || expect "calls of inner" "$inner" 500
        expect "lost calls" "$(fact "$profile" .run.lost)" 0
    done
    CPROF_MODE=off run 0 ./program
    expect "output (off)" "$(cat run.out)" "$wanted"
done

begin cxx
cat >large.cc <<'C'
#include <algorithm>
#include <any>
#include <deque>
#include <filesystem>
#include <functional>
#include <future>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <unordered_map>
#include <variant>
#include <vector>
struct first { virtual ~first() = default; virtual int one() { return 1; } };
struct second { virtual ~second() = default; virtual int two() { return 2; } };
struct both : first, virtual second { int one() override { return 3; } int two() override { return 4; } };
extern "C" __attribute__((noipa)) int known(int n) { if (n % 5 == 0) throw std::invalid_argument("five"); return n; }
struct raii { std::string text; raii(std::string t) : text(std::move(t)) {} ~raii() { text.clear(); } };
static std::string fold(const std::vector<std::variant<int, std::string, double>> &all)
{
    std::ostringstream out;
    for (const auto &one : all)
        std::visit([&out](const auto &value) { out << value << ' '; }, one);
    return out.str();
}
template <int n> struct counted { static int value() { return n + counted<n - 1>::value(); } };
template <> struct counted<0> { static int value() { return 0; } };
int main()
{
    long sum = 0;
    std::map<std::string, std::shared_ptr<raii>> all;
    std::unordered_map<int, std::vector<int>> lists;
    std::regex word("([a-z]+)([0-9]+)");
    for (int idx = 0; idx < 1000; idx++) {
        raii here("x" + std::to_string(idx));
        try { sum += known(idx); } catch (const std::invalid_argument &error) { sum += std::string(error.what()).size(); }
        all[here.text] = std::make_shared<raii>(here.text);
        lists[idx % 7].push_back(idx);
        std::smatch match;
        std::string text = "abc" + std::to_string(idx);
        if (std::regex_match(text, match, word)) sum += std::stoi(match[2]);
    }
    both object;
    second *base = &object;
    sum += base->two() + static_cast<first &>(object).one() + counted<20>::value();
    std::function<int(int)> recursive = [&](int n) { return n < 2 ? n : recursive(n - 1) + recursive(n - 2); };
    sum += recursive(12) + (long)fold({1, std::string("two"), 3.5}).size();
    auto future = std::async(std::launch::async, [] { throw std::runtime_error("x"); return 1; });
    try { sum += future.get(); } catch (const std::runtime_error &) { sum += 7; }
    std::vector<int> numbers(500);
    std::mt19937 random(1);
    for (auto &number : numbers) number = (int)(random() % 1000);
    std::sort(numbers.begin(), numbers.end(), std::greater<>());
    sum += numbers[0];
    std::cout << sum << '\n';
    return 0;
}
C
# shellcheck disable=SC2086
$cxx -O1 $apart -std=c++17 large.cc -o plain -pthread
wanted=$(./plain)
levels=("-O2 -g")
[ $all = no ] || levels+=("-O0" "-O3 -fPIC") # half a minute
for optimise in "${levels[@]}"; do
    case_name="large.cc $optimise"
    rm -f cprof.out.* program
    OPTIMISE="$optimise -std=c++17 $verifying" CC=$cxx compile program large.cc -pthread || continue
    run 0 ./program
    expect "output" "$(cat run.out)" "$wanted"
    expect_calls "$(the_profile)" known 1000 main 1
    expect "lost calls" "$(fact "$(the_profile)" .run.lost)" 0
    CPROF_MODE=off run 0 ./program
    expect "output (off)" "$(cat run.out)" "$wanted"
done

if ! is_clang; then
begin openmp
cat >parallel.c <<'C'
#include <stdio.h>
static __thread volatile int sink;
__attribute__((noipa)) int unit(int n) { sink++; return n; }
int main(void)
{
    long sum = 0;
    for (int round = 0; round < 20; round++) {
#pragma omp parallel for reduction(+ : sum) num_threads(4)
        for (int idx = 0; idx < 1000; idx++) sum += unit(idx);
    }
#pragma omp parallel num_threads(4)
#pragma omp single
    for (int idx = 0; idx < 100; idx++) {
#pragma omp task
        unit(idx);
    }
    printf("%ld\n", sum);
    return 0;
}
C
for optimise in -O0 -O2; do
    rm -f cprof.out.*
    OPTIMISE="$optimise $verifying" compile parallel parallel.c -fopenmp
    run 0 ./parallel
    expect "output" "$(cat run.out)" 9990000
    expect_calls "$(the_profile)" unit 20100 main 1
done
fi

begin coroutines
cat >generator.cc <<'C'
#include <coroutine>
#include <cstdio>
#include <utility>
volatile int sink;
extern "C" __attribute__((noipa)) void in_coroutine() { sink++; }
extern "C" __attribute__((noipa)) void in_main() { sink++; }
struct generator {
    struct promise_type {
        int value;
        generator get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
        std::suspend_always initial_suspend() noexcept { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        std::suspend_always yield_value(int v) { value = v; return {}; }
        void return_void() {}
        void unhandled_exception() { throw; }
    };
    std::coroutine_handle<promise_type> handle;
    ~generator() { if (handle) handle.destroy(); }
};
static generator count(int n) { for (int idx = 0; idx < n; idx++) { in_coroutine(); co_yield idx; } if (n == 7) throw 7; }
int main()
{
    long sum = 0;
    for (int round = 0; round < 50; round++) {
        auto numbers = count(round % 8);
        try {
            while (numbers.handle.resume(), !numbers.handle.done()) { sum += numbers.handle.promise().value; in_main(); }
        } catch (int) { in_main(); }
    }
    std::printf("%ld\n", sum);
    return 0;
}
C
for optimise in -O0 -O2; do
    rm -f cprof.out.*
    OPTIMISE="$optimise -std=c++20 $verifying" CC=$cxx compile generator generator.cc || continue
    run 0 ./generator
    # 6 rounds of 0 + 1 + ... + 7, one of 0 and one of 1; six times the throw of 7.
    expect "output" "$(cat run.out)" 336
    expect_calls "$(the_profile)" in_coroutine 169 in_main 175 main 1
done
finish
