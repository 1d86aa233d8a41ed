#!/usr/bin/env bash
# `cprof check`: exit statuses, the lines that failed, where profiles come from.
# shellcheck source=tests/cli/check.bash
. "$(dirname "$0")/check.bash"
"$MAKE_PROFILE" old.cprof calls=1000 self=200000
"$MAKE_PROFILE" new.cprof calls=1001 self=200000
printf '%s\n' '# of the made-up program' 'again: call_count <= 1000' 'work: self_time < 1ms' >alone
printf '%s\n' '*: call_count <= baseline + 0' 'speedup >= 1.0' >against

expect 0 "$CPROF" check alone old.cprof
holds "$out" "All of 2 budgets hold."
expect 1 "$CPROF" check alone new.cprof
holds "$out" "FAILED  alone:2: again: call_count <= 1000  (again is 1,001)"
holds "$out" "1 of 2 budgets failed."
expect 1 "$CPROF" check against old.cprof -- new.cprof
holds "$out" "FAILED  against:1: *: call_count <= baseline + 0  (again is 1,001, baseline 1,000)"
expect 0 "$CPROF" check against new.cprof -- old.cprof
expect 1 "$CPROF" check --baseline old.cprof against new.cprof
expect 1 "$CPROF" check alone new.cprof --format json -o failed.json
jq -e '.failed == 1 and .lines == 2 and .excesses[0].function == "again"' failed.json >/dev/null ||
    fail "$(cat failed.json)"
cp old.cprof cprof.out.1
expect 0 "$CPROF" check alone
expect 0 "$CPROF" check - old.cprof <alone

expect 2 "$CPROF" check
one_sentence
expect 2 "$CPROF" check against new.cprof
holds "$err" "speaks of a baseline"
expect 2 "$CPROF" check against -- new.cprof
expect 3 "$CPROF" check nowhere new.cprof
expect 3 "$CPROF" check alone nowhere
one_sentence
echo 'again: calls < 3' >wrong
expect 3 "$CPROF" check wrong new.cprof
holds "$err" 'wrong:1: no metric is called "calls"'
expect 4 "$CPROF" check alone old.cprof -o /nowhere/at/all
finish
