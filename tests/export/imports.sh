#!/usr/bin/env bash
# Other profilers' files wherever a profile may stand: the numbers that they hold,
# null for what they do not know, and ours back again after a round trip.
# shellcheck source=tests/cli/check.bash
. "$SOURCE/tests/cli/check.bash"
others=$SOURCE/tests/analysis/others

# json FILTER COMMAND...: what jq finds in the JSON of a command.
json() {
    local filter=$1
    shift
    "$CPROF" "$@" --format json | jq -c "$filter"
}
# is WANTED FOUND
is() { [ "$1" = "$2" ] || fail "found ${2:0:300}, not ${1:0:300}"; }

# Folded stacks: amounts without a unit, no calls.
file=$others/folded.txt
is '["samples",null,null,null]' "$(json '[.run.unit, .run.wall_ns, .program.started, .run.overhead_ns]' report "$file")"
is '[46,6]' "$(json '.functions[] | select(.name == "eval") | [.total_amount, .self_amount]' report "$file")"
is '[null,null,null,null,null]' "$(json '.functions[] | select(.name == "eval") |
    [.calls, .self_ns, .total_ns, .avg_ns, .error_percent]' report "$file")"
is '[61,0]' "$(json '.functions[] | select(.name == "main") | [.total_amount, .self_amount]' report "$file")"
is 1 "$(json '.functions[] | select(.name == "space::worker::work(int)")' report "$file" | wc -l)"
is '[null,null]' "$(json '[.children[0].calls, .children[0].total_ns]' tree "$file")"
expect 0 "$CPROF" report "$file"
lacks "$out" "calls  "
holds "$out" "counts samples and no calls"

# perf script: of its events the first; a clock's periods are nanoseconds.
file=$others/perf.txt
is '["ns",1000000000,"program one"]' "$(json '[.run.unit, .run.wall_ns, .program.path]' report "$file")"
is '[null,750000,750000]' "$(json '.functions[] | select(.name == "token") | [.calls, .self_ns, .total_ns]' report "$file")"
is '[null,0,1000000]' "$(json '.functions[] | select(.name == "main") | [.calls, .self_ns, .total_ns]' report "$file")"
is '["/usr/lib/libm.so.6"]' "$(json '[.functions[] | select(.self_ns == 250000) | .name]' report "$file")"
is '["main","space::worker::work(int)","token"]' "$(json '[.. | .name? // empty] | .[1:]' tree "$file" |
    jq -c '[.[] | select(. == "main" or startswith("space") or . == "token")] | .[0:3]')"
sed 's/ 250000 cpu/ cpu/; s/ 500000 cpu/ cpu/' "$file" >no-periods
is '["samples",2]' "$(json '[.run.unit, (.functions[] | select(.name == "token") | .self_amount)]' report no-periods)"
sed 's/cpu-clock:u/cycles:u/; s/^program one  4711.4712/another 4712/' "$file" >cycles
is '["cycles",500000]' "$(json '[.run.unit, (.functions[] | select(.name == "another") | .total_amount)]' report cycles)"

# callgrind: calls, and costs that add up to its own.
file=$others/callgrind.txt
is '["Ir","./two"]' "$(json '[.run.unit, .program.path]' report "$file")"
is '[42,400,400,5]' "$(json '.functions[] | select(.name == "help") | [.calls, .self_amount, .total_amount, .line]' report "$file")"
is '[3,500,700,20]' "$(json '.functions[] | select(.name == "work") | [.calls, .self_amount, .total_amount, .line]' report "$file")"
is '[100,1000]' "$(json '.functions[] | select(.name == "main") | [.self_amount, .total_amount]' report "$file")"
is 1020 "$(json '[.functions[].self_amount] | add' report "$file")"
is '["work",3]' "$(json '.. | select(.name? == "main") | .children[0] | [.name, .calls]' tree "$file")"

