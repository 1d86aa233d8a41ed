#!/usr/bin/env bash
# Shared objects: linked, opened, closed and opened again, in programs with hooks
# and without, and calls that cross between them: one tree, exact counts.
#
# usage: module.sh BUILD.  Run by ctest.
. "$(dirname "$0")/../support/whole.bash"

sources() {
    cat >ping.c <<'C'
volatile int ping_sink;
__attribute__((noipa)) void ping_leaf(void) { ping_sink++; }
/* Calls back into whoever gave the pointer. */
__attribute__((noipa)) void ping(int left, void (*other)(int, void *), void *back)
{
    ping_leaf();
    if (left) other(left - 1, back);
    ping_sink++;
}
C
    cat >pong.c <<'C'
volatile int pong_sink;
__attribute__((noipa)) void pong_leaf(void) { pong_sink++; }
__attribute__((noipa)) void pong(int left, void *back)
{
    void (*ping)(int, void (*)(int, void *), void *) = back;
    pong_leaf();
    if (left) ping(left - 1, pong, back);
    pong_sink++;
}
C
    cat >host.c <<'C'
#include <dlfcn.h>
#include <stdio.h>
typedef void ping_function(int, void (*)(int, void *), void *);
int main(void)
{
    void *first = dlopen("./libping.so", RTLD_NOW | RTLD_LOCAL);
    void *second = dlopen("./libpong.so", RTLD_NOW | RTLD_LOCAL);
    if (!first || !second) { puts(dlerror()); return 1; }
    ping_function *ping = (ping_function *)dlsym(first, "ping");
    void (*pong)(int, void *) = (void (*)(int, void *))dlsym(second, "pong");
    for (int idx = 0; idx < 100; idx++) ping(9, pong, (void *)ping);
    return 0;
}
C
}

# 100 rounds of ten calls, half of them in each library.
expect_rounds() {
    expect_calls "$1" ping 500 pong 500 ping_leaf 500 pong_leaf 500
    expect "lost calls" "$(fact "$1" .run.lost)" 0
    expect_complete "$1" true
}

# Self recursion through two modules is one cycle: were there two trees, no path
# would lead from one library's function to the other's.
expect_one_tree() {
    expect "a path through both libraries" \
        "$("$cprof" tree --format json "$1" | jq '[.. | objects | select(.name == "ping") | .. | objects | select(.name == "pong") | .children[]? | select(.name == "pong_leaf")] | length > 0')" true
}

begin plain_host
sources
compile libping.so -fPIC -shared ping.c
compile libpong.so -fPIC -shared pong.c
"$cc" -O2 host.c -o host -ldl
for mode in adaptive exact count; do
    rm -f cprof.out.*
    CPROF_MODE=$mode run 0 ./host
    expect_rounds "$(the_profile)"
    expect_one_tree "$(the_profile)"
    expect "threads" "$(fact "$(the_profile)" .run.threads)" 1
done

begin hooked_host
sources
compile libping.so -fPIC -shared ping.c
compile libpong.so -fPIC -shared pong.c
for kind in "" -fPIC -no-pie; do
    # shellcheck disable=SC2086
    compile host host.c $kind -ldl
    rm -f cprof.out.*
    run 0 ./host
    expect_rounds "$(the_profile)"
    expect_one_tree "$(the_profile)"
    expect_calls "$(the_profile)" main 1
done

begin mixed
sources
"$cc" -O2 -fPIC -shared ping.c -o libping.so
compile libpong.so -fPIC -shared pong.c
compile host host.c -ldl
run 0 ./host
expect_calls "$(the_profile)" pong 500 pong_leaf 500 ping 0 main 1

begin linked
sources
compile libping.so -fPIC -shared ping.c
compile libpong.so -fPIC -shared pong.c
cat >linked.c <<'C'
void ping(int, void (*)(int, void *), void *);
void pong(int, void *);
int main(void) { for (int idx = 0; idx < 100; idx++) ping(9, pong, (void *)ping); return 0; }
C
for hooks in yes no; do
    rm -f cprof.out.*
    if [ $hooks = yes ]; then
        compile linked linked.c -L. -lping -lpong -Wl,-rpath,"$PWD"
    else
        "$cc" -O2 linked.c -o linked -L. -lping -lpong -Wl,-rpath,"$PWD"
    fi
    run 0 ./linked
    expect_rounds "$(the_profile)"
    expect_one_tree "$(the_profile)"
done

# Opened and closed again and again: each time new ids, and all counts are kept.
begin reopen
cat >plugin.c <<'C'
volatile int plugin_sink;
__attribute__((noipa)) void inner(void) { plugin_sink++; }
void outer(void) { for (int idx = 0; idx < 10; idx++) inner(); }
__attribute__((constructor)) static void opened(void) { inner(); }
__attribute__((destructor)) static void closed(void) { inner(); }
C
cat >reopen.c <<'C'
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
int main(int count, char **words)
{
    int rounds = count > 1 ? atoi(words[1]) : 1;
    for (int idx = 0; idx < rounds; idx++) {
        void *library = dlopen("./libplugin.so", RTLD_NOW);
        if (!library) { puts(dlerror()); return 1; }
        ((void (*)(void))dlsym(library, "outer"))();
        dlclose(library);
    }
    return 0;
}
C
compile libplugin.so -fPIC -shared plugin.c
compile hooked reopen.c -ldl
"$cc" -O2 reopen.c -o plain -ldl
for program in hooked plain; do
    rm -f cprof.out.*
    run 0 ./$program 100
    profile=$(the_profile)
    expect_calls "$profile" outer 100
    # A library that made the process's state stays loaded, so its constructor
    # and destructor run once there.
    [ $program = hooked ] && expect_calls "$profile" inner 1200 opened 100 closed 100 main 1
    [ $program = plain ] && expect_calls "$profile" inner 1002 opened 1 closed 1
    expect "lost calls ($program)" "$(fact "$profile" .run.lost)" 0
    expect_complete "$profile" true
