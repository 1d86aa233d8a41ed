#!/usr/bin/env bash
# The allocation sites of the programs in allocations/ under one compiler and level:
# are they those of allocations/golden.txt?  In C to the column; where an expression
# of new or delete stands in its line the two compilers say differently.
#
# usage: allocations.sh BUILD TABLE COMPILER LEVEL.  Run by ctest.  With
# CORPUS_KEEP=FILE the table is left there: how golden.txt is written anew.
set -uo pipefail
build=$(realpath "$1") table=$(realpath "$2") level=$4
cprof=$build/bin/cprof
CPROF_TEST_COMPILER=$3
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export LC_ALL=C.UTF-8
. "$here/../support/compiler.bash"
unset CPROF_OUTPUT CPROF_MODE CPROF_VERBOSE

cd "$here/allocations" || exit 1
wrong=0
for source in *.c *.cc; do
    options=$(sed -n '1s/^\/\* options:\(.*\) \*\/$/\1/p' "$source")
    case $source in
        *.cc) driver=$cxx ;;
        *) driver=$cc ;;
    esac
    # Clang 16 tells a plugin lines only with -g, and has sized delete only when asked.
    [ "$compiler" != clang-16 ] || options="$options -g -fsized-deallocation"
    # shellcheck disable=SC2086  # flags are words
    "$driver" "-$level" -Werror $flags $options "$source" -o "$folder/program" || {
        echo "$source: does not compile"
        continue
    }
    CPROF_OUTPUT=$folder/profile "$folder/program" || {
        echo "$source: exit status $?"
    }
    "$table" --allocations "$folder/program" | grep -v '^/usr/' |
        case $source in
            *.cc) sed -E 's/^([^:]*:[0-9]+):[0-9]+/\1/; s/(@[^ :]*:[0-9]+):[0-9]+/\1/g' ;;
            *) cat ;;
        esac
    rm -f "$folder"/profile*
done | sort -V >"$folder/actual"
[ -z "${CORPUS_KEEP:-}" ] || cp "$folder/actual" "$CORPUS_KEEP"
diff golden.txt "$folder/actual" || wrong=1
printf '%d allocation sites\n' "$(wc -l <"$folder/actual")"
exit "$wrong"
