#!/usr/bin/env bash
# The notes around allocators' calls as a program makes them: which, in what order,
# of what block and size.  Definitions of the test's own stand in for the runtime's,
# which are weak, and write down what they are told.
#
# usage: allocation.sh BUILD.  Run by ctest.
. "$(dirname "$0")/../support/whole.bash"

# Blocks have numbers in the order in which they were given.
cat >"$work/log.c" <<'EOF'
#include <cprof/abi.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#define NOTE(name) __asm__("__cprof_" name ".1")
typedef const struct cprof_allocation *site;
void *allocated(void *block, uint64_t size, site) NOTE("allocated");
void *track(void *block, uint64_t size, site) NOTE("track");
void untrack(void *block, site) NOTE("untrack");
void *copied(char *string, site) NOTE("copied");
void release(void *block, site) NOTE("release");
void *resize(void *block, site) NOTE("resize");
void *resized(void *block, uint64_t count, uint64_t size, void *token, site) NOTE("resized");
void filled(void **block, uint64_t size, int64_t result, site) NOTE("filled");
void *grow(void **block, site) NOTE("grow");
void grown(void **block, uint64_t *size, void *token, site) NOTE("grown");
void *mapped(void *block, uint64_t length, site) NOTE("mapped");
void unmap(void *block, uint64_t length, site) NOTE("unmap");
static const char *const kinds[] = {
#define CPROF_KIND(name, word, meaning) word,
#define CPROF_RELEASE(name, word, meaning) word,
#include <cprof/kind.def>
};
static void *blocks[1000];
static int count;
static int number_of(void *block)
{
    for (int idx = block ? count : 0; idx-- > 0;)
        if (blocks[idx] == block)
            return idx + 1;
    return 0;
}
static int given(void *block)
{
    if (block && block != (void *)-1)
        blocks[count++] = block;
    return number_of(block);
}
#define TELL(words, ...) (errno_was = errno, dprintf(3, words "\n", kinds[site_of->kind], __VA_ARGS__), errno = errno_was)
#define NUMBER (unsigned long long)
static int errno_was;
void *allocated(void *block, uint64_t size, site site_of) { TELL("%s #%d %llu", given(block), NUMBER size); return block; }
void *copied(char *string, site site_of) { TELL("%s #%d '%s'", given(string), string); return string; }
void release(void *block, site site_of) { TELL("%s #%d", number_of(block)); if (number_of(block)) blocks[number_of(block) - 1] = 0; }
void *track(void *block, uint64_t size, site site_of) { return allocated(block, size, site_of); }
void untrack(void *block, site site_of) { release(block, site_of); }
void *resize(void *block, site site_of) { TELL("%s #%d", number_of(block)); return (void *)(uintptr_t)(number_of(block) + 1000); }
void *resized(void *block, uint64_t number, uint64_t size, void *token, site site_of) { TELL("%s of %d #%d %llu*%llu", (int)(uintptr_t)token, given(block), NUMBER number, NUMBER size); return block; }
void filled(void **block, uint64_t size, int64_t result, site site_of) { TELL("%s #%d %llu %d", result < 0 || (size && result) ? 0 : given(*block), NUMBER size, (int)result); }
void *grow(void **block, site site_of) { TELL("%s #%d", number_of(*block)); return (void *)(uintptr_t)(number_of(*block) + 1000); }
void grown(void **block, uint64_t *size, void *token, site site_of) { TELL("%s of %d #%d %d", (int)(uintptr_t)token, given(*block), *size >= 3); }
void *mapped(void *block, uint64_t length, site site_of) { TELL("%s #%d %llu", given(block), NUMBER length); return block; }
void unmap(void *block, uint64_t length, site site_of) { TELL("%s #%d %llu", number_of(block), NUMBER length); }
EOF

compile_log() {
    gcc -O1 -I "$build/include" -c "$work/log.c" -o "$work/log.o" || broken "the log does not compile"
}
compile_log

# log_of NAME WANTED WORD...: compiles NAME.c or .cc with the log; its notes are those.
log_of() {
    local name=$1 wanted=$2 driver=$cc
    shift 2
    [ -e "$name.cc" ] && driver=$cxx
    CC=$driver compile program "$@" "$name".c* "$work/log.o" || return
    ./program 3>log
    expect "status ($*)" $? 0
    expect "difference in the notes ($*)" "$(diff <(printf '%s' "$wanted") log)" ""
}

