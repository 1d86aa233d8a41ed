#!/usr/bin/env bash
# Without PROFILING the flag changes no object of the corpus, byte for byte, with and
# without -g, whatever attributes and options it bears.
#
# usage: untouched.sh BUILD COMPILER.  Run by ctest.
set -uo pipefail
cprof=$(realpath "$1")/bin/cprof
CPROF_TEST_COMPILER=$2
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export LC_ALL=C.UTF-8
. "$here/../support/compiler.bash"

# same PLUGIN COMPILER FOLDER SOURCE: says which objects differ.
same() {
    local plugin=$1 compiler=$2 folder=$3 source=$4 options driver words
    options=$(sed -n '1s/^\/\* options:\(.*\) \*\/$/\1/p' "$source" | sed 's/-[DU]PROFILING[^ ]*//g')
    driver=$compiler
    case $source in *.cc) driver=${compiler/gcc/g++} driver=${driver/clang/clang++} ;; esac
    # The path of the object stands in it.
    mkdir -p "$folder/$source" && cd "$(dirname "$source")" || return
    for words in -O2 "-O2 -g" "-O0 -g"; do
        # shellcheck disable=SC2046,SC2086  # flags are words
        "$driver" -w $words $(sed 's/-fplugin-arg[^ ]*//g' <<<"$options") -c "$source" \
            -o "$folder/$source/object.o" && mv "$folder/$source/object.o" "$folder/$source/without.o" || continue
        # shellcheck disable=SC2086
        "$driver" -w $words "$plugin" $options -c "$source" -o "$folder/$source/object.o"
        cmp "$folder/$source/object.o" "$folder/$source/without.o" >&2 ||
            echo "$source $words: another object with the flag"
        echo >>"$folder/tried"
    done
}
export -f same

cd "$here/programs" || exit 1
# Those that define PROFILING themselves are meant to change.
grep -L '^#define PROFILING' ./*.c ./*.cc | while read -r source; do
    only=$(sed -n '2s/^\/\* compilers: \([a-z]*\) .*/\1/p' "$source")
    case $compiler in "${only:-$compiler}"*) basename "$source" ;; esac
done >"$folder/sources"
# shellcheck disable=SC2016  # expands in the inner shell
xargs -P "$(nproc)" -I SOURCE bash -c 'same "$@"' bash "${flags%% *}" "$compiler" "$folder" SOURCE \
    <"$folder/sources" >"$folder/wrong" 2>"$folder/errors"
cat "$folder/wrong"
head -n 5 "$folder/errors"
tried=$(wc -l <"$folder/tried")
printf '%d objects, %d wrong\n' "$tried" "$(wc -l <"$folder/wrong")"
[ ! -s "$folder/wrong" ] && [ "$tried" = $((3 * $(wc -l <"$folder/sources"))) ]
