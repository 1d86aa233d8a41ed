/* Spellings of a function's name, see name.h.
 *
 * Reads the names that a demangler or a compiler prints; it knows no mangling
 * and no compiler.  What it cannot make sense of it leaves as it is: a spelling
 * too few costs a match, never a crash.  Called by list.c.
 */
#include "name.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Each is NULL or an own copy.  The readable ones begin with `::`, so that a
 * pattern that begins so matches from the start only. */
struct cprof_names {
    char *assembler;
    char *unsuffixed; /* assembler name without .constprop.0 and the like */
    char *full;
    char *unparametered;
    char *untemplated; /* neither parameters nor template arguments */
};

static char *copy_part(const char *text, size_t len)
{
    char *copy = malloc(len + 1);
    if (copy != NULL) {
        memcpy(copy, text, len);
        copy[len] = '\0';
    }
    return copy;
}

/* Length of the word `operator` and the symbol behind it, or 0: in operator<,
 * operator() and operator-> the brackets are letters of the name. */
static size_t operator_len(const char *text, const char *at)
{
    static const char word[] = "operator";
    size_t len = sizeof word - 1;
    bool inside_word = at > text && (isalnum((unsigned char)at[-1]) || at[-1] == '_');
    if (inside_word || strncmp(at, word, len) != 0 || isalnum((unsigned char)at[len]) ||
        at[len] == '_')
        return 0;
    if (strncmp(at + len, "()", 2) == 0 || strncmp(at + len, "[]", 2) == 0)
        return len + 2;
    return len + strspn(at + len, "<>=-+*/%^&|~!,");
}

/* Where the bracket that opens at `at` has its partner; the end if nowhere. */
static const char *bracket_partner(const char *text, const char *at)
{
    int depth = 0;
    while (*at != '\0') {
        size_t len = operator_len(text, at);
        if (len != 0) {
            at += len;
            continue;
        }
        if (strchr("(<{[", *at) != NULL)
            depth++;
        else if (strchr(")>}]", *at) != NULL && --depth == 0)
            return at;
        at++;
    }
    return at;
}

/* The next place behind `at` that stands in no bracket of the name. */
static const char *next_outside(const char *text, const char *at)
{
    size_t len = operator_len(text, at);
    if (len != 0)
        return at + len;
    if (strchr("(<{[", *at) != NULL)
        at = bracket_partner(text, at);
    return *at != '\0' ? at + 1 : at;
}

/* The `(` of the parameters: one whose partner is not followed by `::`, as it
 * is in (anonymous namespace)::f and f(int)::{lambda()#1}. */
static const char *parameter_start(const char *text)
{
    const char *at = text;
    while (*at != '\0') {
        if (*at == '(' && at != text && operator_len(text, at) == 0) {
            const char *close = bracket_partner(text, at);
            if (strncmp(close, ")::", 3) != 0)
                return at;
        }
        at = next_outside(text, at);
    }
    return at;
}

/* A copy of the first `len` letters without template arguments and ABI tags. */
static char *without_templates(const char *text, size_t len)
{
    char *copy = copy_part(text, len);
    if (copy == NULL)
        return NULL;
    char *to = copy;
    const char *at = text;
    while (at < text + len) {
        const char *next = next_outside(text, at);
        /* `f()::<lambda(int)>` is a name, not arguments of one. */
        bool arguments = *at == '<' && at > text && at[-1] != ':';
        bool dropped = next > at + 1 && (arguments || strncmp(at, "[abi:", 5) == 0);
        if (next > text + len)
            next = text + len;
        if (!dropped) {
            memmove(to, at, (size_t)(next - at));
            to += next - at;
        }
        at = next;
    }
    *to = '\0';
    return copy;
}

static size_t unsuffixed_len(const char *name)
{
    const char *dot = *name != '\0' ? strchr(name + 1, '.') : NULL;
    return dot != NULL ? (size_t)(dot - name) : strlen(name);
}

static bool take_readable(struct cprof_names *names, const char *readable_name)
{
    size_t size = strlen(readable_name) + sizeof "::";
    names->full = malloc(size);
    if (names->full == NULL)
        return false;
    snprintf(names->full, size, "::%s", readable_name);
    char *clone = strstr(names->full, " [clone "); /* how demanglers show .constprop.0 */
    if (clone != NULL)
        *clone = '\0';
    size_t len = (size_t)(parameter_start(names->full) - names->full);
    names->unparametered = copy_part(names->full, len);
    names->untemplated = without_templates(names->full, len);
    return names->unparametered != NULL && names->untemplated != NULL;
}

struct cprof_names *cprof_names_new(const char *assembler_name, const char *readable_name)
{
    struct cprof_names *names = calloc(1, sizeof *names);
    if (names == NULL)
        return NULL;
    bool complete = true;
    if (assembler_name != NULL) {
        names->assembler = copy_part(assembler_name, strlen(assembler_name));
        names->unsuffixed = copy_part(assembler_name, unsuffixed_len(assembler_name));
        complete = names->assembler != NULL && names->unsuffixed != NULL;
    }
    if (readable_name != NULL)
        complete = take_readable(names, readable_name) && complete;
    if (!complete) {
        cprof_names_free(names);
        return NULL;
    }
    return names;
}

void cprof_names_free(struct cprof_names *names)
{
    if (names == NULL)
        return;
    free(names->assembler);
    free(names->unsuffixed);
    free(names->full);
    free(names->unparametered);
    free(names->untemplated);
    free(names);
}

/* The text and what stands behind each `::` and behind the return type. */
static bool any_suffix(const char *text, cprof_names_test *test, const void *context)
{
    if (text == NULL)
        return false;
    if (test(context, text))
        return true;
    const char *end = parameter_start(text);
    const char *at = text;
    while (at < end && operator_len(text, at) == 0) {
        if (*at == ' ' && test(context, at + 1))
            return true;
        if (strncmp(at, "::", 2) == 0 && at[2] != '\0' && test(context, at + 2))
            return true;
        at = next_outside(text, at);
    }
    return false;
}

bool cprof_names_any(const struct cprof_names *names, cprof_names_test *test, const void *context)
{
    if (names->assembler != NULL && test(context, names->assembler))
        return true;
    if (names->unsuffixed != NULL && test(context, names->unsuffixed))
        return true;
    return any_suffix(names->full, test, context) ||
           any_suffix(names->unparametered, test, context) ||
           any_suffix(names->untemplated, test, context);
}
