#!/usr/bin/env bash
# Without PROFILING the flag changes nothing: the object is the same, byte for
# byte, with and without -g, in C and C++, whatever else is on the command line and
# whatever attributes the source has.
#
# usage: untouched.sh BUILD [all].  Run by ctest; `all` has every level twice.
. "$(dirname "$0")/../support/whole.bash"
all=${2:-no}
# The attributes are unknown without the plugin, which says so.
quiet=-Wno-attributes
is_clang && quiet=-Wno-unknown-attributes

begin sources
cat >one.c <<'C'
#include <stdio.h>
#include <string.h>
static int table[16];
int __attribute__((noinline)) work(int n) { return n < 2 ? n : work(n - 1) + work(n - 2); }
static inline int small(int n) { return n * 3; }
int main(int count, char **words)
{
    for (int idx = 0; idx < count; idx++) table[idx & 15] += work(idx) + small((int)strlen(words[idx]));
    return printf("%d\n", table[0]) < 0;
}
C
cat >two.cc <<'C'
#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>
template <class T> struct holder { T value; ~holder() { value = T(); } };
struct base { virtual ~base() = default; virtual int answer(int x) { return x; } };
struct derived : base { int answer(int x) override { if (x > 9) throw std::out_of_range("x"); return x * 2; } };
static std::map<std::string, holder<std::string>> all;
int main(int count, char **words)
{
    std::vector<int> numbers(count);
    derived object;
    base *pointer = &object;
    for (int idx = 0; idx < count; idx++) { all[words[idx]].value = "x"; numbers[idx] = pointer->answer(idx); }
    std::sort(numbers.begin(), numbers.end(), [](int a, int b) { return a > b; });
    try { return pointer->answer(count + 10); } catch (const std::exception &) { return 0; }
}
C
# What would be inlined, folded with its like, or dropped, were it not for a mark.
cat >marks.c <<'C'
#include "marks.h"
__attribute__((no_instrument_function)) int third(int n) { return small(n) + alike(n) + also_alike(n); }
C
cat >marks.h <<'C'
#ifndef MARKS_H
#define MARKS_H
__attribute__((profile)) static int small(int n) { return n * 7 + 1; }
__attribute__((__profile__)) int alike(int n) { return n * n * n + 3; }
int also_alike(int n) __attribute__((profile("text", 3)));
int also_alike(int n) { return n * n * n + 3; }
__attribute__((no_profile)) static inline int unused(int n) { return n; }
#endif
C
cat >marks.cc <<'C'
#include "marks.h"
struct holder { [[gnu::profile]] int one(int n) { return n; } [[cprof::no_profile]] int two(int n) { return one(n); } };
template <class T> [[cprof::profile]] inline T twice(T value) { return value * 2; }
int use(int n) { auto lambda = [](int m) __attribute__((profile)) { return m + 1; }; return holder().two(twice(lambda(n))) + small(n); }
C
cat >bench.s <<'C'
	.text
	.globl assembled
assembled:
	ret
C

# same COMPILER SOURCE WORD...: the object, and what the compiler says, with the flag
# and without.
same() {
    local compiler=$1 source=$2 output=object.o
    shift 2
    case " $* " in *" -S "*) output=object.s ;; esac
    rm -f with without
    # shellcheck disable=SC2086  # words
    {
        "$compiler" -c "$@" "$source" -o $output >without.log 2>&1 && mv $output without
        "$compiler" -c "$@" $plugin "$source" -o $output >with.log 2>&1 && mv $output with
    }
    checks=$((checks + 1))
    cmp -s with without || broken "objects differ: $compiler $* $source"
    # Clang 16 says so of a plugin where it only assembles.
    expect "messages of $compiler $* $source" \
        "$(grep -v 'argument unused during compilation' with.log)" "$(cat without.log)"
}

