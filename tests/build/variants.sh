#!/usr/bin/env bash
# One program, every way of compiling and linking it: it must link, run, print what
# it prints without cprof, and count the same calls.
#
# usage: variants.sh BUILD [all].  Run by ctest; `all` takes minutes.
. "$(dirname "$0")/../support/whole.bash"

begin sources
cat >c_main.c <<'C'
#include <stdio.h>
int c_work(int n);
__attribute__((noipa)) int local(int n) { return n * 2 + 1; }
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
    local words="$*" only=both linker
    case ${1:-} in
        C | C++) only=$1 && shift ;;
    esac
    for linker in bfd gold lld mold; do
        # shellcheck disable=SC2046  # words
        [[ " $words " != *" -fuse-ld=$linker "* ]] || set -- "$@" $(linker $linker)
    done
    beside one_variant "$words" "$only" "$@"
}

# one_variant NAME WHICH WORD...
one_variant() {
    local words=$1 only=$2
    shift 2
    begin "$(tr ' =,/' '____' <<<"$base $words" | cut -c 1-120)"
    case_name="variant $words"
    [ "$words" ] || case_name="variant $base"
    if [ "$only" != C++ ] && profiled "$cc" "$c_output" ../sources/c_main.c ../sources/c_work.c "$@"; then
        # c_work(idx % 10): 50 rounds of 1 + 2 + ... + 10 calls.
        expect_calls "$(the_profile)" main 1 local 500 c_work 2750 c_leaf 2250
        rm -rf cprof.out.*
    fi
    if [ "$only" != C ] && profiled "$cxx" "$cxx_output" ../sources/cxx.cc "$@"; then
        expect_calls "$(the_profile)" main 1 leaf 700 risky 350 careful 350 "square::area() const" 350
    fi
}

# profiled COMPILER OUTPUT WORD...: builds and runs it, where it runs without cprof.
profiled() {
    local compiler=$1 wanted=$2
    shift 2
    # shellcheck disable=SC2086  # words
    if ! $compiler $base $opaque "$@" -o plain >plain.log 2>&1; then
        broken "does not compile without cprof either: $compiler $base $*"
        head -n 3 plain.log
        return 1
    fi
    ./plain >plain.out 2>&1
    if [ $? != 3 ]; then
        skip "does not run here without cprof either"
        return 1
    fi
    OPTIMISE=$base CC=$compiler compile program "$@" || return 1
    expect "messages" "$(cat compile.log)" "$(cat plain.log)"
    run 3 ./program
    expect "output" "$(cat run.out)" "$wanted"
    expect "lost calls" "$(fact "$(the_profile)" '.run.lost + .run.early')" 0
}

# shellcheck disable=SC2086  # no word or one
$cc -O1 $opaque c_main.c c_work.c -o c_plain
c_output=$(./c_plain)
# shellcheck disable=SC2086
$cxx -O1 $opaque cxx.cc -o cxx_plain
cxx_output=$(./cxx_plain)

keep="-fno-optimize-sibling-calls"
for base in "-O0 $keep" "-O2 $keep" "-O3 $keep"; do
    variant
done
base="-O2 $keep"
variant -fPIC
variant -fno-pie -no-pie
variant -static-pie
is_clang && variant -fuse-ld=lld -flto
is_clang && variant -fuse-ld=lld -flto=thin
is_clang || variant -flto
variant -fsanitize=address,undefined
variant -g -ffunction-sections -fdata-sections -Wl,--gc-sections
variant -fvisibility=hidden -fPIC
variant -static
for linker in gold lld mold; do
    ! linker $linker >/dev/null || variant -fuse-ld=$linker
done
[ "${2:-}" = all ] || finish

size="-Os"
is_clang && size="-Os -Oz"
for optimise in -Og -O1 $size "-Ofast -march=native -funroll-loops" "-O3 -march=x86-64-v3"; do
    base="$optimise $keep"
    variant
