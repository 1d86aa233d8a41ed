#!/usr/bin/env bash
# What the renderers write for names that try to break out, and for odd widths.
# shellcheck source=tests/cli/check.bash
. "$(dirname "$0")/check.bash"
"$MAKE_PROFILE" plain
"$MAKE_PROFILE" hostile hostile
"$MAKE_PROFILE" count count

for profile in plain hostile count; do
    for metric in total_time calls; do
        expect 0 "$CPROF" flame --metric $metric "$profile" -o flame.svg
        xmllint --noout flame.svg || fail "$profile: not well-formed"
        grep -c 'class="frame"' flame.svg >/dev/null || fail "no frames"
    done
    expect 0 "$CPROF" report --format html "$profile" -o page.html
    [ "$(grep -c '</script' page.html)" -eq 5 ] || fail "$profile: a name ends a script of the page"
    for command in report tree; do
        expect 0 "$CPROF" $command --format json "$profile"
        jq . out.txt >/dev/null || fail "$command of $profile is no JSON"
    done
    expect 0 "$CPROF" advise --format json "$profile"
    jq -e 'type == "array"' out.txt >/dev/null || fail "advice on $profile is no array"
    expect 0 "$CPROF" advise "$profile"
    holds "$out" "Performance Analysis"
    expect 0 "$CPROF" report --top 0 "$profile"
    if LC_ALL=C grep -q "[$(printf '\001-\010\013-\037\177')]" out.txt; then
        fail "control characters in the report of $profile"
    fi
done
expect 0 "$CPROF" flame --title '<a&b>' plain
holds "$out" '&lt;a&amp;b&gt;'
holds "$out" '50 narrow callees'
expect 0 "$CPROF" flame --metric calls count
expect 0 "$CPROF" report count
holds "$out" "Times are unknown"

# Pictures and pages of more: threads, callers, another run beside it.
"$MAKE_PROFILE" threads threads contexts=2000
expect 0 "$CPROF" report --format html threads -o page.html
grep -q '"start":"worker_start","threads":5' page.html || fail "no group of five threads"
expect 0 "$CPROF" flame --callers shared --shape flame threads
holds "$out" 'logger_start'
expect 0 "$CPROF" flame --baseline plain threads
holds "$out" 'before '
expect 0 "$CPROF" flame --callees main --baseline hostile --width before plain
expect 0 "$CPROF" flame --metric alloc_bytes --baseline hostile plain
expect 0 "$CPROF" flame --thread worker_start threads
holds "$out" 'shared
60.0 µs'
lacks "$out" 'logger_start'
expect 2 "$CPROF" flame --thread shared threads
one_sentence
expect 2 "$CPROF" flame --callers nobody plain
expect 2 "$CPROF" flame --callers main --callees work plain
expect 3 "$CPROF" flame --baseline nowhere plain
one_sentence

for columns in 30 60 80 120; do
    for command in report tree; do
        expect 0 env COLUMNS=$columns "$CPROF" $command hostile
        widest=$(wc -L <out.txt) # columns, not bytes as some awks count
        [ "$columns" -lt 60 ] || [ "$widest" -le "$columns" ] ||
            fail "$command is $widest wide on $columns columns"
    done
done
# Bars where there is room, and as long as the share says.
expect 0 env COLUMNS=120 "$CPROF" report plain
holds "$out" "88.59 ███████▏"
expect 0 env COLUMNS=120 LC_ALL=C "$CPROF" tree --min 0 plain
holds "$out" "88.59 #######  "
expect 0 env COLUMNS=100 "$CPROF" report plain
lacks "$out" "█"

expect 0 env LC_ALL=C "$CPROF" tree plain
if LC_ALL=C grep -q '[^ -~]' out.txt; then fail "more than ASCII in the C locale"; fi

# Nothing of a terminal's where there is none.
mkfifo slow
(sleep 1.5; cat plain) >slow &
expect 0 "$CPROF" report - <slow
[ -z "$err" ] || fail "progress on no terminal: $err"
finish
