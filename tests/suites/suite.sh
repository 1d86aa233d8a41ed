#!/usr/bin/env bash
# A real program's own test suite, twice: built plainly, and by `cprof build` with
# nothing of its build changed.  Both must come to the same outcome, word for word
# but for times and memory, and every profile must be whole.
#
# usage: suite.sh BUILD SOURCES PROGRAM COMPILER.  Run by ctest; PROGRAM.bash here
# knows the program.  COMPILER is gcc or clang, maybe with a version.
#
# A suite runs as nobody where we are root: suites count on files that cannot be
# read.  So all lies in a folder that nobody can reach, wherever the checkout is;
# a suite that did not come through stays there to be looked at.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cprof=$(realpath "$1")/bin/cprof
sources=$(realpath "$2")
program=$3
compiler=$4
compiler_cxx=${compiler/#gcc/g++}
compiler_cxx=${compiler_cxx/#clang/clang++}
work=$(mktemp -d -t "cprof-suite-$program-$compiler.XXXXXX")
chmod 755 "$work"
export LC_ALL=C.UTF-8
unset CPROF_OUTPUT CPROF_MODE CPROF_VERBOSE

fail() {
    printf '%s with %s: %s; see %s\n' "$program" "$compiler" "$*" "$work"
    exit 1
}

# Each PROGRAM.bash says in $packages which source packages it needs, in $least how
# many tests there are at least, and defines
#   prepare          in a folder that holds the source packages: once, before the copy
#   build WORD...    there: builds by commands with WORD... in front
#   suite            there: runs the suite
#   outcome          standard input is what `suite` printed: what has to be the same
#   passed           standard input is the outcome: number of passed tests
prepare() {
    :
}
# shellcheck source=tests/suites/zlib.bash
. "$here/$program.bash"

as_nobody() {
    if [ "$(id -u)" = 0 ]; then
        setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
    else
        "$@"
    fi
}

# FOLDER: fetched sources, made ready to be built.
unpack() {
    mkdir "$1"
    for package in $packages; do
        [ -d "$sources/$package" ] || fail "no sources in $sources: run ./dev fetch-sources"
        cp -a "$sources/$package" "$1/"
    done
    (cd "$1" && prepare) >"$1.prepare.log" 2>&1 || fail "cannot be prepared"
}

# FOLDER WORD...: builds and runs the suite.  Names of folders are of one length,
# because tests of long paths depend on it.
try() {
    local folder=$1
    shift
    (cd "$folder" && CC=$compiler CXX=$compiler_cxx build "$@") >"$folder.build.log" 2>&1 ||
        fail "does not build ($folder)"
    mkdir -m 777 "$work/$folder.profiles"
    [ "$(id -u)" != 0 ] || chown -R 65534:65534 "$folder"
    (cd "$folder" && as_suite "$work/$folder.profiles") >"$folder.log" 2>&1 ||
        { tail -n 20 "$folder.log" && fail "the suite fails ($folder)"; }
    outcome <"$folder.log" | sed "s,$work/$folder,,g" >"$folder.outcome"
}

as_suite() {
    export -f suite
    HOME=$PWD CPROF_OUTPUT=$1/%e-%p as_nobody bash -euo pipefail -c suite
}

# One line: NAME COMPLETE LOST FUNCTIONS CALLS.
look_at_profile() {
    "$cprof" report --format json "$1" 2>>unreadable |
        jq -r --arg name "${1##*/}" '[$name, .run.complete, .run.lost,
            (.functions | length), ([.functions[].calls] | add)] | @tsv' ||
        printf '%s unreadable\n' "$1" >>unreadable
}

# cppcheck leaves 260 of 160 MB each, which take two seconds each to read.
look_at_profiles() {
    export cprof
    export -f look_at_profile
    printf '%s\0' hooks.profiles/* |
        xargs -0 -n 1 -P "$(nproc)" bash -o pipefail -c 'look_at_profile "$1"' look_at_profile
}

cd "$work"
unpack plain
cp -a plain hooks
try plain env
try hooks "$cprof" build --
cmp -s plain.outcome hooks.outcome ||
    { diff plain.outcome hooks.outcome | head -n 20 && fail "the outcomes differ"; }
count=$(passed <hooks.outcome)
[ "$count" -ge "$least" ] || fail "only $count tests passed, not $least"

[ -z "$(ls plain.profiles)" ] || fail "the plain program leaves profiles"
look_at_profiles >profiles.tsv
[ ! -s unreadable ] || { head -n 5 unreadable && fail "there are unreadable profiles"; }
awk -F '\t' -v killed="${killed:-0}" '
    $4 > 0 && $5 > 0 { whole++; calls += $5 }
    $2 != "true" { cut++ }
    { lost += $3 }
    END {
        printf "%d profiles, %d of them cut off, %.0f calls, %d lost\n", NR, cut, calls, lost
        exit !(NR > 0 && whole == NR && cut <= killed && lost == 0)
    }' profiles.tsv || fail "there are bad profiles, listed in profiles.tsv"
printf '%d tests passed\n' "$count"
cd /
rm -rf "$work"
