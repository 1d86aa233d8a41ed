#!/usr/bin/env bash
# How a program ends: by exit, _exit, abort, a signal, kill -9, with threads still
# running.  The profile must be there, exact, and say whether the end was seen.
#
# usage: end.sh BUILD.  Run by ctest.
. "$(dirname "$0")/../support/whole.bash"

begin ways
cat >ways.c <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <signal.h>
#include <sys/syscall.h>
volatile int sink;
__attribute__((noipa)) void work(void) { sink++; }
__attribute__((noipa)) void leave(const char *way)
{
    if (!strcmp(way, "exit")) exit(7);
    if (!strcmp(way, "_exit")) _exit(7);
    if (!strcmp(way, "quick_exit")) quick_exit(7);
    if (!strcmp(way, "raw")) syscall(SYS_exit_group, 7);
    if (!strcmp(way, "abort")) abort();
    if (!strcmp(way, "segv")) *(volatile int *)8 = 1;
    if (!strcmp(way, "kill")) kill(getpid(), SIGKILL);
    if (!strcmp(way, "term")) raise(SIGTERM);
    if (!strcmp(way, "trap")) __builtin_trap();
}
int main(int count, char **words)
{
    for (int idx = 0; idx < 1234; idx++)
        work();
    leave(words[1]);
    return 7;
}
C
compile ways ways.c
for mode in adaptive exact count; do
    for way in return:7 exit:7 _exit:7 quick_exit:7 raw:7 abort:134 segv:139 kill:137 term:143 trap:132; do
        rm -f cprof.out.*
        export CPROF_MODE=$mode
        run "${way#*:}" bash -c './ways "$1"; exit $?' bash "${way%:*}"
        unset CPROF_MODE
        profile=$(the_profile)
        expect_calls "$profile" work 1234 leave 1 main 1
        case $way in
            return* | exit*) expect_complete "$profile" true ;;
            *) expect_complete "$profile" false ;;
        esac
    done
done

# The program prints its progress unbuffered and is killed somewhere: the profile
# covers at least all that was printed, and what is open has its time.
begin killed
cat >loop.c <<'C'
#include <stdio.h>
#include <unistd.h>
#include <time.h>
volatile int sink;
__attribute__((noipa)) void step(void) { for (int i = 0; i < 20; i++) sink++; }
__attribute__((noipa)) void forever(void)
{
    char line[32];
    for (long done = 1;; done++) {
        step();
        if (done % 1000 == 0 && write(1, line, sprintf(line, "%ld\n", done)) < 0)
            return;
    }
}
int main(void) { forever(); }
C
compile loop loop.c
# elapsed START: nanoseconds since then, START being $EPOCHREALTIME.
elapsed() {
    awk -v start="$1" -v end="$EPOCHREALTIME" 'BEGIN { printf "%d", (end - start) * 1e9 }'
}

total_of() {
    fact "$1" ".functions[] | select(.name == \"$2\") | .total_ns"
}

for mode in adaptive exact count; do
    rm -f cprof.out.* progress
    start=$EPOCHREALTIME
    CPROF_MODE=$mode ./loop >progress &
    pid=$!
    sleep 0.7
    kill -9 $pid
    wait $pid 2>/dev/null
    lived=$(elapsed "$start")
    printed=$(tail -n 1 progress)
    profile=$(the_profile)
    expect_complete "$profile" false
    expect_between "calls of step beside $printed printed ($mode)" "$(calls "$profile" step)" "$printed" $((printed + 1000))
    if [ $mode != count ]; then
        # It was started a moment after the clock was read, on a busy machine later.
        expect_between "wall time ($mode)" "$(fact "$profile" .run.wall_ns)" $((lived / 2)) "$lived"
        # What the probes took is taken off; in exact mode that is most of it.
        probes=$(fact "$profile" .run.overhead_ns)
        for name in main forever; do
            expect_between "open $name has its time, and the probes' ($mode)" \
                $(($(total_of "$profile" $name) + probes)) $((lived / 2)) $((lived + lived / 4))
        done
    fi
done

