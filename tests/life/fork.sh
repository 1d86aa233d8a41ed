#!/usr/bin/env bash
# Processes that make processes: fork, vfork, clone, exec, spawn.  A child counts
# apart, the parent stays exact, and who only execs leaves no file.
#
# usage: fork.sh BUILD.  Run by ctest.
. "$(dirname "$0")/../support/whole.bash"

begin fork
cat >forks.c <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
volatile int sink;
__attribute__((noipa)) void before(void) { sink++; }
__attribute__((noipa)) void in_child(void) { sink++; }
__attribute__((noipa)) void in_grandchild(void) { sink++; }
__attribute__((noipa)) void after(void) { sink++; }
__attribute__((noipa)) void wait_for(int pid)
{
    int status;
    waitpid(pid, &status, 0);
    if (status) exit(9);
}
__attribute__((noipa)) int inside(void)
{
    int pid = fork();
    if (pid == 0) {
        for (int idx = 0; idx < 300; idx++) in_child();
        int grandchild = fork();
        if (grandchild == 0) {
            for (int idx = 0; idx < 70; idx++) in_grandchild();
            return 0;
        }
        wait_for(grandchild);
        for (int idx = 0; idx < 33; idx++) in_child();
        return 0;
    }
    wait_for(pid);
    return 1;
}
int main(void)
{
    for (int idx = 0; idx < 100; idx++) before();
    int parent = inside();
    for (int idx = 0; idx < 50; idx++) after();
    if (parent) printf("%d\n", getpid());
    return 0;
}
C
compile forks forks.c
for mode in adaptive exact count; do
    rm -f cprof.out.*
    CPROF_MODE=$mode run 0 ./forks
    expect "number of profiles ($mode)" "$(ls cprof.out.* | wc -l)" 3
    parent=cprof.out.$(cat run.out)
    expect_calls "$parent" before 100 after 50 in_child 0 in_grandchild 0 inside 1 main 1 wait_for 1
    expect_complete "$parent" true
    for profile in cprof.out.*; do
        [ "$profile" != "$parent" ] || continue
        if [ "$(calls "$profile" in_child)" = 333 ]; then
            expect_calls "$profile" before 0 after 50 in_grandchild 0 wait_for 1
        else
            expect_calls "$profile" before 0 after 50 in_grandchild 70 in_child 0
        fi
        expect_complete "$profile" true
        expect "lost calls of $profile" "$(fact "$profile" .run.lost)" 0
    done
    # A folder is its processes merged.
    expect_calls . before 100 in_child 333 in_grandchild 70 after 150
done

# A parent that never calls anything profiled after the fork, a child that ends
# by _exit at once: no file for the child.
begin silent_child
cat >silent.c <<'C'
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
volatile int sink;
__attribute__((noipa)) void known(void) { sink++; }
int main(int count, char **words)
{
    for (int idx = 0; idx < 1000; idx++) known();
    for (int idx = 0; idx < 5; idx++) {
        int pid = count > 2 && *words[2] == 'v' ? vfork() : fork();
        if (pid == 0) {
            if (*words[1] == 'e') execl("/bin/true", "true", (char *)0);
            _exit(0);
        }
        waitpid(pid, 0, 0);
        known();
    }
    return 0;
}
C
compile silent silent.c
for words in exit exec "exec v" "exit v"; do
    for mode in adaptive exact count; do
        rm -f cprof.out.*
        # shellcheck disable=SC2086  # words
        CPROF_MODE=$mode run 0 ./silent $words
        expect "number of profiles ($words, $mode)" "$(ls cprof.out.* | wc -l)" 1
        expect_calls "$(the_profile)" known 1005 main 1
        expect_complete "$(the_profile)" true
    done
done
if can_mount; then
    expect "files of silent children that stay on tmpfs" "$(leftovers ./silent exec)" 0
fi

# The file that a child was forked with must not be touched by it: 200 children.
begin many
cat >many.c <<'C'
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
volatile int sink;
__attribute__((noipa)) void both(void) { sink++; }
int main(void)
{
    for (int idx = 0; idx < 200; idx++) {
        if (fork() == 0) { for (int call = 0; call < 10; call++) both(); return 0; }
        both();
        wait(0);
    }
    return 0;
}
C
compile many many.c
CPROF_OUTPUT=out/%p run 0 ./many
expect "number of profiles" "$(ls out | wc -l)" 201
expect_calls out both 2200 main 1
expect "all complete" "$(for file in out/*; do fact "$file" .run.complete; done | sort | uniq -c | awk '{ print $1, $2 }')" "201 true"

