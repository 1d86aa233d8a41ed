# Invents a C program that allocates and frees at many sites, in many calling contexts,
# and keeps a log of it all in memory that it has not allocated.  check.py makes of
# the log what a report has to say.
#
#   awk -v seed=1 -v threads=1 -v turns=1 -f invent.awk </dev/null >program.c
#
# turns=1: threads take turns, so that the log is the order of events; turns=0: they
# race, and the log's order is that of an atomic counter beside the events.
#
# The program's only argument is where the log goes; a line of it is
#   THREAD EVENT LINE BLOCK SIZE     a: allocated; f: freed; g: given back by a realloc

function pick(n) { return int(rand() * n) }
function line(text) { print text; at++ }

# One site: the log knows its line, which is the next one.
function site(kind,    size) {
    size = pick(4) ? "1 + choose(200)" : pick(3) ? "choose(3000)" : "0"
    line("        slot = choose(SLOTS);")
    line("        lock_slot(slot);")
    line("        drop(slot);")
    line("        size = " size ";")
    if (kind == 0) line("        note('a', __LINE__, blocks[slot] = malloc(size), size);")
    if (kind == 1) line("        note('a', __LINE__, blocks[slot] = calloc(size, 3), 3 * size);")
    if (kind == 2) line("        blocks[slot] = strdup(word + size % 40); note('a', __LINE__, blocks[slot], strlen(blocks[slot]) + 1);")
    if (kind == 3) line("        note('a', __LINE__, blocks[slot] = aligned_alloc(64, 64 * size), 64 * size);")
    if (kind == 4) line("        if (posix_memalign(&blocks[slot], 32, size) == 0) note('a', __LINE__, blocks[slot], size);")
    if (kind == 5) {
        line("        note('a', __LINE__, blocks[slot] = malloc(size), size);")
        line("        size = 1 + size * choose(5);")
        line("        note('g', 0, blocks[slot], 0), blocks[slot] = realloc(blocks[slot], size), note('a', __LINE__, blocks[slot], size);")
    }
    if (kind == 6) { # freed at once
        line("        note('a', __LINE__, blocks[slot] = malloc(size), size);")
        line("        drop(slot);")
    }
    line("        unlock_slot(slot);")
}

function make_function(idx,    sites, calls) {
    line("static NOINLINE void f" idx "(int depth)")
    line("{")
    line("    for (int round = 0; round < 1 + choose(3); round++) {")
    line("        size_t size;")
    line("        unsigned slot;")
    for (sites = 1 + pick(3); sites; sites--)
        site(pick(7))
    line("    }")
    if (idx + 1 < functions)
        for (calls = 1 + pick(2); calls; calls--)
            line("    if (depth && choose(4)) f" idx + 1 + pick(functions - idx - 1) "(depth - 1);")
    if (pick(2))
        line("    if (depth > 2 && choose(2)) f" idx "(depth - 3);")
    line("}")
    line("")
}

BEGIN {
    srand(seed)
    functions = 4 + pick(6)
    text = "#define _GNU_SOURCE\n#include <fcntl.h>\n#include <pthread.h>\n#include <sched.h>\n#include <stdint.h>\n" \
        "#include <stdlib.h>\n#include <string.h>\n#include <unistd.h>\n" \
        "#define NOINLINE __attribute__((noinline))\n" \
        "#define THREADS " threads "\n#define TURNS " turns "\n#define SEED " seed "\n#include \"invented.h\"\n"
    n = split(text, lines, "\n")
    for (i = 1; i < n; i++) line(lines[i])
    for (idx = 0; idx < functions; idx++)
        line("static NOINLINE void f" idx "(int depth);")
    for (idx = 0; idx < functions; idx++)
        make_function(idx)
    line("void top(void)")
    line("{")
    for (idx = 0; idx < 3; idx++)
        line("    f" pick(functions) "(6);")
    line("}")
}
