#!/usr/bin/env bash
# A signal handler that calls profiled code, at every single instruction of the
# hooks, returning or leaving by siglongjmp: is the tree sound, is no call lost?
#
# usage: signals.sh CPROF TREE_CHECK INCLUDE STEPS MODE every|once [time].  Run by ctest.
#   STEPS: the first calls are disturbed at each such step only; where the handler
#          jumps, at others than where it returns
#   every: the handler makes calls at each step; once: at one step, each in turn
#   time:  on a fake clock; the self times must be right as well (exact mode), except
#          that a jump may lose the one stretch of time that was being charged
#
# The program's first calls, which make nodes, take a process for each step.  Without the
# kernel's samples, of which there are more than can be emptied step by step.
set -euo pipefail
export CPROF_SAMPLES=off
cprof=$1 tree_check=$2 include=$3 steps=$4 mode=$5 when=$6 time=${7:-}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
failed=0

# shellcheck disable=SC2046  # flags are words
gcc -O2 ${time:+-DFAKE_CLOCK} -I"$include" $("$cprof" flags --cc gcc) -o signals "$here/signals.c"

# run NAME ARGUMENT...: one run, its profile in NAME and its notes in NAME.noted.
# A run that does not end is the end of the test: all others would not either.
run() {
    local name=$1 status=0
    shift
    CPROF_MODE=$mode CPROF_OUTPUT=$name timeout 300 ./signals "$when" "$@" >"$name.noted" || status=$?
    [ $status = 0 ] || { echo "signals $when $*: status $status" && exit 1; }
}

report() {
    "$cprof" report --format json "$1" >/dev/null || { echo "$1: the report fails" && failed=1; }
}

# Timed calls have many more instructions, the same in far as in hot, where each is
# stopped at; what far has for itself, count mode stops at.
stride=1
[ "$mode" = count ] || stride=97
first=1
for leaves in return jump; do
    # Where each step has a handler that returns, one call is as good as the next.
    every_step=1
    [ "$when.$leaves" != every.return ] || every_step=16
    run "$leaves.hot" $leaves hot $every_step
    run "$leaves.far" $leaves far $stride
    report "$leaves.hot"
    report "$leaves.far"
    for ((step = first; ; step += steps)); do
        run "$leaves.cold.$step" $leaves cold $step
        [ $((step / steps % 50)) != 1 ] || report "$leaves.cold.$step"
        ! grep -qx over "$leaves.cold.$step.noted" || break
    done
    [ "$step" -gt 100 ] || { echo "only $step steps: this tests nothing" && exit 1; }
    echo "$mode mode, $when, $leaves: the first calls have $step steps"
    first=$((1 + steps / 2))
done

"$tree_check" ./*.hot ./*.far ./*.cold.*[0-9] >found.txt || { grep -v '^[^ ]* [^ ]* [0-9]* [0-9]*$' found.txt | head && failed=1; }
for noted in ./*.noted; do
    sed "s|^|${noted%.noted} |" "$noted"
done >noted.txt
awk -v time="$time" -f "$here/signals.awk" found.txt noted.txt || failed=1
exit $failed
