#!/usr/bin/env bash
# Shares of functions of some nanoseconds, in the default mode or in a build with budget=on,
# beside what a loop of each takes without hooks: within 3 points, where the kernel takes
# samples.
#
# usage: kernel_samples.sh CPROF COMPILER [budget].  Run by ctest, alone on the machine.
set -euo pipefail
cprof=$1 compiler=$2 budget=${3:-}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

"$compiler" -O2 -o plain "$here/kernel_samples.c"
# shellcheck disable=SC2046  # flags are words
"$compiler" -O2 $("$cprof" flags --cc "$compiler") ${budget:+-fplugin-arg-cprof-budget=on} -o profiled "$here/kernel_samples.c"

# Prints the comparison; true if all is within bounds.
try() {
    rm -f profile
    ./plain alone >alone.txt
    CPROF_OUTPUT=profile ./profiled
    "$cprof" report --format json profile >report.json
    jq -r '.functions[] | "\(.name) \(.self_ns)"' report.json >reported.txt
    awk '
        FNR == NR { alone[$1] = $2; plain += $2; next }
        $1 in alone { self[$1] = $2; sum += $2 }
        END {
            for (name in alone) {
                points = 100 * self[name] / sum - 100 * alone[name] / plain
                wrong = points > 3 || points < -3
                printf "%-12s alone %5.1f %%, profiled %5.1f %%%s\n", name,
                    100 * alone[name] / plain, 100 * self[name] / sum, wrong ? " WRONG" : ""
                failed += wrong; checked++
            }
            exit failed || checked != 3
        }' alone.txt reported.txt
}

for number in 1 2 3; do
    echo "try $number:"
    if try; then
        samples=$(jq .run.kernel_samples report.json)
        echo "$samples samples of the kernel's"
        totals=$(jq '[.functions[].total_ns] | map(select(. != null)) | length' report.json)
        if [ -n "$budget" ] && [ "$totals" != 0 ]; then
            echo "$totals functions have totals, which nobody knows"
            exit 1
        fi
        [ "$samples" -ge 100 ] && exit 0
    fi
done
if [ "$(jq .run.kernel_samples report.json)" = 0 ] && [ "$(cat /proc/sys/kernel/perf_event_paranoid)" -gt 2 ]; then
    echo "the kernel takes no samples for users here"
    exit 77
fi
exit 1
