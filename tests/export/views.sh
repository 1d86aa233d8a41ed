#!/usr/bin/env bash
# tree --callers and --callees, on stacks whose answer can be seen.
# shellcheck source=tests/cli/check.bash
. "$SOURCE/tests/cli/check.bash"
cat >stacks <<'END'
main;a;c;d 5
main;a;c 1
main;b;c;d 7
main;b;c;a;c;d 20
main;d 2
main 65
END
# lines FUNCTION...: "depth name total self" a line.
lines() {
    "$CPROF" tree --format json "$@" stacks | jq -r '
        def walk_tree($depth): "\($depth) \(.name) \(.total_amount) \(.self_amount)",
            (.children[] | walk_tree($depth + 1));
        .children[] | walk_tree(0)'
}
is() { [ "$1" = "$2" ] || fail "found $2, not $1"; }
is "0 d 34 null
1 c 32 null
2 a 25 null
3 c 20 null
4 b 20 null
5 main 20 null
3 main 5 null
2 b 7 null
3 main 7 null
1 main 2 null" "$(lines --callers d)"
is "0 c 33 1
1 a 20 0
2 c 20 0
3 d 20 20
1 d 12 12" "$(lines --callees c)"
# A function above itself takes its time once.
is "0 c 33 null" "$(lines --callers c | head -1)"
is "0 main 100 65" "$(lines --callees main | head -1)"

# Calls, and names as people say them.
"$MAKE_PROFILE" plain contexts=200
calls() { "$CPROF" report --format json plain | jq ".functions[] | select(.name == \"$1\") | .calls"; }
name=$("$CPROF" report --format json plain | jq -r '[.functions[].name | select(startswith("space"))][0]')
brief=${name%%(*}
for word in "$name" "$brief" "${brief##*::}"; do
    is "$(calls "$name")" "$("$CPROF" tree --callers "$word" --format json plain | jq '.children[0].calls')"
done
is '[1234567,null]' "$("$CPROF" tree --callers work --format json plain | jq -c '.children[0] | [.calls, .self_ns]')"
is '[1234567,800000]' "$("$CPROF" tree --callees work --format json plain | jq -c '.children[0] | [.calls, .self_ns]')"
expect 0 "$CPROF" tree --callers work plain
holds "$out" "Below a function stands who called it."
lacks "$out" self
expect 2 "$CPROF" tree --callers nobody plain
one_sentence
expect 2 "$CPROF" tree --callers a --callees b plain
one_sentence
finish
