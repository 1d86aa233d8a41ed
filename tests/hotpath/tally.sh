#!/usr/bin/env bash
# What a call costs in a build with budget=on: 2 instructions, whatever calls whatever, and
# copies from register to register that the compiler makes of one block more;
# and at most a quarter more than the plain program of the two worst, bench/fib.c and
# bench/loop.c, start and end included.  Counted by callgrind.
#
# usage: tally.sh BUILD.  Run by ctest.
. "$(dirname "$0")/../support/whole.bash"

# They come by time, of which valgrind takes fifty times as much.
export CPROF_SAMPLES=off
budget="$flags -fplugin-arg-cprof-budget=on"
bench=$here/../../bench

instructions() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" 2>&1 | awk '/Collected/ { print $4 }'
}

begin whole
for words in "fib 27" "loop 3000000"; do
    read -r name size <<<"$words"
    # shellcheck disable=SC2086  # words
    {
        "$cc" -O2 -fno-optimize-sibling-calls "$bench/$name.c" -o plain
        "$cc" -O2 -fno-optimize-sibling-calls $budget "$bench/$name.c" -o tallied
    }
    plain=$(instructions ./plain "$size")
    tallied=$(instructions ./tallied "$size")
    share=$(awk "BEGIN { print $tallied / $plain }")
    printf '%s: %s times the instructions of the plain program\n' "$name" "$share"
    expect_between "instructions of $name over the plain program's" "$share" 1.01 1.25
done

# A million calls; the difference of two runs leaves out start and end.
begin one_by_one
cat >calls.c <<'C'
#include <stdlib.h>
volatile int sink;
__attribute__((noipa)) int leaf(int n) { return n + 1; }
__attribute__((noipa)) int busy(const int *a, int n)
{
    int x = a[0] + n, y = a[1] * n, z = a[2] ^ n;
    return x * y + z * x + y * z;
}
__attribute__((noipa)) int caller(int n) { return leaf(n) + sink; }
__attribute__((noipa)) int early(int n) { if (n >= 0) return n; sink += leaf(n); return sink; }
int main(int count, char **words)
{
    static const int numbers[3] = {1, 2, 3};
    int sum = 0, rounds = atoi(words[1]);
    (void)count;
    switch (words[2][0]) {
    case 'l': for (int idx = 0; idx < rounds; idx++) sum = leaf(sum); break;
    case 'b': for (int idx = 0; idx < rounds; idx++) sum += busy(numbers, idx); break;
    case 'c': for (int idx = 0; idx < rounds; idx++) sum = caller(sum); break;
    case 'e': for (int idx = 0; idx < rounds; idx++) sum += early(idx); break;
    }
    return sum == 77;
}
C
a_round() {
    local few many
    few=$(instructions "$1" 1000000 "$2")
    many=$(instructions "$1" 2000000 "$2")
    awk "BEGIN { print ($many - $few) / 1e6 }"
}
for kind in "" -fPIC; do
    # shellcheck disable=SC2086
    {
        "$cc" -O2 $apart $kind calls.c -o plain
        "$cc" -O2 $budget $kind calls.c -o tallied
    }
    for what in leaf busy caller early; do
        calls=1 copies=0
        [ $what != caller ] || calls=2
        # Clang has a copy more where an argument comes from another block than its use, and
        # 16 sets up the frame before early's short way out.
        ! is_clang || copies=1
        [[ $compiler != *-16 || $what != early ]] || copies=2
        added=$(awk "BEGIN { print $(a_round ./tallied $what) - $(a_round ./plain $what) }")
        printf 'instructions added to %s: %s %s\n' "$what" "$added" "$kind"
        expect_between "instructions added to $what $kind" "$added" $((2 * calls)) "$((2 * calls + copies)).03"
    done
done
# Switched off it is the same.
copies=0
! is_clang || copies=1
expect_between "instructions added to leaf, off" \
    "$(awk "BEGIN { print $(CPROF_MODE=off a_round ./tallied leaf) - $(a_round ./plain leaf) }")" 2 "$((2 + copies)).01"
finish