begin fork_with_threads
cat >threads.c <<'C'
#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
static volatile int stop;
static __thread volatile int sink;
static unsigned long rounds[4];
__attribute__((noipa)) void spin(void) { sink++; }
__attribute__((noipa)) void child_work(void) { sink++; }
__attribute__((noipa)) void *worker(void *number)
{
    unsigned long count = 0;
    while (!stop) { spin(); count++; }
    rounds[(long)number] = count;
    return 0;
}
int main(void)
{
    pthread_t threads[4];
    for (long idx = 0; idx < 4; idx++) pthread_create(&threads[idx], 0, worker, (void *)idx);
    for (int idx = 0; idx < 20; idx++) {
        int pid = fork();
        if (pid == 0) {
            for (int call = 0; call < 111; call++) child_work();
            pthread_t own;
            stop = 1;
            pthread_create(&own, 0, worker, 0);
            pthread_join(own, 0);
            _exit(0);
        }
        int status;
        waitpid(pid, &status, 0);
        if (status) return 1;
    }
    stop = 1;
    for (int idx = 0; idx < 4; idx++) pthread_join(threads[idx], 0);
    printf("%lu\n", rounds[0] + rounds[1] + rounds[2] + rounds[3]);
    return 0;
}
C
compile threads threads.c
for mode in adaptive exact count; do
    rm -rf out
    CPROF_MODE=$mode CPROF_OUTPUT=out/%p run 0 ./threads
    expect "number of profiles ($mode)" "$(ls out | wc -l)" 21
    parents=0
    for profile in out/*; do
        if [ "$(calls "$profile" main)" = 1 ]; then
            parents=$((parents + 1))
            expect_calls "$profile" spin "$(cat run.out)" worker 4 child_work 0
        else
            expect_calls "$profile" child_work 111 worker 1 spin 0
        fi
    done
    expect "parents ($mode)" $parents 1
done

rm -rf out
CPROF_MODE=off CPROF_OUTPUT=out/%p run 0 ./threads
expect "profiles of a program switched off" "$(find . -path './out/*' | wc -l)" 0

# clone(SIGCHLD) without libc's fork: no handler of anybody's runs.
begin raw_clone
cat >raw.c <<'C'
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
volatile int sink;
__attribute__((noipa)) void parent_work(void) { sink++; }
__attribute__((noipa)) void child_work(void) { sink++; }
int main(void)
{
    for (int idx = 0; idx < 60; idx++) parent_work();
    long pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) {
        for (int idx = 0; idx < 999; idx++) child_work();
        syscall(SYS_exit_group, 0);
    }
    int status;
    waitpid((int)pid, &status, 0);
    for (int idx = 0; idx < 6; idx++) parent_work();
    printf("%d\n", getpid());
    return status != 0;
}
C
compile raw raw.c
run 0 ./raw
expect_calls "cprof.out.$(cat run.out)" parent_work 66 child_work 0 main 1
expect_complete "cprof.out.$(cat run.out)" true

# exec in the same process: each program its own file, numbered.
begin exec
cat >again.c <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
volatile int sink;
__attribute__((noipa)) void known(void) { sink++; }
int main(int count, char **words)
{
    int left = atoi(words[1]);
    (void)count;
    for (int idx = 0; idx < 100 + left; idx++) known();
    char next[12];
    sprintf(next, "%d", left - 1);
    if (left) execl("/proc/self/exe", "again", next, (char *)0);
    return 0;
}
C
compile again again.c
for mode in adaptive exact count; do
    rm -f cprof.out.*
    CPROF_MODE=$mode ./again 3 &
    pid=$!
    wait $pid
    expect "files ($mode)" "$(echo cprof.out.*)" "cprof.out.$pid cprof.out.$pid.1 cprof.out.$pid.2 cprof.out.$pid.3"
    expect_calls cprof.out.$pid known 103
    expect_calls cprof.out.$pid.1 known 102
    expect_calls cprof.out.$pid.2 known 101
    expect_calls cprof.out.$pid.3 known 100
    expect_complete cprof.out.$pid false
    expect_complete cprof.out.$pid.3 true
done

# fork, work, exec: a child that called something has a file, and the program it
# becomes another.
begin fork_work_exec
cat >worker.c <<'C'
#include <sys/wait.h>
#include <unistd.h>
volatile int sink;
__attribute__((noipa)) void child_work(void) { sink++; }
__attribute__((noipa)) void second_life(void) { sink++; }
int main(int count, char **words)
{
    if (count > 1) { for (int idx = 0; idx < 7; idx++) second_life(); return 0; }
    int pid = fork();
    if (pid == 0) {
        for (int idx = 0; idx < 12; idx++) child_work();
        execl("/proc/self/exe", "worker", "second", (char *)0);
    }
    int status;
    waitpid(pid, &status, 0);
    return status != 0;
}
C
compile worker worker.c
CPROF_OUTPUT=out/%p run 0 ./worker
expect "number of profiles" "$(ls out | wc -l)" 3
expect_calls out child_work 12 second_life 7 main 2

begin spawn
cat >spawn.c <<'C'
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
extern char **environ;
volatile int sink;
__attribute__((noipa)) void known(void) { sink++; }
int main(void)
{
    for (int idx = 0; idx < 40; idx++) {
        char *words[] = {"true", NULL};
        pid_t pid;
        known();
        if (posix_spawn(&pid, "/bin/true", NULL, NULL, words, environ)) return 1;
        waitpid(pid, 0, 0);
        if (system("exit 3") >> 8 != 3) return 2;
        FILE *pipe = popen("echo hello", "r");
        char line[16];
        if (!fgets(line, sizeof line, pipe) || pclose(pipe)) return 3;
    }
    return 0;
}
C
compile spawn spawn.c
run 0 ./spawn
expect_calls "$(the_profile)" known 40 main 1

# daemon(): two forks, descriptors closed, another working directory.
begin daemon
cat >daemon.c <<'C'
#define _GNU_SOURCE
#include <stdlib.h>
#include <unistd.h>
volatile int sink;
__attribute__((noipa)) void known(void) { sink++; }
int main(void)
{
    known();
    if (daemon(0, 0)) return 1;
    for (int fd = 0; fd < 64; fd++) close(fd);
    for (int idx = 0; idx < 250; idx++) known();
    return 0;
}
C
compile daemon daemon.c
CPROF_OUTPUT=out/%p run 0 ./daemon
for ((wait_left = 50; wait_left > 0; wait_left--)); do
    [ "$(find out -type f | wc -l)" -ge 2 ] && break
    sleep 0.1
done
expect_calls out known 251

# A handler that forks may interrupt the runtime anywhere, also where it empties the kernel's
# rings, which a child has not.
begin handler
cat >handler.c <<'C'
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#define CHILDREN 400
static volatile sig_atomic_t children, broken, is_child;
static volatile unsigned sink;
__attribute__((noipa)) void known(void) { sink++; }
__attribute__((noipa)) void some(void) { for (int idx = 0; idx < 20; idx++) known(); }
__attribute__((no_instrument_function)) static void handler(int signal)
{
    int status = 0;
    if (is_child) return;
    int pid = fork();
    if (pid == 0) { is_child = 1; return; }
    waitpid(pid, &status, 0);
    children++;
    broken += !WIFEXITED(status) || WEXITSTATUS(status);
    (void)signal;
}
int main(void)
{
    struct sigaction action = {.sa_handler = handler};
    struct itimerval often = {{0, 1500}, {0, 1500}};
    sigaction(SIGALRM, &action, NULL);
    for (int idx = 0; idx < 1000000; idx++) some(); /* until the rings are there */
    setitimer(ITIMER_REAL, &often, NULL);
    while (children < CHILDREN) {
        for (int idx = 0; idx < 50; idx++) some();
        if (is_child) _exit(0);
    }
    printf("%d\n", broken);
    return 0;
}
C
compile handler handler.c
CPROF_OUTPUT=profile run 0 ./handler
expect "children that broke" "$(tail -1 run.out)" 0
rm -f profile*

