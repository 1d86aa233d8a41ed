#!/usr/bin/env bash
# Where calls stand, without -g, is where the compiler's own debug information says that
# they do (with -g it is asked), however they are written; and what the plugin does to find
# out changes nothing else: warnings of the source's own stay.
#
# usage: calls.sh BUILD TABLE COMPILER.  Run by ctest.
set -uo pipefail
cprof=$(realpath "$1")/bin/cprof table=$(realpath "$2") compiler=$3
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp "$here"/calls/* "$folder" && cd "$folder" || exit 1
flags=$("$cprof" flags --cc "$compiler")
checks=0 broken=0

# check SENTENCE COMMAND...: says the sentence where the command is false.
check() {
    checks=$((checks + 1))
    "${@:2}" || { broken=$((broken + 1)) && echo "$1"; }
}
calls() {
    # shellcheck disable=SC2086  # flags are words
    "$compiler" -w $flags "${@:2}" places.c -o "$1" && "$table" --calls "$1" | sort >"$1.calls"
}
for level in -O1 -O2 -O3 -Os; do
    calls plain $level
    calls debug $level -g
    check "calls without -g ($level) are elsewhere than with it" diff plain.calls debug.calls
    check "with $level there are hardly any calls" test "$(wc -l <plain.calls)" -ge 25
    check "calls without a line ($level)" test "$(grep -c ':0:0 ' plain.calls)" -le 1
done
# In a header, behind a #line, and in a macro's expansion.
places="elsewhere.y:702 places.c:30"
[[ $compiler = gcc* ]] || places="$places places.h:3" # GCC inlines that, and the call with it
for place in $places; do
    check "no call at $place" grep -q "^$place:" plain.calls
done
# Two calls of what the source itself wants a warning for; the call of what is an error is gone.
# shellcheck disable=SC2086
"$compiler" -O2 $flags -c marked.c -o marked.o 2>said
check "marked.c does not compile: $(head -n 1 said)" test -s marked.o
check "there are $(grep -c 'not here' said) lines of the source's warning, not those of two calls" \
    test "$(grep -c "declared with .*warning.*not here" said)" = 2
echo "$checks checks, $broken broken"
[ $broken = 0 ]
