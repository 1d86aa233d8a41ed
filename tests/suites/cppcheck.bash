# shellcheck shell=bash disable=SC2164 # suite.sh stops where a cd fails
# cppcheck and its `make check`: 140,000 lines of C++, of which half are tests.
# Sourced by suite.sh.
packages=cppcheck
least=4000

build() {
    cd cppcheck
    "$@" make -j2 testrunner
}

suite() {
    cd cppcheck
    ./testrunner
}

outcome() {
    cat
}

passed() {
    grep -cE '^Test[A-Za-z]*::'
}
