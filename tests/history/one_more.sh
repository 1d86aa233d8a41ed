#!/usr/bin/env bash
# One more allocation in a loop is found with one run a side, every time, and names the
# function; the same build never differs.
#
# usage: one_more.sh BUILD.  Run by ctest.
. "$(dirname "$0")/../support/whole.bash"
begin one_more
cat >loop.c <<'C'
#include <stdlib.h>
static void *volatile kept;
__attribute__((noinline)) static void fill(int times)
{
    for (int idx = 0; idx < times; idx++) {
        kept = malloc(64);
        free(kept);
    }
}
int main(void)
{
    fill(TIMES);
    return 0;
}
C
# shellcheck disable=SC2086  # flags are words
"$cc" -O2 $flags -DTIMES=1000 loop.c -o old && "$cc" -O2 $flags -DTIMES=1001 loop.c -o new
for run in 0 1 2 3 4 5 6 7 8 9; do
    CPROF_OUTPUT=old.$run ./old
    CPROF_OUTPUT=new.$run ./new
    "$cprof" diff --format json old.$run new.$run >diff.json
    expect "what is found in pair $run" "$(jq -r '.regressions[] | select(.metric == "alloc_count" and .function == "fill") |
        "\(.before) \(.after) \(.exact)"' diff.json)" "1000 1001 true"
    "$cprof" diff --format json old.0 old.$run >diff.json
    expect "exact changes of the same build" "$(jq '[.regressions[], .improvements[] | select(.exact)] | length' diff.json)" 0
done
echo '*: alloc_count <= baseline + 0' >budgets
"$cprof" check budgets old.0 -- new.0 >check.txt
expect "status of check" $? 1
expect "the line that failed" "$(grep -c 'fill is 1,001, baseline 1,000' check.txt)" 1
finish
