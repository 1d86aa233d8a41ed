#!/usr/bin/env bash
# Invented programs against their own logs: counts, bytes, lifetimes and temporary
# blocks of every site, its peak, the heap's peak and what was live at it.  Threads
# take turns, where all of that is exact, or race, where peaks may be off by the bound
# in format.h.  Programs of one thread besides against valgrind's summary.
#
# usage: events.sh CPROF THREADS TURNS FIRST LAST.  Run by ctest.
set -euo pipefail
cprof=$1 threads=$2 turns=$3 first=$4 last=$5
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../support/compiler.bash"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# What valgrind counts: allocations, releases, bytes; live bytes and blocks.
summary_of_valgrind() {
    valgrind --leak-check=no "$@" 2>&1 | sed 's/,//g' | awk '
        /in use at exit/ { live = $6 " " $9 }
        /total heap usage/ { print $5, $7, $9, live }'
}

broken=0
for ((seed = first; seed <= last; seed++)); do
    awk -v seed="$seed" -v threads="$threads" -v turns="$turns" -f "$here/invent.awk" \
        </dev/null >program.c
    # shellcheck disable=SC2086  # flags are words
    $cc -O$((seed % 3)) -gdwarf-4 $flags -I"$here" program.c -o program -lpthread
    CPROF_OUTPUT=profile ./program log
    "$cprof" report --format json profile >report.json
    batch=()
    ((turns)) || batch=(256)
    "$here/check.py" log report.json "${batch[@]}" >wrong || {
        printf 'seed %s:\n' "$seed"
        cat wrong
        broken=1
    }
    ((threads == 1)) && ((seed % 4 == 0)) || continue
    ours=$(jq -r '.totals | "\(.allocations) \(.releases) \(.allocated_bytes) \(.current_bytes) \(.current_count)"' report.json)
    theirs=$(CPROF_OUTPUT=under summary_of_valgrind ./program)
    [ "$ours" = "$theirs" ] || {
        printf 'seed %s: valgrind says %s, the report %s\n' "$seed" "$theirs" "$ours"
        broken=1
    }
done
exit $broken
