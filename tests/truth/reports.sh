#!/usr/bin/env bash
# Runs a program with each of the arguments 0 .. COUNT - 1 and prints what the
# reports say: NUMBER FUNCTION CALLS TOTAL SELF, a line a function that was called.
#
# usage: reports.sh CPROF COUNT MODE PROGRAM.  Called by graphs.sh, in its folder.
# The program itself has to succeed: it checks its own result.
set -euo pipefail
cprof=$1 count=$2 mode=$3 program=$4
mkdir -p "$mode"
for ((number = 0; number < count; number++)); do
    CPROF_MODE=$mode CPROF_OUTPUT=$mode/$number "$program" "$number" ||
        { echo "$program $number in $mode mode has a wrong result: status $?" >&2 && exit 1; }
    "$cprof" report --format json "$mode/$number" >"$mode/$number.json"
done
jq -r '(input_filename | sub(".*/"; "") | sub("\\.json$"; "")) as $number | .functions[] |
    select(.calls > 0) | "\($number) \(.name) \(.calls) \(.total_ns) \(.self_ns)"' "$mode"/*.json
