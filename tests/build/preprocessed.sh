#!/usr/bin/env bash
# Where the macro could get lost on the way: preprocessed input, -save-temps,
# headers compiled before, several files in one call, compilation in steps, caches.
#
# usage: preprocessed.sh BUILD.  Run by ctest.
. "$(dirname "$0")/../support/whole.bash"
first_plugin=${plugin%% *} # -fplugin= alone

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

# expect_profile [PREDEFINED]: and what x says of __CPROF__.
expect_profile() {
    run 0 ./x
    expect "__CPROF__" "$(cat run.out)" "${1:-1}"
    expect_calls "$(the_profile)" work 77 main 1
    rm -f cprof.out.* x x.o
}

expect_none() {
    run 0 ./x
    no_profile
    rm -f x x.o
}

# call WORD...: the compiler, in silence but for words that clang has no use for.
call() {
    checks=$((checks + 1))
    # shellcheck disable=SC2086  # no word or one
    $cc -O2 $opaque "$@" >call.log 2>&1 || {
        broken "fails: $cc -O2 $*"
        head -n 3 call.log
    }
    expect "messages of $cc $*" "$(grep -v 'argument unused during compilation' call.log)" ""
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
# shellcheck disable=SC2086  # words
{
    call $flags -E x.c -o x.i && call $flags -c x.i -o x.o && call x.o -o x
    expect_profile
    call $flags -S x.c -o x.s && call -c x.s -o x.o && call x.o -o x
    expect_profile
    call $flags -c x.c -g -gdwarf-4 -MMD -MF x.d -o x.o && call x.o -o x
    expect_profile
    # The second step has lost the -D (distcc), or says something else.
    call $flags -E x.c -o x.i && call $plugin -c x.i -o x.o && call x.o -o x
    expect_profile
    call $plugin -DPROFILING=0 -c x.i -o x.o && call x.o -o x
    expect "__CPROF__ in the text" "$(./x)" 1
    expect_none
    call $plugin -E x.c -o x.i && call $plugin -c x.i -o x.o && call x.o -o x
    expect_none
    # The first step knows nothing of cprof.
    call -E x.c -o x.i && call $flags -c x.i -o x.o && call x.o -o x
    expect_profile 0
    call $flags -c x.i -O0 -fPIC -o x.o && call x.o -o x
    expect_profile 0
    call $flags -xc - -o x <x.c
    expect_profile
    echo "-O2 $flags x.c -o x" >words && call @words
    expect_profile
    if is_clang; then
        call $flags -frewrite-includes -E x.c -o x.i && call $flags -x c -c x.i -o x.o && call x.o -o x
        expect_profile
        # IR, with the hooks in it; a second compilation must add none.
        for words in -c -S "-c -fPIC" "-c -O0" "-c -flto"; do
            call $flags $words -emit-llvm x.c -o x.ir
            call $flags -Wno-unused-command-line-argument -x ir -c x.ir -o x.o && call x.o -o x
            expect_profile
            call -x ir -c x.ir -o x.o && call x.o -o x
            expect_profile
        done
        # Without a plugin first, IR gets its hooks in the second step.
        call -c -emit-llvm x.c -o x.bc && call $flags -c x.bc -o x.o && call x.o -o x
        expect_profile 0
        call -fembed-bitcode $flags x.c -o x
        expect_profile
        call -fno-integrated-cc1 $flags x.c -o x
        expect_profile
        call -fno-integrated-as $flags x.c -o x
        expect_profile
    else
        call $flags -fdirectives-only -E x.c -o x.i && call $flags -fdirectives-only -fpreprocessed -c x.i -o x.o && call x.o -o x
        expect_profile
        call -pipe -wrapper env $flags x.c -o x
        expect_profile
    fi
}

# One flag says so itself where it is not enough; the two are.
if is_clang; then
    begin one_flag
    source_here
    # shellcheck disable=SC2086
    {
        call "$first_plugin" -DPROFILING=1 x.c -o x
        expect_profile
        rm -f x.*[!c]
        checks=$((checks + 1))
        $cc -O2 $opaque "$first_plugin" -DPROFILING=1 -save-temps x.c -o x >log 2>&1 || broken "fails with -save-temps"
        expect "warnings with -save-temps" "$(grep -c 'warning: cprof: no hooks in this unit.*-fpass-plugin' log)" 1
        expect_none
        $cc -O2 $opaque "$first_plugin" -DPROFILING=1 -Werror -save-temps x.c -o x >log 2>&1
        expect "status with -Werror" $? 0
        call "$first_plugin" -save-temps x.c -o x
        expect_none
        call "$first_plugin" -DPROFILING=1 -fembed-bitcode x.c -o x
        expect_profile
        call "-fpass-plugin${first_plugin#-fplugin}" -DPROFILING=1 x.c -o x
        expect_profile 0
        call $flags $plugin x.c -o x
        expect_profile
    }
fi

begin relocatable
source_here
# shellcheck disable=SC2086
{
    call $flags -c x.c -o x.o
    ld -r x.o -o combined.o && call combined.o -o x
    expect_profile
    call $flags -c x.c -o x.o
    ar rcs libx.a x.o && call -Wl,--whole-archive libx.a -Wl,--no-whole-archive -o x
    expect_profile
    call $flags -g -c x.c -o x.o
    objcopy --strip-debug x.o stripped.o && call stripped.o -o x
    expect_profile
    call $flags -g -c x.c -o x.o
    strip --strip-unneeded x.o && call x.o -o x && strip x
    expect_profile
}

# Switched in the file itself, or by an expression, or off.
begin macro
source_here
# on WORD...
on() {
    # shellcheck disable=SC2086
    for steps in one two; do
        if [ $steps = one ]; then
            call $plugin "$@" x.c -o x
        else
            call $plugin "$@" -E x.c -o x.i && call $plugin "$@" -c x.i -o x.o && call x.o -o x
        fi
        case_name="macro $*, in $steps"
        run 0 ./x
        expect_calls "$(the_profile)" work 77
        expect "__CPROF__" "$(cat run.out)" 1
        rm -f cprof.out.* x x.o x.i
    done
}
off() {
    # shellcheck disable=SC2086
    for words in "" -save-temps "-fPIC -g"; do
        call $plugin "$@" $words x.c -o x
        case_name="macro $* $words"
        run 0 ./x
        expect "__CPROF__" "$(cat run.out)" 0
        no_profile
        rm -f x x.[!c] x-x.*
    done
}
for value in "=1" "" "=2" "=(1)" "=0x1" "=1L" "=((1))" "=01"; do on "-DPROFILING$value"; done
on -D PROFILING=1
on -UPROFILING -DPROFILING=1
on -DPROFILING=0 -UPROFILING -DPROFILING=1
on -DNOT_PROFILING=1 -DPROFILING -UNOT_PROFILING
off -DPROFILING=0
off -UPROFILING
off -D PROFILING=0
off -U PROFILING
off -DPROFILING=1 -UPROFILING
off -DPROFILING=1 -U PROFILING
off "-DPROFILING=(0)"
off -DPROFILING=0x0
off -DPROFILING_NOT=1
off -DNOT_PROFILING=1
off -DPROFILING=1 -UPROFILING -DPROFILING=0
case_name="macro in the source"
# in_source WANTED LINE WORD...: a line in front of the file.
in_source() {
    local wanted=$1 line=$2
    shift 2
    { echo "$line"; cat x.c; } >own.c
    # shellcheck disable=SC2086
    call $plugin "$@" own.c -o x
    case_name="macro in the source: $line $*"
    run 0 ./x
    if [ $wanted = on ]; then expect_calls "$(the_profile)" work 77; else no_profile; fi
    rm -f cprof.out.* x
}
in_source on '#define PROFILING 1'
in_source on '#define PROFILING'
in_source on '#define PROFILING (1)'
in_source on "$(printf '#define ON 1\n#define PROFILING ON')"
in_source on "$(printf '#define ON (YES)\n#define YES 3\n#define PROFILING ON')"
in_source on '#define PROFILING 1' -DPROFILING_NOT
in_source on "$(printf '#undef PROFILING\n#define PROFILING 1')" -DPROFILING=0
in_source off '#define PROFILING 0'
in_source off '#define PROFILING (0)'
in_source off '#undef PROFILING' -DPROFILING=1
in_source off "$(printf '#undef PROFILING\n#define PROFILING 0')" -DPROFILING=1
in_source off "$(printf '#define OFF 0\n#define PROFILING OFF')"
in_source off '// #define PROFILING 1'
echo '#define PROFILING 1' >switch.h
in_source on '#include "switch.h"'
in_source on '' -include switch.h
in_source on '' -imacros switch.h
in_source off '#undef PROFILING' -include switch.h
{ cat x.c; echo '#undef PROFILING'; } >own.c
# shellcheck disable=SC2086
call $flags own.c -o x
expect_none

begin precompiled_header
source_here
# shellcheck disable=SC2086
if is_clang; then
    call $flags -x c-header common.h -o common.h.pch
    compile x -include-pch common.h.pch x.c
    expect_profile
    # Predefined macros are those of the header's compilation.
    call $plugin -x c-header common.h -o common.h.pch
    call $flags -include-pch common.h.pch x.c -o x
    expect_profile 0
else
    call $flags common.h -o common.h.gch
    compile x -Winvalid-pch x.c
    expect_profile
    expect "messages" "$(cat compile.log)" ""
fi

begin two_files
source_here
sed 's/int main/int not_main/; s/work/work_two/g; s/predefined/predefined_two/g' x.c >y.c
compile x x.c y.c
expect_profile
# shellcheck disable=SC2086
call $flags -c x.c y.c && call y.o x.o -o x
expect_profile

# One file profiled, the others not; in both orders of linking.
begin mixed
source_here
sed 's/int main(void).*//; s/work/work_two/; s/predefined/predefined_two/' x.c >y.c
call -c y.c -o y.o
# shellcheck disable=SC2086
for order in "x.o y.o" "y.o x.o"; do
    call $flags -c x.c -o x.o
    call $order -o x
    expect_profile
done
# PIC and non-PIC objects together.
# shellcheck disable=SC2086
{
    call $flags -fPIC -c y.c -o y.o
    for order in "x.o y.o" "y.o x.o"; do
        call $flags -c x.c -o x.o
        call $order -o x
        expect_profile
    done
    call $flags -fPIC -c x.c -o x.o
    call $flags -c y.c -o y.o
    call -no-pie x.o y.o -o x
    expect_profile
}

# The runtime linked by the user, as `cprof libs` says.
begin own_runtime
source_here
for more in "" -static -fPIC "-flto"; do
    # shellcheck disable=SC2046,SC2086  # words
    compile x -fplugin-arg-cprof-runtime=none x.c $libs $more $(is_clang && linker lld)
    expect "undefined hooks" "$(nm x | grep -c 'U __cprof')" 0
    expect_profile
done

# A cache compiles from the source where it must compile, and its hits are objects
# with hooks for those alone who asked for them.
begin ccache
source_here
export CCACHE_DIR=$PWD/cache CCACHE_COMPILERCHECK=content
cat >plain.c <<'C'
__attribute__((noipa)) int work(int n) { return n + 1; }
int main(void) { int sum = 0; for (int idx = 0; idx < 77; idx++) sum = work(sum); return sum != 77; }
C
# shellcheck disable=SC2086
for setting in CCACHE_DIRECT=1 CCACHE_NODIRECT=1 "CCACHE_NOCPP2=1 CCACHE_NODIRECT=1"; do
    for round in misses hits; do
        case_name="ccache, $setting, $round"
        checks=$((checks + 1))
        env $setting ccache $cc -O2 $flags -c plain.c -o x.o >log 2>&1 && [ ! -s log ] || broken "fails: $(head -n 3 log)"
        call x.o -o x
        run 0 ./x
        expect_calls "$(the_profile)" work 77 main 1
        rm -f cprof.out.*
        env $setting ccache $cc -O2 $opaque $plugin -c plain.c -o x.o
        call x.o -o x
        expect_none
    done
    ccache -C >/dev/null
done
expect_between "hits" "$(ccache --print-stats | awk '/^(direct|preprocessed)_cache_hit/ { sum += $2 } END { print sum }')" 6 6
unset CCACHE_DIR CCACHE_COMPILERCHECK

# Where no code is made, and where others than C and C++ are compiled, the flags
# are accepted in silence.
begin other_ends
source_here
printf '.text\n.globl answer\nanswer: movl $42, %%eax\n\tret\n.section .note.GNU-stack\n' >answer.s
cp answer.s answer.S
# shellcheck disable=SC2086
for words in "-fsyntax-only x.c" "-M x.c -o x.d" "-c answer.s -o answer.o" "-c answer.S -o answer.o" "-x assembler -c answer.s -o answer.o" \
    "-x assembler-with-cpp -c answer.s -o answer.o" "-E x.c -o x.i" "-dM -E x.c -o x.i" "-S x.c -o x.s"; do
    # Clang has nothing to do for -fpass-plugin there and may say so.
    checks=$((checks + 1))
    $cc $flags $words >log 2>&1 || broken "fails with $words: $(head -n 3 log)"
    [ ! -s log ] || grep -v -e 'argument unused during compilation' -e '^$' log
done
if is_clang; then
    # shellcheck disable=SC2086
    call $flags --analyze x.c
fi
finish
