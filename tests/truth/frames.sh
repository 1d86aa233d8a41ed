#!/usr/bin/env bash
# Unwinding beside readelf: the rules that runtime/frames.c finds for each place of libc's,
# libstdc++'s and libm's code are those that readelf prints.  A table with lengths of eight
# bytes (-mcmodel=large under Clang) says nothing: read as the others, it would give the
# functions of a library 4 GB each.
#
# usage: frames.sh SOURCE, SOURCE being the project's folder.  Run by ctest.
set -euo pipefail
source=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

gcc -std=gnu11 -O1 -w -I"$source/include" -I"$source/runtime" -o frames "$source/tests/truth/frames.c" -ldl
# readelf of binutils 2.40 says 1 when it has printed all.
for name in libc.so.6 libstdc++.so.6 libm.so.6; do
    library=$(gcc -print-file-name="$name")
    { readelf --debug-dump=frames-interp "$library" || true; } | awk '
        /FDE/ { inside = 1; next }
        /CIE/ { inside = 0; next }
        $1 == "LOC" { split("", column); for (idx = 1; idx <= NF; idx++) column[$idx] = idx; next }
        !inside || NF < 3 || $1 !~ /^[0-9a-f]+$/ { next }
        {
            from = -1; offset = saved = 0
            if (split($2, parts, "+") == 2 && (parts[1] == "rsp" || parts[1] == "rbp")) {
                from = parts[1] == "rsp" ? 7 : 6
                offset = parts[2]
            }
            if ("rbp" in column && $column["rbp"] ~ /^c-/) saved = -substr($column["rbp"], 3)
            print $1, from, offset, saved
        }' >rules
    CPROF_MODE=off ./frames "$name" <rules >found
    read -r same other left < <(tail -1 found)
    echo "$name: $same rules as readelf's, $other others, $left not understood"
    if [ "$same" -lt 1000 ] || [ "$other" != 0 ] || [ "$left" -gt $((same / 1000)) ]; then
        head -5 found
        exit 1
    fi
done

command -v clang-19 >/dev/null || { echo "clang-19 is not here" && exit 1; }
cat >large.c <<'C'
int zero(int n) { return n ? zero(n - 1) + 1 : 0; }
int deep(int n) { volatile int kept[100]; kept[n] = zero(n); return kept[n]; }
C
clang-19 -shared -fPIC -mcmodel=large -O0 large.c -o liblarge.so
nm liblarge.so | awk '$3 == "zero" || $3 == "deep" { print $1, 7, 8, 0 }' >rules
found=$(LD_LIBRARY_PATH=. CPROF_MODE=off ./frames liblarge.so <rules | tail -1)
echo "liblarge.so: $found"
[ "$found" = "0 0 2" ]
