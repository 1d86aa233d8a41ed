#!/usr/bin/env bash
# A C++ program that throws a lot, at every optimisation level: are its calls what
# callgrind counts?
#
# usage: cxx.sh CPROF SOURCES BUILD.  Run by ctest; needs no sources.
set -euo pipefail
cprof=$1 build=$3
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$build"

for level in -O0 -O2 -O3 -Os; do
    # shellcheck disable=SC2046  # flags are words
    g++ -std=c++17 $level $("$cprof" flags --cc g++) -o "$build/throws$level" "$here/throws.cc"
    printf '%s: ' $level
    CPROF_MODE=exact "$here/calls.sh" "$cprof" "$build/throws$level"
done
