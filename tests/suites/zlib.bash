# shellcheck shell=bash disable=SC2164 # suite.sh stops where a cd fails
# zlib and its `make check`: the static library, the shared one, and the one with
# 64-bit offsets.  Sourced by suite.sh.
packages=zlib
least=3

build() {
    cd zlib
    "$@" ./configure
    "$@" make -j2
}

suite() {
    cd zlib
    make -s check
}

outcome() {
    cat
}

passed() {
    grep -c 'test OK'
}
