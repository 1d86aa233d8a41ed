#!/usr/bin/env bash
# Percentiles, least and most of durations that are known, in a program and its
# forked child: within 7 % of the truth in exact mode, and in adaptive mode, where
# most of the calls are not timed, too (least and most are of the timed ones there).
#
# usage: percentiles.sh CPROF.  Run by ctest.
set -euo pipefail
cprof=$1
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# shellcheck disable=SC2046  # flags are words
gcc -O2 $("$cprof" flags --cc gcc) -o percentiles "$here/percentiles.c"
status=0
for mode in exact adaptive; do
    rm -rf profiles && mkdir profiles
    CPROF_MODE=$mode CPROF_OUTPUT=profiles/%p ./percentiles >noted.txt
    for profile in profiles/*; do
        "$cprof" report --format json "$profile" >report.json
        who=$(jq -r 'if .functions | any(.name == "main" and .calls > 0) then "parent" else "child" end' report.json)
        jq -r --arg who "$who" '.functions[] |
            "\($who) \(.name) \(.calls) \(.p50_ns) \(.p95_ns) \(.p99_ns) \(.min_ns) \(.max_ns)"' report.json
    done >reported.txt
    awk -v mode=$mode '
        FNR == NR { for (at = 3; at <= 8; at++) found[$1, $2, at] = $at; next }
        {
            wrong = found[$1, $2, 3] == $3 ? "" : " CALLS"
            last = mode == "exact" ? 8 : 6
            for (at = 4; at <= last; at++) {
                allowed = at < 7 ? 0.07 : 0
                value = found[$1, $2, at]
                if (value < $at * (1 - allowed) || value > $at * (1 + allowed) || value == "null")
                    wrong = wrong " WRONG(" value ")"
            }
            print mode, $0 wrong
            failed += wrong != ""
        }
        END { exit failed || FNR != 8 }' reported.txt noted.txt || status=1
done
exit $status
