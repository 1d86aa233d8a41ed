#!/usr/bin/env bash
# Records 40 runs of SQLite, Lua and jq and draws them 400 times into two sides: equal
# builds are called different in at most 7 %, 3 % of the run in a function are found in
# at least 90 %.
#
# usage: noise.sh BUILD SOURCES.  Run by ctest, with an installed copy.
set -euo pipefail
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT
cmake --install "$1" --prefix "$prefix" >/dev/null
CPROF_PREFIX=$prefix CPROF_SOURCE_CACHE=$2 "$(dirname "$0")/../../bench/noise/run"
