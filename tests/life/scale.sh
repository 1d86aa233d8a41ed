#!/usr/bin/env bash
# Large numbers: 20,000 functions, a chain of calls a million deep, cycles of
# recursion, more contexts than the cap.  Counts stay exact and the file small.
#
# usage: scale.sh BUILD.  Run by ctest.
. "$(dirname "$0")/../support/whole.bash"

# expect_small PROFILE MARGIN: at most 128 bytes a node, but for the header and
# MARGIN bytes: the tables of sites and what an extent has in reserve.
expect_small() {
    local nodes bytes
    nodes=$(info_number "$1" Nodes)
    bytes=$(stat -c %s "$1")
    expect_between "bytes of $1 for $nodes nodes" "$bytes" 1 $((16384 + 128 * nodes + $2))
}

# 20,000 functions that all have one caller each, in 20 objects: a ring of a
# hundred groups, each function called once more than the one before.
begin functions
awk -v total=20000 'BEGIN {
    for (part = 0; part < 20; part++) {
        file = "part" part ".c"
        print "extern volatile int sink;" >file
        for (idx = part * 1000; idx < (part + 1) * 1000; idx++)
            printf "__attribute__((noipa)) void f%d(void) { sink++; }\n", idx >file
        printf "void part%d(void)\n{\n", part >file
        for (idx = part * 1000; idx < (part + 1) * 1000; idx++)
            printf "    for (int k = 0; k <= %d; k++) f%d();\n", idx % 7, idx >file
        print "}" >file
        close(file)
    }
    file = "main.c"
    print "volatile int sink;" >file
    for (part = 0; part < 20; part++) printf "void part%d(void);\n", part >file
    print "int main(void)\n{" >file
    for (part = 0; part < 20; part++) printf "    part%d();\n    part%d();\n", part, part >file
    print "    return 0;\n}" >file
}' </dev/null
for ((part = 0; part < 20; part += 2)); do
    OPTIMISE=-O1 compile part$part.o -c part$part.c &
    OPTIMISE=-O1 compile part$((part + 1)).o -c part$((part + 1)).c
    wait
done
compile many main.c part*.o
for mode in adaptive exact count; do
    rm -f cprof.out.*
    CPROF_MODE=$mode run 0 ./many
    profile=$(the_profile)
    # f0 is called 2 times, f1 4 times, ... f6 14 times, f7 2 times.
    "$cprof" report --format json "$profile" |
        jq -r '.functions[] | select(.name | test("^f[0-9]+$")) | "\(.name[1:]) \(.calls)"' |
        awk '{ if ($2 != 2 * ($1 % 7 + 1)) wrong++; seen++ } END { print seen + 0, wrong + 0 }' >seen
    expect "functions, and those with a wrong count ($mode)" "$(cat seen)" "20000 0"
    expect_calls "$profile" main 1 part0 2 part19 2
    expect "lost calls ($mode)" "$(fact "$profile" .run.lost)" 0
    # A site has 44 bytes and its name and shares its file's; a histogram that the
    # longer durations of a busy machine fall into, too, some parts of 72.
    histograms=0
    [ "$mode" = count ] || histograms=$((20021 * 3 * 72))
    expect_small "$profile" $((20021 * 56 + 32768 * 128 + 65536 + histograms))
done

