#!/usr/bin/env bash
# A C++ program that throws a lot, at every optimisation level: are its calls what
# callgrind counts?
#
# usage: cxx.sh CPROF SOURCES BUILD.  Run by ctest; needs no sources.
set -euo pipefail
cprof=$1
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../support/compiler.bash"
build=$3/$compiler
mkdir -p "$build"

for level in -O0 -O2 -O3 -Os; do
    # shellcheck disable=SC2086  # flags are words
    $cxx -std=c++17 $level $flags -o "$build/throws$level" "$here/throws.cc"
    printf '%s: ' $level
    CPROF_MODE=exact "$here/calls.sh" "$cprof" "$build/throws$level"
    "$here/jumps.sh" "$build/throws$level"
done
