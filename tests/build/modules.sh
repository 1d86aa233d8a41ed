#!/usr/bin/env bash
# CFLAGS alone, nothing at the link: programs with libraries of their own, linked or
# opened, by each linker, and modules of both compilers in one process.  There must
# be one profile with one tree, whoever started the runtime.
#
# usage: CPROF_TEST_COMPILER=COMPILER modules.sh BUILD.  Run by ctest.
. "$(dirname "$0")/../support/whole.bash"
linkers="bfd gold lld mold"
case $cc in
    gcc*) other=clang-19 other_cxx=clang++-19 ;;
    *) other=gcc other_cxx=g++ ;;
esac
[ -e "$build/lib/cprof/cprof-clang-19.so" ] || other=$cc other_cxx=$cxx
other_flags=$("$cprof" flags --cc $other)
[ $other = gcc ] || other_flags="$other_flags -Dnoipa=noinline,weak"

sources() {
    cat >library.c <<'C'
__attribute__((noipa)) int leaf(int n) { return n + 1; }
__attribute__((noipa)) int work(int n)
{
    int sum = 0;
    for (int idx = 0; idx < n; idx++) sum += leaf(idx);
    return sum;
}
__attribute__((noipa)) int call_back(int (*function)(int), int n) { return function(n) + 1; }
C
    cat >program.c <<'C'
#include <stdio.h>
int work(int);
int call_back(int (*)(int), int);
__attribute__((noipa)) int own(int n) { return work(n) + 1; }
int main(void)
{
    int sum = 0;
    for (int idx = 0; idx < 20; idx++) sum += own(5) + call_back(own, 3);
    printf("%d\n", sum);
    return 0;
}
C
    sed 's/\bleaf\b/second_leaf/; s/\bleaf\b/second_leaf/; s/\bwork\b/second_work/; s/\bcall_back\b/second_call_back/' library.c >second.c
    # Two libraries whose functions call each other, in a host that knows neither.
    cat >host.c <<'C'
#include <dlfcn.h>
#include <stdio.h>
int main(void)
{
    void *first = dlopen("./liblibrary.so", RTLD_NOW | RTLD_LOCAL);
    void *second = dlopen("./libsecond.so", RTLD_NOW | RTLD_LOCAL);
    if (!first || !second) { puts(dlerror()); return 1; }
    int (*call_back)(int (*)(int), int) = (int (*)(int (*)(int), int))dlsym(first, "call_back");
    int (*work)(int) = (int (*)(int))dlsym(second, "second_work");
    int sum = 0;
    for (int idx = 0; idx < 20; idx++) sum += call_back(work, 4);
    printf("%d\n", sum);
    return 0;
}
C
}

# build_with COMPILER FLAGS OUTPUT WORD...: whoever's turn it is, in silence.
build_with() {
    local compiler=$1 words=$2 output=$3
    shift 3
    checks=$((checks + 1))
    # shellcheck disable=SC2086  # flags are words
    "$compiler" -O2 $words "$@" -o "$output" >build.log 2>&1 || {
        broken "does not link: $compiler $* -o $output"
        head -n 5 build.log
        return 1
    }
    expect "messages of $compiler $*" "$(cat build.log)" ""
}

# Every path of the tree, so that two trees cannot pass for one.
paths() {
    "$cprof" tree --format json "$(the_profile)" | jq -r '
        def paths_of($above): ($above + "/" + .name) as $path | "\($path) \(.calls)", (.children[]? | paths_of($path));
        [.children[] | paths_of("")] | sort | join(", ")'
}

expect_program() {
    run 0 ./program
    expect output "$(cat run.out)" 480
    expect "paths" "$(paths)" "/main 1, /main/call_back 20, /main/call_back/own 20, /main/call_back/own/work 20, /main/call_back/own/work/leaf 60, /main/own 20, /main/own/work 20, /main/own/work/leaf 100"
    expect_complete "$(the_profile)" true
    rm -f cprof.out.*
}

begin linked
sources
for first in $linkers; do
    by_first=$(linker "$first") || { broken "no $first"; continue; }
    # shellcheck disable=SC2086
    for compiler in $cc $other; do
        words=$flags
        [ $compiler = $cc ] || words=$other_flags
        case_name="library by $compiler and $first"
        build_with $compiler "$words" liblibrary.so -fPIC -shared library.c $by_first || continue
        # The program by the same linker, and by the one that differs most.
        for second in $(printf '%s\n' $first mold bfd | sort -u); do
            by_second=$(linker $second) || continue
            case_name="library by $compiler and $first, program by $cc and $second"
            build_with $cc "$flags" program program.c ./liblibrary.so $by_second && expect_program
        done
    done
