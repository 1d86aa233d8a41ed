#!/usr/bin/env bash
# Threads that come, go, are cancelled, exit from deep inside, and count in their
# last destructors; 64 at once and 10,000 one after another.
#
# usage: thread.sh BUILD.  Run by ctest.
. "$(dirname "$0")/../support/whole.bash"

begin together
cat >together.c <<'C'
#include <pthread.h>
static __thread volatile int sink;
__attribute__((noipa)) void leaf(void) { sink++; }
__attribute__((noipa)) void middle(int n) { leaf(); if (n) middle(n - 1); sink++; }
__attribute__((noipa)) void *start(void *x) { for (int idx = 0; idx < 10000; idx++) middle(3); return x; }
int main(void)
{
    pthread_t threads[64];
    for (int idx = 0; idx < 64; idx++) pthread_create(&threads[idx], 0, start, 0);
    for (int idx = 0; idx < 64; idx++) pthread_join(threads[idx], 0);
    return 0;
}
C
compile together together.c
for mode in adaptive exact count; do
    rm -f cprof.out.*
    CPROF_MODE=$mode run 0 ./together
    expect_calls "$(the_profile)" leaf 2560000 middle 2560000 start 64 main 1
    expect "lost calls ($mode)" "$(fact "$(the_profile)" .run.lost)" 0
done

# Sixty-four that want their first node, and the file's growth, in the same moment.
begin at_once
cat >at_once.c <<'C'
#include <pthread.h>
static __thread volatile int sink;
static pthread_barrier_t all;
__attribute__((noipa)) void leaf(void) { sink++; }
__attribute__((noipa)) void deep(int n) { leaf(); if (n) deep(n - 1); sink++; }
__attribute__((no_profile)) static void *start(void *x) { pthread_barrier_wait(&all); deep(20); return x; }
int main(void)
{
    pthread_t threads[64];
    pthread_barrier_init(&all, 0, 64);
    for (int idx = 0; idx < 64; idx++) pthread_create(&threads[idx], 0, start, 0);
    for (int idx = 0; idx < 64; idx++) pthread_join(threads[idx], 0);
    return 0;
}
C
compile at_once at_once.c
for ((try = 0; try < 20; try++)); do
    rm -f cprof.out.*
    CPROF_MODE=count run 0 ./at_once
    expect_calls "$(the_profile)" leaf 1344 deep 1344 main 1
done

# Trees of ended threads are taken over: the file does not grow with threads.
begin passing
cat >passing.c <<'C'
#include <pthread.h>
#include <stdlib.h>
static __thread volatile int sink;
__attribute__((noipa)) void leaf(void) { sink++; }
__attribute__((noipa)) void *start(void *x) { for (int idx = 0; idx < 10; idx++) leaf(); return x; }
__attribute__((noipa)) void *other(void *x) { leaf(); return x; }
int main(int count, char **words)
{
    int threads = atoi(words[1]);
    (void)count;
    for (int idx = 0; idx < threads; idx++) {
        pthread_t thread;
        pthread_create(&thread, 0, idx % 2 ? start : other, 0);
        pthread_join(thread, 0);
    }
    return 0;
}
C
compile passing passing.c
for mode in adaptive exact count; do
    rm -f cprof.out.*
    CPROF_MODE=$mode run 0 ./passing 10000
    profile=$(the_profile)
    expect_calls "$profile" leaf 55000 start 5000 other 5000 main 1
    expect "lost calls ($mode)" "$(fact "$profile" .run.lost)" 0
    nodes=$(info_number "$profile" Nodes)
    expect_between "nodes of 10,000 threads ($mode)" "$nodes" 5 64
    expect_between "size of the file ($mode)" "$(stat -c %s "$profile")" 1 200000
done