# A function that sleeps when the kill comes has its time too.
begin killed_asleep
cat >sleeper.c <<'C'
#include <unistd.h>
__attribute__((noipa)) void nap(void) { for (;;) pause(); }
int main(void) { nap(); }
C
compile sleeper sleeper.c
for mode in adaptive exact; do
    rm -f cprof.out.*
    start=$EPOCHREALTIME
    CPROF_MODE=$mode ./sleeper &
    pid=$!
    sleep 0.6
    live=$(total_of "$(the_profile)" nap)
    expect_between "a living process's open function ($mode)" "$live" 250000000 "$(elapsed "$start")"
    kill -9 $pid
    wait $pid 2>/dev/null
    expect_calls "$(the_profile)" nap 1 main 1
done

begin constructors
cat >order.cc <<'C'
#include <cstdlib>
#include <cstdio>
volatile int sink;
extern "C" {
__attribute__((noipa)) void early(void) { sink++; }
__attribute__((noipa)) void late(void) { sink++; }
__attribute__((noipa)) void at_exit(void) { sink++; }
__attribute__((constructor(101), noipa)) void first(void) { early(); }
__attribute__((constructor, noipa)) void second(void) { early(); }
__attribute__((destructor, noipa)) void before_last(void) { late(); }
__attribute__((destructor(101), noipa)) void last(void) { late(); }
}
struct object { object() { early(); } ~object() { late(); } } global;
int main() { atexit(at_exit); atexit(at_exit); static object local; return 0; }
C
CC=$cxx compile order order.cc
run 0 ./order
profile=$(the_profile)
expect_calls "$profile" early 4 late 4 at_exit 2 first 1 second 1 before_last 1 last 1
expect_complete "$profile" true
expect "lost calls" "$(fact "$profile" .run.lost)" 0

# exit() while other threads go on counting: nothing may be freed under them.
begin exit_with_threads
cat >busy.c <<'C'
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>
volatile int sink;
int begun;
__attribute__((noipa)) void spin(void) { sink++; }
__attribute__((noipa)) void *endless(void *x)
{
    for (__atomic_add_fetch(&begun, 1, __ATOMIC_RELAXED);;) spin();
    return x;
}
__attribute__((noipa)) void known(void) { sink++; }
int main(int count, char **words)
{
    pthread_t thread;
    for (int idx = 0; idx < 4; idx++) pthread_create(&thread, 0, endless, 0);
    for (int idx = 0; idx < 500; idx++) known();
    while (__atomic_load_n(&begun, __ATOMIC_RELAXED) < 4) usleep(1000);
    if (count > 1) usleep(atoi(words[1]));
    exit(3);
}
C
compile busy busy.c
for ((round = 0; round < 10; round++)); do
    rm -f cprof.out.*
    run 3 ./busy
    expect_calls "$(the_profile)" known 500 endless 4
done
# After 10 ms one of them makes the file longer, by the kernel's samples: one run in 50
# or 200 had its file copied just then, and said it was longer than it is.
for ((round = 0; round < 150; round++)); do
    rm -f cprof.out.*
    run 3 ./busy $((5000 + round * 50))
    "$cprof" info "$(the_profile)" >info.out 2>&1 || broken "$(cat info.out)"
    checks=$((checks + 1))
done

# Standard streams and errno are the program's.
begin untouched
cat >quiet.c <<'C'
#include <errno.h>
#include <stdio.h>
__attribute__((noipa)) int keeps(int depth) { return depth ? keeps(depth - 1) + 1 : 0; }
int main(void)
{
    int sum = 0;
    errno = 42;
    for (int idx = 0; idx < 3000; idx++) sum += keeps(idx % 50);
    if (errno != 42) return 1;
    printf("out %d\n", sum);
    fprintf(stderr, "err\n");
    return 5;
}
C
compile quiet quiet.c
"$cc" -O2 quiet.c -o plain
./plain >plain.out 2>plain.err
run 5 ./quiet
expect "stdout" "$(cat run.out)" "$(cat plain.out)"
expect "stderr" "$(cat run.err)" "err"
finish
