#!/usr/bin/env bash
# annotate: what each line did, against a program of which that is known.
# shellcheck source=tests/cli/check.bash
. "$SOURCE/tests/cli/check.bash"
mkdir -p src/deep
cat >src/deep/lines.c <<'END'
#include <stdlib.h>
#include <cprof/user.h>
__attribute__((noinline)) static int leaf(int n)
{
	volatile int sum = 0;
	while (n--)
		sum += n;
	return sum;
}

__attribute__((noinline)) static int twice(int n)
{
    int sum = leaf(n);
    sum += leaf(n + 1); /* the second line that calls leaf */
    return sum;
}

__attribute__((noinline)) static char *keep(int n)
{
    char *text = malloc((size_t)n); /* 1,000 bytes each */
    text[0] = 'x';
    return text;
}





int main(void)
{
    int sum = 0;
    for (int i = 0; i < 70; i++)
        sum += twice(i);
    for (int i = 0; i < 30; i++) {
        CPROF_SCOPE("a call in a block is the function's call");
        free(keep(1000));
    }
    return leaf(sum & 1) == 7;
}
END
# shellcheck disable=SC2046
gcc -O1 -g $("$CPROF" flags --cc gcc) src/deep/lines.c -o program || fail "does not build"
CPROF_ALLOC=on CPROF_MODE=exact CPROF_OUTPUT=profile ./program

# at TEXT: the number of the line that has it.
at() { grep -nF "$1" moved/deep/lines.c src/deep/lines.c 2>/dev/null | cut -d: -f2; }
# line NUMBER FILTER: of the JSON.
line() { jq -c ".files[0].lines[] | select(.line == $1) | $2" annotated.json; }
is() { [ "$1" = "$2" ] || fail "found $2, not $1"; }
expect 0 "$CPROF" annotate --format json lines.c profile -o annotated.json
is '"src/deep/lines.c"' "$(jq -c '.files[0].source' annotated.json)"
is "$(wc -l <src/deep/lines.c)" "$(jq '.files[0].lines | length' annotated.json)"
is '["leaf",141]' "$(line 3 '[.function.name, .function.calls]')"
is '[null,140,true]' "$(line 13 '[.function, .calls, .shared]')"
is '[140,true]' "$(line 14 '[.calls, .shared]')"
is '[70,false]' "$(line "$(at "twice(i)")" '[.calls, .shared]')"
is '[30,false]' "$(line "$(at "keep(1000)")" '[.calls, .shared]')"
is '[30,30000]' "$(line 20 '[.alloc_count, .alloc_bytes]')"
is '[1,false]' "$(line "$(at "return leaf")" '[.calls, .shared]')"
is '[null,null,null,0]' "$(line 22 '[.function, .calls, .total_ns, .alloc_bytes]')"
is '"    return text;"' "$(line 22 .text)"
is "$("$CPROF" report --format json profile | jq '.functions[] | select(.name == "twice") | .total_ns')" \
    "$(line "$(at "twice(i)")" .total_ns)"

expect 0 "$CPROF" annotate lines.c profile
holds "$out" "≤ 140"
holds "$out" "29.3 KiB"
holds "$out" "        sum += n;" # tabs as spaces
holds "$out" "from several lines"
lacks "$out" "not found"
expect 0 "$CPROF" annotate -c 1 lines.c profile
lacks "$out" " 26  "
expect 0 "$CPROF" annotate --format json twice profile -o annotated.json
is '[11,17]' "$(jq -c '[.files[0].lines[0].line, .files[0].lines[-1].line]' annotated.json)"
for columns in 40 60 80 120; do
    expect 0 env COLUMNS=$columns "$CPROF" annotate lines.c profile
    [ "$(wc -L <out.txt)" -le "$columns" ] || fail "$(wc -L <out.txt) wide on $columns columns"
done
expect 0 env LC_ALL=C "$CPROF" annotate lines.c profile
if LC_ALL=C grep -q '[^ -~]' out.txt; then fail "more than ASCII in the C locale"; fi

# Elsewhere, moved, changed, gone.
mkdir other
(cd other && "$CPROF" annotate lines.c ../profile) >out.txt || fail "in another folder"
grep -q "sum += twice" out.txt || fail "the source lies beside the program"
mv src moved
expect 0 "$CPROF" annotate lines.c profile
holds "$out" "not found; name its folder"
holds "$out" "≤ 140"
expect 0 "$CPROF" annotate --source moved/deep lines.c profile
holds "$out" "sum += twice"
touch -d '+1 hour' moved/deep/lines.c
expect 0 "$CPROF" annotate -s moved/deep deep/lines.c profile
holds "$out" "changed after the run"

expect 2 "$CPROF" annotate
one_sentence
expect 2 "$CPROF" annotate nothing.c profile
one_sentence
expect 3 "$CPROF" annotate lines.c nowhere
one_sentence
"$MAKE_PROFILE" hostile hostile
expect 0 "$CPROF" annotate work hostile
expect 0 "$CPROF" annotate --format json work hostile
jq . out.txt >/dev/null || fail "no JSON"
expect 0 "$CPROF" annotate main "$SOURCE/tests/analysis/others/callgrind.txt"
expect 4 sh -c "\"$CPROF\" annotate lines.c profile >/dev/full"
finish
