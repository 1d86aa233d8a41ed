# shellcheck shell=bash disable=SC2164 # suite.sh stops where a cd fails
# SQLite and its `make test`: some 255,000 tests in Tcl, many of which let a child
# process crash at a chosen place, and the fuzzer's old finds.  Sourced by suite.sh.
packages=sqlite3
least=290000

build() {
    mkdir build
    cd build
    "$@" ../sqlite3/configure
    "$@" make -j2 testprogs
}

suite() {
    cd build
    make test TESTOPTS=-verbose=1
}

# Times, and memory, which has to do with the addresses that the kernel chose.
outcome() {
    sed -E '/^Time: /d
        s/\([0-9.e-]+ *ms[^)]*\)//
        s/[0-9.]+ (seconds|microseconds per iteration)//
        s/^((Maximum )?[Mm]emory us(ed|age)|Page-cache|Allocation count).*/\1/'
}

passed() {
    awk '/ Ok$/ { tests++ } /errors out of/ { tests += /fuzzcheck/ ? $6 : 0 } END { print tests }'
}
