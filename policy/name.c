/* Spellings of a function's name, see name.h.
 *
 * What it cannot make sense of it leaves as it is: a spelling too few costs a
 * match, never a crash.  Called by list.c and decide.c.
 */
#include "name.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "canonical.h"
#include "demangle.h"
#include "glob.h"

/* A name nested a thousand times deep would have too many spellings to keep. */
#define MOST_BYTES ((size_t)4 << 20)

/* Sorted, so that one of a thousand lines is looked up, not searched for.  Those
 * from the start of a readable name begin with `::`. */
struct cprof_names {
    char **spellings;
    size_t count;
    size_t capacity;
    size_t bytes;
    bool out_of_memory;
};

/* ---- Keeping -------------------------------------------------------------- */

/* Takes the text over, which may be NULL for want of memory. */
static void keep(struct cprof_names *names, char *text)
{
    if (text == NULL)
        names->out_of_memory = true;
    if (text == NULL || names->bytes > MOST_BYTES) {
        free(text);
        return;
    }
    if (names->count == names->capacity) {
        size_t capacity = names->capacity != 0 ? 2 * names->capacity : 32;
        char **spellings = realloc(names->spellings, capacity * sizeof *spellings);
        if (spellings == NULL) {
            names->out_of_memory = true;
            free(text);
            return;
        }
        names->spellings = spellings;
        names->capacity = capacity;
    }
    names->bytes += strlen(text) + 1;
    names->spellings[names->count++] = text;
}

static void add(struct cprof_names *names, const char *spelling)
{
    char *canonical = cprof_canonical(spelling, CPROF_CANONICAL_NAME);
    if (canonical != NULL && strcmp(canonical, spelling) == 0)
        free(canonical);
    else
        keep(names, canonical);
    keep(names, strdup(spelling));
}

/* Two texts behind each other in one of their own, or NULL. */
static char *joined(const char *first, const char *second)
{
    size_t size = strlen(first) + strlen(second) + 1;
    char *text = malloc(size);
    if (text != NULL)
        snprintf(text, size, "%s%s", first, second);
    return text;
}

/* ---- Brackets ------------------------------------------------------------- */

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

/* `operator std::vector<int>`: the type is the name. */
static bool is_conversion(const char *text, const char *at)
{
    static const char word[] = "operator";
    return operator_len(text, at) == sizeof word - 1 && at[sizeof word - 1] == ' ' &&
           at[sizeof word] != '<';
}

/* A copy without template arguments and ABI tags. */
static char *without_templates(const char *text)
{
    char *copy = strdup(text);
    if (copy == NULL)
        return NULL;
    char *to = copy;
    for (const char *at = text; *at != '\0';) {
        const char *next = next_outside(text, at);
        if (is_conversion(text, at))
            next = at + strlen(at);
        bool dropped = (*at == '<' || strncmp(at, "[abi:", 5) == 0) && next > at + 1;
        if (!dropped) {
            memcpy(to, at, (size_t)(next - at));
            to += next - at;
        }
        at = next;
    }
    *to = '\0';
    return copy;
}

/* Behind the parameters that start at `at` if they are those of a function around
 * the function, else `at`: work(int)::Local::run, area() const::{lambda}::operator(). */
static const char *behind_scope(const char *text, const char *at)
{
    if (*at != '(' || strncmp(at, "(anonymous namespace)", 21) == 0)
        return at;
    const char *behind = next_outside(text, at);
    const char *scope = behind + strspn(behind, " constvlaie&");
    return strncmp(scope, "::", 2) == 0 ? scope : at;
}

/* A copy without the parameters of the functions around it. */
static char *without_scopes(const char *text)
{
    char *copy = strdup(text);
    if (copy == NULL)
        return NULL;
    char *to = copy;
    for (const char *at = text; *at != '\0';) {
        const char *next = behind_scope(text, at);
        if (next == at) {
            next = next_outside(text, at);
            memcpy(to, at, (size_t)(next - at));
            to += next - at;
        }
        at = next;
    }
    *to = '\0';
    return copy;
}

/* ---- Spellings ------------------------------------------------------------ */

/* The text and what stands behind each `::` of the name, which is its first part.
 * Behind the word `operator` there is a type, not a scope. */
static void add_suffixes(struct cprof_names *names, const char *text, size_t name_len)
{
    add(names, text);
    for (const char *at = text; at < text + name_len && operator_len(text, at) == 0;
         at = next_outside(text, at))
        if (strncmp(at, "::", 2) == 0 && at[2] != '\0')
            add(names, at + 2);
}

