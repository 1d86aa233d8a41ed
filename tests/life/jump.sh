#!/usr/bin/env bash
# Control that does not return the way it came: longjmp, stack switches, C++
# exceptions, signal handlers.  The path must be right afterwards, the counts exact.
#
# usage: jump.sh BUILD.  Run by ctest.
. "$(dirname "$0")/../support/whole.bash"

# expect_parent PROFILE FUNCTION PARENT: every context of it stands below PARENT.
expect_parent() {
    expect "parents of $2" \
        "$("$cprof" tree --format json "$1" | jq -r "[.. | objects | select(any(.children[]?; .name == \"$2\")) | .name] | unique | join(\" \")")" "$3"
}

# expect_off PROGRAM WORD...: switched off it behaves as always and leaves nothing.
expect_off() {
    rm -f cprof.out.*
    CPROF_MODE=off run 0 "$@"
    no_profile
}

begin longjmp
cat >jumps.c <<'C'
#include <setjmp.h>
#include <stdio.h>
static jmp_buf place;
volatile int sink;
__attribute__((noipa)) void after_jump(void) { sink++; }
__attribute__((noipa)) void dive(int depth) { if (depth) dive(depth - 1); else longjmp(place, 1); sink++; }
__attribute__((noipa)) void lands(void) { if (!setjmp(place)) dive(7); after_jump(); }
/* Jumped over: it never comes to its end. */
__attribute__((noipa)) void skipped(void) { dive(2); sink++; }
__attribute__((noipa)) void lands_above(void)
{
    for (volatile int again = 0; again < 3; again++) { if (!setjmp(place)) skipped(); after_jump(); }
}
__attribute__((noipa)) void tail(void) { sink++; }
int main(void)
{
    for (int idx = 0; idx < 1000; idx++) { lands(); lands_above(); tail(); }
    return 0;
}
C
for optimise in -O0 -O1 -O2 -O3 -Os; do
    OPTIMISE=$optimise compile jumps jumps.c -fno-optimize-sibling-calls
    for mode in adaptive exact count; do
        rm -f cprof.out.*
        CPROF_MODE=$mode run 0 ./jumps
        profile=$(the_profile)
        expect_calls "$profile" dive 17000 lands 1000 lands_above 1000 skipped 3000 after_jump 4000 tail 1000 main 1
        expect_parent "$profile" after_jump "lands lands_above"
        expect_parent "$profile" tail main
        expect_parent "$profile" lands main
    done
    expect_off ./jumps
done

begin contexts
cat >contexts.c <<'C'
#include <ucontext.h>
#include <stdio.h>
static ucontext_t main_context, contexts[4];
static char stacks[4][65536];
volatile int sink;
__attribute__((noipa)) void in_main(void) { sink++; }
#define FIBER(n) \
    __attribute__((noipa)) void work##n(void) { sink++; } \
    __attribute__((noipa)) void deep##n(int left) { if (left) deep##n(left - 1); else { swapcontext(&contexts[n], &main_context); } work##n(); } \
    __attribute__((noipa)) void fiber##n(void) { for (;;) { deep##n(3); work##n(); } }
FIBER(0) FIBER(1) FIBER(2) FIBER(3)
static void (*const fibers[4])(void) = {fiber0, fiber1, fiber2, fiber3};
int main(void)
{
    for (int idx = 0; idx < 4; idx++) {
        getcontext(&contexts[idx]);
        contexts[idx].uc_stack.ss_sp = stacks[idx];
        contexts[idx].uc_stack.ss_size = sizeof stacks[idx];
        makecontext(&contexts[idx], fibers[idx], 0);
    }
    for (int round = 0; round < 101; round++)
        for (int idx = 0; idx < 4; idx++) { swapcontext(&main_context, &contexts[idx]); in_main(); }
    return 0;
}
C
for optimise in -O0 -O2; do
    OPTIMISE=$optimise compile contexts contexts.c -fno-optimize-sibling-calls
    for mode in adaptive exact count; do
        rm -f cprof.out.*
        CPROF_MODE=$mode run 0 ./contexts
        profile=$(the_profile)
        expect_calls "$profile" in_main 404 fiber0 1 fiber3 1 deep0 404 deep2 404 work0 500 work1 500 work3 500 main 1
        expect_parent "$profile" in_main main
        expect_parent "$profile" work2 "deep2 fiber2"
    done
    expect_off ./contexts
done

begin exceptions
cat >throws.cc <<'C'
#include <stdexcept>
#include <string>
volatile int sink;
struct guard { ~guard(); };
extern "C" {
__attribute__((noipa)) void cleaned(void) { sink++; }
__attribute__((noipa)) void after_catch(void) { sink++; }
__attribute__((noipa)) void thrower(int depth)
{
    guard here;
    if (depth == 0) throw std::runtime_error(std::string("deep"));
    thrower(depth - 1);
    sink++;
}
__attribute__((noipa)) void passes(void) { thrower(4); sink++; }
__attribute__((noipa)) void catches(void)
{
    try { passes(); } catch (const std::exception &) { after_catch(); }
    after_catch();
}
__attribute__((noipa)) void rethrows(void)
{
    try { passes(); } catch (...) { after_catch(); throw; }
}
__attribute__((noipa)) void outer(void) { try { rethrows(); } catch (...) { after_catch(); } }
__attribute__((noipa)) void no_throw(void) noexcept { catches(); sink++; }
__attribute__((noipa)) void last(void) { sink++; }
}
guard::~guard() { cleaned(); }
int main() { for (int idx = 0; idx < 200; idx++) { catches(); outer(); no_throw(); last(); } return 0; }
C
for optimise in -O0 -O1 -O2 -O3 -Os; do
    OPTIMISE=$optimise CC=$cxx compile throws throws.cc -fno-optimize-sibling-calls
    for mode in adaptive exact count; do
        rm -f cprof.out.*
        CPROF_MODE=$mode run 0 ./throws
        profile=$(the_profile)
        expect_calls "$profile" thrower 3000 cleaned 3000 passes 600 catches 400 outer 200 rethrows 200 after_catch 1200 last 200 main 1
        expect_parent "$profile" after_catch "catches outer rethrows"
        expect_parent "$profile" last main
    done
    expect_off ./throws
done

begin thrown_through
cat >through.cc <<'C'
extern "C" void call_back(void (*)(int), int);
volatile int sink;
extern "C" {
__attribute__((noipa)) void thrower(int x) { sink++; throw x; }
__attribute__((noipa)) void after_catch(void) { sink++; }
}
int main() { for (int idx = 0; idx < 100; idx++) try { call_back(thrower, idx); } catch (int) { after_catch(); } return 0; }
C
cat >middle.c <<'C'
volatile int middle_sink;
void call_back(void (*function)(int), int x) { function(x); middle_sink++; }
C
compile middle.o -c -fexceptions middle.c
CC=$cxx compile through through.cc middle.o
run 0 ./through
expect_calls "$(the_profile)" thrower 100 call_back 100 after_catch 100 main 1
expect_parent "$(the_profile)" after_catch main

# An uncaught exception, and std::terminate in noexcept.
begin uncaught
cat >uncaught.cc <<'C'
volatile int sink;
extern "C" __attribute__((noipa)) void thrower(void) { sink++; throw 1; }
extern "C" __attribute__((noipa)) void wall(void) noexcept { thrower(); sink++; }
int main(int count, char **) { if (count > 1) wall(); thrower(); }
C
CC=$cxx compile uncaught uncaught.cc
for words in "" wall; do
    rm -f cprof.out.*
    # shellcheck disable=SC2086
    run 134 bash -c "./uncaught $words; exit \$?"
    expect_calls "$(the_profile)" thrower 1 main 1
done

begin signals
cat >signals.c <<'C'
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
static __thread volatile int sink;
static volatile long handled, jumped;
static sigjmp_buf place;
static volatile int may_jump;
__attribute__((noipa)) void in_handler(int depth) { if (depth) in_handler(depth - 1); sink++; }
__attribute__((noipa)) void handler(int number)
{
    (void)number;
    handled++;
    in_handler(3);
    if (may_jump && handled % 2) { jumped++; siglongjmp(place, 1); }
}
__attribute__((noipa)) void leaf(void) { sink++; }
__attribute__((noipa)) void middle(void) { leaf(); leaf(); sink++; }
int main(int count, char **words)
{
    static char other_stack[65536];
    stack_t stack = {.ss_sp = other_stack, .ss_size = sizeof other_stack};
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK | SA_RESTART};
    long long rounds = 0;
    (void)words;
    sigaltstack(&stack, 0);
    sigaction(SIGALRM, &action, 0);
    struct itimerval timer = {{0, 100}, {0, 100}};
    setitimer(ITIMER_REAL, &timer, 0);
    time_t end = time(0) + 2;
    volatile long long safe_rounds = 0;
    if (count > 1) {
        /* Between the count of a round and its call a jump may come: then the
         * round is not known to be whole, so only whole ones are told. */
        sigsetjmp(place, 1);
        may_jump = 1;
        while (time(0) < end) { middle(); safe_rounds++; }
        may_jump = 0;
        rounds = safe_rounds;
    } else {
        while (time(0) < end) for (int idx = 0; idx < 1000; idx++) { middle(); rounds++; }
    }
    timer.it_value.tv_usec = 0;
    setitimer(ITIMER_REAL, &timer, 0);
    printf("%lld %ld %ld\n", rounds, handled, jumped);
    return 0;
}
C
compile signals signals.c -fno-optimize-sibling-calls
for mode in adaptive exact count; do
    rm -f cprof.out.*
    CPROF_MODE=$mode run 0 ./signals
    read -r rounds handled jumped <run.out
    profile=$(the_profile)
    expect_calls "$profile" middle "$rounds" leaf $((2 * rounds)) handler "$handled" in_handler $((4 * handled)) main 1
    expect "lost calls ($mode)" "$(fact "$profile" .run.lost)" 0
    rm -f cprof.out.*
    CPROF_MODE=$mode run 0 ./signals jump
    read -r rounds handled jumped <run.out
    profile=$(the_profile)
    expect_calls "$profile" handler "$handled" in_handler $((4 * handled)) main 1
    expect_between "middle after $jumped jumps ($mode)" "$(calls "$profile" middle)" "$rounds" $((rounds + jumped))
    expect "lost calls ($mode)" "$(fact "$profile" .run.lost)" 0
done
expect_off ./signals
expect_off ./signals jump

# A handler for the stack's own overflow: everything runs on another stack.
begin overflow
cat >overflow.c <<'C'
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
static sigjmp_buf place;
volatile int sink;
__attribute__((noipa)) void caught(void) { sink++; }
__attribute__((noipa)) void handler(int number) { (void)number; caught(); siglongjmp(place, 1); }
__attribute__((noipa)) int endless(int n) { volatile char room[100]; room[0] = (char)n; return endless(n + 1) + room[0]; }
__attribute__((noipa)) void after(void) { sink++; }
int main(void)
{
    static char other_stack[65536];
    stack_t stack = {.ss_sp = other_stack, .ss_size = sizeof other_stack};
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
    sigaltstack(&stack, 0);
    sigaction(SIGSEGV, &action, 0);
    for (volatile int idx = 0; idx < 5; idx++) { if (!sigsetjmp(place, 1)) endless(0); after(); }
    return 0;
}
C
compile overflow overflow.c
for mode in adaptive exact count; do
    rm -f cprof.out.*
    CPROF_MODE=$mode run 0 ./overflow
    expect_calls "$(the_profile)" caught 5 handler 5 after 5 main 1
    expect_parent "$(the_profile)" after main
done
expect_off ./overflow
finish
