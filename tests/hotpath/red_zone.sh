#!/usr/bin/env bash
# A leaf keeps variables below its stack pointer, where a cold call of a hook pushes:
# are they still what they were?  Alone, and where LTO has inlined hooked functions
# into one that made calls before.
#
# usage: red_zone.sh BUILD.  Run by ctest.
. "$(dirname "$0")/../support/whole.bash"

cat >"$work/keeper.c" <<'C'
int middle(int n);
int keeper(int n)
{
    volatile int kept[8];
    int sum;
    for (int idx = 0; idx < 8; idx++) kept[idx] = n + idx;
    sum = middle(n);
    for (int idx = 0; idx < 8; idx++) sum += kept[idx];
    return sum;
}
C
echo 'int leaf(int n); int middle(int n) { return leaf(n) + 1; }' >"$work/middle.c"
echo 'int leaf(int n) { volatile int kept[4]; kept[n & 3] = n * 3; return kept[n & 3]; }' >"$work/leaf.c"
cat >"$work/main.c" <<'C'
__attribute__((noipa)) int keeper(int n);
int main(void)
{
    for (int n = 0; n < 1000; n++)
        if (keeper(n) != n * 11 + 29) return 1;
    return 0;
}
C

# What it runs in all modes: first calls, timed ones.
check() {
    for mode in count exact adaptive; do
        CPROF_MODE=$mode CPROF_OUTPUT=profile run 0 ./program
        expect_calls profile keeper 1000 middle 1000 leaf 1000
        rm -f profile
    done
}

for options in -O0 -O2 "-O2 -fomit-frame-pointer -fPIC"; do
    begin "plain$options"
    # shellcheck disable=SC2086  # words
    OPTIMISE=$options compile program ../keeper.c ../middle.c ../leaf.c ../main.c && check
done

# How many statements of IR change the flags and do not say so.
careless() {
    grep 'asm sideeffect' | grep -E 'cmp|test|add|sub|call __' | grep -cv '~{flags}'
}

expect_leaf() {
    expect "calls that are left in keeper" \
        "$(objdump -d --no-show-raw-insn program | awk '$2 == "<keeper>:" { inside = 1 }
            inside && NF == 0 { exit } inside && $2 == "call" && !/__cprof_/ { print $NF }')" ""
}

# GCC puts hooks in when LTO has inlined; Clang before, and before IR is linked.
if is_clang; then
    begin inlined
    # main stays apart, or keeper is inlined as well and there is no leaf
    # shellcheck disable=SC2086  # words
    $cc -O2 $apart -c ../main.c -o main.o
    compile program -flto -fuse-ld=lld ../keeper.c ../middle.c ../leaf.c main.o && check
    expect_leaf
    # The hooks come in the second half, which reads IR.
    for name in keeper middle leaf; do compile $name.o -c -flto -save-temps ../$name.c; done
    # shellcheck disable=SC2086,SC2046
    $cc -flto $(linker lld) keeper.o middle.o leaf.o main.o -o program && check
    expect_leaf
    expect "hooks that leave the flags to chance in the second half" \
        "$("/usr/lib/llvm-${compiler##*-}/bin/llvm-dis" keeper.o -o - | careless)" 0
    begin linked_as_ir
    for name in keeper middle leaf; do compile $name.bc -c -emit-llvm ../$name.c; done
    "/usr/lib/llvm-${compiler##*-}/bin/llvm-link" keeper.bc middle.bc leaf.bc -o one.bc
    # shellcheck disable=SC2086
    $cc -O2 $apart one.bc ../main.c -o program && check
    expect_leaf
    expect "hooks that leave the flags to chance" "$("/usr/lib/llvm-${compiler##*-}/bin/llvm-dis" one.bc -o - | careless)" 0
fi
finish
