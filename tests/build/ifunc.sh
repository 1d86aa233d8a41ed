#!/usr/bin/env bash
# Functions chosen at load time, before thread-local storage and relocations are
# there: ifunc resolvers of the user's own, target_clones and target_version, in
# static and dynamic programs and in libraries.
#
# usage: ifunc.sh BUILD.  Run by ctest.
. "$(dirname "$0")/../support/whole.bash"

# Clang does not let a version say noinline; it calls them by the resolver anyhow.
kept="-DKEPT=,noinline"
is_clang && kept=-DKEPT=

begin sources
cat >own.c <<'C'
#include <stdio.h>
volatile int sink;
__attribute__((noipa)) int plain_version(int n) { return n + 1; }
__attribute__((noipa)) int fast_version(int n) { return n + 1; }
/* A helper of the resolver is called as early as that, and later again. */
__attribute__((noipa)) int have_fast(void) { __builtin_cpu_init(); return __builtin_cpu_supports("sse2") != 0; }
static int (*resolve(void))(int) { return have_fast() ? fast_version : plain_version; }
int chosen(int n) __attribute__((ifunc("resolve")));
int main(void)
{
    int sum = 0;
    for (int idx = 0; idx < 300; idx++) sum = chosen(sum);
    for (int idx = 0; idx < 20; idx++) sum += have_fast() - 1;
    printf("%d\n", sum);
    return 0;
}
C
cat >clones.c <<'C'
#include <stdio.h>
__attribute__((noipa)) int helper(int n) { return n & 3; }
__attribute__((target_clones("avx2", "sse4.2", "default") KEPT)) int sum_up(const int *numbers, int count)
{
    int sum = helper(count);
    for (int idx = 0; idx < count; idx++) sum += numbers[idx];
    return sum;
}
int main(void)
{
    int numbers[64], sum = 0;
    for (int idx = 0; idx < 64; idx++) numbers[idx] = idx;
    for (int idx = 0; idx < 300; idx++) sum += sum_up(numbers, 64);
    printf("%d\n", sum);
    return 0;
}
C
cat >versions.cc <<'C'
#include <cstdio>
__attribute__((target("default") KEPT)) int version(int n) { return n + 2; }
__attribute__((target("avx2") KEPT)) int version(int n) { return n + 2; }
int main() { int sum = 0; for (int idx = 0; idx < 300; idx++) sum = version(sum); std::printf("%d\n", sum); return 0; }
C
cat >library.c <<'C'
__attribute__((noipa)) int plain_version(int n) { return n + 1; }
__attribute__((noinline)) static int helper(void) { return 1; }
static int (*resolve(void))(int) { return helper() ? plain_version : 0; }
int chosen(int n) __attribute__((ifunc("resolve")));
int call_chosen(int n) { return chosen(n); }
C
cat >user.c <<'C'
#include <stdio.h>
int chosen(int n);
int call_chosen(int n);
int main(void) { int sum = 0; for (int idx = 0; idx < 150; idx++) sum = chosen(call_chosen(sum)); printf("%d\n", sum); return 0; }
C

begin programs
cp ../sources/* .
for optimise in -O0 -O2; do
    for kind in "" -no-pie "-fno-pie -no-pie" -fPIC -static -static-pie "-Wl,-z,now" "-Wl,-z,lazy" "-flto" -fuse-ld=gold -fuse-ld=lld; do
        # shellcheck disable=SC2086  # words
        for source in own.c clones.c versions.cc; do
            compiler=$cc
            [ $source != versions.cc ] || compiler=$cxx
            if ! $compiler $optimise $kept $apart $kind $source -o plain 2>plain.log || ! ./plain >plain.out; then
                broken "does not work without cprof either: $compiler $optimise $kind $source: $(head -n 1 plain.log)"
                continue
            fi
            rm -f cprof.out.* program
            OPTIMISE="$optimise -fno-optimize-sibling-calls" CC=$compiler compile program $kept $kind $source || continue
            case_name="$source $optimise $kind"
            run 0 ./program
            expect output "$(cat run.out)" "$(cat plain.out)"
            profile=$(the_profile)
            # What ran before the runtime could is counted as early or left out, so
            # helpers of resolvers count what comes later.
            case $source in
                own.c) expect_calls "$profile" fast_version 300 plain_version 0 have_fast 20 main 1 ;;
                clones.c)
                    expect_calls "$profile" helper 300 main 1
                    expect "calls of sum_up's versions" "$(fact "$profile" '[.functions[] | select(.name | startswith("sum_up")) | .calls] | add')" 300
                    ;;
                versions.cc)
                    expect_calls "$profile" main 1
                    expect "calls of version's versions" "$(fact "$profile" '[.functions[] | select(.name | startswith("version")) | .calls] | add')" 300
                    ;;
            esac
        done
    done
done

begin library
cp ../sources/* .
for hooks in yes no; do
    compile libchosen.so -fPIC -shared library.c
    if [ $hooks = yes ]; then
        compile user user.c -L. -lchosen -Wl,-rpath,"$PWD"
    else
        $cc -O2 $apart user.c -o user -L. -lchosen -Wl,-rpath,"$PWD"
    fi
    for now in "" 1; do
        rm -f cprof.out.*
        LD_BIND_NOW=$now run 0 ./user
        expect output "$(cat run.out)" 300
        expect_calls "$(the_profile)" plain_version 300 call_chosen 150
    done
done

# The unit that defines the resolver differs from the one whose function it calls.
begin split
cp ../sources/* .
cat >helper.c <<'C'
__attribute__((noipa)) int far_helper(void) { return 1; }
C
cat >resolver.c <<'C'
#include <stdio.h>
int far_helper(void);
__attribute__((noinline)) static int version(int n) { return n + 1; }
static int (*resolve(void))(int) { return far_helper() ? version : 0; }
int chosen(int n) __attribute__((ifunc("resolve")));
int main(void) { int sum = 0; for (int idx = 0; idx < 300; idx++) sum = chosen(sum); printf("%d\n", sum); return 0; }
C
for kind in "" -static; do
    # shellcheck disable=SC2086
    {
        rm -f cprof.out.*
        $cc -O2 $apart $kind helper.c resolver.c -o plain && ./plain >/dev/null || continue
        compile program $kind helper.c resolver.c -fplugin-arg-cprof-guard=on
        run 0 ./program
        expect_calls "$(the_profile)" version 300 main 1
    }
done
finish