# A child that closes a library before it has called anything does not take what comes to
# lie there for the library's code: its tables are gone.
begin closed
cat >work.c <<'C'
volatile int sink;
__attribute__((noipa)) int work(int n) { sink = n; return n + 1; }
C
cat >closed.c <<'C'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
typedef void turn_function(long);
static volatile unsigned sink;
__attribute__((noipa)) void known(void) { sink++; }
__attribute__((noipa)) void some(void) { for (int idx = 0; idx < 20; idx++) known(); }
int main(void)
{
    static const unsigned char turn[] = {0x48, 0xff, 0xcf, 0x75, 0xfb, 0xc3}; /* dec %rdi; jne; ret */
    void *library = dlopen("./libwork.so", RTLD_NOW);
    int (*work)(int) = library ? (int (*)(int))dlsym(library, "work") : NULL;
    if (!work) return 1;
    for (int idx = 0; idx < 1000000; idx++) work(idx);
    int child = fork(), status = 0;
    if (child) {
        waitpid(child, &status, 0);
        printf("%d\n", status);
        return 0;
    }
    char *page = (char *)((uintptr_t)work & ~(uintptr_t)4095);
    dlclose(library);
    if (mmap(page, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) != page)
        _exit(3);
    turn_function *function = (turn_function *)(uintptr_t)memcpy(page, turn, sizeof turn);
    for (int idx = 0; idx < 100; idx++) {
        for (int often = 0; often < 1000; often++) some();
        function(2000000);
    }
    _exit(0);
}
C
compile libwork.so work.c -shared -fPIC
compile closed closed.c -ldl
CPROF_OUTPUT=out/%p run 0 ./closed
expect "status of the child" "$(tail -1 run.out)" 0

