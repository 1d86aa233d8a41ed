#!/usr/bin/env bash
# Calls that end a function, in all shapes: has each that the compiler made a jump
# its exit in front, and no other?
#
# usage: tail_calls.sh CPROF.  Run by ctest.
set -euo pipefail
cprof=$1
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../support/compiler.bash"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
status=0

# look LEAST OPTION...: at least so many must be jumps.  What a sanitizer's code
# calls need not be there.
look() {
    local least=$1 found
    shift
    # shellcheck disable=SC2086  # flags are words
    $cc -w "$@" $flags -c "$here/tail_calls.c" -o object.o
    $cc "${@/-fsanitize=*/-w}" -o program object.o -Wl,--unresolved-symbols=ignore-all -lm 2>link.log ||
        { cat link.log && status=1; }
    "$here/jumps.sh" program >found.txt || status=1
    tail -n 20 found.txt | sed "s|^|$*: |"
    found=$(awk 'END { print $5 }' found.txt)
    [ "$found" -ge "$least" ] || { echo "$*: only $found jumps" && status=1; }
}

look 0 -O0
look 50 -O2
look 50 -O3
look 45 -Os
look 50 -O2 -fPIC -shared
look 35 -O2 -fstack-protector-all
look 45 -O2 -march=haswell
look 45 -O2 -fPIC -shared -fsanitize=address
look 0 -O2 -fPIC -shared -fsanitize=thread
look 0 -O2 -mstackrealign
look 0 -O2 -fno-optimize-sibling-calls
if is_clang; then
    look 0 -O2 -fPIC -shared -fsanitize=memory
    look 0 -O2 -finstrument-functions-after-inlining
fi
exit $status