# One million frames.  The frames must not grow by more than 16 bytes (32 in one case).
begin deep
cat >deep.c <<'C'
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
volatile int sink;
static uintptr_t lowest, highest;
__attribute__((noipa)) long down(long left)
{
    if (!left) { lowest = (uintptr_t)__builtin_frame_address(0); return 0; }
    long below = down(left - 1);
    return below + (sink & 1) + 1;
}
__attribute__((noipa)) long first(long left);
__attribute__((noipa)) long second(long left) { return left ? first(left - 1) + (sink & 1) + 1 : 0; }
__attribute__((noipa)) long third(long left) { return left ? second(left - 1) + (sink & 1) + 1 : 0; }
long first(long left) { return left ? third(left - 1) + (sink & 1) + 1 : 0; }
static long depth;
static void *start(void *x)
{
    highest = (uintptr_t)__builtin_frame_address(0);
    if (down(depth) != depth || first(depth) != depth) abort();
    return x;
}
int main(int count, char **words)
{
    pthread_attr_t attributes;
    pthread_t thread;
    (void)count;
    depth = atol(words[1]);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 1ul << 30);
    if (pthread_create(&thread, &attributes, start, 0)) return 1;
    pthread_join(thread, 0);
    printf("%.2f\n", (double)(highest - lowest) / (double)depth);
    return 0;
}
C
for optimise in -O0 -O2; do
    for kind in "" -fPIC; do
        more=16
        # Without optimisation Clang keeps what an asm goto gives it in memory.
        is_clang && [ "$optimise$kind" = -O0-fPIC ] && more=32
        # shellcheck disable=SC2086
        OPTIMISE=$optimise compile deep deep.c $kind
        # shellcheck disable=SC2086
        "$cc" $optimise $apart $kind deep.c -o plain
        run 0 ./plain 1000000
        plain=$(cat run.out)
        for mode in count exact; do
            rm -f cprof.out.*
            CPROF_MODE=$mode run 0 ./deep 1000000
            expect_between "bytes added to a frame of $plain ($optimise $kind, $mode)" \
                "$(awk "BEGIN { print $(cat run.out) - $plain }")" -1 $more
            profile=$(the_profile)
            # first, third, second, first, ...: 1,000,001 calls, a third each.
            expect_calls "$profile" down 1000001 first 333334 third 333334 second 333333 start 1 main 1
            expect "lost calls ($mode)" "$(fact "$profile" .run.lost)" 0
            nodes=$(info_number "$profile" Nodes)
            expect_between "nodes of two deep recursions ($mode)" "$nodes" 6 20
            if [ $mode != count ]; then
                expect_between "total of main beside the wall time ($mode)" \
                    "$(fact "$profile" '(.functions[] | select(.name == "main") | .total_ns) / .run.wall_ns')" 0.3 1.001
                # main waits while the thread works, so there are two times the wall time.
                expect_between "the sum of self times beside it ($mode)" \
                    "$(fact "$profile" '([.functions[].self_ns] | add) / .run.wall_ns')" 0.6 2.001
            fi
        done
    done
done

# Mutual recursion with a random path: contexts stay few.
begin mutual
cat >mutual.c <<'C'
#include <stdio.h>
volatile int sink;
static unsigned state = 1;
static unsigned long count[6];
static unsigned random_next(void) { return state = state * 1664525u + 1013904223u; }
#define RECURSIVE(n) __attribute__((noipa)) void r##n(int left)
RECURSIVE(0); RECURSIVE(1); RECURSIVE(2); RECURSIVE(3); RECURSIVE(4); RECURSIVE(5);
static void (*const all[6])(int) = {r0, r1, r2, r3, r4, r5};
#define BODY(n) RECURSIVE(n) { count[n]++; if (left) { all[(random_next() >> 16) % 6](left - 1); if (random_next() >> 31) all[(random_next() >> 16) % 6](left / 2); } sink++; }
BODY(0) BODY(1) BODY(2) BODY(3) BODY(4) BODY(5)
int main(void)
{
    for (int idx = 0; idx < 300; idx++) r0(24);
    for (int idx = 0; idx < 6; idx++) printf("r%d %lu ", idx, count[idx]);
    return 0;
}
C
compile mutual mutual.c
for mode in adaptive exact count; do
    rm -f cprof.out.*
    CPROF_MODE=$mode run 0 ./mutual
    # shellcheck disable=SC2046
    expect_calls "$(the_profile)" $(cat run.out) main 1
    expect "lost calls ($mode)" "$(fact "$(the_profile)" .run.lost)" 0
    expect_small "$(the_profile)" $((32768 * 128 + 65536))
done

# More contexts than can be told apart: beyond the cap calls are counted in their
# function, and the profile says so.
begin contexts
awk 'BEGIN {
    print "volatile int sink;"
    for (level = 0; level < 12; level++)
        for (idx = 0; idx < 4; idx++) {
            printf "__attribute__((noipa)) void l%d_%d(void) {", level, idx
            for (below = 0; level && below < 4; below++) printf " l%d_%d();", level - 1, below
            print " sink++; }"
        }
    print "int main(void) { l11_0(); return 0; }"
}' >wide.c
OPTIMISE="-O2 -fno-optimize-sibling-calls" compile wide wide.c
for mode in count exact; do
    rm -f cprof.out.*
    CPROF_MODE=$mode LIMIT=120 run 0 ./wide
    profile=$(the_profile)
    # 4^11 calls on the lowest level, a quarter in each function.
    expect_calls "$profile" l0_0 1048576 l0_3 1048576 l1_0 262144 l10_2 1 l11_0 1 main 1
    expect "lost calls ($mode)" "$(fact "$profile" .run.lost)" 0
    expect "a sentence about the cap ($mode)" "$(fact "$profile" '.run.troubles | length > 0')" true
    expect_small "$profile" $((32768 * 128 + 65536))
done
finish