done
base="-O2 $keep"
variant -fpic -pie
variant -fPIE -pie
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
variant -fomit-frame-pointer -momit-leaf-frame-pointer
variant -fno-asynchronous-unwind-tables
variant -mcmodel=medium
variant -mcmodel=large
variant -mcmodel=large -fPIC
variant -mno-red-zone
variant -mavx2 -mstackrealign
variant -mtls-dialect=gnu2 -fPIC
variant -fvisibility=hidden
variant -fno-semantic-interposition -fPIC
is_clang && variant C -finstrument-functions # C++ does not link
is_clang || variant -finstrument-functions
variant -pg
variant -fpatchable-function-entry=16,2
variant -fzero-call-used-regs=all
variant --coverage
variant -fprofile-generate
variant -fsanitize=undefined -fno-sanitize-recover=all
variant C -fsanitize=thread
variant C++ -fsanitize=thread
variant -fsanitize=leak
variant -fsplit-stack
variant -pipe
variant -save-temps
variant -fno-inline
variant -fno-common -fno-ident
variant -Wall -Wextra -Werror
variant C -std=c99 -pedantic -Werror
variant C++ -std=c++20
variant C++ -fno-rtti
variant C++ -fnon-call-exceptions
if is_clang; then
    variant -fno-integrated-as
    variant -fno-integrated-as -fPIC -g
    variant -fno-addrsig
    variant -fbasic-block-sections=all -fuse-ld=lld
    variant -fsplit-machine-functions
    variant -fxray-instrument
    variant -fsanitize=safe-stack
    variant C -fsanitize=memory
    variant -fsanitize=cfi -fsanitize-cfi-cross-dso -flto -fuse-ld=lld -fvisibility=hidden
    variant -fprofile-instr-generate -fcoverage-mapping
    variant -fpseudo-probe-for-profiling
    variant -ftrivial-auto-var-init=pattern
    variant -mspeculative-load-hardening
    variant -mretpoline -fuse-ld=lld
    variant -gdwarf-4 -gsplit-dwarf
    variant -gline-tables-only
    variant -fno-jump-tables
    variant -fPIC -fdirect-access-external-data
    variant -Xclang -fexperimental-assignment-tracking=forced -g
    for linker in lld gold bfd mold; do
        variant -flto "-fuse-ld=$linker"
        variant -flto=thin "-fuse-ld=$linker"
    done
    variant -flto -fuse-ld=lld -fPIC
    variant -flto -fuse-ld=lld -static
    variant -flto -fuse-ld=lld -Wl,--lto-O3
    variant -flto=thin -fuse-ld=lld -g
    variant -flto=thin -fuse-ld=lld -no-pie -fno-pie
    variant -flto -fuse-ld=lld -fwhole-program-vtables -fvisibility=hidden
    variant -flto=thin -fuse-ld=lld -fwhole-program-vtables -fvisibility=hidden
    variant -flto -fuse-ld=lld -ffat-lto-objects
    variant -flto -fuse-ld=lld -fsplit-lto-unit -fvirtual-function-elimination -fvisibility=hidden
    variant -flto -fuse-ld=lld -Wl,--gc-sections -ffunction-sections -Wl,--icf=all
else
    variant -flto -fPIC
    variant -flto -flto-partition=max
    variant -flto -flto-partition=none
    variant -flto -ffat-lto-objects
    variant -flto -static
    variant -flto -g
    variant -flto -fuse-ld=gold
    variant -flto -fuse-ld=mold
    variant C -fwhole-program
    variant -fno-toplevel-reorder
    variant -fchecking=2
    variant -O3 -fchecking=2 -fPIC
    variant -fipa-pta -fipa-icf
    variant -fno-section-anchors -fno-dwarf2-cfi-asm
    variant -mindirect-branch=thunk
    variant -fharden-compares
fi
for linker in bfd gold lld mold; do
    if ! linker $linker >/dev/null; then
        case_name=$linker
        skip "not installed"
        continue
    fi
    [ $linker != bfd ] || variant -fuse-ld=bfd # the others are above
    variant -fuse-ld=$linker -fPIC
    variant -fuse-ld=$linker -static
    [ $linker = gold ] || variant -fuse-ld=$linker -static-pie # gold does not know it
    variant -fuse-ld=$linker -no-pie
    variant -fuse-ld=$linker -fno-pie -no-pie -Wl,--gc-sections
done
finish
