#!/usr/bin/env bash
# The error that a report says, against the truth: a real run of Lua is recorded, call
# by call, and played again and again through the real runtime, whose samples alone
# are left to chance; coverage.c counts how often the truth lies within the error.
#
# usage: replay.sh CPROF COVERAGE SOURCES ROUNDS RUNS.  Run by ctest.
set -euo pipefail
cprof=$1 coverage=$2 sources=$3 rounds=$4 runs=$5
here=$(cd "$(dirname "$0")" && pwd)
[ -d "$sources/lua5.4" ] || { echo "no sources in $sources: run ./dev fetch-sources" >&2 && exit 1; }
work=$(mktemp -d -p /dev/shm)
trap 'rm -rf "$work"' EXIT
cd "$work"

mkdir lua
gcc -O2 -c "$here/record.c" -o record.o
for source in "$sources"/lua5.4/src/*.c; do
    [ "${source##*/}" = luac.c ] || echo "$source"
done | xargs -P "$(nproc)" -I FILE sh -c 'gcc -O1 -w -DLUA_USE_LINUX -finstrument-functions -c "FILE" \
    -o lua/$(basename "FILE" .c).o'
gcc -o recorded lua/*.o record.o -lm -ldl
RECORD=record RECORD_EVENTS=1000000 ./recorded "$here/replay.lua" >/dev/null

# shellcheck disable=SC2046  # flags are words
gcc -O2 $("$cprof" flags --cc gcc) -o replay "$here/replay.c"
"$coverage" record "$rounds" "$runs"
