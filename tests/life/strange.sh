#!/usr/bin/env bash
# Strange surroundings: system calls that are forbidden, no /proc, no clock counter,
# no standard descriptors, names with anything in them, several processes that
# want the same file name at once.
#
# usage: strange.sh BUILD.  Run by ctest.
. "$(dirname "$0")/../support/whole.bash"

begin sandbox
cat >sandbox.c <<'C'
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
static __thread volatile int sink;
__attribute__((noipa)) void before(void) { sink++; }
__attribute__((noipa)) void after(void) { sink++; }
#define LEVEL(name, below) \
    __attribute__((noipa)) void name##1(void) { below } \
    __attribute__((noipa)) void name##2(void) { below } \
    __attribute__((noipa)) void name##3(void) { below } \
    __attribute__((noipa)) void name##4(void) { below }
LEVEL(e, sink++;)
LEVEL(d, e1(); e2(); e3(); e4(); sink++;)
LEVEL(c, d1(); d2(); d3(); d4(); sink++;)
LEVEL(b, c1(); c2(); c3(); c4(); sink++;)
LEVEL(a, b1(); b2(); b3(); b4(); sink++;)
/* All but what this program itself needs fails with EPERM. */
static void forbid(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_write, 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) exit(9);
}
int main(void)
{
    for (int idx = 0; idx < 1000; idx++) before();
    forbid();
    for (int idx = 0; idx < 1000; idx++) before();
    for (int idx = 0; idx < 300; idx++) after();
    a1(); a2(); a3(); a4();
    return 4;
}
C
compile sandbox sandbox.c
for mode in adaptive exact count; do
    rm -f cprof.out.*
    CPROF_MODE=$mode run 4 ./sandbox
    profile=$(the_profile)
    expect_calls "$profile" before 2000 after 300 main 1
    # What did not fit is said to be lost or in memory, not passed over.
    expect "all calls are there, or a sentence says not ($mode)" \
        "$(fact "$profile" '([.functions[].calls] | add) == 2301 + 4 + 16 + 64 + 256 + 1024 or (.run.troubles | length) > 0')" true
done

# Whoever asks the kernel for samples under a filter that kills for it would be dead.
begin killing_filter
cat >killing.c <<'C'
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
static __thread volatile unsigned sink;
__attribute__((noipa)) void little(void) { for (int idx = 0; idx < 20; idx++) sink += idx; }
static void spin(double seconds)
{
    clock_t end = clock() + (clock_t)(seconds * CLOCKS_PER_SEC);
    while (clock() < end)
        for (int idx = 0; idx < 1000; idx++) little();
}
static void forbid(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_perf_event_open, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) exit(9);
}
static void *thread(void *nothing)
{
    spin(0.3);
    return nothing;
}
int main(int count, char **words)
{
    pthread_t other;
    int status = 0;
    switch (count > 1 ? words[1][0] : 0) {
    case 'f': forbid(); spin(0.2); return 4;
    case 't': spin(0.05); pthread_create(&other, 0, thread, 0); pthread_join(other, 0); return 4;
    case 'c': spin(0.05); if (fork() == 0) { spin(0.3); exit(0); } wait(&status); return status ? 3 : 4;
    }
    return 9;
}
C
compile killing killing.c
run 4 ./killing filter
profile=$(the_profile)
expect "samples under a filter" "$(fact "$profile" .run.kernel_samples)" 0
if [ "$(cat /proc/sys/kernel/perf_event_paranoid)" -le 2 ] || [ "$(id -u)" = 0 ]; then
    rm -f cprof.out.*
    CPROF_SAMPLES=off run 4 ./killing thread
    expect "samples that are off" "$(fact "$(the_profile)" .run.kernel_samples)" 0
    rm -f cprof.out.*
    run 4 ./killing thread
    expect_between "samples of main and a thread that came later" "$(fact "$(the_profile)" .run.kernel_samples)" 200 500
    rm -f cprof.out.*
    CPROF_OUTPUT=cprof.out.%p run 4 ./killing child
    for profile in cprof.out.*; do
        fact "$profile" .run.kernel_samples
    done | sort -g >seen
    expect "profiles of parent and child" "$(wc -l <seen)" 2
    expect_between "samples of the parent" "$(sed -n 1p seen)" 10 80
    expect_between "samples of the child" "$(sed -n 2p seen)" 150 400
else
    skip "users get no samples of the kernel's here"
fi

