#!/usr/bin/env bash
# One program, every way of compiling and linking it: it must link, run, print what
# it prints without cprof, and count the same calls.
#
# usage: variants.sh BUILD.  Run by ctest.
. "$(dirname "$0")/../support/whole.bash"

begin sources
cat >c_main.c <<'C'
#include <stdio.h>
int c_work(int n);
__attribute__((noipa)) static int local(int n) { return n * 2 + 1; }
int main(void)
{
    long sum = 0;
    for (int idx = 0; idx < 500; idx++) sum += local(idx) + c_work(idx % 10);
    printf("sum %ld\n", sum);
    return 3;
}
C
cat >c_work.c <<'C'
__attribute__((noipa)) int c_leaf(int n) { return n + 1; }
__attribute__((noipa)) int c_work(int n) { return n ? c_work(n - 1) + c_leaf(n) : 0; }
C
cat >cxx.cc <<'C'
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>
struct shape { virtual ~shape() = default; virtual int area() const = 0; };
extern "C" {
__attribute__((noipa)) int leaf(int n) { return n * 3; }
__attribute__((noipa)) int risky(int n) { if (n % 7 == 0) throw std::runtime_error(std::string("seven")); return leaf(n); }
__attribute__((noipa)) int careful(int n) { try { return risky(n); } catch (const std::exception &) { return -leaf(n); } }
}
struct square : shape { int side; square(int n) : side(n) {} __attribute__((noipa)) int area() const override { return leaf(side); } };
int main()
{
    std::vector<shape *> shapes;
    long sum = 0;
    for (int idx = 0; idx < 350; idx++) { shapes.push_back(new square(idx)); sum += careful(idx); }
    for (auto *shape : shapes) { sum += shape->area(); delete shape; }
    std::printf("sum %ld\n", sum);
    return 3;
}
C

# Both programs with the words given; "C" or "C++" first limits it to one.
variant() {
    local words="$*" only=both
    case $1 in
        C | C++) only=$1 && shift ;;
    esac
    begin "$(tr ' =,/' '____' <<<"$words" | cut -c 1-80)"
    case_name="variant $words"
    # What the machine's own tools cannot link is not cprof's to link.
    # shellcheck disable=SC2086
    if ! gcc $base ../sources/c_main.c ../sources/c_work.c "$@" -o plain >plain.log 2>&1; then
        skip "does not link without cprof either"
        return
    fi
    if [ $only != C++ ]; then
        OPTIMISE=$base compile program ../sources/c_main.c ../sources/c_work.c "$@" && {
            expect "messages" "$(cat compile.log)" "$(cat plain.log)"
            run 3 ./program
            expect "output" "$(cat run.out)" "$c_output"
            # c_work(idx % 10): 50 rounds of 1 + 2 + ... + 10 calls.
            expect_calls "$(the_profile)" main 1 local 500 c_work 2750 c_leaf 2250
            expect "lost calls" "$(fact "$(the_profile)" '.run.lost + .run.early')" 0
            rm -rf cprof.out.*
        }
    fi
    if [ $only != C ]; then
        OPTIMISE=$base CC=g++ compile program ../sources/cxx.cc "$@" && {
            run 3 ./program
            expect "output" "$(cat run.out)" "$cxx_output"
            expect_calls "$(the_profile)" main 1 leaf 700 risky 350 careful 350 "square::area() const" 350
            expect "lost calls" "$(fact "$(the_profile)" '.run.lost + .run.early')" 0
        }
    fi
}

gcc -O1 c_main.c c_work.c -o c_plain
c_output=$(./c_plain)
g++ -O1 cxx.cc -o cxx_plain
cxx_output=$(./cxx_plain)

keep="-fno-optimize-sibling-calls"
for base in "-O0 $keep" "-Og $keep" "-O1 $keep" "-O2 $keep" "-O3 $keep" "-Os $keep" "-Ofast -march=native -funroll-loops $keep"; do
    variant ${base%% *}
done
base="-O2 $keep"
variant -fPIC
variant -fpic -pie
variant -fPIE -pie
variant -fno-pie -no-pie
variant -static
variant -static-pie
variant -fPIC -static
variant -g
variant -g3 -ggdb
variant -pthread
variant -ffunction-sections -fdata-sections -Wl,--gc-sections
variant -Wl,--gc-sections,-z,now,-z,relro
variant -fPIC -ffunction-sections -fdata-sections -Wl,--gc-sections
variant -static -Wl,--gc-sections
variant -Wl,--icf=all -fuse-ld=gold
variant -s
variant -Wl,--as-needed -Wl,-O1 -Wl,--hash-style=gnu
variant -fcf-protection=full
variant -fcf-protection=none
variant -fstack-protector-all
variant -fstack-clash-protection -D_FORTIFY_SOURCE=2
variant -fno-plt
variant -fno-omit-frame-pointer
variant -fno-asynchronous-unwind-tables
variant -mcmodel=medium
variant -mcmodel=large
variant -mno-red-zone
variant -mavx2 -mstackrealign
variant -mtls-dialect=gnu2 -fPIC
variant -fvisibility=hidden
variant -fno-semantic-interposition -fPIC
variant -finstrument-functions
variant -pg
variant --coverage
variant -fprofile-generate
variant -fsanitize=address,undefined
variant C -fsanitize=thread
variant C++ -fsanitize=thread
variant -fsanitize=leak
variant -fsplit-stack
variant -pipe
variant -save-temps
variant -flto
variant -flto -fPIC
variant -flto -flto-partition=max
variant -flto -flto-partition=none
variant -flto -ffat-lto-objects
variant -flto -static
variant -flto -g
variant -flto -fuse-ld=gold
variant C -fwhole-program
variant -fno-toplevel-reorder
variant -fno-inline
variant -fchecking=2
variant -O3 -fchecking=2 -fPIC
variant -fno-common -fno-ident
variant -fipa-pta -fipa-icf
variant -fno-section-anchors -fno-dwarf2-cfi-asm
variant -Wall -Wextra -Werror -pedantic
for linker in bfd gold lld mold; do
    if ! command -v ld.$linker >/dev/null; then
        case_name=$linker
        skip "not installed"
        continue
    fi
    variant -fuse-ld=$linker
    variant -fuse-ld=$linker -fPIC
    variant -fuse-ld=$linker -static
    variant -fuse-ld=$linker -static-pie
    variant -fuse-ld=$linker -no-pie
    variant -fuse-ld=$linker -fno-pie -no-pie -Wl,--gc-sections
done
finish
