#!/usr/bin/env bash
# `cprof build` on builds that know nothing of cprof: makefiles with a compiler of
# their own, configure scripts, CMake, Meson, ccache, and each kind of compiler
# call.  Every check of a configure step fails here when it sees cprof's macro.
#
# usage: whole_build.sh BUILD.  Run by ctest.  The builds name gcc and g++ themselves,
# whichever compiler they get.
. "$(dirname "$0")/../support/whole.bash"
export XDG_CACHE_HOME=$work/cache
unset CC CXX CFLAGS MAKEFLAGS
choice=''
[ "$compiler" = gcc ] || choice="--cc $compiler"

# cprof_build WORD...: with its options, if any; quiet, and expected to work.
cprof_build() {
    checks=$((checks + 1))
    # shellcheck disable=SC2086  # an option and its value
    "$cprof" build $choice "$@" >build.log 2>&1 || {
        broken "cprof build $choice $* ends with $?"
        tail -n 5 build.log
    }
}

source_here() {
    cat >work.c <<'C'
#ifdef __cplusplus
extern "C"
#endif
__attribute__((noinline)) int work(int n)
{
    return n - 3;
}
C
    cat >main.c <<'C'
#ifdef __cplusplus
extern "C"
#endif
int work(int);
int main(void)
{
    int sum = 0;
    for (int idx = 0; idx < 177; idx++)
        sum += work(idx);
    return sum != 177 * 85;
}
C
    cp main.c main.cc
    cp work.c work.cc
    # A check that wants to be left alone, and one that is run.
    cat >check.c <<'C'
#ifdef __CPROF__
#error this check was not left alone
#endif
int main(void) { return 0; }
C
}

expect_profile() {
    run 0 "$1"
    expect_calls "$(the_profile)" main 1 work 177
    rm -f cprof.out.*
}

# What a makefile, a check or a generator runs leaves nothing, anywhere.
expect_tidy() {
    expect "profiles of what the build ran" "$(find . -name 'cprof.out.*')" ""
}

begin makefile
source_here
cat >Makefile <<'M'
CC = gcc -std=gnu11
CFLAGS = -O2 -Wall -Wextra -Werror
both: c_program cxx_program
c_program: main.o work.o generated.h
	$(CC) -Werror -o $@ main.o work.o
cxx_program: main.cc work.cc
	g++ $(CFLAGS) -o $@ main.cc work.cc
generated.h: main.o work.o
	$(CC) main.o work.o -o generate && ./generate && touch $@
fails:
	exit 3
clean:
	rm -f *.o *_program generate generated.h
M
cprof_build -- make
expect_tidy
expect "what it says" "$(grep cprof: build.log)" ""
expect_profile ./c_program
expect_profile ./cxx_program
cprof_build -- make
expect "sentences when there is nothing to do" "$(grep -c '^cprof: .*called none' build.log)" 1
make clean >/dev/null
cprof_build -- make -j4 CC=cc CFLAGS=-O0
expect_profile ./c_program
"$cprof" build -- make fails >build.log 2>&1
expect "status of a build that fails" $? 2
"$cprof" build -- ./nothing >build.log 2>&1
expect "status of a build that is not there" $? 127
CPROF_MODE=count cprof_build -- make -B c_program
expect "profiles when the user set a mode" "$(find . -name 'cprof.out.*' | wc -l)" 1

begin configure
source_here
# As autoconf writes it: conftest.c, compiled, run, and looked for leftovers.
cat >configure <<'SH'
#!/bin/sh
: "${CC=gcc}"
mkdir conf.dir && cd conf.dir || exit 1
cp ../check.c conftest.c
$CC -c conftest.c && $CC -o conftest conftest.o && ./conftest || exit 77
$CC -E conftest.c >conftest.i && $CC conftest.c -o a.out && ./a.out || exit 78
[ "$(echo *)" = "a.out conftest conftest.c conftest.i conftest.o" ] || exit 79
cd ..
cp check.c odd-name$$.c && $CC odd-name$$.c -o odd-name && ./odd-name || exit ${ODD_STATUS-80}
rm -rf conf.dir odd-name*
printf 'CC = %s\nprogram: main.c work.c\n\t$(CC) -O2 main.c work.c -o program\n' "$CC" >Makefile
SH
chmod +x configure
cprof_build -- ./configure
cprof_build -- make
expect_tidy
expect_profile ./program
rm -rf program
make >/dev/null
expect_profile ./program
rm -rf program conf.dir odd-name*
# Called by something else, only the names of the files tell.
"$cprof" build -- sh -c ./configure >build.log 2>&1
expect "status of a configure script inside a script" $? 80
rm -rf program conf.dir odd-name*
ODD_STATUS=0 cprof_build -- sh -c './configure && make'
expect_profile ./program

