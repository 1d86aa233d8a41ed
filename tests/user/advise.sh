#!/usr/bin/env bash
# cprof advise names the faults of a program by rule, function and line, and says
# nothing of one that does next to nothing.
#
# usage: advise.sh BUILD.  Run by ctest.
# shellcheck source=tests/support/whole.bash
. "$(dirname "$0")/../support/whole.bash"

# The line of faults.c with this remark.
line_of() {
    grep -n "/\* $1" "$here/faults.c" | cut -d: -f1
}

# found RULE FUNCTION LINE
found() {
    expect "$1 in $2" "$(jq -r ".[] | select(.rule == \"$1\" and .function == \"$2\") | .line" advice.json)" "$3"
}

begin faults
# shellcheck disable=SC2086  # flags are words
$cc -O2 -g $flags "$here/faults.c" -o faults || broken "does not compile"
run 0 ./faults
profile=$(the_profile)
"$cprof" advise --format json "$profile" >advice.json
found temporary-allocation copied "$(line_of temporary)"
found frequent-allocation copied "$(line_of temporary)"
found memory-leak leaked "$(line_of leak)"
found realloc-growth grown "$(line_of growth)"
found hot-loop main "$(line_of hot)"
expect "members" "$(jq -r '[.[] | keys[]] | unique | join(" ")' advice.json)" \
    "category description evidence example file function line max_gain_percent recommendation rule severity"
expect "order" "$(jq '[.[].severity | {critical: 0, high: 1, medium: 2, low: 3}[.]] | . == sort' advice.json)" true
"$cprof" advise "$profile" >advice.txt
expect "heading" "$(head -1 advice.txt)" "Performance Analysis"
expect "issues" "$(grep -c '^Issues Found: ' advice.txt)" 1

begin nothing
echo 'int main(void) { return 0; }' >nothing.c
# shellcheck disable=SC2086  # flags are words
$cc -O2 $flags nothing.c -o nothing
run 0 ./nothing
expect "advice" "$("$cprof" advise --format json "$(the_profile)")" "[]"
expect "in words" "$("$cprof" advise "$(the_profile)" | grep -c 'No issues')" 1
finish