begin identical
cp ../sources/* .
levels=(-O0 -O2)
[ $all = no ] || levels+=(-O3)
for optimise in "${levels[@]}"; do
    for debug in "" -g; do
        # shellcheck disable=SC2086  # words
        {
            same $cc one.c $optimise $debug
            same $cxx two.cc $optimise $debug
            same $cc marks.c $optimise $debug $quiet
            same $cxx marks.cc $optimise $debug $quiet
        }
    done
done
for optimise in -Og -O1 -Os -Ofast; do
    same "$cc" one.c $optimise -g
    [ $all = no ] || same "$cxx" two.cc $optimise -g
done
case_name="identical, more"
more=("-g3" "-g0" "-S -g" "-fPIC" "-fpic" "-fno-pie" "-pthread" "-ffunction-sections" "-fsanitize=address,undefined"
    "-fsanitize=thread" "--coverage -frandom-seed=1" "-fcf-protection=full" "-masm=intel" "-pipe" "-gdwarf-4" "-DPROFILING=1 -UPROFILING" "-DPROFILING=0" "-DPROFILING=(0)" "-DPROFILING_NOT=1"
    "-g -gsplit-dwarf" "-finstrument-functions" "-pg" "-Wall -Wextra -Werror" "-std=c99" "-fprofile-generate -frandom-seed=1" "-ffreestanding")
if is_clang; then
    more+=("-flto" "-flto=thin" "-flto -g" "-emit-llvm" "-emit-llvm -g" "-gline-tables-only" "-gmlt" "-fprofile-instr-generate -fcoverage-mapping"
        "-fno-integrated-as" "-fexceptions" "-mllvm -inline-threshold=500" "-fdebug-info-for-profiling" "-fpseudo-probe-for-profiling"
        "-Rpass=inline" "-fcolor-diagnostics" "-fno-integrated-cc1")
else
    more+=("-fopenmp" "-grecord-gcc-switches -g" "-fipa-icf" "-frandom-seed=1 -fno-toplevel-reorder")
fi
for words in "${more[@]}"; do
    # shellcheck disable=SC2086  # words
    same $cc one.c -O2 $words
done
same $cc marks.c -O2 $quiet -m32
same $cxx two.cc -O2 -std=c++20 -g
same $cc bench.s
same $cxx two.cc -O2 -DPROFILING=0
$cc -E one.c -o one.i && same $cc one.i -O2 -g
$cxx -E two.cc -o two.ii && same $cxx two.ii -O2 -g

# The link-time optimiser sees the flag, too.
begin lto
cp ../sources/* .
is_clang && by="$(linker lld) -Wl,--build-id=none" || by=-Wl,--build-id=none
kinds="-flto"
is_clang && kinds="-flto -flto=thin"
# shellcheck disable=SC2086
for kind in $kinds; do
    for debug in "" -g; do
        for source in one.c two.cc marks.cc; do
            compiler=$cxx
            [ $source != one.c ] || compiler=$cc
            shared=
            [ $source != marks.cc ] || shared="-shared -fPIC"
            rm -f program with without
            $compiler -O2 $quiet $kind $debug $shared $source -o program $by && mv program without
            $compiler -O2 $quiet $kind $debug $shared $plugin $source -o program $by && mv program with
            checks=$((checks + 1))
            cmp -s with without || broken "programs linked with $kind $debug differ: $source"
        done
    done
done

begin preprocessed
cp ../sources/* .
# shellcheck disable=SC2086
{
    $cc -E one.c >without.i
    $cc $plugin -E one.c >with.i
    checks=$((checks + 1))
    cmp -s with.i without.i || broken "preprocessed text differs"
    for words in -fsyntax-only "-O2 -S -o /dev/null"; do
        $cc $words $plugin -Werror one.c
        expect "status of $words" $? 0
    done
    $cc -M one.c >without.d
    $cc -M $plugin one.c >with.d
    expect "dependencies" "$(cat with.d)" "$(cat without.d)"
    $cc -dM -E -x c /dev/null | sort >without.macros
    $cc $plugin -dM -E -x c /dev/null | sort >with.macros
    expect "macros" "$(diff with.macros without.macros)" ""
}

# A header compiled before with or without the flag serves both.
begin precompiled
cp ../sources/* .
# shellcheck disable=SC2086
for with in "" "$plugin"; do
    rm -f marks.h.gch marks.h.pch
    if is_clang; then
        $cc -O2 $quiet $with -x c-header marks.h -o marks.h.pch && same $cc marks.c -O2 $quiet -include-pch marks.h.pch
    else
        $cc -O2 $quiet $with marks.h -o marks.h.gch && same $cc marks.c -O2 $quiet -Winvalid-pch
    fi
done

# With PROFILING two builds give the same object, too.
begin reproducible
cp ../sources/* .
# shellcheck disable=SC2086
for source in one.c two.cc marks.c; do
    compiler=$cc
    [ $source != two.cc ] || compiler=$cxx
    for words in "-O2 -g" -O0 "-O2 -flto"; do
        is_clang || words="$words -frandom-seed=1"
        $compiler $words $flags -c $source -o object.o && mv object.o first.o
        $compiler $words $flags -c $source -o object.o && mv object.o second.o
        checks=$((checks + 1))
        cmp -s first.o second.o || broken "two profiling builds differ: $source $words"
        expect "the object's mention of the plugin ($words)" "$(strings -a second.o | grep -c 'fplugin')" 0
    done
done
finish
