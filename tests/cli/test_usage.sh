#!/usr/bin/env bash
# Wrong words, help, exit statuses, output that cannot be written.
# shellcheck source=tests/cli/check.bash
. "$(dirname "$0")/check.bash"
"$MAKE_PROFILE" cprof.out.1 || exit 1

expect 2 "$CPROF"
one_sentence
expect 2 "$CPROF" reprot
holds "$err" "did you mean \`cprof report\`?"
expect 2 "$CPROF" xyzzy
holds "$err" "cprof --help"
expect 2 "$CPROF" report --formt json
holds "$err" "did you mean --format?"
expect 2 "$CPROF" report --format jsn
holds "$err" "did you mean json?"
expect 2 "$CPROF" report --top many
holds "$err" "whole number"
expect 2 "$CPROF" report --top -1
expect 2 "$CPROF" report --top 4294967296
expect 2 "$CPROF" report --sort
holds "$err" "needs a value"
expect 2 "$CPROF" report -x
expect 2 "$CPROF" tree --min 101
expect 2 "$CPROF" run
one_sentence
expect 2 "$CPROF" cc
expect 2 "$CPROF" sites
expect 2 "$CPROF" flags surplus
expect 2 "$CPROF" help nothing

expect 0 "$CPROF" --help
holds "$out" "Commands:"
expect 0 "$CPROF" --version
while read -r command; do
    expect 0 "$CPROF" "$command" --help
    holds "$out" "Usage: cprof $command"
    holds "$out" "Example"
    expect 0 "$CPROF" help "$command"
    holds "$out" "Usage: cprof $command"
    expect 4 sh -c "\"$CPROF\" $command --help >/dev/full"
    expect 0 "$CPROF" "$command" --help=roff
    holds "$out" ".TH \"cprof-$command\" 1"
    if command -v man >/dev/null; then
        warnings=$(man --warnings -E UTF-8 -l -Tutf8 -Z out.txt 2>&1 >/dev/null)
        [ -z "$warnings" ] || fail "the manual page of $command: $warnings"
    fi
done <<EOF
$(sed -n 's/^CPROF_COMMAND("\([a-z]*\)".*/\1/p' "$SOURCE/cli/command.def")
EOF

# What README says of the profiled program's environment, the manual knows.
expect 0 "$CPROF" run --help=roff
variables=$(sed -n 's/^| `\(CPROF_[A-Z]*\)` |.*/\1/p' "$SOURCE/README.md")
[ "$(echo "$variables" | wc -l)" -ge 5 ] || fail "README has no table of variables: $variables"
for variable in $variables; do
    holds "$out" "fB$variable"
done

for command in report tree flame info list; do
    expect 0 "$CPROF" "$command"
    expect 4 sh -c "\"$CPROF\" $command >/dev/full"
    one_sentence
    holds "$err" "could not be written"
done
expect 4 "$CPROF" report -o /nonexistent/folder/x
one_sentence
expect 0 "$CPROF" report -o report.txt
[ -s report.txt ] || fail "-o wrote nothing"
expect 0 "$CPROF" report -o - cprof.out.1
holds "$out" "work"
expect 0 sh -c "\"$CPROF\" report - <cprof.out.1"
holds "$out" "work"
expect 0 sh -c "cat cprof.out.1 | \"$CPROF\" report --format=json -n1 -"
holds "$out" '"name":"work"'
lacks "$out" '"name":"main"'
finish
