#!/usr/bin/env bash
# What the notes of a malloc and its free cost in instructions, counted by callgrind:
# where nothing is noted and where one block in two thousand is, next to nothing.
#
# usage: cost.sh BUILD.  Run by ctest.
. "$(dirname "$0")/../support/whole.bash"

# Under valgrind a pair takes fifty times as long and gets as many more of the kernel's
# samples, in some runs enough that two more instructions a pair are seen.
export CPROF_SAMPLES=off

begin pair
cat >pair.c <<'C'
#include <stdlib.h>
void *volatile keep;
int main(int count, char **words)
{
    long rounds = atol(words[1]);
    (void)count;
    for (long idx = 0; idx < rounds; idx++) {
        void *block = malloc(32);
        keep = block;
        free(block);
    }
    return 0;
}
C
instructions() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" 2>&1 | awk '/Collected/ { print $4 }'
}
# Instructions a pair: the difference of two runs leaves out start and end.
a_pair() {
    local few many
    few=$(instructions "$1" 1000)
    many=$(instructions "$1" 201000)
    awk "BEGIN { print ($many - $few) / 2e5 }"
}
for kind in "" -fPIC; do
    # shellcheck disable=SC2086  # words
    "$cc" -O2 $apart $kind pair.c -o plain
    # shellcheck disable=SC2086
    compile noted pair.c $kind
    plain=$(a_pair ./plain)
    while read -r mode most; do
        export CPROF_ALLOC=$mode
        added=$(awk "BEGIN { print $(a_pair ./noted) - $plain }")
        unset CPROF_ALLOC
        printf 'instructions added to a pair of %s: %s (%s %s)\n' "$plain" "$added" "$mode" "$kind"
        expect_between "instructions added to a pair ($mode $kind)" "$added" 1 "$most"
    done <<'MOST'
off 11
sampled 17
on 305
MOST
done
finish
