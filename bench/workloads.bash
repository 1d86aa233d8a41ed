# The programs that ways of profiling are compared on.  Sourced by bench/compare,
# with $bench, $sources and $work set; works in the current folder.
#
# For each workload W: prepare_W, where there is something to do once; build_W OUTPUT
# COMPILER WORD... makes a program; $arguments_W are the words that it runs with.

workloads="sqlite lua jq zstd small fib loop threads"

prepare_sqlite() {
    mkdir sqlite
    (cd sqlite && "$sources/sqlite3/configure" --disable-tcl && make sqlite3.c) >sqlite.log 2>&1
}
build_sqlite() {
    local output=$1 compiler=$2
    shift 2
    "$compiler" -O2 -w -Isqlite sqlite/sqlite3.c "$sources/sqlite3/test/speedtest1.c" "$@" -o "$output" -lpthread -ldl -lm
}
arguments_sqlite="--memdb --size 20"

prepare_lua() {
    cp -r "$sources/lua5.4/src" lua
    rm lua/luac.c
}
build_lua() {
    local output=$1 compiler=$2
    shift 2
    "$compiler" -O2 -w -DLUA_USE_LINUX lua/*.c "$@" -o "$output" -lm -ldl -Wl,-E
}
arguments_lua="$bench/../examples/demo/work.lua 0.3"

# Twenty megabytes of records.
prepare_jq() {
    cp -r "$sources/jq" jq
    (cd jq && autoreconf -fi && ./configure --disable-docs CPPFLAGS=-D_GNU_SOURCE && make -j2) >jq.log 2>&1
    seq 1 160000 | awk '{ printf "{\"id\":%d,\"name\":\"item %d\",\"price\":%.2f,\"tags\":[\"a%d\",\"b\"],\"at\":{\"x\":%d,\"y\":null}}\n", $1, $1, $1 / 7, $1 % 9, $1 * 3 }' >records.json
}
build_jq() {
    local output=$1 compiler=$2 definitions
    shift 2
    eval "definitions=($(sed -n 's/^DEFS = //p' jq/Makefile))" # quoted for a shell
    "$compiler" -O2 -w "${definitions[@]}" -D_GNU_SOURCE -DIEEE_8087=1 -Ijq/src -Ijq jq/src/{builtin,bytecode,compile,execute,jq_test,jv,jv_alloc,jv_aux,jv_dtoa,jv_file,jv_parse,jv_print,jv_unicode,linker,locfile,util,main,lexer,parser}.c \
        "$@" -o "$output" -lonig -lm -lpthread
}
arguments_jq="-c . records.json"

# Fifty megabytes of what lies in libraries.
prepare_zstd() {
    cp -r "$sources/libzstd" zstd
    { cat /usr/lib/x86_64-linux-gnu/*.so.* || true; } 2>cat.log | head -c 50000000 >fifty # cat ends by SIGPIPE
}
build_zstd() {
    local output=$1 compiler=$2
    shift 2
    "$compiler" -O2 -w -DZSTD_DISABLE_ASM -DZSTD_NOBENCH -DZSTD_NODICT -DZSTD_NOTRACE -DXXH_NAMESPACE=ZSTD_ \
        -Izstd/lib -Izstd/lib/common zstd/lib/{common,compress,decompress}/*.c \
        zstd/programs/{zstdcli,util,timefn,fileio,fileio_asyncio}.c "$@" -o "$output" -lpthread
}
arguments_zstd="--single-thread -q -3 -c fifty"

build_small() {
    local output=$1 compiler=$2
    shift 2
    [ "$compiler" = gcc ] && compiler=g++ || compiler=${compiler/clang/clang++}
    "$compiler" -O2 -w "$bench/small.cc" "$@" -o "$output"
}
arguments_small="60"

build_fib() {
    local output=$1 compiler=$2
    shift 2
    "$compiler" -O2 -fno-optimize-sibling-calls "$bench/fib.c" "$@" -o "$output"
}
arguments_fib="32 40"

build_loop() {
    local output=$1 compiler=$2
    shift 2
    "$compiler" -O2 "$bench/loop.c" "$@" -o "$output"
}
arguments_loop="200000000"

build_threads() {
    local output=$1 compiler=$2
    shift 2
    "$compiler" -O2 -fno-optimize-sibling-calls "$bench/threads.c" "$@" -o "$output" -lpthread
}
arguments_threads="32 20"
