#!/usr/bin/env bash
# Every export read by the tool it is for, or as its published format says, and the
# numbers that come out compared with ours.
# shellcheck source=tests/cli/check.bash
. "$SOURCE/tests/cli/check.bash"
formats="pprof folded speedscope chrome callgrind csv json html"
protoc --python_out=. --proto_path="$SOURCE/analysis" pprof.proto || fail "protoc"
export PYTHONPATH=$PWD

"$MAKE_PROFILE" plain
"$MAKE_PROFILE" hostile hostile levels=300
"$MAKE_PROFILE" count count levels=3
"$MAKE_PROFILE" many contexts=3000

for profile in plain hostile count many; do
    mkdir "of_$profile"
    for format in $formats; do
        expect 0 "$CPROF" export --format "$format" "$profile" -o "of_$profile/$format"
    done
    expect 0 "$CPROF" tree --format json "$profile" -o "of_$profile/tree.json"
    expect 0 "$CPROF" report --format json "$profile" -o "of_$profile/report.json"
    callgrind_annotate --threshold=100 --auto=no "of_$profile/callgrind" >"of_$profile/annotated" 2>warnings.txt ||
        fail "callgrind_annotate: $(cat warnings.txt)"
    [ ! -s warnings.txt ] || fail "callgrind_annotate warns: $(cat warnings.txt)"
    /usr/bin/python3 "$SOURCE/tests/export/read_back.py" "of_$profile" || fail "$profile"
    cmp -s "of_$profile/html" <("$CPROF" report --format html "$profile") || fail "html: $profile"
    gzip -t "of_$profile/pprof" || fail "gzip: $profile"
done

# Whoever calls: what KCachegrind shows below main is main's own and its callees'.
callgrind_annotate --inclusive=yes --threshold=100 --auto=no of_plain/callgrind >inclusive.txt 2>&1
total=$(jq '.functions[] | select(.name == "main") | .total_ns' of_plain/report.json)
grep -q "^$(LC_ALL=C printf "%d" "$total" | sed ':a;s/\B[0-9]\{3\}\>/,&/;ta') .*:main" inclusive.txt ||
    fail "main's inclusive time is not $total: $(grep :main inclusive.txt)"

# The one number of folded stacks is the one asked for.
expect 0 "$CPROF" export -f folded -m calls plain
holds "$out" "main;work 1234567"
expect 0 "$CPROF" export -f folded - <plain
holds "$out" "main;work 800000"

# Allocations, where they were noted.
cat >allocates.c <<'END'
#include <stdlib.h>
#include <string.h>
__attribute__((noinline)) static char *copy(const char *text) { return strdup(text); }
__attribute__((noinline)) static void *grow(int n) { void *p = malloc(n); for (int i = 2; i < 5; i++) p = realloc(p, n * i); return p; }
int main(void) { for (int i = 0; i < 1000; i++) { char *text = copy("hello"); free(grow(100)); if (i >= 10) free(text); } return 0; }
END
# shellcheck disable=SC2046
gcc -O1 -g $("$CPROF" flags --cc gcc) allocates.c -o allocates && CPROF_ALLOC=on CPROF_OUTPUT=allocated ./allocates ||
    fail "allocates"
expect 0 "$CPROF" export -f folded -m alloc_bytes allocated
[ "$(sort out.txt)" = "main;copy;strdup 6000
main;grow;malloc 100000
main;grow;realloc 900000" ] || fail "alloc_bytes: $out"
expect 0 "$CPROF" export -f folded -m alloc_count allocated
holds "$out" "main;copy;strdup 1000"
expect 0 "$CPROF" export -f pprof -m alloc_bytes allocated -o allocated.gz
/usr/bin/python3 - <<'END' || fail "pprof of allocations"
import gzip, pprof_pb2
profile = pprof_pb2.Profile.FromString(gzip.open("allocated.gz").read())
texts = profile.string_table
kinds = [(texts[kind.type], texts[kind.unit]) for kind in profile.sample_type]
assert kinds == [("time", "nanoseconds"), ("calls", "count"), ("alloc_objects", "count"), ("alloc_space", "bytes"),
                 ("inuse_objects", "count"), ("inuse_space", "bytes")], kinds
assert texts[profile.default_sample_type] == "alloc_space"
sums = [sum(sample.value[idx] for sample in profile.sample) for idx in range(6)]
assert sums[2:] == [5000, 1006000, 10, 60], sums
END
expect 0 "$CPROF" export -f speedscope -m alloc_bytes allocated
[ "$(jq -c '[.profiles[.activeProfileIndex] | .name, .unit, .endValue]' out.txt)" = '["alloc_space","bytes",1006000]' ] ||
    fail "speedscope of allocations: $out"
expect 3 "$CPROF" export -f folded -m alloc_bytes plain
one_sentence

expect 2 "$CPROF" export plain
one_sentence
expect 2 "$CPROF" export -f pprff plain
holds "$err" "did you mean pprof?"
for format in $formats; do
    expect 4 sh -c "\"$CPROF\" export -f $format plain >/dev/full"
    one_sentence
done
expect 3 "$CPROF" export -f csv nowhere
one_sentence
finish
