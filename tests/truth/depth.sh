#!/usr/bin/env bash
# What timing costs is bounded at any depth: of a program of sixty nested functions of
# half a microsecond, and of a function that is dear to sample, events take at most
# two hundredths of the time.
#
# usage: depth.sh CPROF INCLUDE.  Run by ctest.
set -euo pipefail
cprof=$1 include=$2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# shellcheck disable=SC2046  # flags are words
gcc -O2 -I"$include" $("$cprof" flags --cc gcc) -o depth "$here/depth.c"
# The median of five: an event that the kernel interrupts is long.
for _ in 1 2 3 4 5; do
    rm -f profile
    CPROF_OUTPUT=profile ./depth
    CPROF_MODE=off ./depth profile
    echo
done >shares
share=$(grep . shares | sort -g | sed -n 3p)
echo "adaptive mode: events took $share % of the run ($(grep . shares | tr '\n' ' '))"
awk "BEGIN { exit !($share > 0.01 && $share <= 2) }"
# All the same calls timed: is what is bounded there large without the bound?
CPROF_MODE=exact CPROF_OUTPUT=exact ./depth
share=$(CPROF_MODE=off ./depth exact)
echo "exact mode: $share %"
awk "BEGIN { exit !($share > 5) }"
