#!/usr/bin/env bash
# The runtime calls nothing that the program could define: the undefined symbols
# of the library, of an object that carries the runtime and of a linked program
# are on a short list, and what it defines cannot be seen from outside.
#
# usage: symbols.sh BUILD.  Run by ctest.
. "$(dirname "$0")/../support/whole.bash"

# The list, with reasons.  What the linker makes: start and stop of sections, the
# module's own header (where its code is, runtime/patch.c).
# Weak, shared objects only: dl_iterate_phdr and dlsym (runtime.h, law 2), and
# the fake clock of tests.  Weak: libc's word on whether there is one thread (law 2).
allowed='^(__start_cprof_(site|id|call|line|allocation|string|tally)|__stop_cprof_(site|id|call|line|allocation|string|tally)|__ehdr_start|dl_iterate_phdr|dlsym|__libc_single_threaded|cprof_fake_clock|_GLOBAL_OFFSET_TABLE_)$'

# expect_allowed WHAT FILE [SYMBOL_OF_THE_PROGRAM...]
expect_allowed() {
    local what=$1 file=$2 own="${*:3}"
    expect "undefined symbols of $what that are not on the list" \
        "$(nm -u "$file" | awk 'NF == 2 { print $2 }' | sed 's/@.*//' | grep -Ev "$allowed" | grep -Fxv "${own// /$'\n'}" | sort -u | tr '\n' ' ')" ""
}

begin library
archive=$build/lib/cprof/libcprof-rt.a
[ -f "$archive" ] || broken "there is no $archive"
expect_allowed "the library" "$archive"
# Every program has it: with 68,300 SQLite's code would be 1.35 times as large under GCC.
expect_between "bytes of the library's code" \
    "$(size -A "$archive" | awk '/^\.text/ { sum += $2 } END { print sum }')" 1 67000
expect "undefined symbols that are not weak" \
    "$(nm -u "$archive" | awk '$1 == "U" { print $2 }' | grep -Ev '^(__start_|__stop_|__ehdr_start|_GLOBAL_OFFSET_TABLE_)' | tr '\n' ' ')" ""
expect "names that are not ours" "$(nm --defined-only "$archive" | awk 'NF == 3 && $2 ~ /[A-Z]/ { print $3 }' | grep -Ev '^__cprof_' | tr '\n' ' ')" ""
expect "symbols that are not hidden" \
    "$(readelf -sW "$archive" | awk '$5 ~ /GLOBAL|WEAK/ && $6 == "DEFAULT" && $7 != "UND" { print $8 }' | tr '\n' ' ')" ""
# General registers only: the cold calls save no others.
expect "instructions on vector or x87 registers" "$(objdump -d "$archive" | grep -cE '%(x|y|z)mm|%st|%mm[0-7]')" 0
# No thread ever waits for another in the kernel: system call 202 is futex.  The number is
# looked for in every register, because in a loop it is kept in another than rax.
expect "futex calls" "$(objdump -d --no-show-raw-insn "$archive" | grep -cE 'mov +\$0xca,%')" 0
expect_between "system calls that the same search finds (openat)" \
    "$(objdump -d --no-show-raw-insn "$archive" | grep -cE 'mov +\$0x101,%')" 1 99
expect "writable and executable sections" "$(readelf -SW "$archive" | grep -c 'WAX')" 0

begin object
echo 'int work(int n) { return n + 1; }' >x.c
for kind in "" -fPIC; do
    # shellcheck disable=SC2086
    "$cc" -O2 $flags $kind -c x.c -o x.o
    expect_allowed "an object ($kind)" x.o
    # shellcheck disable=SC2086
    "$cc" -O0 -g $flags $kind -c x.c -o x.o
    expect_allowed "an object at -O0 ($kind)" x.o
    expect "sections that ask for an executable stack ($kind)" "$(readelf -SW x.o | grep 'note.GNU-stack' | grep -c X)" 0
done

# Two objects compiled by different ABI versions do not link: the name carries it.
expect_between "references to the ABI's symbol" "$(nm x.o | grep -c '__cprof_abi\.')" 1 9

# Build tools read nm: libtool declares in C, as plain variables, all names that
# its own expression takes for C's, and links that to the object.
libtool_takes() {
    nm "$1" | sed -n 's/^.*[ \t]\([ABCDGIRSTW][ABCDGIRSTW]*\)[ \t][ \t]*\([_A-Za-z][_A-Za-z0-9]*\)$/\2/p' | tr '\n' ' '
}
expect "names of an object that libtool takes for C's" "$(libtool_takes x.o)" "work "
expect "names of the library that libtool takes for C's" "$(libtool_takes "$archive")" ""

# What another module could bind to.  (GNU ld lists hidden start and stop symbols
# in the dynamic table too, where nobody refers to them.)
visible() {
    readelf --dyn-syms -W "$1" | awk '$6 == "DEFAULT" && $7 != "UND" && $8 != "" && $7 != "Ndx" { print $8 }' | sort | tr '\n' ' '
}

begin shared
echo 'volatile int sink; void work(void) { sink++; }' >x.c
compile libx.so -fPIC -shared x.c
expect "exported symbols" "$(visible libx.so)" "sink work "
compile x -rdynamic -x c - <<<'int main(void) { return 0; }'
expect "exported names of ours" "$(visible x | grep -c cprof)" 0
expect "text relocations" "$(readelf -d libx.so | grep -c TEXTREL)" 0
expect "executable stack" "$(readelf -lW libx.so | awk '/GNU_STACK/ { print $7 }')" RW

# A program that defines everything a careless runtime would call, wrongly.
begin hostile_names
cat >hostile.c <<'C'
#include <stddef.h>
volatile int sink, called;
#define TRAP(name) void name(void) { called++; __builtin_trap(); }
TRAP(mkstemp) TRAP(open) TRAP(openat) TRAP(mmap) TRAP(munmap) TRAP(fallocate) TRAP(ftruncate) TRAP(posix_fallocate) TRAP(getenv)
TRAP(secure_getenv) TRAP(strlen_) TRAP(getpid) TRAP(gettid) TRAP(clock_gettime) TRAP(gettimeofday) TRAP(symlink) TRAP(rename_) TRAP(unlink)
TRAP(pthread_atfork) TRAP(atexit_) TRAP(snprintf_) TRAP(malloc_) TRAP(sched_yield) TRAP(syscall) TRAP(sigprocmask) TRAP(memory_map) TRAP(file_open)
TRAP(process_start) TRAP(node_new) TRAP(child_of) TRAP(charge) TRAP(hot_of) TRAP(thread_claim) TRAP(bytes_copy) TRAP(configure) TRAP(sentinel)
__attribute__((noipa)) void known(void) { sink++; }
int main(void) { for (int idx = 0; idx < 50; idx++) known(); return called; }
C
compile hostile -w -fno-builtin hostile.c
run 0 ./hostile
expect_calls "$(the_profile)" known 50
finish
