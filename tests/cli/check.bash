# Sourced by the tests of the CLI: a scratch folder, and expectations that say
# what was found instead.  Needs CPROF (the program) and MAKE_PROFILE.
set -u
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
unset COLUMNS CC CPROF_OUTPUT
ulimit -f 1000000 # 1 GB: output that does not end must not fill the disk
export NO_COLOR=1 LC_ALL=C.UTF-8
failures=0

fail() {
    printf 'FAILED: %s\n' "$*"
    failures=$((failures + 1))
}

# expect STATUS COMMAND...: runs it; output goes to $out and $err.
expect() {
    local wanted=$1 status
    shift
    "$@" >out.txt 2>err.txt
    status=$?
    out=$(tr -d '\0' <out.txt) err=$(cat err.txt)
    [ "$status" -eq "$wanted" ] || fail "$* ended with $status, not $wanted: $err"
}

# holds TEXT WORDS: a text has these words in it.
holds() {
    case $1 in
        *"$2"*) ;;
        *) fail "\"$2\" is not in: $1" ;;
    esac
}

lacks() {
    case $1 in
        *"$2"*) fail "\"$2\" is in: $1" ;;
    esac
}

# one_sentence: standard error is one line that begins like all of ours.
one_sentence() {
    [ "$(wc -l <err.txt)" -eq 1 ] || fail "not one line: $err"
    case $err in
        cprof:*) ;;
        *) fail "does not begin with cprof: $err" ;;
    esac
}

finish() {
    [ "$failures" -eq 0 ] || exit 1
    echo "all as expected"
}
