#!/usr/bin/env bash
# The gate of examples/ci: an equal build passes, a slower one and one call more fail,
# with the exit statuses that its README tells.
#
# usage: ci.sh BUILD EXAMPLES.  Run by ctest.
. "$(dirname "$0")/../support/whole.bash"
cp -r "$2/ci" "$work/ci"
export PATH=$build/bin:$PATH
cd "$work/ci" || exit 1
# shellcheck disable=SC2046
for variant in old new "slower -DSLOWER" "more -DMORE"; do
    set -- $variant
    "$cc" -O2 $(cprof flags --cc "$cc") "${@:2}" work.c -o "$1"
done
gate() {
    RUNS=$3 ./gate ./old "./$2" >gate.txt 2>gate.err
    expect "status of the gate for $2" $? "$1"
}
gate 0 new 10
expect "budgets" "$(cat gate.txt)" "All of 4 budgets hold."
gate 1 slower 10
expect "what is slower" "$(grep -c 'self\\_time.*parse' diff.md)" 1
gate 1 more 3
expect "the line that failed" "$(grep -c 'FAILED.*call_count <= baseline + 0  (grow is 600,001, baseline 600,000)' gate.txt)" 1
gate 2 nowhere 3
finish