begin no_proc
cat >known.c <<'C'
#include <stdio.h>
volatile int sink;
__attribute__((noipa)) void known(void) { sink++; }
int main(void) { for (int idx = 0; idx < 60; idx++) known(); puts("done"); return 5; }
C
compile known known.c
known=$PWD/known
if can_mount; then
    # shellcheck disable=SC2016
    run 5 unshare -m bash -c 'mount -t tmpfs none /proc && exec "$0"' "$known"
    expect_calls "$(the_profile)" known 60 main 1
    rm -f cprof.out.*
    # shellcheck disable=SC2016
    run 5 unshare -m bash -c 'mount -t tmpfs none /dev && exec "$0"' "$known"
    expect_calls "$(the_profile)" known 60 main 1
else
    skip "needs root and mount namespaces"
fi

begin standard_descriptors
"$known" <&- >&- 2>&-
expect "status without standard descriptors" $? 5
expect_calls "$(the_profile)" known 60
rm -f cprof.out.*
"$known" >/dev/full 2>/dev/null
expect_calls "$(the_profile)" known 60
rm -f cprof.out.*
("$known"; true) | :
expect_calls "$(the_profile)" known 60

begin no_counter
cat >forbid.c <<'C'
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>
int main(int count, char **words)
{
    (void)count;
    if (prctl(PR_SET_TSC, PR_TSC_SIGSEGV)) return 77;
    execv(words[1], words + 1);
    return 78;
}
C
"$cc" -O2 forbid.c -o forbid
# The dynamic loader itself reads the counter, so the program is a static one.
cp ../no_proc/known.c .
"$cc" -O2 -static known.c -o plain
compile static -static known.c
if ./forbid ./plain >/dev/null; [ $? != 5 ]; then
    skip "not even a plain program runs without the counter"
else
    run 5 ./forbid ./static
    expect_calls "$(the_profile)" known 60
    expect "clock" "$(fact "$(the_profile)" .run.clock)" monotonic
fi

begin names
# shellcheck disable=SC1112
for name in 'a b' 'quote"quote' "apo'strophe" 'back\slash' 'new
line' 'ünï—cödé' $'bad\xff\xfebytes' '%p%e' '-dash' '*' 'percent%'; do
    mkdir -p "in $name" 2>/dev/null || continue
    cp "$known" "in $name/$name"
    (cd "in $name" && CPROF_OUTPUT='out-%e' "./$name" "argument $name" >/dev/null)
    expect "status of $name" $? 5
    profile=$(find "in $name" -name 'out-*')
    "$cprof" report --format json "$profile" >report.json 2>error
    expect "report of $name: $(head -c 200 error)" $? 0
    jq -e . report.json >/dev/null || broken "no JSON for a program called $name"
    expect "calls of $name" "$(jq '[.functions[] | select(.name == "known") | .calls] | add' report.json)" 60
done
# shellcheck disable=SC2046
"$known" $(seq 1 20000) >/dev/null
expect "status with 20,000 arguments" $? 5
expect_calls "$(the_profile)" known 60
deep=$PWD
for ((level = 0; level < 30; level++)); do deep=$deep/$(printf 'd%.0s' {1..40}); done
mkdir -p "$deep"
(cd "$deep" && "$known" >/dev/null)
expect "status in a folder of a long name" $? 5

# Several at once that want one name: nobody's profile is silently overwritten.
begin same_name
cat >slow.c <<'C'
#include <stdlib.h>
#include <unistd.h>
volatile int sink;
__attribute__((noipa)) void known(void) { sink++; }
int main(int count, char **words)
{
    (void)count;
    for (int idx = atoi(words[2]); idx > 0; idx--) known();
    usleep((unsigned)atoi(words[1]) * 1000);
    return 0;
}
C
compile slow slow.c
export CPROF_OUTPUT=same
./slow 600 111 &
first=$!
sleep 0.2
./slow 800 222 &
second=$!
wait $first $second
unset CPROF_OUTPUT
expect "calls of the later one" "$(calls same known)" 222
expect "calls of the earlier one" "$(calls same.old known)" 111
expect_complete same true
expect_complete same.old true
rm -f same*
export CPROF_OUTPUT=same
./slow 700 333 &
first=$!
sleep 0.2
./slow 100 444
wait $first
unset CPROF_OUTPUT
expect "profiles of one that ended inside another" "$(for file in same*; do calls "$file" known; done | sort | tr '\n' ' ')" "333 444 "

# A pid that comes again in the same folder.
begin again
: >cprof.out.1
if [ "$(id -u)" = 0 ] && unshare -p -f true 2>/dev/null; then
    rm -f cprof.out.*
    # Apart by more than the kernel's clock tick, which a process is known by.
    for ((round = 0; round < 3; round++)); do
        unshare -p -f "$known" >/dev/null
        sleep 0.05
    done
    expect "profiles of the same pid" "$(echo cprof.out.1*)" "cprof.out.1 cprof.out.1.old"
    expect_calls cprof.out.1 known 60
    expect_calls cprof.out.1.old known 60
fi
finish
