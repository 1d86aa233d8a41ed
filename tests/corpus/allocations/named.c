/* options: -fno-builtin -fplugin-arg-cprof-alloc-fn=pool_take:2
 * -fplugin-arg-cprof-alloc-fn=pool_array:2,3 */
/* Allocators of the user's own, and functions that only look like allocators. */
#include <stddef.h>

void *malloc(size_t);
void *realloc(void *, size_t);
void free(void *);
void abort(void);

static void *volatile sink;
static volatile int count = 3;
static char pool[4096];
static size_t taken;

/* static, and called with a constant: neither inlined nor copied */
static void *pool_take(int tag, size_t size)
{
    taken += size + (size_t)tag;
    return pool + taken;
}

void *pool_array(char *from, size_t number, size_t size)
{
    taken += number * size;
    return from + taken;
}

/* inside, malloc is not noted: the callers of xmalloc are */
__attribute__((noipa, malloc, alloc_size(1))) void *xmalloc(size_t size)
{
    void *block = malloc(size);
    if (!block)
        abort();
    return block;
}

/* may give back what it is given: its realloc is noted, not it */
__attribute__((noipa, alloc_size(2))) void *xrealloc(void *block, size_t size)
{
    return realloc(block, size);
}

/* of the book */
int getline(char *line, int limit)
{
    line[0] = (char)limit;
    return 1;
}

/* of this unit alone */
static __attribute__((noinline)) void *valloc(size_t size)
{
    return pool + size % sizeof pool;
}

int main(void)
{
    char line[8];

    sink = pool_take(1, 64);
    sink = pool_take(1, (size_t)count);
    sink = pool_array(pool, 4, 8);
    sink = xmalloc(100);
    sink = xrealloc(sink, 200);
    free(sink);
    sink = valloc((size_t)count);
    return getline(line, 5) - 1;
}
