# shellcheck shell=bash disable=SC2164 # suite.sh stops where a cd fails
# jq and its `make check`.  Its folder of tests says what passed; the logs beside
# it hold what every test printed.  Sourced by suite.sh.
packages=jq
least=300

# The source package comes without a configure script.
prepare() {
    cd jq
    autoreconf -fi
}

# Its configure asks for functions that no header declares without this word; Clang
# calls that an error, and a jq without strptime does not pass its own tests.
build() {
    cd jq
    "$@" ./configure --disable-docs CPPFLAGS=-D_GNU_SOURCE
    "$@" make -j2
}

suite() {
    cd jq
    make check NO_VALGRIND=1 | grep -E '^(PASS|FAIL|XFAIL|XPASS|SKIP|ERROR|#)'
    cat tests/*.log
}

outcome() {
    sed 's,/tmp/jq[A-Za-z0-9]*,,g; s,jq[A-Za-z0-9]*/,,g'
}

passed() {
    awk '/ tests passed \(/ { tests += $1 } END { print tests }'
}
