#!/usr/bin/env bash
# The corpus itself: is every reason in it that a plugin may give, is there a program
# for every row, and a compiler for every difference?
#
# usage: lists.sh.  Run by ctest.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here" || exit 1
wrong=0
complain() {
    echo "$*"
    wrong=$((wrong + 1))
}

for reason in $(sed -n 's/^CPROF_REASON(\([A-Z_]*\),.*/\1/p' ../../include/cprof/reason.def); do
    grep -q "^[^ ]* [a-z]* $reason " golden.txt || complain "no function of the corpus has the reason $reason"
done
for program in $(grep -v '^#' golden.txt | cut -d ' ' -f 1 | sort -u); do
    [ -e "programs/$program" ] || complain "golden.txt has rows for $program, which is not there"
done
for program in programs/*.c programs/*.cc; do
    sed -n 1p "$program" | grep -q '^/\* options:.* \*/$' || complain "$program does not say its options in line 1"
done
# The compilers and levels are those of the tests.
mapfile -t places < <(sed -n 's/^foreach(compiler \(.*\))$/\1/p' CMakeLists.txt | tr ' ' '\n' | sed 's/.*/&\/O0\n&\/O2/')
while read -r place; do
    for known in "${places[@]}"; do
        # shellcheck disable=SC2254  # is a glob
        case $known in $place) continue 2 ;; esac
    done
    complain "differences.txt names $place, which no test tries"
done < <(grep -v -e '^#' -e '^=' -e '^$' differences.txt | cut -d ' ' -f 1 | sort -u)
count=$(find programs -name '*.c' -o -name '*.cc' | wc -l)
[ "$count" -ge 60 ] || complain "only $count programs"
printf '%d programs, %d wrong\n' "$count" "$wrong"
[ "$wrong" = 0 ]
