#!/usr/bin/env bash
# Real programs against a census from outside (census.c) and valgrind's summary of the
# same binary: what the program itself allocates, frees and has live at the end must
# equal the census; the census with what libraries do must equal valgrind.
#
# usage: programs.sh CPROF SOURCES BUILD PROGRAM.  Run by ctest.
set -euo pipefail
cprof=$1 sources=$2 build=$3 program=$4
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../support/compiler.bash"
build=$build/$compiler
mkdir -p "$build"
cd "$build"

needs() {
    [ -d "$sources/$1" ] || { echo "no sources in $sources: run ./dev fetch-sources $2" >&2 && exit 1; }
}

# Each builds its program, unless that is there, and says how to run it.
build_lua() {
    needs lua5.4 ''
    rm -rf lua
    cp -r "$sources/lua5.4" lua
    make -C lua -j"$(nproc)" linux CC="$cc -gdwarf-4" MYCFLAGS="$flags" >lua.log 2>&1
    cat >small.lua <<'LUA'
local all, sum = {}, 0
for idx = 1, 3000 do all[idx] = {idx, tostring(idx), name = "n" .. idx} end
for idx = 1, 3000, 2 do all[idx] = nil end
for idx = 1, 200 do sum = sum + #table.concat({("ab"):rep(idx), tostring(idx)}) end
collectgarbage()
os.exit(sum > 0, sum % 2 == 0) -- the second: whether the state is closed
LUA
    command=(lua/src/lua small.lua)
}

build_sqlite() {
    needs sqlite3 ''
    mkdir -p ../sqlite
    (
        flock 9
        [ -f ../sqlite/sqlite3.c ] || (cd ../sqlite && "$sources/sqlite3/configure" --disable-tcl && make sqlite3.c) >sqlite.log 2>&1
    ) 9>../sqlite.lock
    # shellcheck disable=SC2086  # flags are words
    $cc -O2 -gdwarf-4 $flags -I../sqlite -o speedtest1 ../sqlite/sqlite3.c "$sources/sqlite3/test/speedtest1.c" -lpthread -ldl -lm
    command=(./speedtest1 --memdb --size 1)
}

build_jq() {
    needs jq --all
    rm -rf jq
    cp -r "$sources/jq" jq
    (cd jq && autoreconf -fi && ./configure --disable-docs --disable-shared CPPFLAGS=-D_GNU_SOURCE CC="$cc -gdwarf-4" CFLAGS="-O2 $flags" && make -j"$(nproc)") >jq.log 2>&1
    command=(jq/jq -n '[range(2000) | {a: ., b: tostring}] | group_by(.a % 7) | map(length)')
}

"build_$program"
$cc -O1 -fPIC -shared "$here/census.c" -o census.so -ldl
rm -f profile
CENSUS=census CPROF_OUTPUT=profile LD_PRELOAD=$PWD/census.so "${command[@]}" >out
"$cprof" report --format json profile >report.json

broken=0
same() {
    printf '%s: %s\n' "$1" "$2"
    [ "$2" = "$3" ] || { echo "$1: $2, but $4 $3" && broken=1; }
}
same "$program allocations, releases, bytes, live bytes and blocks" \
    "$(jq -r '.totals | "\(.allocations) \(.releases) \(.allocated_bytes) \(.current_bytes) \(.current_count)"' report.json)" \
    "$(awk '$1 == "program" { print $2, $3, $4, $5, $6 }' census)" "the census says"
# Releases aside: at the very end valgrind has libc release what it still holds.
same "$program and its libraries: allocations, bytes" \
    "$(awk '$1 == "all" { print $2, $4 }' census)" \
    "$(CPROF_OUTPUT=under valgrind --leak-check=no "${command[@]}" 2>&1 >/dev/null | sed 's/,//g' | awk '/total heap usage/ { print $5, $9 }')" "valgrind says"
[ "$(jq '.totals.allocations' report.json)" -gt 100 ] || { echo "$program allocated hardly anything" && broken=1; }
exit $broken