# Under Clang's link-time optimiser nothing can stand in for the runtime, whose text
# it has already joined to the program.
every_way() {
    log_of "$1" "$2" -O0
    log_of "$1" "$2" -O2
    log_of "$1" "$2" -O2 -fPIC
    log_of "$1" "$2" -O2 -static
    log_of "$1" "$2" -Os -fcf-protection -fno-plt
    log_of "$1" "$2" -O2 -mcmodel=large
    if ! is_clang; then
        log_of "$1" "$2" -O2 -flto
    elif command -v ld.lld-19 >/dev/null; then
        local driver=$cc
        [ -e "$1.cc" ] && driver=$cxx
        CC=$driver compile program -O2 -flto -fuse-ld=lld-19 "$1".c* && run 0 ./program
    fi
}

begin family
cat >program.c <<'EOF'
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
static void *volatile sink;
static volatile size_t count = 3;
__attribute__((noipa)) void jump(void *block) { free(block); }
__attribute__((noipa)) void *give(size_t size) { return malloc(size); }
int main(void)
{
    void *block;
    char *text = NULL, *line = NULL;
    size_t size = 0;
    sink = malloc(24);
    sink = realloc(sink, 50 * count);
    sink = reallocarray(sink, count, 200);
    jump(sink);
    sink = calloc(count, 8);
    free(sink);
    jump(NULL);
    give(count);
    sink = give(7);
    jump(sink);
    errno = 0;
    sink = give(count << 60);
    if (sink || errno != ENOMEM)
        return 1;
    sink = strdup("abc");
    errno = 0;
    sink = realloc(sink, count << 60);
    if (sink || errno != ENOMEM)
        return 2;
    if (posix_memalign(&block, 64, 100) || (size_t)block % 64)
        return 3;
    free(block);
    block = NULL;
    if (posix_memalign(&block, 3, 100) != EINVAL)
        return 4;
    if (asprintf(&text, "%d-%d", (int)count, 12) != 4 || strcmp(text, "3-12"))
        return 5;
    free(text);
    FILE *file = fmemopen("one\ntwo\n", 8, "r");
    if (getline(&line, &size, file) != 4 || getline(&line, &size, file) != 4 || strcmp(line, "two\n"))
        return 6;
    free(line);
    sink = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (munmap(sink, 8192))
        return 7;
    return 0;
}
EOF
every_way program 'malloc #1 24
realloc #1
realloc of 1001 #2 1*150
reallocarray #2
reallocarray of 1002 #3 3*200
free #3
calloc #4 24
free #4
free #0
malloc #5 3
malloc #6 7
free #6
malloc #0 3458764513820540928
strdup #7 '"'abc'"'
realloc #7
realloc of 1007 #0 1*3458764513820540928
posix_memalign #8 100 0
free #8
posix_memalign #0 100 22
asprintf #9 0 4
free #9
getline #0
getline of 1000 #10 1
getline #10
getline of 1010 #11 1
free #11
mmap #12 8192
munmap #12 8192
'

begin jumps
cat >program.c <<'EOF'
/* Control leaves the calls by jumps, and variables have to stay what they were. */
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
static jmp_buf place;
static volatile int rounds;
__attribute__((noipa)) char *work(int size)
{
    char *volatile kept = NULL;
    char *block = NULL;
    if (setjmp(place) == 0) {
        kept = malloc((size_t)size);
        block = strdup("text");
        kept[0] = block[0];
        longjmp(place, 1);
    }
    rounds++;
    block = realloc(kept, (size_t)size * 2);
    return block;
}
int main(void)
{
    void *labels[] = {&&again, &&done};
    char *block = NULL;
again:
    free(block);
    block = work(5 + rounds);
    goto *labels[rounds > 1];
done:
    if (block[0] != 't')
        return 1;
    free(block);
    return rounds - 2;
}
EOF
every_way program 'free #0
malloc #1 5
strdup #2 '"'text'"'
realloc #1
realloc of 1001 #3 1*10
free #3
malloc #4 6
strdup #5 '"'text'"'
realloc #4
realloc of 1004 #6 1*12
free #6
'

begin operators
cat >program.cc <<'EOF'
#include <new>
#include <stdexcept>
static void *volatile sink;
static volatile long count = 3;
struct fragile {
    int number;
    __attribute__((noipa)) explicit fragile(int wanted) : number(wanted)
    {
        sink = this;
        if (wanted > 2)
            throw 1;
    }
    __attribute__((noipa)) ~fragile() { sink = this; }
};
struct alignas(64) wide { char bytes[128]; };
int main()
{
    int caught = 0;
    sink = new int;
    delete static_cast<int *>(sink);
    sink = new char[count];
    delete[] static_cast<char *>(sink);
    sink = new wide;
    delete static_cast<wide *>(sink);
    try {
        sink = new fragile(static_cast<int>(count));
    } catch (int) {
        caught++;
    }
    try {
        sink = operator new(static_cast<size_t>(count) << 60);
    } catch (const std::bad_alloc &) {
        caught++;
    }
    sink = new (std::nothrow) char[static_cast<size_t>(count) << 60];
    if (sink)
        return 1;
    fragile *two = new fragile[2]{fragile(1), fragile(2)};
    sink = two;
    delete[] two;
    return caught - 2;
}
EOF
every_way program 'new #1 4
delete #1
new[] #2 3
delete[] #2
new #3 128
delete #3
new #4 4
delete #4
new[] #0 3458764513820540928
new[] #5 16
delete[] #5
'

