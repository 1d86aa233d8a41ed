#!/usr/bin/env bash
# Shows that includes.sh can fail: plants one include across each wall into a copy
# of the rooms and expects it to be named.
#
# Run by ctest.  Changes nothing in the checkout.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
failures=0

# A file, an include line, and what the complaint must hold.
plant() {
    local file=$1 line=$2 complaint=$3 said
    mkdir -p "$copy/${file%/*}"
    printf '/* planted */\n%s\n' "$line" >"$copy/$file"
    if said=$("$here/includes.sh" "$copy") || [[ $said != *"$file:2:"*"$complaint"* ]]; then
        printf 'not caught: %s in %s\n%s\n' "$line" "$file" "$said"
        failures=$((failures + 1))
    fi
    rm "$copy/$file"
}

mkdir -p "$copy"/{policy,plugin-gcc,plugin-clang,runtime,analysis,cli,include/cprof,bench}
touch "$copy"/policy/{policy,list}.h "$copy/plugin-gcc/facts.h" "$copy/runtime/runtime.h" \
    "$copy/analysis/reader.h"

"$here/includes.sh" "$copy" >/dev/null || { echo "complains about nothing" && exit 1; }
plant policy/a.c '#include <cprof/format.h>' 'contracts'
plant policy/a.c '#include "gcc-plugin.h"' 'compat'
plant policy/a.h '#include "runtime.h"' 'private to runtime'
plant plugin-gcc/a.cc '#include "list.h"' 'private to policy'
plant plugin-gcc/a.cc '#include "tree-pass.h"' 'compat'
plant plugin-clang/a.cc '#include "facts.h"' 'private to plugin-gcc'
plant runtime/a.c '# include <stdio.h>' 'never'
plant runtime/a.c '#include "policy.h"' 'private to policy'
plant runtime/a.S '#include "../policy/policy.h"' 'upwards'
plant analysis/a.c '#include <cprof/abi.h>' 'contracts'
plant analysis/a.c '#include <runtime.h>' 'private to runtime'
plant cli/a.c '#include <cprof/format.h>' 'contracts'
plant cli/a.c '#include "reader.h"' 'private to analysis'
plant cli/a.c '#include HEADER' 'plain'
plant bench/a.c '#include <cprof/abi.h>' 'contracts'
plant include/cprof/a.h '#include "reader.h"' 'private to analysis'
plant include/cprof/a.h '#include <stdio.h>' 'never'

[ "$failures" = 0 ] && echo "every planted include was caught"
