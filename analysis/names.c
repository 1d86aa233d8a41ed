/* Clone suffixes and demangling; see names.h. */
#include "names.h"

#include <ctype.h>
#include <libiberty/demangle.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

/* A few hundred mangled bytes can stand for gigabytes of text. */
#define LONGEST_DISPLAY ((size_t)1 << 16)

/* libiberty by itself refuses names of more than 1,024 bytes, which templates
 * reach, for fear of the stack.  Up to this length it needs less than 2 MiB. */
#define LONGEST_NAME 8192

/* Suffixes of whole copies, without the number that follows them: GCC's, Clang's. */
static const char *const copy_suffixes[] = {"constprop",   "isra",    "lto_priv", "localalias",
                                            "specialized", "argprom", "llvm",     "__uniq"};

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
    const int options = DMGL_PARAMS | DMGL_ANSI | DMGL_NO_RECURSE_LIMIT;
    return cplus_demangle_v3_callback(name, options, display_append, display) && display->len > 0;
}

char *names_display(const char *name)
{
    if (strncmp(name, "_Z", 2) != 0 || strlen(name) > LONGEST_NAME)
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

/* ---- Labels -------------------------------------------------------------- */

static bool begins(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* No default argument is longer; without a limit a name that opens many brackets
 * and closes none would be searched over and over. */
#define LONGEST_ARGUMENT 4096

/* The end of the template argument that starts at `at`, or NULL if its brackets
 * do not match. */
static const char *argument_end(const char *at)
{
    int depth = 0;
    for (const char *start = at; *at && at - start < LONGEST_ARGUMENT; at++) {
        if (*at == '<' || *at == '(')
            depth++;
        else if (depth == 0 && (*at == ',' || *at == '>' || *at == ')'))
            return at;
        else if (*at == '>' || *at == ')')
            depth--;
    }
    return NULL;
}

/* Where to go on behind an argument that is the default one, or `at`. */
static const char *skip_default(const char *at)
{
    static const char *const always[] = {", std::allocator<", ", std::char_traits<",
                                         ", std::default_delete<"};
    /* These a program may have asked for; before an allocator they are defaults. */
    static const char *const of_containers[] = {", std::less<", ", std::hash<", ", std::equal_to<"};
    for (size_t idx = 0; idx < 3; idx++) {
        const char *end = begins(at, always[idx]) ? argument_end(at + 2) : NULL;
        if (end)
            return end;
    }
    for (size_t idx = 0; idx < 3; idx++) {
        const char *end = begins(at, of_containers[idx]) ? argument_end(at + 2) : NULL;
        if (end && skip_default(end) != end)
            return end;
    }
    return at;
}

static bool joins_bracket(char last)
{
    return last == '>' || last == '*' || last == '&' || last == ')' || last == '_' ||
           isalnum((unsigned char)last);
}

/* Leaves out what is not needed, and counts angle brackets, since only among
 * template arguments there are defaults. */
static size_t leave_out(const char *name, char *label)
{
    size_t len = 0;
    int depth = 0;
    for (const char *at = name; *at;) {
        const char *next = *at == ',' && depth > 0 ? skip_default(at) : at;
        if (begins(at, "std::__cxx11::")) {
            memcpy(label + len, "std::", 5);
            len += 5;
            next = at + strlen("std::__cxx11::");
        } else if (begins(at, "[abi:cxx11]")) {
            next = at + strlen("[abi:cxx11]");
        } else if (at[0] == ' ' && at[1] == '>' && len && joins_bracket(label[len - 1])) {
            next = at + 1;
        }
        if (next != at) {
            at = next;
            continue;
        }
        depth += *at == '<' ? 1 : *at == '>' && depth ? -1 : 0;
        label[len++] = *at++;
    }
    label[len] = '\0';
    return len;
}

/* std::basic_string<char> is what everybody calls std::string. */
static void use_short_names(char *label)
{
    char *to = label;
    for (const char *at = label; *at;) {
        size_t word =
            begins(at, "std::basic_") ? strspn(at + 11, "abcdefghijklmnopqrstuvwxyz_") : 0;
        if (word && begins(at + 11 + word, "<char>")) {
            memmove(to, "std::", 5);
            memmove(to + 5, at + 11, word);
            to += 5 + word;
            at += 11 + word + 6;
        } else {
            *to++ = *at++;
        }
    }
    *to = '\0';
}

void names_label(const char *name, char *label)
{
    leave_out(name, label);
    if (strstr(label, "std::basic_"))
        use_short_names(label);
}

/* ---- Brief labels -------------------------------------------------------- */

/* Behind the bracket that closes the one at `at`, or NULL. */
static const char *behind_bracket(const char *at)
{
    int depth = 0;
    for (; *at; at++) {
        if (strchr("<({[", *at))
            depth++;
        else if (strchr(">)}]", *at) && --depth == 0)
            return at + 1;
    }
    return NULL;
}

/* The length of "operator<<" and its kin, 0 for other words. */
static size_t operator_length(const char *at)
{
    size_t len = strlen("operator");
    if (!begins(at, "operator"))
        return 0;
    if (begins(at + len, "()") || begins(at + len, "[]"))
        return len + 2;
    if (begins(at + len, "\"\" ")) /* of a literal */
        return len + 3 + strcspn(at + len + 3, "<( ");
    if (at[len] == ' ' && isalpha((unsigned char)at[len + 1])) /* new, or a conversion */
        return len + 1 + strcspn(at + len + 1, "<( ");
    size_t symbols = strspn(at + len, "<>=!+-*/%^&|~,");
    return symbols ? len + symbols : 0;
}

/* What stands for a bracketed part, or NULL where that is the part itself. */
static const char *bracket_words(const char *at)
{
    if (begins(at, "(anonymous namespace)"))
        return NULL;
    if (*at == '{')
        return begins(at, "{lambda(") ? "{lambda}" : NULL;
    return *at == '<' ? "<>" : "";
}

bool names_brief(const char *label, char *brief, size_t size)
{
    size_t len = 0;
    for (const char *at = label; *at;) {
        size_t taken = operator_length(at);
        const char *words = NULL;
        if (!taken && strchr("<({", *at)) {
            const char *behind = behind_bracket(at);
            if (!behind)
                return false;
            bool parameters = *at == '(' && len && !begins(at, "(anonymous namespace)");
            words = bracket_words(at);
            taken = (size_t)(behind - at);
            if (parameters && strspn(behind, " const&") && strstr(behind, "::") == behind + 6)
                taken += strlen(" const"); /* of a function around the function */
            else if (parameters && !begins(behind, "::") && strncmp(brief, "decltype", 8) != 0)
                break;
        } else if (*at == ' ') {
            if (at[1] != '<') /* so far it was the type of the result */
                len = 0;
            at++;
            continue;
        }
        taken = taken ? taken : 1;
        size_t wanted = words ? strlen(words) : taken;
        if (len + wanted >= size)
            return false;
        memcpy(brief + len, words ? words : at, wanted);
        len += wanted;
        at += taken;
    }
    brief[len] = '\0';
    return len > 0;
}

void names_drop_brackets(char *brief)
{
    char *to = brief;
    for (const char *at = brief; *at;)
        if (at[0] == '<' && at[1] == '>' && strncmp(at, "<>=", 3) != 0)
            at += 2;
        else
            *to++ = *at++;
    *to = '\0';
}

bool names_bare(const char *name, char *bare, size_t size)
{
    char *label = malloc(strlen(name) + 1);
    if (!label)
        return false;
    names_label(name, label);
    bool done = names_brief(label, bare, size);
    free(label);
    if (!done)
        return false;
    names_drop_brackets(bare);
    char *last = bare;
    for (char *at = bare; (at = strstr(at, "::")) != NULL;)
        last = at += 2;
    memmove(bare, last, strlen(last) + 1);
    if (bare[0])
        bare[1 + strcspn(bare + 1, ".")] = '\0'; /* a leading dot belongs to the name */
    return bare[0] != '\0';
}
