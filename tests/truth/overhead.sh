#!/usr/bin/env bash
# What a run says of its own cost, against what it did cost: the program's processor
# time with hooks less that without, pair by pair, the median of nine.  And exact
# mode, in which most of the time is the probes', against the time without hooks.
#
# usage: overhead.sh CPROF.  Run by ctest.  The bounds are wide: what an instruction
# costs depends on those around it, and a neighbour on the same core halves the speed.
set -euo pipefail
cprof=$1
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# shellcheck disable=SC2046  # flags are words
gcc -O2 $("$cprof" flags --cc gcc) -o hooked "$here/overhead.c"
gcc -O2 -o plain "$here/overhead.c"

median() { sort -g | sed -n 5p; }

# between WHAT VALUE LEAST MOST
status=0
between() {
    local verdict=
    awk "BEGIN { exit !($2 >= $3 && $2 <= $4) }" || { verdict=" WRONG" && status=1; }
    printf '%-46s %6.2f, allowed %s to %s%s\n' "$@" "$verdict"
}

for mode in exact adaptive count; do
    for ((pair = 0; pair < 9; pair++)); do
        rm -f profile
        plain=$(./plain)
        hooked=$(CPROF_MODE=$mode CPROF_OUTPUT=profile ./hooked)
        "$cprof" report --format json profile |
            jq -r --argjson plain "$plain" --argjson hooked "$hooked" '
                (.functions[] | select(.name == "main")) as $main |
                "\(.run.overhead_ns / ($hooked - $plain)) \(($main.cpu_ns // 0) / $plain)"'
    done >pairs.txt
    said=$(cut -d ' ' -f 1 pairs.txt | median)
    total=$(cut -d ' ' -f 2 pairs.txt | median)
    if [ $mode = exact ]; then
        between "exact: overhead, said / measured" "$said" 0.75 1.33
        between "exact: processor time, said / without hooks" "$total" 0.5 1.25
    else
        between "$mode: overhead, said / measured" "$said" 0.4 2.5
    fi
done
exit $status
