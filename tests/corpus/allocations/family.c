/* options: */
/* The malloc family and its relatives, each once. */
#define _GNU_SOURCE
#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static void *volatile sink;
static volatile int count = 3;

__attribute__((noipa)) void plain(void)
{
    sink = malloc(24);
    free(sink);
    sink = calloc(3, 8);
    sink = realloc(sink, 40);
    sink = reallocarray(sink, 5, 16);
    free(sink);
}

__attribute__((noipa)) void sizes_of_run_time(void)
{
    sink = malloc(count);
    free(sink);
    sink = calloc(count, 8);
    free(sink);
    sink = malloc(0);
    free(sink);
}

__attribute__((noipa)) void aligned(void)
{
    void *block;

    sink = aligned_alloc(64, 128);
    free(sink);
    sink = memalign(32, 100);
    free(sink);
    sink = valloc(10);
    free(sink);
    if (posix_memalign(&block, 256, 1000) == 0)
        sink = block;
    free(sink);
}

__attribute__((noipa)) int printed(char **text, const char *format, ...)
{
    va_list list;

    va_start(list, format);
    int len = vasprintf(text, format, list);
    va_end(list);
    return len;
}

__attribute__((noipa)) void strings(void)
{
    char *text = NULL, *line = NULL;
    size_t size = 0;

    sink = strdup("string");
    free(sink);
    sink = strndup("string", (size_t)count);
    free(sink);
    if (asprintf(&text, "%d", count) > 0)
        sink = text;
    free(sink);
    if (printed(&text, "%d", count) > 0)
        sink = text;
    free(sink);
    FILE *file = fopen("/dev/null", "r");
    if (getdelim(&line, &size, ':', file) > 0)
        sink = line;
    free(line);
    fclose(file);
}

__attribute__((noipa)) void mappings(void)
{
    sink = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(sink, 8192);
}

__attribute__((noipa)) void builtins(void)
{
    sink = __builtin_malloc(48);
    __builtin_free(sink);
    sink = __builtin_strdup("built in");
    __builtin_free(sink);
}

int main(void)
{
    plain();
    sizes_of_run_time();
    aligned();
    strings();
    mappings();
    builtins();
    return 0;
}
