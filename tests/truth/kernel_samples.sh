#!/usr/bin/env bash
# Shares of functions whose times are known, in the default mode or in a build with budget=on,
# beside what a loop of each takes without hooks: within 3 points (libc's work within 6, which
# a mixture itself changes by two), where the kernel takes samples.
#
# usage: kernel_samples.sh CPROF COMPILER PROGRAM [budget], PROGRAM being kernel_samples (some
# nanoseconds a call) or callers (libc's work).  Run by ctest, alone on the machine.
set -euo pipefail
cprof=$1 compiler=$2 program=$3 budget=${4:-}
[ "$program" = callers ] && bound=6 functions=2 || bound=3 functions=3
export CPROF_ALLOC=off # whose notes are no work of these functions
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

"$compiler" -O2 -o plain "$here/$program.c"
# shellcheck disable=SC2046  # flags are words
"$compiler" -O2 $("$cprof" flags --cc "$compiler") ${budget:+-fplugin-arg-cprof-budget=on} -o profiled "$here/$program.c"

# Prints the comparison; true if all is within bounds.
try() {
    rm -f profile
    ./plain alone >alone.txt
    CPROF_OUTPUT=profile ./profiled
    "$cprof" report --format json profile >report.json
    jq -r '.functions[] | "\(.name) \(.self_ns)"' report.json >reported.txt
    awk -v bound=$bound -v functions=$functions '
        FNR == NR { alone[$1] = $2; plain += $2; next }
        $1 in alone { self[$1] = $2; sum += $2 }
        END {
            for (name in alone) {
                points = 100 * self[name] / sum - 100 * alone[name] / plain
                wrong = points > bound || points < -bound
                printf "%-12s alone %5.1f %%, profiled %5.1f %%%s\n", name,
                    100 * alone[name] / plain, 100 * self[name] / sum, wrong ? " WRONG" : ""
                failed += wrong; checked++
            }
            exit failed || checked != functions
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
