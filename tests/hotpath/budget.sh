#!/usr/bin/env bash
# What a counted call may cost in instructions: 9 on entry and 3 on exit in an
# executable, 12 and 4 in a shared object; of a leaf 7 and 2, 10 and 2, and no push
# that it did not have.  Counted twice: in the disassembly and by callgrind.
# Switched off: 1 and 1, of a leaf 2 and 1, in every kind of program.
#
# usage: budget.sh BUILD.  Run by ctest.
. "$(dirname "$0")/../support/whole.bash"

# Instructions of a function from its start to its first return: the hot path,
# because the cold parts stand behind it.  Copies from register to register are
# counted apart: they are what the register allocator makes of having two values
# more, and callgrind below sees them too.
hot_instructions() {
    hot_lines "$1" "$2" | awk '!/mov +%[a-z0-9]+,%[a-z0-9]+$/ { count++ } END { print count + 0 }'
}

hot_copies() {
    hot_lines "$1" "$2" | awk '/mov +%[a-z0-9]+,%[a-z0-9]+$/ { count++ } END { print count + 0 }'
}

hot_lines() {
    objdump -d --no-show-raw-insn "$1" | awk -v name="<$2>:" '
        $2 == name { inside = 1; next }
        inside && NF == 0 { exit }
        inside && $2 ~ /^(nop|nopw|nopl|endbr64|data16|xchg|cs)$/ { next }
        inside
        inside && $2 ~ /^ret/ { exit }'
}

pushes() {
    objdump -d --no-show-raw-insn "$1" | awk -v name="<$2>:" '
        $2 == name { inside = 1; next }
        inside && NF == 0 { exit }
        inside && $2 ~ /^push/ && !($3 ~ /^\$/) { count++ }
        inside && $2 ~ /^ret/ { exit }
        END { print count + 0 }'
}

begin disassembly
cat >sample.c <<'C'
extern volatile int sink;
int leaf(int n) { return n * 3 + 1; }
int busy_leaf(const int *a, int n)
{
    int x = a[0] + n, y = a[1] * n, z = a[2] ^ n;
    return x * y + z * x + y * z;
}
int many_arguments(int a, int b, int c, int d, int e, int f) { return a + b * c - d * e + f; }
void store(int n) { sink = n; }
C
for kind in "" -fPIC; do
    # shellcheck disable=SC2086  # words
    {
        "$cc" -O2 $kind -c sample.c -o plain.o
        "$cc" -O2 $flags $kind -c sample.c -o hooked.o
    }
    [ "$kind" = -fPIC ] && budget=13 || budget=10
    for function in leaf busy_leaf many_arguments store; do
        plain=$(hot_instructions plain.o $function)
        hooked=$(hot_instructions hooked.o $function)
        expect_between "instructions added to $function ($kind, $plain plain)" $((hooked - plain)) 1 $budget
        expect_between "copies added to $function ($kind)" \
            $(($(hot_copies hooked.o $function) - $(hot_copies plain.o $function))) 0 2
        expect "pushes of $function ($kind)" "$(pushes hooked.o $function)" "$(pushes plain.o $function)"
    done
done
expect "jumps on leaf's hot path lead forward" \
    "$(objdump -d --no-show-raw-insn hooked.o | awk '$2 == "<leaf>:" { inside = 1 } inside && $2 == "jmp" { count++ } inside && /ret/ { exit } END { print count + 0 }')" 0

