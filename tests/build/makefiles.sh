#!/usr/bin/env bash
# cprof builds with make, too, which README's first command chooses: it knows no rule
# for a file of another target, as ninja does.  usage: makefiles.sh
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake -S "$(dirname "$0")/../.." -B "$work" -G "Unix Makefiles" -DCMAKE_BUILD_TYPE=Release \
    -DCPROF_BUILD_TESTS=OFF -DCPROF_CLANG_VERSIONS= >"$work/log" 2>&1 &&
    cmake --build "$work" -j2 >"$work/log" 2>&1 ||
    { tail -n 20 "$work/log" && echo "FAILED: cprof does not build with make" && exit 1; }
"$work/bin/cprof" flags --cc gcc | grep -q -- -DPROFILING=1