done
for program in hooked plain; do
    rm -f cprof.out.*
    CPROF_MODE=off run 0 ./$program 100
    no_profile
done
run 0 ./hooked 1000
expect_calls "$(the_profile)" outer 1000 inner 12000
expect "troubles after 1000 times" "$(fact "$(the_profile)" '.run.troubles | length')" 0

# Two different libraries that come to lie at the same address.
begin same_address
for name in one two; do
    cat >$name.c <<C
volatile int ${name}_sink;
__attribute__((noipa)) void inner_$name(void) { ${name}_sink++; }
void outer(void) { for (int idx = 0; idx < 7; idx++) inner_$name(); }
C
    compile lib$name.so -fPIC -shared $name.c
done
cat >swap.c <<'C'
#include <dlfcn.h>
#include <stdio.h>
int main(void)
{
    void *before = 0;
    int same = 0;
    for (int idx = 0; idx < 50; idx++) {
        void *library = dlopen(idx % 2 ? "./libone.so" : "./libtwo.so", RTLD_NOW);
        void (*outer)(void) = (void (*)(void))dlsym(library, "outer");
        same += (void *)outer == before;
        before = (void *)outer;
        outer();
        dlclose(library);
    }
    printf("%d\n", same);
    return 0;
}
C
compile swap swap.c -ldl
run 0 ./swap
expect_calls "$(the_profile)" inner_one 175 inner_two 175 outer 50
[ "$(cat run.out)" -gt 0 ] || skip "the libraries never lay at the same address"

# A library used by many threads of a host without hooks, opened late.
begin threads
cat >busy.c <<'C'
static __thread volatile int sink;
__attribute__((noipa)) void unit(void) { sink++; }
void work(int rounds) { for (int idx = 0; idx < rounds; idx++) unit(); }
C
cat >late.c <<'C'
#include <dlfcn.h>
#include <pthread.h>
static void (*work)(int);
static pthread_barrier_t barrier;
static void *thread(void *x)
{
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    work(1000);
    return x;
}
int main(void)
{
    pthread_t threads[16];
    pthread_barrier_init(&barrier, 0, 17);
    for (int idx = 0; idx < 16; idx++) pthread_create(&threads[idx], 0, thread, 0);
    pthread_barrier_wait(&barrier);
    work = (void (*)(int))dlsym(dlopen("./libbusy.so", RTLD_NOW), "work");
    pthread_barrier_wait(&barrier);
    for (int idx = 0; idx < 16; idx++) pthread_join(threads[idx], 0);
    return 0;
}
C
compile libbusy.so -fPIC -shared busy.c
"$cc" -O2 late.c -o plain -ldl
compile hooked late.c -ldl
for program in plain hooked; do
    rm -f cprof.out.*
    run 0 ./$program
    expect_calls "$(the_profile)" unit 16000 work 16
    expect "lost calls" "$(fact "$(the_profile)" .run.lost)" 0
done

# dlmopen: a namespace of its own, where even libc is another one.
begin namespace
cat >space.c <<'C'
#define _GNU_SOURCE
#include <dlfcn.h>
int main(void)
{
    void *library = dlmopen(LM_ID_NEWLM, "./libone.so", RTLD_NOW);
    if (!library) return 1;
    void (*outer)(void) = (void (*)(void))dlsym(library, "outer");
    for (int idx = 0; idx < 10; idx++) outer();
    return 0;
}
C
cp ../same_address/libone.so .
compile space space.c -ldl
run 0 ./space
expect_calls . main 1 outer 10 inner_one 70

# Functions that interpose one another, weak and aliased ones, RTLD_DEEPBIND.
begin deepbind
cat >shared.c <<'C'
volatile int sink;
__attribute__((noipa)) void common(void) { sink++; }
__attribute__((noipa)) void only_library(void) { common(); }
C
cat >main.c <<'C'
#define _GNU_SOURCE
#include <dlfcn.h>
volatile int sink;
__attribute__((noipa)) void common(void) { sink++; }
int main(void)
{
    void *library = dlopen("./libshared.so", RTLD_NOW | RTLD_DEEPBIND);
    if (!library) return 1;
    common();
    for (int idx = 0; idx < 5; idx++) ((void (*)(void))dlsym(library, "only_library"))();
    return 0;
}
C
compile libshared.so -fPIC -shared shared.c
compile main main.c -rdynamic -ldl
run 0 ./main
expect_calls "$(the_profile)" only_library 5 common 6 main 1
finish