# A million calls, counted one by one.
begin callgrind
cat >loop.c <<'C'
#include <stdlib.h>
volatile int sink;
__attribute__((noipa)) int leaf(int n) { return n + 1; }
__attribute__((noipa)) int caller(int n) { return leaf(n) + sink; }
int main(int count, char **words)
{
    int sum = 0, rounds = atoi(words[1]);
    (void)count;
    if (words[2][0] == 'l') for (int idx = 0; idx < rounds; idx++) sum = leaf(sum);
    else for (int idx = 0; idx < rounds; idx++) sum = caller(sum);
    return sum == 77;
}
C
instructions() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" 2>&1 | awk '/Collected/ { print $4 }'
}
# Instructions a round: the difference of two runs leaves out start and end.
a_round() {
    local few many
    few=$(instructions "$1" 100000 "$2")
    many=$(instructions "$1" 1100000 "$2")
    awk "BEGIN { print ($many - $few) / 1e6 }"
}
for kind in "" -fPIC; do
    # shellcheck disable=SC2086
    compile hooked loop.c $kind
    # shellcheck disable=SC2086
    "$cc" -O2 $apart $kind loop.c -o plain
    [ "$kind" = -fPIC ] && budget=16 leaf_budget=12 || budget=12 leaf_budget=9
    # Clang moves a leaf's result to its register behind the exit.
    copies=0
    is_clang && copies=1
    plain_leaf=$(a_round ./plain leaf)
    plain_pair=$(a_round ./plain caller)
    for mode in count off; do
        export CPROF_MODE=$mode
        leaf=$(awk "BEGIN { print $(a_round ./hooked leaf) - $plain_leaf }")
        pair=$(awk "BEGIN { print $(a_round ./hooked caller) - $plain_pair }")
        unset CPROF_MODE
        printf 'instructions added: %s to a leaf, %s to a leaf and its caller (%s %s)\n' "$leaf" "$pair" "$mode" "$kind"
        # Switched off, a hook is a jump over itself.
        price=$budget leaf_price=$leaf_budget
        [ $mode = count ] || price=2 leaf_price=3
        expect_between "instructions added to a leaf ($mode $kind)" "$leaf" 1 "$((leaf_price + copies)).01"
        # The caller keeps its own caller's node across the call: a push and a pop.
        expect_between "instructions added to a leaf and its caller ($mode $kind)" "$pair" 2 "$((leaf_price + price + 3)).01"
    done
done

# Hooks of other shapes find their ends as well, and the program does what it did.
begin off
cat >shapes.c <<'C'
#include <dlfcn.h>
#include <stdlib.h>
int main(int count, char **words)
{
    int (*work)(int) = (int (*)(int))dlsym(dlopen("./library.so", RTLD_NOW), "work");
    (void)count;
    return work(atoi(words[1])) != 3 * atoi(words[1]);
}
C
cat >library.c <<'C'
__attribute__((noipa)) int leaf(int n) { return n + 1; }
__attribute__((noipa)) int middle(int n) { return leaf(n) + 1; }
int work(int n)
{
    int sum = 0;
    for (int idx = 0; idx < n; idx++) sum += middle(sum) - sum + 1;
    return sum;
}
C
echo 'int work(int n); int atoi(const char *); int main(int c, char **w) { return work(atoi(w[1]) * c / c) != 3 * atoi(w[1]); }' >main.c
# added PLAIN HOOKED: instructions a round, of two functions.
added() {
    local few many
    few=$(($(CPROF_MODE=off instructions "$2" 1000) - $(instructions "$1" 1000)))
    many=$(($(CPROF_MODE=off instructions "$2" 101000) - $(instructions "$1" 101000)))
    awk "BEGIN { print ($many - $few) / 1e5 }"
}
for shape in "-O2 -static" "-O2 -fplugin-arg-cprof-guard=on" "-O3 -fPIC -pie" "-O0" "-O0 -fPIC" "-O2 -flto"; do
    # shellcheck disable=SC2086  # words
    {
        CPROF_MODE=off "$cc" $flags $apart $shape main.c library.c -o hooked
        "$cc" $apart ${shape/-fplugin-arg-cprof-guard=on/} main.c library.c -o plain
    }
    run 0 env CPROF_MODE=off ./hooked 1000
    # A guard stays, and what is not optimised moves values about (with Clang, all of
    # the entry's operands).
    most=11.01
    [[ $shape != -O0* ]] || most=14.01
    [[ $shape != -O0* ]] || ! is_clang || most=43.01
    expect_between "instructions added to two functions ($shape)" "$(added ./plain ./hooked)" 2 $most
done
"$cc" -O2 $apart shapes.c -o plain_host
compile hooked_host shapes.c
for library in plain hooked; do
    [ $library = plain ] && words=$apart || words=$flags
    # shellcheck disable=SC2086
    "$cc" -O2 $words -fPIC -shared library.c -o library.so
    for host in plain hooked; do
        CPROF_MODE=off run 0 ./${host}_host 1000
    done
done
mv library.so hooked.so
"$cc" -O2 $apart -fPIC -shared library.c -o library.so && cp plain_host plain
few=$(instructions ./plain 1000) many=$(instructions ./plain 101000)
mv hooked.so library.so
few=$(($(CPROF_MODE=off instructions ./plain 1000) - few)) many=$(($(CPROF_MODE=off instructions ./plain 101000) - many))
expect_between "instructions added to two functions of a library" "$(awk "BEGIN { print ($many - $few) / 1e5 }")" 2 8.01
finish