begin addresses
cat >program.c <<'EOF'
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
static const struct {
    void *(*take)(size_t);
    void *(*many)(size_t, size_t);
    void *(*resize)(void *, size_t);
    void *(*resize_array)(void *, size_t, size_t);
    void (*give)(void *);
    char *(*copy)(const char *);
    int (*align)(void **, size_t, size_t);
    ssize_t (*line)(char **, size_t *, FILE *);
    void *(*map)(void *, size_t, int, int, int, off_t);
    int (*unmap)(void *, size_t);
} all = {malloc, calloc, realloc, reallocarray, free, strdup, posix_memalign, getline, mmap, munmap};
static const void *volatile hidden = &all;
int main(void)
{
    const __typeof__(all) *by = (const __typeof__(all) *)hidden;
    char *line = NULL;
    size_t size = 0;
    void *block = by->take(10);
    block = by->resize(block, 20);
    block = by->resize_array(block, 5, 6);
    by->give(block);
    by->give(by->many(2, 3));
    by->give(by->copy("abc"));
    if (by->align(&block, 128, 40) || (size_t)block % 128)
        return 1;
    by->give(block);
    FILE *file = fmemopen("one\n", 4, "r");
    if (by->line(&line, &size, file) != 4 || strcmp(line, "one\n"))
        return 2;
    by->give(line);
    block = by->map(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED || by->unmap(block, 4096))
        return 3;
    return by->take != malloc || by->give != free;
}
EOF
every_way program 'malloc #1 10
realloc #1
realloc of 1001 #2 1*20
reallocarray #2
reallocarray of 1002 #3 5*6
free #3
calloc #4 6
free #4
strdup #5 '"'abc'"'
free #5
posix_memalign #6 40 0
free #6
getline #0
getline of 1000 #7 1
free #7
mmap #8 4096
munmap #8 4096
'

# What must stay as it is: no note inside, and alloc=off.
begin off
cat >program.c <<'EOF'
#include <stdlib.h>
void *(*volatile take)(size_t) = malloc;
int main(void) { free(take(3)); return 0; }
EOF
log_of program '' -O2 -fplugin-arg-cprof-alloc=off
expect "notes called in the object" "$(nm program | grep -c 'cprof_address')" 0

# A program with a malloc of its own, defined in an instrumented unit.
begin own
cat >program.c <<'EOF'
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
static char heap[1 << 20];
static size_t used;
void *malloc(size_t size)
{
    void *block = heap + used;
    used += (size + 31) & ~(size_t)15;
    return block;
}
static volatile size_t freed;
void free(void *block) { freed += block != NULL; }
void *calloc(size_t count, size_t size) { return memset(malloc(count * size), 0, count * size); }
void *realloc(void *block, size_t size)
{
    void *other = malloc(size);
    if (block)
        memcpy(other, block, size);
    free(block);
    return other;
}
int main(void)
{
    static void *volatile sink;
    sink = malloc(10);
    sink = realloc(sink, 20);
    free(sink);
    return (char *)sink < heap || (char *)sink >= heap + sizeof heap;
}
EOF
wanted='malloc #1 10
realloc #1
realloc of 1001 #2 1*20
free #2
'
log_of program "$wanted" -O0 -fno-builtin
log_of program "$wanted" -O2 -fno-builtin

begin sites # what is known without a run, of a program and of an object file
cat >sites.c <<'EOF'
#include <stdlib.h>
struct node { struct node *next; long value; };
void *volatile keep;
__attribute__((noinline)) static void add(size_t count)
{
    struct node *node = malloc(sizeof *node);
    keep = node;
    keep = calloc(count, 8);
    free(keep);
}
int main(int count, char **words) { (void)words; add((size_t)count); return 0; }
EOF
compile sites sites.c
compile sites.o -c sites.c
for binary in sites sites.o; do
    expect "allocation sites of $binary" \
        "$("$cprof" sites --allocs --format json $binary | jq -c 'map([.kind, .file, .line, .function, .size, .type])')" \
        '[["malloc","sites.c",6,"add",16,"node"],["calloc","sites.c",8,"add",null,""]]'
done
expect "the same as text" "$("$cprof" sites --allocs sites)" "$(printf '%s\n' \
    'malloc  sites.c:6  16 bytes  of node  in add' 'calloc  sites.c:8  in add' '2 allocation sites.')"
finish