static void add_forms(struct cprof_names *names, const char *name, const char *parameters)
{
    char *rooted = joined("::", name);
    char *untemplated = rooted != NULL ? without_templates(rooted) : NULL;
    char *unscoped = untemplated != NULL ? without_scopes(untemplated) : NULL;
    char *forms[] = {rooted, untemplated, unscoped};
    for (size_t idx = 0; idx < sizeof forms / sizeof *forms; idx++) {
        char *with = forms[idx] != NULL ? joined(forms[idx], parameters) : NULL;
        if (with == NULL) {
            names->out_of_memory = true;
            break;
        }
        add_suffixes(names, forms[idx], strlen(forms[idx]));
        add_suffixes(names, with, strlen(forms[idx]));
        free(with);
    }
    free(rooted);
    free(untemplated);
    free(unscoped);
}

static void add_unnumbered(struct cprof_names *names, const struct cprof_demangled *parts)
{
    char *name = cprof_unnumbered(parts->name);
    char *parameters = cprof_unnumbered(parts->parameters);
    if (name == NULL || parameters == NULL)
        names->out_of_memory = true;
    else if (strcmp(name, parts->name) != 0 || strcmp(parameters, parts->parameters) != 0)
        add_forms(names, name, parameters);
    free(name);
    free(parameters);
}

/* The body of a coroutine is the coroutine.  GCC passes it its frame, and so it
 * mangles anew: _Z4pingPZ4pingiE9_Z4pingi.Frame.actor is a part of _Z4pingi. */
static char *coroutine_of(const char *assembler_name)
{
    const char *frame = strstr(assembler_name, ".Frame.");
    const char *inner = frame != NULL ? strstr(assembler_name + 1, "_Z") : NULL;
    return inner != NULL && inner < frame ? strndup(inner, (size_t)(frame - inner)) : NULL;
}

static size_t unsuffixed_len(const char *name)
{
    const char *dot = *name != '\0' ? strchr(name + 1, '.') : NULL;
    return dot != NULL ? (size_t)(dot - name) : strlen(name);
}

/* False when the name is not mangled. */
static bool add_assembler_name(struct cprof_names *names, const char *assembler_name)
{
    struct cprof_demangled parts;
    keep(names, strdup(assembler_name));
    keep(names, strndup(assembler_name, unsuffixed_len(assembler_name)));
    if (!cprof_demangle(assembler_name, &parts))
        return false;
    add_forms(names, parts.name, parts.parameters);
    add_unnumbered(names, &parts);
    add(names, parts.whole);
    cprof_demangled_free(&parts);
    return true;
}

static int compare(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

struct cprof_names *cprof_names_new(const char *assembler_name, const char *source_name)
{
    struct cprof_names *names = calloc(1, sizeof *names);
    if (names == NULL)
        return NULL;
    char *coroutine = assembler_name != NULL ? coroutine_of(assembler_name) : NULL;
    bool mangled = assembler_name != NULL && add_assembler_name(names, assembler_name);
    if (coroutine != NULL)
        add_assembler_name(names, coroutine);
    free(coroutine);
    if (!mangled && source_name != NULL)
        add_forms(names, source_name, "");
    if (names->out_of_memory) {
        cprof_names_free(names);
        return NULL;
    }
    if (names->count != 0)
        qsort(names->spellings, names->count, sizeof *names->spellings, compare);
    return names;
}

void cprof_names_free(struct cprof_names *names)
{
    if (names == NULL)
        return;
    for (size_t idx = 0; idx < names->count; idx++)
        free(names->spellings[idx]);
    free(names->spellings);
    free(names);
}

/* ---- Asking --------------------------------------------------------------- */

/* The first spelling that is not before the first `len` letters of text. */
static size_t first_not_before(const struct cprof_names *names, const char *text, size_t len)
{
    size_t low = 0, high = names->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strncmp(names->spellings[middle], text, len) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool cprof_names_have(const struct cprof_names *names, const char *spelling)
{
    size_t idx = first_not_before(names, spelling, strlen(spelling) + 1);
    return idx < names->count && strcmp(names->spellings[idx], spelling) == 0;
}

bool cprof_names_match(const struct cprof_names *names, const char *glob)
{
    size_t letters = strcspn(glob, "*?[\\"); /* these stand for themselves */
    for (size_t idx = first_not_before(names, glob, letters);
         idx < names->count && strncmp(names->spellings[idx], glob, letters) == 0; idx++)
        if (cprof_glob_match(glob, names->spellings[idx]))
            return true;
    return false;
}
