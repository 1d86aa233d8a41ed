#!/usr/bin/env bash
# `cprof diff` and its gate: two files, many, folders, exit statuses, all formats.
# shellcheck source=tests/cli/check.bash
. "$(dirname "$0")/check.bash"
mkdir -p old new
for run in 0 1 2 3 4 5 6 7 8 9; do
    mkdir old/$run new/$run
    "$MAKE_PROFILE" old/$run/p calls=1000 self=$((200000 + run * 500))
    "$MAKE_PROFILE" new/$run/p calls=1001 self=$((230000 + run * 500))
    "$MAKE_PROFILE" again.$run calls=1000 self=$((200000 + (run * 7 + 3) % 10 * 500))
done

# One more call is found with one run a side; the baseline comes first everywhere.
expect 0 "$CPROF" diff old/0/p new/0/p
holds "$out" "baseline   "
holds "$out" "1,001  call_count    again"
lacks "$out" "self_time     work"
expect 0 "$CPROF" diff --format json old/0/p new/0/p
[ "$(jq -r '.regressions[] | select(.function == "again" and .metric == "call_count") |
    "\(.before) \(.after) \(.percent_change) \(.exact)"' out.txt)" = "1000 1001 0.1 true" ] ||
    fail "not the one call: $out"
jq -e '.baseline.runs == 1 and .candidate.runs == 1 and (.speedup_ci | length) == 2 and
    (.verdict | IN("faster", "slower", "same", "unclear"))' out.txt >/dev/null || fail "schema: $out"

# Ten runs a side, however they are named, tell which function is slower.
for way in "old new" "old/0/p old/1/p old/2/p old/3 old/4 old/5 old/6 old/7 old/8 old/9 -- new"; do
    # shellcheck disable=SC2086
    expect 0 "$CPROF" diff --format json $way
    [ "$(jq -r '[.regressions[] | select(.metric == "self_time") | .function] | join(" ")' out.txt)" = again ] ||
        fail "$way: not again alone is slower: $out"
    jq -e '.baseline.runs == 10 and .candidate.runs == 10 and
        (.regressions[] | select(.metric == "self_time") |
            .percent_change > 13 and .percent_change < 16 and .p_value < 0.01 and
            .ci[0] > 12 and .ci[1] < 18)' out.txt >/dev/null || fail "$way: $out"
done
expect 0 "$CPROF" diff --format markdown old new
holds "$out" "## cprof: "
holds "$out" "| again | again"
expect 0 "$CPROF" diff old/* -- again.*
lacks "$out" "Worse than"

expect 0 "$CPROF" diff --format html old/0/p new/0/p
holds "$out" "<b>Baseline</b>"
holds "$out" "<td class=\"text name\">again</td>"
holds "$out" "src=\"data:image/svg+xml"
sed -n 's/.*src="data:image.svg+xml;charset=utf-8,\([^"]*\)".*/\1/p' out.txt | sed 's/\\/\\\\/g; s/%/\\x/g' |
    xargs -0 printf '%b' >flame.svg
xmllint --noout flame.svg || fail "the picture in the page is not well-formed"

# The gate.
expect 1 "$CPROF" diff --fail-above 5% old new
holds "$err" "worse than the baseline by more than 5 %"
holds "$err" "self_time of again"
one_sentence
expect 0 "$CPROF" diff --fail-above 20% old new
expect 1 "$CPROF" diff --fail-above 0% old/0/p new/0/p
expect 0 "$CPROF" diff --fail-above 0% new/0/p old/0/p
expect 0 "$CPROF" diff --fail-above 0% old/* -- again.*
expect 1 "$CPROF" diff old new --fail-above 5 -o diff.txt
[ -s diff.txt ] || fail "the gate left no output"

# What is wrong.
for words in "" "old" "old new old" "-- new" "old --"; do
    # shellcheck disable=SC2086
    expect 2 "$CPROF" diff $words
    one_sentence
done
expect 3 "$CPROF" diff old nowhere
one_sentence
expect 2 "$CPROF" diff --fail-above much old new
expect 4 "$CPROF" diff old new -o /nowhere/at/all
finish
