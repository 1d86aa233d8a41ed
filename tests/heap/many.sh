#!/usr/bin/env bash
# A hundred million blocks of short lives, by one thread and by four: counted to the last.
#
# usage: many.sh BUILD.  Run by ctest.
. "$(dirname "$0")/../support/whole.bash"

begin many
compile pairs "$here/../../bench/pairs.c" -lpthread
for threads in 1 4; do
    rm -f cprof.out.*
    LIMIT=600 run 0 ./pairs $((100000000 / threads)) $threads
    expect "allocations, releases, bytes, live, at once ($threads threads)" \
        "$(fact "$(the_profile)" '.totals | "\(.allocations) \(.releases) \(.allocated_bytes) \(.current_count) \(.temporary)"')" \
        "100000000 100000000 3200000000 0 100000000"
    expect_between "peak ($threads threads)" "$(fact "$(the_profile)" .totals.peak_bytes)" 32 $((32 * threads * 256))
done
finish
