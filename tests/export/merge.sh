#!/usr/bin/env bash
# Merged profiles say what their members say, together.
# shellcheck source=tests/cli/check.bash
. "$SOURCE/tests/cli/check.bash"
mkdir folder
"$MAKE_PROFILE" folder/cprof.out.1 start=5
"$MAKE_PROFILE" folder/cprof.out.2 levels=5 start=6
"$MAKE_PROFILE" three hostile
"$MAKE_PROFILE" many contexts=3000

# same A... -- B...: two sets of arguments give the same report and tree.
same() {
    local left=() command
    while [ "$1" != -- ]; do left+=("$1"); shift; done
    shift
    for command in report tree; do
        "$CPROF" $command --format json "${left[@]}" >left.json || fail "$command ${left[*]}"
        "$CPROF" $command --format json "$@" >right.json || fail "$command $*"
        cmp -s left.json right.json || fail "$command of ${left[*]} is not that of $*"
    done
}
expect 0 "$CPROF" merge -o folder.cprof folder
same folder -- folder.cprof
expect 0 "$CPROF" merge -o all.cprof folder/cprof.out.1 folder/cprof.out.2 three
same folder/cprof.out.1 folder/cprof.out.2 three -- all.cprof
expect 0 "$CPROF" merge -o again.cprof folder.cprof three
same folder three -- again.cprof
expect 0 sh -c "\"$CPROF\" merge folder three | \"$CPROF\" report --format json - >piped.json"
"$CPROF" report --format json folder three | cmp -s - piped.json || fail "through a pipe"
expect 0 "$CPROF" merge -o many.cprof many
[ "$(stat -c %s many.cprof)" -lt $(($(stat -c %s many) / 2)) ] || fail "it is not compressed"
expect 0 "$CPROF" merge -o folded.cprof "$SOURCE/tests/analysis/others/folded.txt" \
    "$SOURCE/tests/analysis/others/folded.txt"
[ "$("$CPROF" report --format json folded.cprof | jq '.functions[] | select(.name == "idle") | .self_amount')" = 60 ] ||
    fail "other profilers' files"

expect 2 "$CPROF" merge -o x
one_sentence
expect 2 "$CPROF" merge -o x -
one_sentence
expect 3 "$CPROF" merge -o x nowhere
one_sentence
[ ! -e x ] || fail "half a file is left"
expect 3 "$CPROF" merge -o x three "$SOURCE/tests/analysis/others/folded.txt"
holds "$err" "profiles of one kind"
cp three itself
expect 0 "$CPROF" merge -o itself itself folder
same three folder -- itself
expect 4 "$CPROF" merge -o /dev/full three
[ -c /dev/full ] || fail "what was no file is gone"
one_sentence
head -c 300 all.cprof >short
expect 3 "$CPROF" report short
one_sentence
holds "$err" damaged
printf 'x' | dd of=all.cprof bs=1 seek=200 conv=notrunc 2>/dev/null
expect 3 "$CPROF" report all.cprof
one_sentence
finish
