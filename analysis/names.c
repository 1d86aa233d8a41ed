/* Clone suffixes and demangling; see names.h. */
#include "names.h"

#include <ctype.h>
#include <libiberty/demangle.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

/* A few hundred mangled bytes can stand for gigabytes of text. */
#define LONGEST_DISPLAY ((size_t)1 << 16)

/* Suffixes of whole copies, without the number that follows them. */
static const char *const copy_suffixes[] = {"constprop", "isra", "lto_priv", "localalias"};

static bool is_copy_suffix(const char *word, size_t len)
{
    for (size_t idx = 0; idx < sizeof copy_suffixes / sizeof *copy_suffixes; idx++)
        if (strlen(copy_suffixes[idx]) == len && memcmp(copy_suffixes[idx], word, len) == 0)
            return true;
    return false;
}

/* Length of the word from `ptr` up to the next dot or `end`. */
static size_t word_length(const char *ptr, const char *end)
{
    const char *dot = memchr(ptr, '.', (size_t)(end - ptr));
    return (size_t)((dot ? dot : end) - ptr);
}

static bool is_number(const char *word, size_t len)
{
    for (size_t idx = 0; idx < len; idx++)
        if (!isdigit((unsigned char)word[idx]))
            return false;
    return len > 0;
}

size_t names_origin(const char *name, size_t len, char *origin)
{
    const char *end = name + len;
    /* A leading dot belongs to the name itself. */
    size_t used = len ? 1 + word_length(name + 1, end) : 0;
    memcpy(origin, name, used);
    const char *ptr = name + used;
    while (ptr < end) { /* at a dot */
        size_t word = word_length(ptr + 1, end);
        const char *next = ptr + 1 + word;
        if (is_copy_suffix(ptr + 1, word)) {
            ptr = next;
            if (ptr < end && is_number(ptr + 1, word_length(ptr + 1, end)))
                ptr += 1 + word_length(ptr + 1, end);
            continue;
        }
        memcpy(origin + used, ptr, (size_t)(next - ptr));
        used += (size_t)(next - ptr);
        ptr = next;
    }
    origin[used] = '\0';
    return used;
}

/* ---- Demangling ---------------------------------------------------------- */

struct display {
    char *ptr;
    size_t len;
    jmp_buf too_long;
};

static void display_append(const char *part, size_t len, void *context)
{
    struct display *display = context;
    /* The demangler cannot be told to stop, and it holds no memory of its own
     * here, so leaving by a jump is both needed and safe. */
    if (len > LONGEST_DISPLAY - display->len)
        longjmp(display->too_long, 1);
    memcpy(display->ptr + display->len, part, len);
    display->len += len;
}

/* False when the name is not one, or stands for too much text. */
static bool demangle(const char *name, struct display *display)
{
    if (setjmp(display->too_long))
        return false;
    return cplus_demangle_v3_callback(name, DMGL_PARAMS | DMGL_ANSI, display_append, display) &&
           display->len > 0;
}

char *names_display(const char *name)
{
    if (strncmp(name, "_Z", 2) != 0)
        return strdup(*name ? name : "[unnamed]");
    struct display display = {.ptr = malloc(LONGEST_DISPLAY + 1)};
    if (!display.ptr)
        return NULL;
    if (!demangle(name, &display)) {
        free(display.ptr);
        return strdup(name);
    }
    display.ptr[display.len] = '\0';
    char *fitted = realloc(display.ptr, display.len + 1);
    return fitted ? fitted : display.ptr;
}
