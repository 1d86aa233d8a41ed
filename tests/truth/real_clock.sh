#!/usr/bin/env bash
# The real clock: is each function's self time what the function spent, by its own
# notes?  Spinning within 2 %; sleeping within 5 %, with less than 5 % CPU.
#
# usage: real_clock.sh CPROF MODE.  Run by ctest, alone on the machine.
#
# Between a note and the next hook lie some instructions; when another process gets
# the processor just there, a function has milliseconds that it did not note.  So
# there are three tries: a profile that is wrong by itself is wrong in all.
set -euo pipefail
cprof=$1 mode=$2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# shellcheck disable=SC2046  # flags are words
gcc -O2 $("$cprof" flags --cc gcc) -o real_clock "$here/real_clock.c"

# Prints the comparison; true if all is within bounds.
try() {
    rm -f profile
    CPROF_MODE=$mode CPROF_OUTPUT=profile ./real_clock >noted.txt
    "$cprof" report --format json profile |
        jq -r '.functions[] | "\(.name) \(.calls) \(.self_ns) \(.total_ns) \(.cpu_ns)"' >reported.txt
    awk '
        FNR == NR { calls[$1] = $2; self[$1] = $3; total[$1] = $4; cpu[$1] = $5; next }
        {
            percent = $3 ? 100 * (self[$1] - $3) / $3 : 100
            allowed = $4 == "sleep" ? 5 : 2
            wrong = ""
            if (calls[$1] != $2) wrong = wrong " CALLS(" calls[$1] ")"
            if (percent > allowed || percent < -allowed) wrong = wrong " SELF"
            if ($4 == "sleep" && (cpu[$1] == "null" || cpu[$1] > 0.05 * self[$1])) wrong = wrong " CPU"
            if ($4 == "spin" && $1 ~ /^spin_/ && cpu[$1] > 1.001 * total[$1]) wrong = wrong " CPU"
            printf "%-12s %6d calls, noted %11d ns, reported %11d ns, %+.2f %%, CPU %11s ns%s\n",
                $1, $2, $3, self[$1], percent, cpu[$1], wrong
            failed += wrong != ""; checked++
        }
        END { exit failed || checked != 14 }' reported.txt noted.txt
}

for number in 1 2 3; do
    echo "try $number, $mode mode:"
    try && exit 0
done
exit 1