# The same while blocks are noted: each child has a profile of its own, and of its parent's
# has changed at most the event that the fork has interrupted.
begin noting
cat >noting.c <<'C'
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#define CHILDREN 200
#define RAW __attribute__((no_instrument_function))
static volatile sig_atomic_t children, broken, is_child;
static void *volatile kept;
static char arena[1 << 20];
static unsigned used;
/* One that may be interrupted and go on in the child. */
RAW __attribute__((noipa)) void *malloc(size_t size) { void *block = arena + used; used = (used + ((size + 31) & ~15u)) & 0x7ffff; return block; }
RAW __attribute__((noipa)) void free(void *block) { __asm__ volatile("" : : "r"(block)); }
RAW static void handler(int signal)
{
    int status = 0;
    (void)signal;
    if (is_child) return;
    int pid = fork();
    if (pid == 0) { is_child = 1; return; }
    waitpid(pid, &status, 0);
    children++;
    broken += status != 0;
}
int main(void)
{
    struct sigaction action = {.sa_handler = handler};
    struct itimerval often = {{0, 1500}, {0, 1500}}, never = {{0, 0}, {0, 0}};
    long pairs = 0;
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    while (children < CHILDREN) {
        void *block = malloc(50);
        kept = block;
        free(block);
        pairs++;
        if (is_child) {
            for (int idx = 0; idx < 1000; idx++) { block = malloc(70); kept = block; free(block); }
            _exit(0);
        }
    }
    setitimer(ITIMER_REAL, &never, NULL);
    printf("%d %d %ld\n", broken, children, pairs);
    return 0;
}
C
compile noting noting.c
CPROF_OUTPUT=out/%p run 0 ./noting
read -r broken_children children pairs < <(tail -1 run.out)
expect "children that broke" "$broken_children" 0
expect "profiles" "$(find out -name '[0-9]*' | wc -l)" $((children + 1))
most=$("$cprof" report --format json "$(find out -name '[0-9]*' | sort -t / -k 2 -n | head -n 1)" | jq .totals.allocations)
expect_between "allocations of the parent" "$most" "$pairs" $((pairs + children))
rm -rf out

# A child that can make no file leaves its parent's alone.
begin no_file
cat >no_file.c <<'C'
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
static void *volatile kept;
static volatile unsigned sink;
__attribute__((noipa)) void known(void) { sink++; }
int main(void)
{
    const struct rlimit none = {0, 0};
    for (int idx = 0; idx < 100; idx++) { kept = malloc(10); free(kept); }
    known();
    if (fork() == 0) {
        setrlimit(RLIMIT_FSIZE, &none);
        setrlimit(RLIMIT_NOFILE, &none);
        for (int idx = 0; idx < 1000; idx++) { kept = malloc(10); free(kept); known(); }
        _exit(0);
    }
    wait(NULL);
    return 0;
}
C
compile no_file no_file.c
run 0 ./no_file
expect "allocations and calls of the parent" "$(fact "$(the_profile)" '[.totals.allocations, (.functions[] | select(.name == "known").calls)] | map(tostring) | join(" ")')" "100 1"
finish