# A real one: every cost is somebody's.
cat >real.c <<'END'
__attribute__((noinline)) static int leaf(int n) { volatile int sum = 0; while (n--) sum += n; return sum; }
__attribute__((noinline)) static int tree(int n) { return n < 2 ? leaf(9) : tree(n - 1) + tree(n - 2); }
int main(void) { return tree(12) + leaf(100) == 3; }
END
gcc -O1 -fno-optimize-sibling-calls -g real.c -o real
valgrind --tool=callgrind --callgrind-out-file=real.cg ./real >/dev/null 2>&1
is "$(sed -n 's/^totals: //p' real.cg)" "$(json '[.functions[].self_amount] | add' report real.cg)"
is 234 "$(json '.functions[] | select(.name == "leaf") | .calls' report real.cg)"
perf script -h >/dev/null 2>&1 && perf record -q -e cpu-clock:u -g -o perf.data ./real 2>/dev/null &&
    perf script -i perf.data >real.perf 2>/dev/null && [ -s real.perf ] &&
    is '"ns"' "$(json .run.unit report real.perf)"

# There and back.
"$MAKE_PROFILE" plain levels=300
"$MAKE_PROFILE" hostile hostile
for profile in plain hostile; do
    "$CPROF" export -f folded "$profile" -o there
    is "$(sed 's/^[^;]* /program /' there | sort | md5sum)" \
        "$("$CPROF" export -f folded there | sed 's/^[^;]* /program /' | sort | md5sum)"
done
"$CPROF" export -f callgrind plain -o plain.cg
of_functions='(.program.path | split("/") | last) as $program | [.functions[] |
    select(.name != $program and (.name | startswith("[") | not)) | [.name, .calls, .self_ns]] | sort'
is "$(json "$of_functions" report plain)" "$(json "$of_functions" report plain.cg)"

# Everywhere, also from standard input; pictures and exports of them too.
for file in folded perf callgrind; do
    for command in report tree flame info; do
        expect 0 sh -c "\"$CPROF\" $command - <\"$others/$file.txt\""
    done
    for format in pprof folded speedscope chrome callgrind csv json; do
        expect 0 "$CPROF" export -f $format "$others/$file.txt" -o there
    done
done
expect 0 "$CPROF" export -f csv "$others/folded.txt"
holds "$out" '"eval","",0,,,,,,,,,,,,'

# Compared: another profiler's amounts, in their unit.
sed 's/call 40/call 400/' "$others/folded.txt" >slower
json '.' diff "$others/folded.txt" slower >diff.json
is '["samples",null,100,460]' "$(jq -c '[.unit, .baseline.total_ns, .baseline.total_amount, .candidate.total_amount]' diff.json)"
is '[40,400,900]' "$(jq -c '[.regressions[], .unclear[]] | map(select(.function == "call" and .metric == "self_time"))[0] |
    [.before, .after, .percent_change]' diff.json)"
expect 0 "$CPROF" diff "$others/folded.txt" slower
holds "$out" " samples"
lacks "$out" " ns"
expect 0 "$CPROF" diff --format markdown "$others/callgrind.txt" "$others/callgrind.txt"
holds "$out" " Ir"
expect 3 "$CPROF" diff "$others/folded.txt" plain
one_sentence

# What does not go together, and what is no profile.
expect 3 "$CPROF" report "$others/folded.txt" plain
one_sentence
holds "$err" "counts nanoseconds, and the profiles before it count samples"
expect 3 "$CPROF" report plain "$others/callgrind.txt"
one_sentence
expect 0 "$CPROF" report "$others/folded.txt" "$others/folded.txt"
printf 'main;work 3\nmain;work three\n' >broken
expect 3 "$CPROF" report broken
one_sentence
holds "$err" "broken:2: not a folded stack"
printf 'Lorem ipsum dolor sit amet,\nconsectetur\n' >prose
expect 3 "$CPROF" report prose
one_sentence
: >empty
expect 3 "$CPROF" report empty
one_sentence
finish
