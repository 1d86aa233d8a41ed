#!/usr/bin/env bash
# Where counting blocks goes wrong if anywhere: sizes at both ends, failures, realloc,
# code without notes, allocators made of allocators, signal handlers, children, many
# threads, other allocators, and how much memory it all takes.
#
# usage: corners.sh BUILD.  Run by ctest.
. "$(dirname "$0")/../support/whole.bash"

# totals PROFILE NAME...: those numbers of "totals", with a blank between them.
totals() {
    fact "$1" "[.totals | $(printf '.%s,' "${@:2}" | sed 's/,$//')] | map(tostring) | join(\" \")"
}

# of_kind PROFILE KIND: blocks allocated and live of the sites of a kind.
of_kind() {
    fact "$1" "[.allocations[] | select(.kind == \"$2\")] | \"\(map(.count) | add // 0) \(map(.current_count) | add // 0)\""
}

begin sizes
cat >sizes.c <<'C'
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
void *volatile keep;
int main(void)
{
    for (int idx = 0; idx < 10; idx++) { keep = malloc(0); free(keep); }
    keep = malloc((size_t)4 << 30);
    if (!keep) return 1;
    free(keep);
    errno = 5;
    keep = malloc(SIZE_MAX / 4);
    if (keep || errno != ENOMEM) return 2;
    errno = 5;
    keep = malloc(10);
    free(keep);
    if (errno != 5) return 3;
    if (posix_memalign((void **)&keep, 4096, 100) != 0 || (uintptr_t)keep % 4096) return 4;
    free(keep);
    void *volatile out = (void *)7;
    if (posix_memalign((void **)&out, 3, 100) != EINVAL || out != (void *)7) return 5;
    free(NULL);
    return 0;
}
C
compile sizes sizes.c -fno-builtin-malloc # Clang takes it that malloc leaves errno alone
run 0 ./sizes
expect "allocations, bytes, live, peak" "$(totals "$(the_profile)" allocations allocated_bytes current_count peak_bytes)" "13 4294967406 0 4294967296"
expect "allocations that failed" "$(fact "$(the_profile)" .heap.failed)" 2

begin realloc
cat >resize.c <<'C'
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
char *volatile block;
int main(void)
{
    block = realloc(NULL, 100);
    strcpy(block, "kept");
    block = realloc(block, 10);                        /* shrinks */
    for (size_t size = 1000; size < 300000; size *= 3) /* grows six times */
        block = realloc(block, size);
    errno = 0;
    if (realloc(block, SIZE_MAX / 4) || errno != ENOMEM) return 1; /* stays as it is */
    if (strcmp(block, "kept")) return 2;
    block = reallocarray(block, 20, 10);
    free(block);
    return 0;
}
C
compile resize resize.c -D_GNU_SOURCE
run 0 ./resize
expect "allocations, releases, bytes, live" "$(totals "$(the_profile)" allocations releases allocated_bytes current_bytes)" "9 9 364310 0"
expect "peak" "$(totals "$(the_profile)" peak_bytes)" 243000
expect "times a block grew" "$(fact "$(the_profile)" '[.allocations[].grown_count] | add')" 6
expect "failed" "$(fact "$(the_profile)" .heap.failed)" 1

begin mixture
cat >others.c <<'C'
#include <stdlib.h>
#include <string.h>
void other_free(void *block) { free(block); }
void *other_malloc(size_t size) { return malloc(size); }
void *other_realloc(void *block, size_t size) { return realloc(block, size); }
C
cat >ours.c <<'C'
#include <stdlib.h>
void other_free(void *);
void *other_malloc(size_t);
void *other_realloc(void *, size_t);
int main(void)
{
    for (int idx = 0; idx < 1000; idx++) {
        void *volatile block = malloc(64);   /* freed unseen, mostly given again at once */
        other_free(block);
        block = other_malloc(64);            /* allocated unseen */
        free(block);
        block = other_realloc(malloc(100), 200);
        block = realloc(block, 300);
        free(block);
    }
    return 0;
}
C
${CC:-$cc} -O2 -c others.c
compile mixture ours.c others.o
run 0 ./mixture
expect "allocations, bytes" "$(totals "$(the_profile)" allocations allocated_bytes)" "3000 464000"
expect "never more live than there was" "$(totals "$(the_profile)" peak_bytes | awk '{ print ($1 < 2000) }')" 1
expect "all released, none twice" "$(fact "$(the_profile)" '.totals.releases == .totals.allocations - .totals.current_count and .totals.current_count <= 2')" true

