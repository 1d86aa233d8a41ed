# shellcheck shell=bash
# test [--all] [CTEST ARGUMENT...]: build and run the tests; --all adds the long ones
#
# Runs ctest once for each preset and closes with one line over all of them,
# "N passed, N failed", which CI reads.  Sourced by ./dev.

all=no
if [ "${1:-}" = --all ]; then
    all=yes
    shift
fi

passed=0 failed=0 skipped=0

# Runs one preset's tests and adds to the sums; ctest says which failed.
run_tests() {
    local preset=$1 results=build/$1/results.xml
    shift
    say "tests build/$preset"
    rm -f "$results"
    # What must not be disturbed says RUN_SERIAL.
    ctest --test-dir "build/$preset" --parallel "$(nproc)" --output-on-failure \
        --output-junit "$source_dir/$results" "$@" || true
    [ -s "$results" ] || stop "ctest left no results for build/$preset"
    local count failures ignored
    count=$(suite_number tests "$results")
    failures=$(suite_number failures "$results")
    ignored=$(($(suite_number skipped "$results") + $(suite_number disabled "$results")))
    passed=$((passed + count - failures - ignored))
    failed=$((failed + failures))
    skipped=$((skipped + ignored))
}

# An attribute of the first element, <testsuite>, of a JUnit file.
suite_number() {
    tr '\n\t' '  ' <"$2" | sed -n "s/.*<testsuite[^>]* $1=\"\([0-9]*\)\".*/\1/p" | head -n 1
}

need_packages build test clang source page
# Node.js may be somebody else's, which brings npm along and agrees with no other.
command -v node >/dev/null || need_packages node
command -v npm >/dev/null || need_packages npm
. dev.d/fetch-sources.sh
build_preset dev
build_preset asan
if [ "$all" = yes ]; then
    need_packages fresh format suites
    build_preset tsan
    run_tests dev "$@"
    run_tests tsan -L sanitize "$@"
else
    run_tests dev -LE long "$@"
fi
run_tests asan -L sanitize "$@"

printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$passed" -gt 0 ] && [ "$failed" = 0 ]
