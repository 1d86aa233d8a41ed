/* options: */
/* Allocators that are called through their addresses. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static void *volatile sink;

struct table {
    void *(*take)(size_t);
    void (*give)(void *);
    const char *name;
};
static const struct table own = {malloc, free, "own"};
static const struct table *volatile table = &own;
static char *(*volatile copy)(const char *) = strdup;
static void *(*volatile resize)(void *, size_t);
static void (*volatile give)(void *);

/* asked for whether it is there: not to be replaced */
extern void *pvalloc(size_t) __attribute__((weak));

int main(void)
{
    sink = table->take(10);
    table->give(sink);
    sink = copy("copy");
    resize = realloc;
    sink = resize(sink, 100);
    give = free;
    give(sink);
    return own.take != malloc || own.give != free || !pvalloc;
}
