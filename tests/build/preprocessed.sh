#!/usr/bin/env bash
# Where the macro could get lost on the way: preprocessed input, -save-temps,
# headers compiled before, several files in one call, compilation in steps.
#
# usage: preprocessed.sh BUILD.  Run by ctest.
. "$(dirname "$0")/../support/whole.bash"
plugin=${flags%% *}

source_here() {
    cat >x.c <<'C'
#include "common.h"
#ifdef __CPROF__
int predefined = 1;
#else
int predefined = 0;
#endif
__attribute__((noipa)) int work(int n) { return n + 1; }
int main(void) { int sum = 0; for (int idx = 0; idx < 77; idx++) sum = work(sum); printf("%d\n", predefined); return sum != 77; }
C
    echo '#include <stdio.h>' >common.h
}

expect_profile() {
    run 0 ./x
    expect "__CPROF__" "$(cat run.out)" 1
    expect_calls "$(the_profile)" work 77 main 1
}

begin save_temps
source_here
compile x -save-temps x.c
expect_profile
begin save_temps_obj
source_here
mkdir objects
compile objects/x -save-temps=obj x.c
mv objects/x .
expect_profile

begin steps
source_here
# shellcheck disable=SC2086
{
    gcc -O2 $flags -E x.c -o x.i && gcc -O2 $flags -c x.i -o x.o && gcc x.o -o x
    expect_profile
    rm -f cprof.out.* x x.o
    gcc -O2 $flags -S x.c -o x.s && gcc -c x.s -o x.o && gcc x.o -o x
    expect_profile
    rm -f cprof.out.* x x.o
    gcc -O2 $flags -fdirectives-only -E x.c -o x.i && gcc -O2 $flags -fdirectives-only -fpreprocessed -c x.i -o x.o && gcc x.o -o x
    expect_profile
    rm -f cprof.out.* x x.o
    gcc -O2 $flags -xc - -o x <x.c
    expect_profile
    rm -f cprof.out.* x
    gcc -O2 -pipe -wrapper env $flags x.c -o x
    expect_profile
}

begin relocatable
source_here
# shellcheck disable=SC2086
gcc -O2 $flags -c x.c -o x.o
ld -r x.o -o combined.o && gcc combined.o -o x
expect_profile
rm -f cprof.out.* x
ar rcs libx.a x.o && gcc -Wl,--whole-archive libx.a -Wl,--no-whole-archive -o x
expect_profile
rm -f cprof.out.* x
objcopy --strip-debug x.o stripped.o && gcc stripped.o -o x
expect_profile

# Switched in the file itself, or by an expression, or off.
begin macro
source_here
for value in "=1" "" "=2" "=(1)" "=0x1" "=1L"; do
    rm -f cprof.out.* x
    gcc -O2 "$plugin" "-DPROFILING$value" x.c -o x && run 0 ./x
    expect_calls "$(the_profile)" work 77
done
for value in "-DPROFILING=0" "-UPROFILING" "-DPROFILING=1 -UPROFILING" "-DPROFILING=(0)" "-DPROFILING_NOT=1" "-DNOT_PROFILING=1"; do
    rm -f cprof.out.* x
    # shellcheck disable=SC2086
    gcc -O2 "$plugin" $value x.c -o x && run 0 ./x
    expect "__CPROF__ with $value" "$(cat run.out)" 0
    no_profile
    rm -f x x.i x-x.i
    # shellcheck disable=SC2086
    gcc -O2 "$plugin" $value -save-temps x.c -o x && run 0 ./x
    no_profile
done
rm -f x
{ echo '#define PROFILING 1'; cat x.c; } >own.c
gcc -O2 "$plugin" own.c -o x && run 0 ./x
expect_calls "$(the_profile)" work 77
rm -f cprof.out.* x
{ cat x.c; echo '#undef PROFILING'; } >own.c
# shellcheck disable=SC2086
gcc -O2 $flags own.c -o x && run 0 ./x
no_profile

begin precompiled_header
source_here
# shellcheck disable=SC2086
gcc -O2 $flags common.h -o common.h.gch
compile x -Winvalid-pch x.c
expect_profile
expect "messages" "$(cat compile.log)" ""

begin two_files
source_here
sed 's/int main/int not_main/; s/work/work_two/g; s/predefined/predefined_two/g' x.c >y.c
compile x x.c y.c
expect_profile

# One file profiled, the others not; in both orders of linking.
begin mixed
source_here
sed 's/int main(void).*//; s/work/work_two/; s/predefined/predefined_two/' x.c >y.c
gcc -O2 -c y.c -o y.o
# shellcheck disable=SC2086
gcc -O2 $flags -c x.c -o x.o
for order in "x.o y.o" "y.o x.o"; do
    rm -f cprof.out.*
    # shellcheck disable=SC2086
    gcc $order -o x
    expect_profile
done
# PIC and non-PIC objects together, and C++ with C.
# shellcheck disable=SC2086
{
    gcc -O2 $flags -fPIC -c y.c -o y.o
    for order in "x.o y.o" "y.o x.o"; do
        rm -f cprof.out.*
        gcc $order -o x
        expect_profile
    done
    gcc -O2 $flags -fPIC -c x.c -o x.o
    gcc -O2 $flags -c y.c -o y.o
    rm -f cprof.out.*
    gcc -no-pie x.o y.o -o x
    expect_profile
}

# The runtime linked by the user, as `cprof libs` says.
begin own_runtime
source_here
for more in "" -static -fPIC "-flto"; do
    rm -f cprof.out.* x
    # shellcheck disable=SC2086
    compile x -fplugin-arg-cprof-runtime=none x.c $libs $more && expect_profile
    expect "undefined hooks" "$(nm x | grep -c 'U __cprof')" 0
done
finish
