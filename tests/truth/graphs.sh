#!/usr/bin/env bash
# Made-up programs on a clock that only they advance: does the report give each
# function exactly the calls, the self time and the total that it must have?
#
# usage: graphs.sh CPROF GENERATE SHAPE COUNT [COMPILER OPTION...].  Run by ctest,
# once for each shape.  With -O0 or -O1 a tail call is an ordinary call.
#
# Exact mode must be right in all three; count and adaptive mode in the calls.
set -euo pipefail
cprof=$1 generate=$2 shape=$3 count=$4
shift 4
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
ulimit -s 262144 # one of them is 80,000 calls deep

tail_calls=jumps
case " $* " in *" -O0 "* | *" -O1 "*) tail_calls=calls ;; esac
source=graphs.c compiler=gcc
[ "$shape" = throw ] && source=graphs.cc compiler=g++
"$generate" "$shape" "$count" $tail_calls "$source" expected.txt
# shellcheck disable=SC2046  # flags are words
"$compiler" "$@" $("$cprof" flags --cc "$compiler") -o graphs "$source"

# Were they different programs at all?
different=$(awk '{ text[$1] = text[$1] " " $2 " " $3 " " $4 " " $5 }
    END { for (number in text) { sub(/ main.*/, "", text[number]); gsub(/s[0-9]+_/, "", text[number])
          if (!seen[text[number]]++) n++ }; print n }' expected.txt)
[ "$different" = "$count" ] || { echo "only $different of $count programs differ" && exit 1; }

"$here/reports.sh" "$cprof" "$count" exact ./graphs >exact.txt
"$here/reports.sh" "$cprof" "$count" count ./graphs >count.txt
"$here/reports.sh" "$cprof" "$count" adaptive ./graphs >adaptive.txt

status=0
compare() {
    local mode=$1 columns=$2
    cut -d ' ' -f "$columns" expected.txt | sort >expected.sorted
    cut -d ' ' -f "$columns" "$mode.txt" | sort >found.sorted
    cmp -s expected.sorted found.sorted && return
    status=1
    printf '%s mode, < expected, > reported (scenario, function, calls, total, self), %s in all:\n' \
        "$mode" "$(comm -3 expected.sorted found.sorted | cut -f 1 | grep -c .)"
    diff expected.sorted found.sorted | grep '^[<>]' | sort -k 2,2n -k 3,3 | head -n 20 || true
}
compare exact 1-5
compare count 1-3
compare adaptive 1-3
[ $status = 0 ] && echo "$count programs, $(wc -l <expected.txt) functions, all as expected"
exit $status