begin cmake
source_here
cat >CMakeLists.txt <<'M'
cmake_minimum_required(VERSION 3.13)
project(program C CXX)
include(CheckCSourceCompiles)
include(CheckCSourceRuns)
include(CheckTypeSize)
include(CheckIPOSupported)
file(READ check.c check)
check_c_source_compiles("${check}" COMPILES)
check_c_source_runs("${check}" RUNS)
check_type_size(long LONG)
check_ipo_supported(RESULT LTO OUTPUT why LANGUAGES C)
if(NOT LTO AND CMAKE_C_COMPILER_ID STREQUAL GNU)
  message(FATAL_ERROR "no link-time optimisation: ${why}")
endif()
if(NOT COMPILES OR NOT RUNS OR NOT LONG EQUAL 8)
  message(FATAL_ERROR "a check fails")
endif()
find_package(Threads REQUIRED)
add_executable(program main.c work.c)
add_executable(cxx_program main.cc work.cc)
add_executable(lto_program main.c work.c)
set_target_properties(lto_program PROPERTIES INTERPROCEDURAL_OPTIMIZATION ${LTO})
M
for generator in Ninja 'Unix Makefiles'; do
    rm -rf build
    cprof_build -- cmake -S . -B build -G "$generator" -DCMAKE_BUILD_TYPE=Release
    cprof_build -- cmake --build build
    expect_tidy
    for program in program cxx_program lto_program; do
        expect_profile build/$program
    done
    # The build tree was configured with cprof's compilers and keeps them.
    touch main.c work.c
    cmake --build build >/dev/null
    expect_profile build/program
done

if command -v meson >/dev/null; then
    begin meson
    source_here
    cat >meson.build <<'M'
project('program', 'c', 'cpp', default_options: ['werror=true', 'warning_level=3', 'buildtype=release'])
compiler = meson.get_compiler('c')
check = files('check.c')
assert(compiler.compiles(check) and compiler.links(check), 'a check was not left alone')
assert(compiler.run(check).returncode() == 0 and compiler.sizeof('long') == 8, 'a check does not run')
executable('program', 'main.c', 'work.c')
executable('cxx_program', 'main.cc', 'work.cc')
M
    cprof_build -- meson setup build
    cprof_build -- ninja -C build
    expect_tidy
    expect_profile build/program
    expect_profile build/cxx_program
fi

if command -v ccache >/dev/null; then
    begin ccache
    source_here
    export CCACHE_DIR=$PWD/cache
    mkdir masquerade
    for name in gcc cc g++; do ln -s "$(command -v ccache)" masquerade/$name; done
    printf 'program: main.o work.o\n\t$(CC) main.o work.o -o program\n' >Makefile
    for round in misses hits; do
        cprof_build -- make -B CC="ccache gcc"
        expect_profile ./program
        PATH=$PWD/masquerade:$PATH cprof_build -- make -B CC=gcc
        expect_profile ./program
    done
    expect_between "hits" "$(ccache --print-stats | awk '/^(direct|preprocessed)_cache_hit/ { sum += $2 } END { print sum }')" 2 100
    # Without cprof there is no hit in what was made with it.
    make -B CC="ccache gcc" >/dev/null
    run 0 ./program
    no_profile
    unset CCACHE_DIR
fi

begin calls
source_here
printf '.text\n.globl answer\nanswer: movl $42, %%eax\n\tret\n.section .note.GNU-stack\n' >answer.s
printf '#ifdef PROFILING\n.text\n.globl answer\nanswer: movl $42, %%eax\n\tret\n#endif\n.section .note.GNU-stack\n' >answer2.S
cat >calls.sh <<'SH'
set -e
$1 -Werror -O2 -MD -MP -c main.c work.c
$1 -Werror -o linked main.o work.o
$1 -Werror -c answer.s -o answer.o
$1 -Werror -c answer2.S -o answer2.o
$1 -E main.c >main.i
$1 -Werror -O2 -c main.i -o from_i.o && $1 from_i.o work.o -o from_i
$1 -M main.c >main.d
$1 -Werror -fsyntax-only main.c
$1 -Werror -S -O2 work.c
$1 -Werror -r -nostdlib main.o work.o -o partial.o && $1 -Werror partial.o -o partial
$1 -Werror -shared -fPIC work.c -o libwork.so && $1 -Werror main.c ./libwork.so -o shared
$1 -Werror -O2 $2 -c main.c -o main_lto.o && $1 -Werror -O2 $2 -c work.c -o work_lto.o
$1 -Werror -O2 $2 main_lto.o work_lto.o $3 -o lto
$1 -O2 main.c work.c -save-temps -o saved
echo '-O2 main.c work.c -o response' >words.txt && $1 @words.txt
$1 -O2 -xc - work.c -o standard_input <main.c
$1 --version >/dev/null
$1 -dumpmachine >/dev/null
$1 -print-prog-name=ld >/dev/null
$1 -v 2>/dev/null
$1 -Wl,--version >/dev/null
$1 -dM -E -x c /dev/null >macros
SH
# Not every Clang has a linker that can read its bitcode.
for lto in -flto "-flto -fuse-ld=lld" -fno-lto; do
    # shellcheck disable=SC2086  # words
    "$compiler" $lto check.c -o check 2>/dev/null && break
