#!/usr/bin/env bash
# Counts every call of a profiled program twice, by cprof and by callgrind, in the
# very same run, and expects the same number for every function; and that no
# function of the program that callgrind saw is missing.
#
# usage: calls.sh CPROF PROGRAM [ARGUMENT...].  Called by the scripts here that
# build a program first.  Works in a folder of its own.
#
# With CPROF_CALLS_WITHIN=64 they may be a 64th off: a build with budget=on estimates.
#
# Functions of one name (static ones of two files, whole copies that GCC makes)
# are summed on both sides.
set -euo pipefail
export LC_ALL=C # join wants one order
cprof=$1
program=$(realpath "$2")
shift 2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
tab=$'\t' # names of C++ have spaces

CPROF_OUTPUT=$work/profile CPROF_MODE=${CPROF_MODE:-adaptive} \
    valgrind --tool=callgrind --compress-strings=no --callgrind-out-file=callgrind.out \
    "$program" "$@" >output.log 2>valgrind.log || { tail -n 20 valgrind.log >&2 && exit 1; }

awk -v object="$program" -f "$here/callgrind_calls.awk" callgrind.out | sort >callgrind.txt
"$cprof" report --format json profile >report.json
jq -r '.functions[] | select(.calls > 0) | "\(.name)\t\(.calls)"' report.json |
    awk -F '\t' '{ calls[$1] += $2 } END { for (name in calls) print name "\t" calls[name] }' |
    sort >cprof.txt
"$cprof" sites --format json "$program" >sites.json
jq -r '.. | objects | select(.instrumented == false) | .name' sites.json | sort -u >left_out.txt

# A line each for what differs: NAME CALLGRIND CPROF, - where one has none.
join -t "$tab" -a 1 -a 2 -e - -o 0,1.2,2.2 callgrind.txt cprof.txt |
    awk -F '\t' -v part="${CPROF_CALLS_WITHIN:-0}" '
        $2 == "-" || $3 == "-" { print; next }
        { off = $2 > $3 ? $2 - $3 : $3 - $2; most = part ? $2 / part : 0 }
        off > most' |
    join -t "$tab" -v 1 - left_out.txt >different.txt
functions=$(wc -l <cprof.txt)
if [ -s different.txt ]; then
    printf 'function, calls by callgrind, calls by cprof:\n'
    head -n 30 different.txt
    exit 1
fi
[ "$functions" -gt 40 ] || { echo "only $functions functions were called: this tests nothing" && exit 1; }
awk -F '\t' -v functions="$functions" \
    -v within="${CPROF_CALLS_WITHIN:+ within a ${CPROF_CALLS_WITHIN}th}" \
    '{ sum += $2 } END { printf "%d calls of %d functions agree with callgrind%s\n", sum, functions, within }' \
    cprof.txt