# Groups of 100 at once, 20 times: bounded by how many live together.
begin groups
cat >groups.c <<'C'
#include <pthread.h>
static __thread volatile int sink;
__attribute__((noipa)) void leaf(void) { sink++; }
__attribute__((noipa)) void *start(void *x) { for (int idx = 0; idx < 100; idx++) leaf(); return x; }
int main(void)
{
    for (int round = 0; round < 20; round++) {
        pthread_t threads[100];
        for (int idx = 0; idx < 100; idx++) pthread_create(&threads[idx], 0, start, 0);
        for (int idx = 0; idx < 100; idx++) pthread_join(threads[idx], 0);
    }
    return 0;
}
C
compile groups groups.c
CPROF_MODE=count run 0 ./groups
expect_calls "$(the_profile)" leaf 200000 start 2000 main 1
nodes=$(info_number "$(the_profile)" Nodes)
expect_between "nodes of 20 groups of 100 threads" "$nodes" 5 1000

begin endings
cat >endings.c <<'C'
#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static __thread volatile int sink;
static pthread_key_t key;
__attribute__((noipa)) void deep(int n, int way);
__attribute__((noipa)) void known(void) { sink++; }
__attribute__((noipa)) void end_here(int way)
{
    known();
    if (way == 0) pthread_exit(0);
    if (way == 1) { pthread_cancel(pthread_self()); for (;;) pthread_testcancel(); }
    if (way == 2) for (;;) pause();
}
void deep(int n, int way) { if (n) deep(n - 1, way); else end_here(way); sink++; }
__attribute__((noipa)) void cleaned(void *x) { (void)x; known(); }
__attribute__((noipa)) void key_gone(void *x)
{
    known();
    if ((long)x > 1) pthread_setspecific(key, (void *)((long)x - 1));
}
__attribute__((noipa)) void *start(void *x)
{
    pthread_setspecific(key, (void *)3L);
    pthread_cleanup_push(cleaned, 0);
    deep(20, (int)(long)x);
    pthread_cleanup_pop(0);
    return x;
}
int main(void)
{
    pthread_key_create(&key, key_gone);
    for (int idx = 0; idx < 300; idx++) {
        pthread_t thread;
        pthread_create(&thread, 0, start, (void *)(long)(idx % 3));
        if (idx % 3 == 2) { usleep(200); pthread_cancel(thread); }
        pthread_join(thread, 0);
    }
    return 0;
}
C
for optimise in -O0 -O2; do
    OPTIMISE=$optimise compile endings endings.c -fno-optimize-sibling-calls -fexceptions
    for mode in adaptive exact count; do
        rm -f cprof.out.*
        CPROF_MODE=$mode run 0 ./endings
        profile=$(the_profile)
        expect_calls "$profile" start 300 deep 6300 end_here 300 key_gone 900 cleaned 300 known 1500 main 1
        expect "lost calls ($mode)" "$(fact "$profile" .run.lost)" 0
    done
done

rm -f cprof.out.*
CPROF_MODE=off run 0 ./endings
no_profile

begin cxx_thread_local
cat >local.cc <<'C'
#include <thread>
#include <vector>
static thread_local volatile int sink;
extern "C" {
__attribute__((noipa)) void made(void) { sink++; }
__attribute__((noipa)) void gone(void) { sink++; }
__attribute__((noipa)) void body(void) { sink++; }
}
struct object { object() { made(); } ~object() { gone(); } void touch() { body(); } };
static thread_local object of_thread;
int main()
{
    for (int round = 0; round < 50; round++) {
        std::vector<std::thread> threads;
        for (int idx = 0; idx < 8; idx++) threads.emplace_back([] { of_thread.touch(); });
        for (auto &thread : threads) thread.join();
    }
    of_thread.touch();
    return 0;
}
C
CC=$cxx compile local local.cc -pthread
run 0 ./local
expect_calls "$(the_profile)" made 401 gone 401 body 401 main 1