done
# shellcheck disable=SC2086
for kind in "-fPIE -pie" "-fno-pie -no-pie" "-fPIC -pie" "-fno-plt" "-Wl,-z,now" "-Wl,-Bsymbolic-functions" "-fvisibility=hidden -Wl,--gc-sections"; do
    case_name="program $kind"
    build_with $cc "$flags" program program.c ./liblibrary.so $kind && expect_program
done

begin opened
sources
gcc -O2 host.c -o host -ldl
for name in $linkers; do
    by=$(linker "$name") || continue
    # shellcheck disable=SC2086
    for compiler in $cc $other; do
        words=$flags
        [ $compiler = $cc ] || words=$other_flags
        case_name="opened, $cc and $compiler, $name"
        build_with $cc "$flags" liblibrary.so -fPIC -shared library.c $by &&
            build_with $compiler "$words" libsecond.so -fPIC -shared second.c $by || continue
        run 0 ./host
        expect output "$(cat run.out)" 220
        expect "paths" "$(paths)" "/call_back 20, /call_back/second_work 20, /call_back/second_work/second_leaf 80"
        expect_complete "$(the_profile)" true
        rm -f cprof.out.*
    done
done

# Objects of both compilers in one module; the linker keeps one runtime.
begin objects
sources
# shellcheck disable=SC2086
for kind in "" -fPIC; do
    $cc -O2 $flags $kind -c library.c -o library.o
    $other -O2 $other_flags $kind -c program.c -o program.o
    for name in $linkers; do
        by=$(linker $name) || continue
        for link in "" -static "-static-pie"; do
            # -static-pie takes PIC objects, and gold does not know it.
            [ "$link" != -static-pie ] || { [ $kind ] && [ $name != gold ]; } || continue
            case_name="objects of $cc and $other $kind, $name $link"
            build_with $cc "" program library.o program.o $by $link && expect_program
            build_with $other "" program program.o library.o $by $link && expect_program
        done
    done
done

# An inline function that both compilers wrote, a template and a static member, in
# an exception's way: one function each in the report.
begin cxx
cat >shared.h <<'C'
#include <stdexcept>
#include <vector>
template <class T> __attribute__((noinline)) T twice(T value) { __asm__ volatile("" : "+r"(value)); return value * 2; }
__attribute__((noinline)) inline int check(int n) { if (n % 3 == 0) throw std::runtime_error("three"); return twice(n); }
struct counter { static inline int made = 0; __attribute__((noinline)) counter() { made++; __asm__ volatile("" ::: "memory"); } __attribute__((noinline)) ~counter() { made--; __asm__ volatile("" ::: "memory"); } };
C
cat >thrower.cc <<'C'
#include "shared.h"
extern "C" __attribute__((noinline)) int thrower(int n) { counter here; return check(n) + twice(n); }
C
cat >catcher.cc <<'C'
#include "shared.h"
#include <cstdio>
extern "C" int thrower(int);
extern "C" __attribute__((noinline)) int passer(int n) { counter here; return thrower(n) + 1; }
extern "C" __attribute__((noinline)) int catcher(int n) { try { return passer(n); } catch (const std::runtime_error &) { return twice(n) + counter::made; } }
int main() { int sum = 0; for (int idx = 0; idx < 30; idx++) sum += catcher(idx) + check(1); std::printf("%d\n", sum); return 0; }
C
# shellcheck disable=SC2086
for kind in objects library; do
    if [ $kind = objects ]; then
        $cxx -O2 $flags -c thrower.cc -o thrower.o
        $other_cxx -O2 $other_flags -c catcher.cc -o catcher.o
    else
        $cxx -O2 $flags -fPIC -shared thrower.cc -o thrower.o
    fi
    for name in $linkers; do
        by=$(linker $name) || continue
        case_name="exceptions between $cc and $other, $kind, $name"
        if [ $kind = objects ]; then
            build_with $cxx "" program thrower.o catcher.o $by || continue
        else
            build_with $other_cxx "$other_flags" program catcher.cc -L. ./thrower.o $by || continue
        fi
        run 0 ./program
        expect output "$(cat run.out)" 1550
        expect_calls "$(the_profile)" catcher 30 passer 30 thrower 30 "check(int)" 60 main 1
        expect "functions of one name" "$(fact "$(the_profile)" '[.functions[].name] | group_by(.) | map(select(length > 1)) | length')" 0
        expect "parents of check" "$("$cprof" tree --format json "$(the_profile)" | jq -r '[.. | objects | select(any(.children[]?; .name == "check(int)")) | .name] | unique | join(" ")')" "main thrower"
        expect "lost calls" "$(fact "$(the_profile)" .run.lost)" 0
        rm -f cprof.out.*
    done
done
finish
