#!/usr/bin/env bash
# A build with budget=on: calls are counted by countdowns, so they are estimates, and
# within a 64th of the truth whatever the process does: threads, many short ones, fork,
# signals, jumps out of them, kill -9, static, shared, mixed with hooks.
#
# usage: budget.sh BUILD.  Run by ctest.
. "$(dirname "$0")/../support/whole.bash"
hooks=$flags
# With them there are self times (tests/truth/kernel_samples.sh), which none is without.
export CPROF_SAMPLES=off
flags="$flags -fplugin-arg-cprof-budget=on"

# expect_about PROFILE FUNCTION CALLS [FUNCTION CALLS]...: within a 64th of CALLS.
expect_about() {
    local profile=$1
    shift
    while [ $# -gt 0 ]; do
        expect_between "calls of $1 in $profile" "$(calls "$profile" "$1")" \
            "$((63 * $2 / 64))" "$((65 * $2 / 64))"
        shift 2
    done
}

# expect_bound PROFILE FUNCTION CALLS: the report's own bound holds.
expect_bound() {
    local off
    off=$(fact "$1" ".functions[] | select(.name == \"$2\") | .calls_error_percent * .calls / 100 + 1")
    expect_between "calls of $2 within their bound" "$(calls "$1" "$2")" \
        "$(awk "BEGIN { print $3 - $off }")" "$(awk "BEGIN { print $3 + $off }")"
}

cat >"$work/work.c" <<'C'
#include <stdlib.h>
volatile int sink;
__attribute__((noipa)) void leaf(void) { sink++; }
__attribute__((noipa)) void rare(void) { sink++; }
__attribute__((noipa)) int recursive(int n)
{
    int sum = n < 2 ? n : recursive(n - 1);
    if (n >= 2) sum += recursive(n - 2);
    sink++; /* no tail call */
    return sum;
}
int main(int count, char **words)
{
    int rounds = atoi(words[1]);
    for (int idx = 0; idx < rounds; idx++) leaf();
    for (int idx = 0; idx < 60; idx++) rare();
    return recursive(count + 20) == 77;
}
C

begin plain
compile work ../work.c
for rounds in 1 2 63 64 65 1000 123457 3000000; do
    rm -f cprof.out.*
    run 0 ./work $rounds
    expect_calls "$(the_profile)" main 1 rare 60
    expect_about "$(the_profile)" leaf $rounds recursive 57313
    expect_bound "$(the_profile)" leaf $rounds
done
expect "mode" "$(fact "$(the_profile)" '.run | "\(.mode) \(.calls_estimated)"')" "budget true"
expect "times" "$(fact "$(the_profile)" '[.functions[] | .self_ns, .total_ns, .avg_ns] | unique | tostring')" "[null]"
expect_between "sentences that say estimates" "$("$cprof" report "$(the_profile)" | grep -c estimates)" 2 2
expect "leaf's calls behind a ~" "$("$cprof" report "$(the_profile)" | grep -c '~[0-9,]* *leaf')" 1
expect "the same in the tree" "$("$cprof" tree "$(the_profile)" | grep -c '~[0-9,]* *.*leaf')" 1
expect_complete "$(the_profile)" true

begin modes
compile work ../work.c
for mode in adaptive exact budget; do
    CPROF_OUTPUT=$mode CPROF_MODE=$mode run 0 ./work 10000
    expect "mode for $mode" "$(fact $mode .run.mode)" budget
    expect "troubles for $mode" "$(fact $mode '.run.troubles | length')" 0
    expect_about $mode leaf 10000
done
CPROF_OUTPUT=count CPROF_MODE=count run 0 ./work 10000
expect "mode for count" "$(fact count .run.mode)" count
expect_calls count leaf 10000 rare 60 recursive 57313 main 1
CPROF_MODE=off run 0 ./work 10000
no_profile
CPROF_OUTPUT=wrong CPROF_MODE=wrong run 0 ./work 10
expect "mode for wrong" "$(fact wrong '"\(.run.mode) \(.run.troubles | length)"')" "budget 1"
flags=$hooks compile hooked ../work.c
CPROF_OUTPUT=asked CPROF_MODE=budget run 0 ./hooked 10
expect "asked of hooks" "$(fact asked '"\(.run.mode) \(.run.troubles[0] | contains("budget=on"))"')" "adaptive true"

begin kinds
for kind in -static -static-pie "-O0" "-fPIC" "-fplugin-arg-cprof-guard=on" "-static -fplugin-arg-cprof-guard=on" "-O3 -flto"; do
    [[ $kind != *flto ]] || ! is_clang || kind="$kind $(linker lld)"
    rm -f cprof.out.*
    # shellcheck disable=SC2086
    compile work ../work.c $kind || continue
    run 0 ./work 100000
    expect_about "$(the_profile)" leaf 100000 recursive 57313 rare 60 main 1
done

# Before the runtime has started, and before there is thread-local storage.
begin early
cat >early.c <<'C'
volatile int sink;
__attribute__((noipa)) void leaf(void) { sink++; }
static int one(void) { return 1; }
static int (*choose(void))(void) { leaf(); leaf(); return one; }
int chosen(void) __attribute__((ifunc("choose")));
__attribute__((constructor(101))) static void construct(void) { leaf(); }
int main(void) { for (int idx = 0; idx < 997; idx++) leaf(); return chosen() - 1; }
C
for kind in "" -static -static-pie -fPIC; do
    # shellcheck disable=SC2086
    compile early early.c $kind
    CPROF_OUTPUT=profile$kind run 0 ./early
    expect_between "calls of leaf ($kind)" "$(calls "profile$kind" leaf)" 980 1010
done

begin threads
cat >threads.c <<'C'
#include <pthread.h>
#include <stdlib.h>
volatile int sinks[64];
__attribute__((noipa)) void leaf(volatile int *sink) { ++*sink; }
__attribute__((noipa)) void *work(void *words)
{
    for (int idx = 0, rounds = atoi(words); idx < rounds; idx++) leaf(&sinks[(size_t)&idx >> 12 & 63]);
    return malloc(10);
}
int main(int count, char **words)
{
    (void)count;
    int at_once = atoi(words[1]), rounds = atoi(words[2]);
    for (int round = 0; round < rounds; round++) {
        pthread_t threads[16];
        for (int idx = 0; idx < at_once; idx++) pthread_create(&threads[idx], NULL, work, words[3]);
        for (int idx = 0; idx < at_once; idx++) pthread_join(threads[idx], NULL);
    }
    return 0;
}
C
compile threads threads.c -pthread
for counts in "2 1 2000000" "16 20 3000" "4 250 5" "1 1000 300"; do
    read -r at_once rounds calls <<<"$counts"
    rm -f cprof.out.*
    # shellcheck disable=SC2086
    run 0 ./threads $counts
    expect_about "$(the_profile)" work $((at_once * rounds)) leaf $((at_once * rounds * calls)) main 1
    expect_bound "$(the_profile)" leaf $((at_once * rounds * calls))
done

# Countdowns that all threads share: without a race as good as the threads' own.
compile threads threads.c -pthread -fPIC
rm -f cprof.out.*
run 0 ./threads 1 300 1000
expect_about "$(the_profile)" work 300 leaf 300000
rm -f cprof.out.*
run 0 ./threads 2 1 1000000
printf 'two threads that do nothing but race for one countdown: %s of 2,000,000 calls\n' "$(calls "$(the_profile)" leaf)"
expect_between "calls of leaf, raced for" "$(calls "$(the_profile)" leaf)" 100000 4000000

begin fork
cat >forks.c <<'C'
#include <stdlib.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
volatile int sink;
__attribute__((noipa)) void both(void) { sink++; }
__attribute__((noipa)) void in_child(void) { sink++; }
__attribute__((noipa)) void seldom(void) { sink++; }
int main(int count, char **words)
{
    (void)count;
    for (int idx = 0; idx < 100000; idx++) both(), seldom();
    int pid = fork();
    for (int idx = 0, rounds = atoi(words[pid == 0]); idx < rounds; idx++) both();
    if (pid == 0) {
        for (int idx = 0; idx < 50000; idx++) in_child();
        for (int idx = 0; idx < 20; idx++) seldom();
        return 0;
    }
    waitpid(pid, NULL, 0);
    for (int idx = 0; idx < 100000; idx++) both();
    printf("%d\n", getpid());
    return 0;
}
C
for kind in "" -fPIC; do
    rm -f cprof.out.*
    # shellcheck disable=SC2086
    compile forks forks.c $kind
    run 0 ./forks 30000
    parent=cprof.out.$(cat run.out)
    child=$(find . -name 'cprof.out.*' ! -name "$parent")
    expect_about "$parent" both 200000 main 1
    expect_calls "$parent" in_child 0
    expect_about "$child" in_child 50000
    expect_about "$parent" seldom 100000
    expect_calls "$child" seldom 20 # and not the rest of the parent's interval
    # What was left of the parent's interval is half guessed: by at most half of it.
    expect_between "calls of both in the child" "$(calls "$child" both)" $((30000 - 1600)) $((30000 + 1600))
    expect_bound "$child" both 30000
done

begin signals
cat >signals.c <<'C'
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>
volatile int sink, handled, jumps;
sigjmp_buf back;
__attribute__((noipa)) void leaf(void) { sink++; }
__attribute__((noipa)) void handler(int number)
{
    (void)number;
    for (int idx = 0; idx < 10; idx++) leaf();
    handled++;
    if (handled % 4 == 0) { jumps++; siglongjmp(back, 1); }
}
int main(void)
{
    struct itimerval every = {{0, 100}, {0, 100}};
    volatile long outside = 0;
    struct sigaction action = {.sa_handler = handler};
    sigaction(SIGALRM, &action, NULL);
    sigsetjmp(back, 1);
    setitimer(ITIMER_REAL, &every, NULL);
    while (outside < 5000000) { leaf(); outside++; }
    every = (struct itimerval){{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &every, NULL);
    printf("%ld %d %d\n", outside + 10l * handled, handled, jumps);
    return 0;
}
C
compile signals signals.c
run 0 ./signals
read -r calls handled jumps <run.out
expect_between "signals that came" "$handled" 50 10000000
# A jump may leave between a call and its count, or between a call and the next.
expect_between "calls of leaf beside a handler" "$(calls "$(the_profile)" leaf)" $((63 * calls / 64 - jumps)) $((65 * calls / 64 + jumps))
expect_about "$(the_profile)" handler "$handled"

begin killed
cat >killed.c <<'C'
#include <signal.h>
volatile int sink;
__attribute__((noipa)) void leaf(void) { sink++; }
int main(void)
{
    for (int idx = 0; idx < 777777; idx++) leaf();
    return raise(SIGKILL);
}
C
compile killed killed.c
run 137 ./killed
expect_about "$(the_profile)" leaf 777777 main 1
expect_complete "$(the_profile)" false

# A library by dlopen, closed and opened again; and one with hooks.
begin library
cat >library.c <<'C'
volatile int sink;
__attribute__((noipa)) void inner(void) { sink++; }
void work(int n) { for (int idx = 0; idx < n; idx++) inner(); }
C
cat >host.c <<'C'
#include <dlfcn.h>
#include <stdlib.h>
__attribute__((noipa)) void *open_one(void) { return dlopen("./library.so", RTLD_NOW); }
int main(int count, char **words)
{
    (void)count;
    for (int round = 0, rounds = atoi(words[1]); round < rounds; round++) {
        void *library = open_one();
        ((void (*)(int))dlsym(library, "work"))(300000 / rounds);
        dlclose(library);
    }
    return 0;
}
C
for library in budget hooks; do
    for host in budget hooks none; do
        words=$([ $library = budget ] && echo "$flags" || echo "$hooks")
        flags=$words compile library.so -fPIC -shared library.c
        words=$([ $host = budget ] && echo "$flags" || echo "$hooks")
        [ $host != none ] || words=$apart
        flags=$words compile host host.c
        for rounds in 3 300; do
            CPROF_OUTPUT=$library.$host.$rounds run 0 ./host $rounds
            expect_about $library.$host.$rounds inner 300000 work $rounds
            [ $host = none ] || expect_about $library.$host.$rounds open_one $rounds
        done
    done
done
expect "mode of an executable with tallies" "$(fact hooks.budget.3 .run.mode)" budget
expect "mode of one with hooks" "$(fact budget.hooks.3 .run.mode)" adaptive
expect "whose library's calls are estimates" "$(fact budget.hooks.3 '.run.calls_estimated')" true
expect "calls of a mixed program's hooks that are estimates" \
    "$(fact hooks.budget.3 '[.functions[] | select(.name == "inner") | .calls_error_percent] | add')" 0
expect "exact calls" "$(calls hooks.budget.3 inner)" 300000

# Objects of both kinds in one program, each calling the other, and an exception through both.
begin mixed
cat >mixed.h <<'C'
#ifdef __cplusplus
extern "C" {
#endif
void hooked(int n);
void tallied(int n);
#ifdef __cplusplus
}
#endif
C
cat >hooked.cc <<'C'
#include "mixed.h"
__attribute__((noipa)) void leaf_hooked() { __asm__ volatile(""); }
__attribute__((noipa)) void hooked(int n) { leaf_hooked(); if (n) tallied(n - 1); else throw 7; leaf_hooked(); }
C
cat >tallied.cc <<'C'
#include "mixed.h"
#include <thread>
__attribute__((noipa)) void leaf_tallied() { __asm__ volatile(""); }
__attribute__((noipa)) void tallied(int n) { leaf_tallied(); try { hooked(n); } catch (int) { if (n % 3 == 0) throw; } leaf_tallied(); }
static void work() { for (int idx = 0; idx < 20000; idx++) tallied(2); }
int main() { std::thread one(work), other(work); one.join(); other.join(); return 0; }
C
# shellcheck disable=SC2086
"$cxx" -O2 $hooks -c hooked.cc -o hooked.o
CC=$cxx compile mixed tallied.cc hooked.o -pthread
for mode in budget count; do
    CPROF_OUTPUT=$mode CPROF_MODE=$mode run 0 ./mixed
    # tallied(2), hooked(2), tallied(1), hooked(1), tallied(0), hooked(0), which throws to
    # tallied(0), which throws on to tallied(1)
    expect_calls $mode hooked 120000 "leaf_hooked()" 160000
    expect_about $mode tallied 120000 "leaf_tallied()" 200000 "work()" 2 main 1
    expect "times ($mode)" "$(fact $mode '[.functions[].self_ns] | unique | tostring')" "[null]"
done

# Blocks go to functions all the same, by default as a sample.
begin allocations
cat >allocations.c <<'C'
#include <stdlib.h>
__attribute__((noipa)) void *take(void) { return malloc(100000); }
int main(void) { for (int idx = 0; idx < 100; idx++) free(take()); return 0; }
C
compile allocations allocations.c
run 0 ./allocations
expect_between "bytes of take, sampled" "$(fact "$(the_profile)" '.allocations[] | select(.function == "take") | .total_bytes')" 7000000 13000000
CPROF_ALLOC=on CPROF_OUTPUT=all run 0 ./allocations
expect "bytes of take" "$(fact all '.allocations[] | select(.function == "take") | .total_bytes')" 10000000

# The program's own control.
begin control
cat >control.c <<'C'
#include <cprof/user.h>
volatile int sink;
__attribute__((noipa)) void leaf(void) { sink++; }
int main(void)
{
    for (int idx = 0; idx < 100000; idx++) leaf();
    cprof_run_pause();
    for (int idx = 0; idx < 900000; idx++) leaf();
    cprof_run_resume();
    for (int idx = 0; idx < 100000; idx++) leaf();
    return 0;
}
C
compile control control.c
run 0 ./control
expect_between "calls of leaf outside the pause" "$(calls "$(the_profile)" leaf)" 196000 204000
sed 's/cprof_run_pause/cprof_run_reset/; s/cprof_run_resume.*$//' control.c >reset.c
compile reset reset.c
rm -f cprof.out.*
run 0 ./reset
expect_between "calls of leaf since the reset" "$(calls "$(the_profile)" leaf)" 983000 1017000
expect_bound "$(the_profile)" leaf 1000000

# A function that takes a variable number of arguments has something in al; a leaf keeps
# variables below its stack pointer.
begin registers
cat >registers.c <<'C'
#include <stdarg.h>
__attribute__((noipa)) double sum(int count, ...)
{
    double sum = 0;
    va_list list;
    va_start(list, count);
    while (count--) sum += va_arg(list, double);
    va_end(list);
    return sum;
}
__attribute__((noipa)) int keeper(int n)
{
    volatile int kept[16];
    int sum = 0;
    for (int idx = 0; idx < 16; idx++) kept[idx] = n + idx;
    for (int idx = 0; idx < 16; idx++) sum += kept[idx];
    return sum;
}
__attribute__((noipa)) long six(long a, long b, long c, long d, long e, long f, long g) { return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g; }
int main(void)
{
    for (int n = 0; n < 100; n++) {
        if (sum(9, 1., 2., 3., 4., 5., 6., 7., 8., n + 0.) != 36 + n) return 1;
        if (keeper(n) != 16 * n + 120) return 2;
        if (six(n, 1, 2, 3, 4, 5, 6) != n + 112) return 3;
    }
    return 0;
}
C
for kind in -O0 -O2 "-O3 -fPIC" -Os; do
    # shellcheck disable=SC2086
    OPTIMISE=$kind compile registers registers.c
    run 0 ./registers
    for mode in count off; do CPROF_MODE=$mode run 0 ./registers; done
done
finish
