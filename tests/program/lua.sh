#!/usr/bin/env bash
# Lua from Debian's source package, built by its own makefile plus `cprof flags`:
# are its calls what callgrind counts, and its hooks where they belong?
#
# usage: lua.sh CPROF SOURCES BUILD [budget].  Run by ctest.  With "budget" it is built with
# countdowns instead of hooks, and its calls are estimates.
set -euo pipefail
cprof=$1 sources=$2
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../support/compiler.bash"
build=$3/$compiler${4:+-$4}
[ "${4:-}" != budget ] || flags="$flags -fplugin-arg-cprof-budget=on"
[ -d "$sources/lua5.4" ] || { echo "no sources in $sources: run ./dev fetch-sources" >&2 && exit 1; }

rm -rf "$build/lua"
mkdir -p "$build"
cp -r "$sources/lua5.4" "$build/lua"
make -C "$build/lua" -j"$(nproc)" linux CC="$cc" MYCFLAGS="$flags" \
    >"$build/lua.log" 2>&1 || { tail -n 20 "$build/lua.log" >&2 && exit 1; }
[ "${4:-}" != budget ] || export CPROF_MODE=budget CPROF_CALLS_WITHIN=64
"$here/calls.sh" "$cprof" "$build/lua/src/lua" "$here/../../examples/demo/work.lua" 0.01
[ "${4:-}" = budget ] || "$here/jumps.sh" "$build/lua/src/lua"
