# What the whole-program tests share: a folder of their own for each case, a
# compiler call with cprof's flags, and questions to a profile.
#
# A test sources this first, with the build tree as $1, and ends with `finish`.
# A check that does not hold is reported and counted, and the test goes on, so
# that one run shows all that is broken.  Must not know the profile's format:
# everything is asked of bin/cprof.  Sourced by tests/life, build and hotpath.
set -uo pipefail
build=$(realpath "$1")
cprof=$build/bin/cprof
. "$(dirname "${BASH_SOURCE[0]}")/compiler.bash"
plugin=${flags%% -DPROFILING=1*} # may be two words
# Test programs say noipa where a call has to stay a call whose callee nobody looks
# into.  To Clang a function is that when another may be linked in its place.
opaque=
is_clang && opaque=-Dnoipa=noinline,weak
flags="$flags $opaque"
libs=$("$cprof" libs --cc gcc)
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
failures=0
checks=0
case_name=start
unset CPROF_OUTPUT CPROF_MODE CPROF_VERBOSE
export LC_ALL=C.UTF-8

# A killed program's file stays on tmpfs behind its link; it goes with the folder.
clean_up() {
    cd /
    find "$work" -type l -lname '/dev/shm/cprof.*' -exec sh -c 'rm -f "$(readlink "$1")"' sh {} \;
    rm -rf "$work"
}
trap clean_up EXIT

# A case of its own name and folder; the shell goes there.
begin() {
    case_name=$1
    mkdir -p "$work/$1"
    cd "$work/$1" || exit 1
}

broken() {
    printf '%s: %s\n' "$case_name" "$*"
    failures=$((failures + 1))
}

# expect WHAT GOT WANTED
expect() {
    checks=$((checks + 1))
    [ "$2" = "$3" ] || broken "$1 is '$2', not '$3'"
}

# expect_between WHAT GOT LEAST MOST, numbers that may have a fraction
expect_between() {
    checks=$((checks + 1))
    awk -v got="$2" -v least="$3" -v most="$4" 'BEGIN { exit !(got != "" && got + 0 >= least && got + 0 <= most) }' ||
        broken "$1 is '$2', not $3 to $4"
}

# compile OUTPUT WORD...: the test's compiler (compiler.bash), or $CC, with cprof's
# flags; false when it does not compile.
compile() {
    local output=$1
    shift
    # shellcheck disable=SC2086  # flags are words
    ${CC:-$cc} ${OPTIMISE:--O2} $flags "$@" -o "$output" >compile.log 2>&1 || {
        broken "does not compile: ${CC:-$cc} ${OPTIMISE:--O2} $* -o $output"
        head -n 5 compile.log
        return 1
    }
}

# linker NAME: the words that make a compiler link with bfd, gold, lld or mold;
# false where it is not installed.  Debian installs lld under a versioned name.
linker() {
    local program
    program=$(command -v "ld.$1-19" "ld.$1" | head -n 1)
    [ "$program" ] || return 1
    mkdir -p "$work/linkers"
    ln -sf "$program" "$work/linkers/ld.$1"
    printf '%s %s' "-fuse-ld=$1" "-B$work/linkers"
}

# run WANTED_STATUS WORD...: a program with a limit; output stays in run.out and
# run.err of the case's folder.
run() {
    local wanted=$1 status
    shift
    { timeout -k 5 "${LIMIT:-60}" "$@" >run.out 2>run.err; } 2>/dev/null
    status=$?
    expect "status of $*" "$status" "$wanted"
    [ "$status" = "$wanted" ] || head -n 3 run.err
}

# The one profile of the case's folder, or of folder $1.
the_profile() {
    local found
    found=$(find "${1:-.}" -maxdepth 1 -name 'cprof.out.*' ! -name '*.old')
    case $found in
        '' | *$'\n'*) printf 'no_single_profile_in_%s' "${1:-.}" ;;
        *) printf '%s' "$found" ;;
    esac
}

# fact PROFILE FILTER: what jq makes of the report.
fact() {
    "$cprof" report --format json "$1" 2>fact.err | jq -r "$2" 2>/dev/null
    [ ! -s fact.err ] || head -n 1 fact.err >&2
}

# info_number PROFILE WORD...: the number on that line of `cprof info`.
info_number() {
    "$cprof" info "$1" | awk -v label="${*:2}" 'index($0, label "  ") == 1 { gsub(",", ""); print $(split(label, words, " ") + 1) }'
}

# calls PROFILE FUNCTION: of all functions of that name; 0 when there is none.
calls() {
    fact "$1" "[.functions[] | select(.name == \"$2\") | .calls] | add // 0"
}

# expect_calls PROFILE FUNCTION CALLS [FUNCTION CALLS]...
expect_calls() {
    local profile=$1 report calls
    shift
    report=$("$cprof" report --format json "$profile" 2>&1)
    # one jq for all of them: it starts slowly
    mapfile -t calls < <(jq -r --args '.functions as $all | $ARGS.positional | to_entries[] | select(.key % 2 == 0) |
        .value as $name | [$all[] | select(.name == $name) | .calls] | add // 0' "$@" <<<"$report" 2>/dev/null)
    while [ $# -gt 0 ]; do
        expect "calls of $1 in $profile" "${calls[0]:-$report}" "$2"
        calls=("${calls[@]:1}")
        shift 2
    done
}

expect_complete() {
    expect "complete in $1" "$(fact "$1" .run.complete)" "$2"
}

no_profile() {
    checks=$((checks + 1))
    [ -z "$(find "${1:-.}" -maxdepth 1 -name 'cprof.out.*')" ] || broken "there is a profile in ${1:-.}"
}

# leftovers WORD...: runs a program with a /dev/shm of its own and says how many
# files of ours stay there; others' programs may run at the same time.
leftovers() {
    # shellcheck disable=SC2016  # expands in the inner shell
    unshare -m bash -c 'mount -t tmpfs none /dev/shm && "$@" >/dev/null 2>&1; find /dev/shm -name "cprof.*" | wc -l' \
        bash "$@" 2>&1
}

can_mount() {
    [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null
}

# Says that a case could not be tried here, and why.
skip() {
    printf '%s: not tried, %s\n' "$case_name" "$*"
}

# beside WORD...: a case that may run beside others of its script, one a processor.
# It begins a folder of its own; what it prints and counts comes in at `finish`.
beside() {
    local number=$((cases_beside++))
    while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do wait -n; done
    mkdir -p "$work/beside"
    (
        trap - EXIT
        checks=0 failures=0
        "$@" >"$work/beside/$number.out" 2>&1
        printf '%d %d\n' $checks $failures >"$work/beside/$number.count"
    ) &
}
cases_beside=0

await_beside() {
    local number more broken_ones
    wait
    for ((number = 0; number < cases_beside; number++)); do
        cat "$work/beside/$number.out"
        read -r more broken_ones <"$work/beside/$number.count" || more=0 broken_ones=1
        checks=$((checks + more)) failures=$((failures + broken_ones))
    done
    cases_beside=0
}

finish() {
    await_beside
    [ "$checks" -gt 0 ] || broken "nothing was checked"
    printf '%d checks, %d broken\n' "$checks" "$failures"
    [ "$failures" = 0 ]
    exit
}
