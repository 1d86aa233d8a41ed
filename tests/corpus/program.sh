#!/usr/bin/env bash
# One program of the corpus under one compiler and level: compiles, links and runs
# it, and leaves its site table in FOLDER/NAME.rows and what is wrong with it in
# FOLDER/NAME.wrong.  What the table should be is not known here.
#
# usage: program.sh CPROF FLAGS TABLE FOLDER COMPILER LEVEL SOURCE.  Run by run.sh, in
# the folder of the programs.
set -uo pipefail
cprof=$1 flags=$2 table=$3 folder=$4 compiler=$5 level=$6 source=$7
name=${source##*/}
program=$folder/$name.program
profile=$folder/$name.profile
wrong=$folder/$name.wrong
: >"$wrong"
: >"$folder/$name.rows"

# What the source says of itself.
options=$(sed -n '1s/^\/\* options:\(.*\) \*\/$/\1/p' "$source")
only=$(sed -n '2s/^\/\* compilers: \([a-z]*\) .*/\1/p' "$source")
case $compiler in
    "${only:-$compiler}"*) ;;
    *) exit 0 ;;
esac
case $source in
    *.cc) driver=${compiler/gcc/g++} driver=${driver/clang/clang++} ;;
    *) driver=$compiler ;;
esac

complain() { printf '%s: %s\n' "$name" "$*" >>"$wrong"; }

# A compiler's own warnings, on top of the attributes, are the author's to mend.
# shellcheck disable=SC2086  # flags are words
"$driver" "-$level" -Werror $flags $options "$source" -o "$program" \
    >"$folder/$name.log" 2>&1 || {
    complain "does not compile: $(head -n 3 "$folder/$name.log")"
    exit 0
}
CPROF_OUTPUT=$profile timeout -k 5 30 "$program" >"$folder/$name.log" 2>&1 ||
    complain "exit status $?"
# In the order of the source.
"$table" "$program" | awk '{ place = $4; sub(/:[0-9]+$/, "", place); line = $4; sub(/.*:/, "", line); print place, line, $0 }' |
    LC_ALL=C sort -k 1,1 -k 2,2n -k 8 | cut -d ' ' -f 3- >"$folder/$name.rows"

# Without profiling there is nothing to read.
if [ ! -s "$folder/$name.rows" ]; then
    [ ! -e "$profile" ] || complain "no table, but a profile"
    "$cprof" sites "$program" >/dev/null 2>&1
    [ $? = 3 ] || complain "no table, but \`cprof sites\` does not say so"
    exit 0
fi

# The same table by what people use, from the program and from the profile.
"$cprof" sites --format json "$program" >"$program.json" || complain "\`cprof sites\` cannot read the program"
"$cprof" sites --format json "$profile" >"$profile.json" || complain "\`cprof sites\` cannot read the profile"
cmp -s "$program.json" "$profile.json" || complain "the table in the profile is not the one in the program"
jq -r '.[] | (if .instrumented then "in " else "out " end) + .file + ":" + (.line | tostring)' "$program.json" |
    LC_ALL=C sort -u >"$folder/$name.people"
apart=$(cut -d ' ' -f 1,4 "$folder/$name.rows" | LC_ALL=C sort -u | diff - "$folder/$name.people")
[ -z "$apart" ] || complain "the records and \`cprof sites\` differ: $(sed -n '/^[<>]/p' <<<"$apart" | head -n 4 | tr '\n' ' ')"
