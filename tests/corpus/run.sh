#!/usr/bin/env bash
# The corpus under one compiler and level: is its site table the golden one, but
# for the differences that differences.txt allows, and does every function get the
# verdict that its name says?
#
# usage: run.sh BUILD TABLE COMPILER LEVEL [PROGRAM...].  Run by ctest.  With
# CORPUS_KEEP=FILE the table is left there: how golden.txt is written anew.
set -uo pipefail
build=$(realpath "$1") table=$(realpath "$2") level=$4
cprof=$build/bin/cprof
CPROF_TEST_COMPILER=$3
shift 4
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export LC_ALL=C.UTF-8
. "$here/../support/compiler.bash"
unset CPROF_OUTPUT CPROF_MODE CPROF_VERBOSE

cd "$here/programs" || exit 1
[ $# -gt 0 ] || set -- *.c *.cc
printf '%s\n' "$@" |
    xargs -P "$(nproc)" -n 1 "$here/program.sh" "$cprof" "$flags" "$table" "$folder" "$compiler" "$level"

# Globs come in one order, so the tables do, too.  What the system's headers hold
# is the system's.
for source in "$@"; do
    [ -e "$folder/$source.program" ] || continue
    echo "$source" >>"$folder/compiled"
    sed "/ \/usr\//d; s/^/$source /" "$folder/$source.rows"
done >"$folder/actual"
[ -z "${CORPUS_KEEP:-}" ] || cp "$folder/actual" "$CORPUS_KEEP"

{
    cat "$folder"/*.wrong
    awk -f "$here/names.awk" "$folder/actual"
    awk -f "$here/compare.awk" -v here="$compiler/$level" part=1 "$here/differences.txt" \
        part=2 "$folder/compiled" part=3 "$here/golden.txt" part=4 "$folder/actual"
} >"$folder/wrong"
sort -o "$folder/wrong" "$folder/wrong"
cat "$folder/wrong"
printf '%d programs, %d functions, %d wrong\n' "$(wc -l <"$folder/compiled")" "$(wc -l <"$folder/actual")" \
    "$(wc -l <"$folder/wrong")"
[ ! -s "$folder/wrong" ]