begin allocators # one made of another: counted once, where the outer one is called
cat >made.c <<'C'
#include <stdlib.h>
static __attribute__((noinline)) void *helper(size_t size) { return malloc(size); }
__attribute__((noinline, malloc, alloc_size(1))) void *own_alloc(size_t size)
{
    void *block = helper(size);
    if (!block) abort();
    return block;
}
void *volatile keep[100];
__attribute__((noinline)) void user(void)
{
    for (int idx = 0; idx < 100; idx++) keep[idx] = own_alloc(50);
    for (int idx = 0; idx < 90; idx++) free(keep[idx]);
}
int main(void) { user(); return 0; }
C
compile made made.c
run 0 ./made
expect "allocations, bytes, live, peak" "$(totals "$(the_profile)" allocations allocated_bytes current_count peak_bytes)" "100 5000 10 5000"
expect "of the outer site" "$(of_kind "$(the_profile)" custom)" "100 10"

begin handlers # an allocator that handlers may call; the program's own errno and numbers
cat >handlers.c <<'C'
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
static char pool[1 << 26];
static size_t used;
__attribute__((noinline, malloc, alloc_size(1))) void *pool_alloc(size_t size)
{
    return pool + __atomic_fetch_add(&used, (size + 15) & ~(size_t)15, __ATOMIC_RELAXED);
}
static volatile unsigned long in_handler, in_main;
void *volatile kept;
static void handle(int number) { (void)number; kept = pool_alloc(48); in_handler++; }
int main(void)
{
    struct itimerval often = {{0, 20}, {0, 20}};
    signal(SIGALRM, handle);
    setitimer(ITIMER_REAL, &often, NULL);
    while (in_handler < 2000 && in_main < 900000) { kept = pool_alloc(16); in_main++; }
    often = (struct itimerval){{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &often, NULL);
    signal(SIGALRM, SIG_IGN);
    printf("%lu %lu\n", in_main + in_handler, 16 * in_main + 48 * in_handler);
    return 0;
}
C
compile handlers handlers.c
run 0 ./handlers
read -r count bytes <run.out
expect "allocations, bytes, live" "$(totals "$(the_profile)" allocations allocated_bytes current_count peak_bytes)" "$count $bytes $count $bytes"

begin children # each profile has its own process's blocks
cat >children.c <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
void *volatile keep[1000];
static __attribute__((noinline)) void take(int count) { for (int idx = 0; idx < count; idx++) keep[idx] = malloc(10); }
static __attribute__((noinline)) void give(int count) { for (int idx = 0; idx < count; idx++) free(keep[idx]); }
int main(void)
{
    int status;
    take(500);
    int pid = fork();
    if (!pid) {
        give(500); /* inherited: nobody's */
        take(70);
        give(30);
        return 0;
    }
    waitpid(pid, &status, 0);
    give(100);
    printf("%d\n", getpid());
    return 0;
}
C
compile children children.c
run 0 ./children
parent=cprof.out.$(cat run.out)
expect "the parent's" "$(totals "$parent" allocations releases current_count peak_bytes)" "500 100 400 5000"
for profile in cprof.out.*; do
    [ "$profile" = "$parent" ] && continue
    expect "the child's" "$(totals "$profile" allocations releases current_count peak_bytes)" "70 30 40 700"
done

begin threads
cat >threads.c <<'C'
#include <pthread.h>
#include <stdlib.h>
static void *work(void *argument)
{
    void *volatile block;
    for (int idx = 0; idx < 20; idx++) { block = malloc(32); free(block); }
    return malloc(8); /* freed by the one who waits */
}
int main(void)
{
    for (int idx = 0; idx < 3000; idx++) {
        pthread_t thread;
        void *block;
        if (pthread_create(&thread, NULL, work, NULL)) return 1;
        pthread_join(thread, &block);
        free(block);
    }
    return 0;
}
C
compile threads threads.c -lpthread
run 0 ./threads
expect "allocations, bytes, live" "$(totals "$(the_profile)" allocations allocated_bytes current_count)" "63000 1944000 0"
expect "freed by another thread" "$(fact "$(the_profile)" '[.allocations[].freed_elsewhere] | add')" 3000
expect "size of the profile" "$(stat -c %s "$(the_profile)" | awk '{ print ($1 < 300000) }')" 1

begin moved_on # what one thread has begun another one goes on with, while the first allocates, too
cat >fiber.c <<'C'
#include <pthread.h>
#include <stdlib.h>
#include <ucontext.h>
static ucontext_t first, fiber, second;
static char stack[65536];
static void *volatile kept[2];
static volatile int both;
static void together(void) { __sync_fetch_and_add(&both, 1); while (both < 2) ; }
static void pairs(int of)
{
    for (int idx = 0; idx < 300000; idx++) { kept[of] = malloc(16); free(kept[of]); }
}
__attribute__((noinline)) static void stop(void) { swapcontext(&fiber, &first); }
__attribute__((noinline)) static void begun_by_first(void) { stop(); both += 0; }
static void run(void) { begun_by_first(); together(); pairs(1); setcontext(&second); }
#ifdef WITHOUT_HOOKS /* the thread has no tree of its own yet */
__attribute__((no_instrument_function))
#endif
static void *other(void *unused) { kept[1] = malloc(1); free(kept[1]); swapcontext(&second, &fiber); return unused; }
int main(void)
{
    pthread_t thread;
    kept[0] = malloc(1);
    free(kept[0]);
    getcontext(&fiber);
    fiber.uc_stack.ss_sp = stack, fiber.uc_stack.ss_size = sizeof stack;
    makecontext(&fiber, run, 0);
    swapcontext(&first, &fiber);
    if (pthread_create(&thread, 0, other, 0)) return 1;
    together();
    pairs(0);
    pthread_join(thread, 0);
    return 0;
}
C
compile fiber fiber.c -pthread
run 0 ./fiber
expect "allocations, releases, live of a fiber that moved on" "$(totals "$(the_profile)" allocations releases current_count)" "600002 600002 0"
rm "$(the_profile)"
compile fiber fiber.c -pthread -DWITHOUT_HOOKS
run 0 ./fiber
expect "the same into a thread without a tree" "$(totals "$(the_profile)" allocations releases current_count)" "600001 600001 0"

begin million # live blocks, and the memory that they take more
cat >../kilobytes.h <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static long kilobytes(const char *path, const char *name)
{
    char text[4096], *line;
    FILE *file = fopen(path, "r");
    size_t len = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[len] = 0;
    line = strstr(text, name);
    return line ? atol(line + strlen(name)) : 0;
}
C
cat >million.c <<'C'
#include "../kilobytes.h"
static long resident(void) { return kilobytes("/proc/self/smaps_rollup", "\nAnonymous:"); }
int main(int count, char **words)
{
    long n = atol(words[1]);
    void **blocks = malloc(n * sizeof *blocks);
    memset(blocks, 1, n * sizeof *blocks);
    (void)count;
    blocks[0] = malloc(24);
    long before = resident();
    for (long idx = 1; idx < n; idx++) blocks[idx] = malloc(24);
    long after = resident();
    printf("%ld\n", (after - before) * 1024 / n);
    for (long idx = 0; idx < n; idx += 2) free(blocks[idx]);
    free(blocks);
    return 0;
}
C
compile million million.c
for blocks in 300000 700000 1000000; do
    rm -f cprof.out.*
    run 0 ./million $blocks
    with=$(cat run.out)
    expect "live of $blocks" "$(totals "$(the_profile)" allocations current_count)" "$((blocks + 1)) $((blocks / 2))"
    rm -f cprof.out.*
    CPROF_ALLOC=off run 0 ./million $blocks
    expect_between "bytes more for a live block of $blocks" $((with - $(cat run.out))) 8 24
done

begin moved # the newest block's table grows, by the rest of a mapping, before it is released
cat >moved.c <<'C'
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
/* As in runtime/blocks.c: which of the 64 parts of the table an address goes to. */
static unsigned shard(const char *at)
{
    return (unsigned)((((uintptr_t)at & ~(uintptr_t)0xf0) * 0x9e3779b97f4a7c15u) >> 58);
}
static int used[64];
static void *keep[4000];
int main(void)
{
    const size_t page = 4096, pages = 4096;
    char *map = mmap(NULL, pages * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    used[shard(map)]++;
    long count = 0, first = 1;
    char *volatile newest;
    /* A part begins with 64 places and grows when half of them are taken. */
    while (newest = malloc(24 + 32 * (count % 7)), ++used[shard(newest)] < 32)
        keep[count++] = newest;
    while (shard(map + page * first) != shard(newest)) first++;
    munmap(map, page * first);
    free(newest);
    newest = malloc(24 + 32 * (count % 7));
    free(newest);
    for (long idx = 0; idx < count; idx++) free(keep[idx]);
    return 0;
}
C
compile moved moved.c
run 0 ./moved
expect "live" "$(fact "$(the_profile)" '[.allocations[] | select(.kind == "malloc") | .current_count] | add')" 0
expect "released otherwise" "$(fact "$(the_profile)" '.heap.released_elsewhere')" 0

begin huge # blocks around the size from which on it stands apart, and many of them
cat >huge.c <<'C'
#include <stdlib.h>
static void *blocks[17000];
int main(int count, char **words)
{
    (void)words;
    if (count > 1) { /* more than there is room for */
        for (int idx = 0; idx < 17000; idx++) blocks[idx] = malloc(20 << 20);
        return 0;
    }
    for (size_t size = (1 << 24) - 3; size < (1 << 24) + 3; size++) {
        void *volatile block = malloc(size), *volatile other = malloc(size + 1);
        free(block);
        free(other);
    }
    for (int idx = 0; idx < 5000; idx++) blocks[idx] = malloc((20 << 20) + idx);
    for (int idx = 0; idx < 5000; idx += 2) free(blocks[idx]);
    return 0;
}
C
compile huge huge.c
run 0 ./huge
small=$((6 * 2 * (1 << 24)))
kept=$((2500 * (20 << 20) + 2500 * 2500))
expect "allocations, bytes, live" "$(totals "$(the_profile)" allocations allocated_bytes current_count current_bytes)" \
    "5012 $((small + 5000 * (20 << 20) + 2500 * 4999)) 2500 $kept"
rm -f cprof.out.*
run 0 ./huge many
expect "without room" "$(fact "$(the_profile)" '.heap.untracked')" "$((17000 - 16384))"
expect "it is said" "$(fact "$(the_profile)" '.run.troubles | map(test("live blocks")) | any')" true

begin short # blocks that are released at once, or before the one before them: no room stays taken
cat >short.c <<'C'
#include "../kilobytes.h"
static long mapped(void) { return kilobytes("/proc/self/status", "\nVmSize:"); }
void *volatile keep;
static void allocate(long rounds)
{
    for (long idx = 0; idx < rounds; idx++) {
        void *block = malloc(24);
        keep = block;
        free(block);
        void *older = malloc(24), *newer = malloc(40);
        keep = older;
        keep = newer;
        free(older);
        free(newer);
    }
}
int main(void)
{
    allocate(1000);
    long before = mapped();
    allocate(300000);
    printf("%ld\n", mapped() - before);
    return 0;
}
C
compile short short.c
run 0 env CPROF_SAMPLES=off ./short # whose ring comes and stays
expect "kilobytes more" "$(cat run.out)" 0
expect "blocks, live" "$(totals "$(the_profile)" allocations current_count)" "$((3 * 301000)) 0"
expect "temporary" "$(fact "$(the_profile)" '[.allocations[].temporary] | add')" "$((2 * 301000))"

begin off # and no number is 0 that is unknown
run 0 env CPROF_ALLOC=off ../realloc/resize
expect "totals" "$(totals "$(the_profile)" allocated_bytes peak_bytes)" "null null"
rm -f cprof.out.*
run 0 env CPROF_ALLOC=perhaps ../realloc/resize
expect "totals with a wrong word" "$(totals "$(the_profile)" allocations)" 9
expect "what is said of it" "$(fact "$(the_profile)" '.run.troubles | map(test("CPROF_ALLOC")) | any')" true

begin sampled # estimates without bias: in the mean over runs they are right
cat >sampled.c <<'C'
#include <stdlib.h>
void *volatile block;
int main(void)
{
    for (int idx = 0; idx < 200000; idx++) {
        block = malloc(16 + idx % 200);
        if (idx % 5) free(block);
    }
    for (int idx = 0; idx < 40; idx++) block = malloc(100000);
    for (int idx = 0; idx < 400000; idx++) block = malloc(0);
    return 0;
}
C
compile sampled sampled.c
for ((idx = 0; idx < 40; idx++)); do
    CPROF_ALLOC=sampled CPROF_OUTPUT=sample.$idx run 0 ./sampled
    fact sample.$idx '"\(.totals.allocations) \(.totals.current_bytes) \(.totals.current_count) \(.totals.allocated_bytes) \([.allocations[].temporary] | add)"'
done >samples
# of COLUMN TRUTH: the mean of the estimates over the true number.
of() {
    awk -v column="$1" -v truth="$2" '{ sum += $column } END { print sum / NR / truth }' samples
}
# Bounds are four times the mean's deviation, which one sample in 65,536 bytes gives.
live=$(awk 'BEGIN { for (idx = 0; idx < 200000; idx += 5) live += 16 + idx % 200; print live + 4000000 }')
all=$(awk 'BEGIN { for (idx = 0; idx < 200000; idx++) all += 16 + idx % 200; print all + 4000000 }')
expect_between "live bytes estimated over the true ones" "$(of 2 "$live")" 0.95 1.05
expect_between "live blocks, most of 0 bytes" "$(of 3 440040)" 0.75 1.25
expect_between "allocated bytes" "$(of 4 "$all")" 0.97 1.03
expect_between "temporary blocks" "$(of 5 160000)" 0.9 1.1
expect "that it says so" "$(fact sample.0 .heap.mode)" sampled
for ((idx = 0; idx < 20; idx++)); do # where each thread begins, nothing is known of its samples
    CPROF_ALLOC=sampled CPROF_OUTPUT=thread.$idx run 0 ../threads/threads
    fact thread.$idx '.totals | "\(.allocations) \(.allocated_bytes)"'
done >samples
expect_between "bytes of many threads" "$(of 2 1944000)" 0.83 1.17

begin preloaded
for library in libjemalloc.so.2 libmimalloc.so.2 libtcmalloc_minimal.so.4; do
    path=$(ldconfig -p | awk -v name="$library" '$1 == name { print $NF; exit }')
    [ "$path" ] || { skip "no $library" && continue; }
    rm -f cprof.out.*
    run 0 env LD_PRELOAD="$path" ../threads/threads
    expect "allocations with $library" "$(totals "$(the_profile)" allocations allocated_bytes current_count)" "63000 1944000 0"
    rm -f cprof.out.*
    run 0 env LD_PRELOAD="$path" ../million/million 300000
    expect "live with $library" "$(totals "$(the_profile)" allocations current_count)" "300001 150000"
    rm -f cprof.out.*
    run 0 env LD_PRELOAD="$path" ../realloc/resize
    expect "realloc with $library" "$(totals "$(the_profile)" allocations releases allocated_bytes current_bytes)" "9 9 364310 0"
done

begin own # a program that brings its own malloc
cat >own.c <<'C'
#include <stddef.h>
#include <string.h>
#include <stdlib.h>
static char pool[1 << 24];
static size_t used;
__attribute__((noipa)) void *malloc(size_t size) { void *block = pool + used; used += (size + 31) & ~(size_t)15; return block; }
__attribute__((noipa)) void free(void *block) { (void)block; }
__attribute__((noipa)) void *calloc(size_t count, size_t size) { return memset(malloc(count * size), 0, count * size); }
void *realloc(void *block, size_t size) { void *new = malloc(size); return block ? memcpy(new, block, size) : new; }
void *volatile kept;
__attribute__((noinline)) static void user(void) { for (int idx = 0; idx < 50; idx++) { kept = malloc(20); if (idx < 40) free(kept); } }
int main(void) { user(); kept = calloc(3, 5); return 0; }
C
compile own own.c -fno-builtin
run 0 ./own
expect "allocations, live" "$(totals "$(the_profile)" allocations current_count)" "51 11"

begin ends # a killed program's profile has what was live
cat >killed.c <<'C'
#include <signal.h>
#include <stdlib.h>
void *volatile kept;
int main(void)
{
    for (int idx = 0; idx < 100; idx++) { kept = malloc(10); if (idx % 4) free(kept); }
    return raise(SIGKILL);
}
C
compile killed killed.c
run 137 ./killed
expect "allocations, live, peak" "$(totals "$(the_profile)" allocations current_count peak_bytes)" "100 25 260"
finish
