/* Demangling with libiberty, see demangle.h.
 *
 * libiberty is linked into each plugin and hidden there: GCC exports its own copy
 * to plugins, of whatever version, and LLVM has another demangler altogether.
 */
#include "demangle.h"

#include <libiberty/demangle.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

/* A few hundred mangled bytes can stand for gigabytes of text. */
#define LONGEST_TEXT ((size_t)1 << 16)

/* libiberty by itself refuses names of more than 1,024 bytes, which templates
 * reach, for fear of the stack.  Up to this length it needs less than 2 MiB. */
#define LONGEST_NAME 8192
#define OPTIONS (DMGL_ANSI | DMGL_NO_RECURSE_LIMIT)

struct output {
    char *ptr;
    size_t len;
    jmp_buf too_long;
};

static void output_append(const char *part, size_t len, void *context)
{
    struct output *output = context;
    /* The demangler cannot be told to stop, and it holds no memory of its own
     * here, so leaving by a jump is both needed and safe. */
    if (len > LONGEST_TEXT - output->len)
        longjmp(output->too_long, 1);
    memcpy(output->ptr + output->len, part, len);
    output->len += len;
}

/* The text in memory of its own, or NULL. */
static char *print(const char *assembler_name, int options, struct output *output)
{
    output->len = 0;
    if (setjmp(output->too_long))
        return NULL;
    if (!cplus_demangle_v3_callback(assembler_name, options, output_append, output) ||
        output->len == 0)
        return NULL;
    char *text = strndup(output->ptr, output->len);
    char *clone = text != NULL ? strstr(text, " [clone ") : NULL; /* .constprop.0 and the like */
    if (clone != NULL)
        *clone = '\0';
    return text;
}

bool cprof_demangle(const char *assembler_name, struct cprof_demangled *parts)
{
    *parts = (struct cprof_demangled){0};
    struct output output = {.ptr = NULL};
    if (strncmp(assembler_name, "_Z", 2) == 0 && strlen(assembler_name) <= LONGEST_NAME)
        output.ptr = malloc(LONGEST_TEXT);
    if (output.ptr == NULL)
        return false;
    char *all = print(assembler_name, OPTIONS | DMGL_PARAMS | DMGL_RET_DROP, &output);
    parts->name = print(assembler_name, OPTIONS, &output);
    parts->whole = print(assembler_name, OPTIONS | DMGL_PARAMS, &output);
    size_t len = parts->name != NULL ? strlen(parts->name) : 0;
    if (all != NULL && len != 0 && strncmp(all, parts->name, len) == 0)
        parts->parameters = strdup(all + len);
    free(all);
    free(output.ptr);
    if (parts->parameters != NULL && parts->whole != NULL)
        return true;
    cprof_demangled_free(parts);
    return false;
}

void cprof_demangled_free(struct cprof_demangled *parts)
{
    free(parts->name);
    free(parts->parameters);
    free(parts->whole);
    *parts = (struct cprof_demangled){0};
}
