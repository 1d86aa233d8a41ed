#!/usr/bin/env bash
# A tree of a million contexts to every format: the time at most 20 times that of
# gzip on the same profile in the same run, the memory below 1 GB (for pprof, whose
# bound it is).
# shellcheck source=tests/cli/check.bash
. "$SOURCE/tests/cli/check.bash"
"$MAKE_PROFILE" million contexts=1000000
cat million >/dev/null

seconds() {
    local begin end
    begin=$(date +%s%N)
    "$@" || fail "$*"
    end=$(date +%s%N)
    echo $(((end - begin) / 1000000))
}
compress() { gzip -6 -c million >million.gz; }
compressing=$(seconds compress)
echo "gzip -6: $compressing ms for $(stat -c %s million) bytes"
for format in pprof html speedscope chrome callgrind csv json folded; do
    taken=$(seconds /usr/bin/env time -f %M -o memory.txt "$CPROF" export -f $format million -o out)
    kilobytes=$(tail -1 memory.txt)
    echo "$format: $taken ms, $kilobytes kB of memory, $(stat -c %s out) bytes"
    [ "$taken" -le $((20 * compressing)) ] || fail "$format took $taken ms"
    [ "$kilobytes" -le 1000000 ] || fail "$format used $kilobytes kB"
    rm out
done
taken=$(seconds /usr/bin/env time -f %M -o memory.txt "$CPROF" flame million -o out)
kilobytes=$(tail -1 memory.txt)
echo "flame: $taken ms, $kilobytes kB of memory, $(stat -c %s out) bytes"
[ "$taken" -le $((20 * compressing)) ] || fail "the flame graph took $taken ms"
[ "$kilobytes" -le 1000000 ] || fail "the flame graph used $kilobytes kB"
[ "$(stat -c %s out)" -le 5000000 ] || fail "the flame graph has $(stat -c %s out) bytes"
finish
