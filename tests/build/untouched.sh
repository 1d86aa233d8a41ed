#!/usr/bin/env bash
# Without PROFILING the flag changes nothing: the object is the same, byte for
# byte, with and without -g, in C and C++, whatever else is on the command line.
#
# usage: untouched.sh BUILD.  Run by ctest.
. "$(dirname "$0")/../support/whole.bash"
plugin=${flags%% *}
export CPATH=$build/include

begin sources
cat >one.c <<'C'
#include <stdio.h>
#include <string.h>
static int table[16];
int __attribute__((noinline)) work(int n) { return n < 2 ? n : work(n - 1) + work(n - 2); }
#include <cprof/user.h>
CPROF_PROFILE static inline int small(int n) { return n * 3; }
CPROF_NO_PROFILE int left_out(int n) { return small(n); }
int main(int count, char **words)
{
    for (int idx = 0; idx < count; idx++) table[idx & 15] += work(idx) + small((int)strlen(words[idx]));
    return printf("%d\n", table[0]) < 0;
}
C
cat >two.cc <<'C'
#include <algorithm>
#include <cprof/user.h>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>
template <class T> struct holder { T value; CPROF_PROFILE ~holder() { value = T(); } };
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
cat >bench.s <<'C'
	.text
	.globl assembled
assembled:
	ret
C

# same COMPILER SOURCE FLAG...
same() {
    local compiler=$1 source=$2
    shift 2
    rm -f with.o without.o
    "$compiler" -c "$@" "$source" -o object.o >without.log 2>&1 && mv object.o without.o
    "$compiler" -c "$@" "$plugin" "$source" -o object.o >with.log 2>&1 && mv object.o with.o
    checks=$((checks + 1))
    cmp -s with.o without.o || broken "objects differ: $compiler $* $source"
    expect "messages of $compiler $* $source" "$(cat with.log)" "$(cat without.log)"
}

begin identical
cp ../sources/* .
for optimise in -O0 -Og -O1 -O2 -O3 -Os -Ofast; do
    for debug in "" -g -g3 -g0; do
        # shellcheck disable=SC2086  # words
        {
            same gcc one.c $optimise $debug
            [ $optimise = -Og ] || [ $optimise = -Ofast ] || same g++ two.cc $optimise $debug
        }
    done
done
for more in -fPIC -fpic -fno-pie -pthread -ffunction-sections "-fsanitize=address,undefined" \
    -fsanitize=thread --coverage -fcf-protection=full -fopenmp -masm=intel -pipe -DPROFILING=0 \
    "-DPROFILING=1 -UPROFILING" "-g -gsplit-dwarf" -finstrument-functions -pg -Wall\ -Wextra\ -Werror \
    -std=c99 -fprofile-generate -frecord-gcc-switches -flto\ -ffat-lto-objects\ -frandom-seed=1 -flto\ -frandom-seed=1; do
    case $more in
        # The command line itself stands in the object there, or in the LTO section
        # of options; what is promised is the linked program.
        -frecord-gcc-switches | -flto*) continue ;;
    esac
    # shellcheck disable=SC2086  # words
    same gcc one.c -O2 -frandom-seed=1 $more
done
same gcc bench.s
echo '__attribute__((profile)) static int small(int n) { return n * 7 + 1; } int work(int n) { return small(n); }' >marked.c
same gcc marked.c -O2 -w
same g++ two.cc -O2 -std=c++20 -g
same g++ two.cc -O2 -DPROFILING=0

begin lto
cp ../sources/* .
gcc -O2 -flto one.c -o without -Wl,--build-id=none
# shellcheck disable=SC2086
gcc -O2 -flto "$plugin" one.c -o with -Wl,--build-id=none
checks=$((checks + 1))
cmp -s with without || broken "programs linked with -flto differ"

begin preprocessed
cp ../sources/* .
gcc -E one.c >without.i
gcc "$plugin" -E one.c >with.i
checks=$((checks + 1))
cmp -s with.i without.i || broken "preprocessed text differs"
gcc -fsyntax-only "$plugin" one.c
expect "status of -fsyntax-only" $? 0
gcc -M one.c >without.d
gcc -M "$plugin" one.c >with.d
expect "dependencies" "$(cat with.d)" "$(cat without.d)"

# With PROFILING two builds give the same object, too.
begin reproducible
cp ../sources/* .
# shellcheck disable=SC2086
{
    gcc -O2 -g $flags -c one.c -o first.o && gcc -O2 -g $flags -c one.c -o second.o
    cmp -s first.o second.o || broken "two profiling builds differ (C)"
    g++ -O2 -g $flags -c two.cc -o first.o && g++ -O2 -g $flags -c two.cc -o second.o
    cmp -s first.o second.o || broken "two profiling builds differ (C++)"
}
checks=$((checks + 2))
expect "DW_AT_producer naming the plugin" "$(strings -a second.o | grep -c 'fplugin')" 0
finish