# A thread whose first profiled call is in its last destructor.
begin late_arrival
cat >arrival.c <<'C'
#include <pthread.h>
#include <unistd.h>
static __thread volatile int sink;
static pthread_key_t key;
__attribute__((noipa)) void key_gone(void *x) { (void)x; sink++; }
__attribute__((no_profile)) static void *start(void *x) { pthread_setspecific(key, x); return x; }
int main(void)
{
    pthread_key_create(&key, key_gone);
    for (int idx = 0; idx < 500; idx++) {
        pthread_t thread;
        pthread_create(&thread, 0, start, &key);
        pthread_join(thread, 0);
    }
    return 0;
}
C
compile arrival arrival.c
run 0 ./arrival
expect_calls "$(the_profile)" key_gone 500 start 0

# main ends by pthread_exit, the process by its last thread.
begin main_leaves
cat >leaves.c <<'C'
#include <pthread.h>
#include <unistd.h>
static __thread volatile int sink;
__attribute__((noipa)) void known(void) { sink++; }
static void *start(void *x) { usleep(30000); for (int idx = 0; idx < 100; idx++) known(); return x; }
int main(void)
{
    pthread_t thread;
    pthread_create(&thread, 0, start, 0);
    pthread_exit(0);
}
C
compile leaves leaves.c
run 0 ./leaves
expect_calls "$(the_profile)" known 100 main 1 start 1
expect_complete "$(the_profile)" true

# No lock and no waiting between threads: the runtime makes no futex call, and a
# call costs as many instructions beside another thread as alone.
begin contention
cat >pair.c <<'C'
#include <pthread.h>
#include <stdlib.h>
static __thread volatile int sink;
__attribute__((noipa)) void leaf(void) { sink++; }
static int calls = 2000000;
__attribute__((noipa)) void *start(void *x) { for (int idx = 0; idx < calls; idx++) leaf(); return x; }
int main(int count, char **words)
{
    pthread_t threads[8];
    int total = atoi(words[1]);
    if (count > 2) calls = atoi(words[2]);
    for (int idx = 0; idx < total; idx++) pthread_create(&threads[idx], 0, start, 0);
    for (int idx = 0; idx < total; idx++) pthread_join(threads[idx], 0);
    return 0;
}
C
compile pair pair.c
"$cc" -O2 pair.c -o plain
collected() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" 2>&1 | awk '/Collected/ { print $4 }'
}
# instructions PROGRAM THREADS: of 300,000 calls a thread, without start and end.
instructions() { echo $(($(collected "$1" "$2" 400000) - $(collected "$1" "$2" 100000))); }
for mode in count exact; do
    export CPROF_MODE=$mode
    one=$(($(instructions ./pair 1) - $(instructions ./plain 1)))
    four=$(($(instructions ./pair 4) - $(instructions ./plain 4)))
    unset CPROF_MODE
    # A timed call counts its duration and keeps account of the probes, too.
    [ $mode = count ] && most=24 || most=430
    expect_between "instructions a call of one thread ($mode)" "$(awk "BEGIN { print $one / 3e5 }")" 1 $most
    expect_between "four threads' instructions a call beside one's ($mode)" "$(awk "BEGIN { print $four / 4 / $one }")" 0.98 1.02
done
if command -v strace >/dev/null; then
    for program in plain pair; do
        CPROF_SAMPLES=off strace -f -c -o $program.calls ./$program 4
        awk '$NF == "futex" { print $4 }' $program.calls >$program.futex
    done
    # What is left is pthread_create's and pthread_join's own.
    expect_between "futex calls beside the plain program's $(cat plain.futex)" "$(($(cat pair.futex || echo 0) + 0))" 0 $(($(cat plain.futex || echo 0) + 6))
    # The kernel's clocks are asked after long stretches, and others' growth is waited
    # for, as often as the machine is busy with other things; and its samples are asked for
    # by who runs ten milliseconds.  All else is start, growth and end.
    system_calls() { awk '$NF == "total" { sum += $4 } $NF ~ /^(clock_gettime|sched_yield)$/ { sum -= $4 } END { print sum + 0 }' "$1"; }
    expect_between "system calls more than the plain program's" \
        "$(($(system_calls pair.calls) - $(system_calls plain.calls)))" 1 120
else
    skip "no strace"
fi
finish