done
# shellcheck disable=SC2086
cprof_build -- sh calls.sh gcc $lto
expect "warnings" "$(grep -c warning: build.log)" 0
for program in linked from_i partial shared lto saved response standard_input; do
    expect_profile ./$program
done
# Clang asks no plugin while it preprocesses.
[ "$compiler" != gcc ] || expect "__CPROF__ among the macros" "$(grep -c __CPROF__ macros)" 1
cprof_build -- gcc --version
expect "plain --version" "$(cat build.log)" "$("$compiler" --version)"

# What cannot have hooks says so, and compiles even where warnings are errors.
for word in -m32 -ffreestanding -masm=intel; do
    cprof_build -- gcc -Werror $word -c work.c -o work.o
    expect "warnings of $word" "$(grep -c 'warning: cprof: no hooks' build.log)" 1
done

begin options
source_here
echo 'fun:work' >deny.txt
mkdir below
printf 'all:\n\tcd below && gcc -Werror -O2 -c ../main.c ../work.c && gcc -Werror main.o work.o -o ../program\n' >Makefile
cprof_build --plugin min-size=1,denylist=deny.txt -- make
run 0 ./program
expect_calls "$(the_profile)" main 1 work 0
rm -f cprof.out.*
cprof_build --plugin only=everything -- true
"$cprof" build --plugin only=everything -- make >build.log 2>&1
expect "status with a wrong option" $? 2
expect "sentences about it" "$(grep -c 'error: cprof: .*everything' build.log)" 2
if command -v ccache >/dev/null; then # a list that changes makes other objects
    export CCACHE_DIR=$PWD/cache
    printf 'program: main.c work.c\n\tccache gcc -O2 -c main.c && ccache gcc -O2 -c work.c && gcc main.o work.o -o $@\n' >Makefile
    cprof_build --plugin denylist=deny.txt -- make -B
    run 0 ./program
    expect_calls "$(the_profile)" main 1 work 0
    rm -f cprof.out.*
    echo 'fun:main' >deny.txt
    cprof_build --plugin denylist=deny.txt -- make -B
    run 0 ./program
    expect_calls "$(the_profile)" main 0 work 177
    unset CCACHE_DIR
fi

# What follows is about names and folders.
[ "$compiler" = gcc ] || finish

begin names
source_here
mkdir -p other/bin
for name in gcc g++; do # each compilation that uses it leaves a line
    printf '#!/bin/sh\ncase "$*" in *-O2*) echo %s >>%s ;; esac\nexec %s "$@"\n' "$name" "$PWD/log" "$name" >other/bin/my-$name
done
chmod +x other/bin/*
printf 'all: program cxx\nprogram: main.c work.c\n\t$(CC) -O2 main.c work.c -o program\ncxx: main.cc work.cc\n\t$(CXX) -O2 main.cc work.cc -o cxx\n' >Makefile
cprof_build --cc "$PWD/other/bin/my-gcc" -- make
expect "the compilers called" "$(tr "\n" " " <log)" "gcc g++ "
expect_profile ./program
expect_profile ./cxx
cprof_build --cc other/bin/my-gcc -- make -B CC=gcc CXX=clang++
expect "the compilers called" "$(tr "\n" " " <log)" "gcc g++ gcc g++ "
CC="$PWD/other/bin/my-gcc -std=c11" cprof_build -- make -B program
expect "the compilers called" "$(tail -n +5 log)" gcc
expect_profile ./program
CC="gcc-12 -std=c11" cprof_build -- make -B program
expect_profile ./program
"$cprof" build --cc no-such-compiler -- make >build.log 2>&1
expect "status of an unknown compiler" $? 3
# One build inside another, and `cprof cc` in it.
cprof_build -- "$cprof" build -- make -B CC="$cprof cc -- gcc"
expect_profile ./program
make -B CC="$cprof cc -- ccache gcc" >build.log 2>&1
command -v ccache >/dev/null && expect_profile ./program

begin folders
source_here
# No folder of one's own but /tmp; scripts that were taken out of it come again.
for round in first again; do
    HOME=/nonexistent XDG_CACHE_HOME='' cprof_build -- sh -c 'echo "$PATH" >path && gcc -O2 main.c work.c -o program'
    folder=$(cut -d: -f1 <path)
    expect "the folder" "${folder%-*}" "/tmp/cprof-$(id -u)/cprof/compilers"
    expect_profile ./program
    rm -f "$folder/gcc" program
done
# A folder that others may write to is not trusted.
mkdir shared home
folder=$(XDG_CACHE_HOME=$PWD/shared "$cprof" build -- sh -c 'echo "${PATH%%:*}" && gcc -c main.c')
chmod go+w "$folder"
XDG_CACHE_HOME=$PWD/shared HOME=$PWD/home cprof_build -- sh -c 'echo "$PATH" >path && gcc -c main.c'
expect "the folder" "$(cut -d/ -f 1-7 <path | cut -d: -f1)" "$PWD/home/.cache/cprof"
finish
