#!/usr/bin/env bash
# Two builds of one program that inline differently: the caller is no regression, what it
# allocates is the same, and a caller that is slower as well is found, with what is in it.
#
# usage: inlining.sh BUILD.  Run by ctest.
. "$(dirname "$0")/../support/whole.bash"
begin inlining
cat >work.c <<'C'
#include <stdlib.h>
#ifndef APART
#define APART
#endif
#ifndef MORE
#define MORE 0
#endif
static volatile unsigned sink;
static char *volatile kept; /* else compilers leave the block out where they see all of it */
/* Nearly all of the time is in what one build inlines.  A chain through a register, since
 * a volatile counter takes one or five cycles a turn as the processor happens to rename it. */
APART static void turn(unsigned times)
{
    unsigned value = times;
    for (unsigned idx = 0; idx < times; idx++) {
        value = value * 3 + 1;
        __asm__ volatile("" : "+r"(value));
    }
}
APART static char *keep(size_t size)
{
    char *text = malloc(size);
    kept = text;
    return text;
}
#ifndef FLAT
#define FLAT
#endif
__attribute__((noinline)) FLAT void outer(unsigned number)
{
    char *text = keep(16);
    turn(200000 + 200000 * MORE);
    sink += number;
    free(text);
}
__attribute__((noinline)) void other(unsigned number)
{
    turn(20000);
    sink += number;
}
int main(void)
{
    for (unsigned idx = 0; idx < 100; idx++) {
        outer(idx);
        other(idx);
    }
    return 0;
}
C
# build NAME FLAG...: and $runs runs of it.
build() {
    # shellcheck disable=SC2086  # flags are words
    "$cc" $flags "${@:2}" work.c -o "$1"
    for ((run = 0; run < runs; run++)); do
        CPROF_MODE=exact CPROF_OUTPUT=$1.$run "./$1"
    done
}
runs=5
build inlined -O2
build apart -O2 '-DAPART=__attribute__((noinline))'
build none -O2 -fno-inline
build much -O3
build slower -O2 -DMORE=9

has() { "$cprof" report --format json "$1.0" | jq "[.functions[] | select(.name == \"$2\")] | length"; }
expect "turn of the one build" "$(has inlined turn)" 0
expect "turn of the other" "$(has apart turn)" 1
expect "turn where nothing is inlined" "$(has none turn)" 1
for pair in "inlined apart" "apart inlined" "inlined none" "none much" "much none"; do
    set -- $pair
    "$cprof" diff --format json "$1".[0-4] -- "$2".[0-4] >diff.json
    # Without what counts as theirs it is more than twentyfold; what a busy machine does to
    # the processor's time is less.
    expect "$pair: callers far from what they were" "$(jq -c '[.regressions[], .improvements[], .unclear[] |
        select((.function == "outer" or .function == "other") and .metric == "self_cpu" and
            (.before > 5 * .after or .after > 5 * .before)) | [.function, .before, .after]]' diff.json)" "[]"
    expect "$pair: blocks, bytes and calls" "$(jq -c '[.regressions[], .improvements[] | select(.exact)]' diff.json)" "[]"
    expect "$pair: one side's" "$(jq -c '[.added[], .removed[] | .function] | contains(["keep", "turn"])' diff.json)" true
done

# Inlined in one of its two callers, by one of the builds: it is on both sides, and the
# calls that are left are the same.
runs=1
case $cc in
    gcc*) only_flat="-fno-inline-functions -fno-inline-functions-called-once -fno-inline-small-functions" ;;
    *) only_flat=-fno-inline-functions ;;
esac
# shellcheck disable=SC2086
build called -O2 $only_flat
# shellcheck disable=SC2086
build flat -O2 $only_flat '-DFLAT=__attribute__((flatten))'
calls() { "$cprof" report --format json "$1.0" | jq '.functions[] | select(.name == "turn") | .calls'; }
expect "calls of turn" "$(calls called) $(calls flat)" "200 100"
for pair in "called flat" "flat called"; do
    set -- $pair
    "$cprof" diff --format json "$1".0 "$2".0 >diff.json
    expect "$pair: blocks, bytes and calls" "$(jq -c '[.regressions[], .improvements[] | select(.exact)]' diff.json)" "[]"
    expect "$pair: with" "$(jq -c '[.regressions[], .improvements[], .unclear[] |
        select(.function == "outer" and .metric == "self_time") | .with | contains(["turn"])]' diff.json)" "[true]"
done

"$cprof" diff --format json apart.[0-4] -- slower.[0-4] >diff.json
expect "what is slower and inlined" "$(jq -c '.regressions[] | select(.function == "outer" and .metric == "self_cpu") |
    [.with[0], .percent_change > 200]' diff.json)" '["turn",true]'
"$cprof" diff apart.[0-4] -- slower.[0-4] >diff.txt
expect "the text says with what" "$(grep -A 1 'self_cpu.*outer' diff.txt | grep -c '^            with turn')" 1
expect "and what that means" "$(grep -c "counts as the caller's in both" diff.txt)" 1
finish
