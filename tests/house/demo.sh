#!/usr/bin/env bash
# Runs ./dev demo as a person would and looks at what it leaves.
#
# usage: demo.sh CHECKOUT.  Run by ctest.
set -euo pipefail
cd "$1"

fail() {
    printf 'demo: %s\n' "$*" >&2
    exit 1
}

./dev demo
out=build/demo/out
for function in luaV_execute auxsort; do
    grep -q "\b$function\b" $out/report.txt || grep -q "\b$function\b" $out/tree.txt ||
        fail "$function is neither in the report nor in the tree"
done
xmllint --noout $out/flame.svg || fail "the flamegraph is not well-formed"
grep -q luaV_execute $out/flame.svg || fail "luaV_execute is not in the flamegraph"
grep -q '"luaV_execute"' $out/report.html || fail "luaV_execute is not in the HTML page"
echo "the demo leaves what it says"
