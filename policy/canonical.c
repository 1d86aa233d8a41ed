/* Canonical spellings, see canonical.h.
 *
 * Works on letters, not on a grammar: what it cannot make sense of it leaves as
 * it is, on both sides of the comparison.  Called by name.c and list.c.
 */
#include "canonical.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool begins(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

static bool is_word(char letter)
{
    return isalnum((unsigned char)letter) || letter == '_' || letter == '$' || (letter & 0x80);
}

/* Behind the bracket that closes the one at `at`, or NULL. */
static const char *behind_bracket(const char *at)
{
    int depth = 0;
    for (; *at != '\0'; at++) {
        if (strchr("<({", *at) != NULL)
            depth++;
        else if (strchr(">)}", *at) != NULL && --depth == 0)
            return at + 1;
    }
    return NULL;
}

/* ---- Words ---------------------------------------------------------------- */

struct writing {
    char *text;
    size_t len;
    enum cprof_canonical_kind kind;
    const char *lambda_end; /* where the parameters of 'lambda'(...) end */
    unsigned lambda_number;
};

static void put(struct writing *writing, const char *text)
{
    size_t len = strlen(text);
    memcpy(writing->text + writing->len, text, len);
    writing->len += len;
}

struct word {
    const char *from, *to;
};

static const struct word words[] = {
    {"(anonymous namespace)", "{anonymous}"},
    {"<anonymous>", "{anonymous}"},
    {"<unnamed>", "{anonymous}"},
    {"std::__cxx11::", "std::"},
    {"std::__1::", "std::"},
    {"(void)", "()"},
};

/* LLVM's lambdas: 'lambda'(int), 'lambda0'(int), ... are {lambda(int)#1}, #2. */
static const char *open_lambda(struct writing *writing, const char *at)
{
    const char *digits = at + strlen("'lambda");
    const char *open = digits + strspn(digits, "0123456789");
    if (writing->lambda_end != NULL || *open != '\'' || open[1] != '(' || open - digits > 6)
        return at;
    const char *end = behind_bracket(open + 1);
    if (end == NULL)
        return at;
    writing->lambda_number = open == digits ? 1 : (unsigned)strtoul(digits, NULL, 10) + 2;
    writing->lambda_end = end;
    put(writing, "{lambda");
    return open + 1;
}

static void close_lambda(struct writing *writing)
{
    char number[16];
    snprintf(number, sizeof number, "#%u}", writing->lambda_number);
    put(writing, number);
    writing->lambda_end = NULL;
}

/* Where to go on behind a word that is spelled otherwise, or `at`. */
static const char *replace_word(struct writing *writing, const char *at)
{
    bool inside_word = writing->len != 0 && is_word(writing->text[writing->len - 1]);
    for (size_t idx = 0; idx < sizeof words / sizeof *words; idx++)
        if (begins(at, words[idx].from) && !(inside_word && is_word(*at))) {
            put(writing, words[idx].to);
            return at + strlen(words[idx].from);
        }
    if (begins(at, "[abi:") && strchr(at, ']') != NULL)
        return strchr(at, ']') + 1;
    if (begins(at, "'lambda"))
        return open_lambda(writing, at);
    if (writing->kind != CPROF_CANONICAL_NAME && begins(at, "<lambda(")) {
        const char *end = behind_bracket(at); /* GCC's messages know no number */
        put(writing, end != NULL ? "{lambda}" : "");
        return end != NULL ? end : at;
    }
    return at;
}

/* ---- Blanks --------------------------------------------------------------- */

static bool ends_with_operator(const char *text, size_t len)
{
    static const char word[] = "operator";
    const size_t word_len = sizeof word - 1;
    return len >= word_len && memcmp(text + len - word_len, word, word_len) == 0;
}

/* The `const` behind a type: `char const` and `Box<int> const` are to look alike,
 * whichever side of the type it was written on. */
static bool is_trailing_const(const struct writing *writing, const char *next)
{
    return begins(next, "const") && !is_word(next[5]) &&
           !ends_with_operator(writing->text, writing->len);
}

/* Two words need the blank between them.  In a glob, one beside a wildcard may
 * stand for itself; `char *)` is a pointer. */
static bool keeps_blank(const struct writing *writing, const char *next)
{
    char last = writing->len != 0 ? writing->text[writing->len - 1] : '\0';
    if (is_trailing_const(writing, next))
        return false;
    if (is_word(last) && is_word(*next))
        return true;
    if (writing->kind != CPROF_CANONICAL_GLOB)
        return false;
    bool pointer = *next == '*' && next[1] != '\0' && strchr(",)>&*", next[1]) != NULL;
    return last == '*' || (strchr("*?[", *next) != NULL && !pointer);
}

static void write_words(struct writing *writing, const char *at)
{
    while (*at != '\0') {
        if (at == writing->lambda_end)
            close_lambda(writing);
        if (*at == ' ') {
            at += strspn(at, " ");
            if (*at != '\0' && keeps_blank(writing, at))
                put(writing, " ");
            continue;
        }
        const char *next = replace_word(writing, at);
        if (next == at)
            writing->text[writing->len++] = *at++;
        else
            at = next;
    }
    if (at == writing->lambda_end)
        close_lambda(writing);
    writing->text[writing->len] = '\0';
}

/* ---- const ---------------------------------------------------------------- */

/* Where the type that starts at `at` ends: before a `*`, `&` or what closes the
 * argument. */
static char *type_end(char *at)
{
    int depth = 0;
    for (; *at != '\0'; at++) {
        if (depth == 0 && strchr("*&,)>([", *at) != NULL)
            break;
        depth += *at == '<' ? 1 : *at == '>' ? -1 : 0;
    }
    return at;
}

/* `const T` at the start of an argument becomes `Tconst`, as `T const` did. */
static void move_const(char *text)
{
    static const char word[] = "const ";
    const size_t len = sizeof word - 1;
    for (char *at = text; (at = strstr(at, word)) != NULL;) {
        bool starts = at == text || strchr("(<,", at[-1]) != NULL ||
                      (at[-1] == ' ' && ends_with_operator(text, (size_t)(at - 1 - text)));
        char *end = type_end(at + len);
        if (!starts || end == at + len) {
            at += len;
            continue;
        }
        memmove(at, at + len, (size_t)(end - at) - len);
        memcpy(end - len, word, len - 1);
        memmove(end - 1, end, strlen(end) + 1);
    }
}

/* ---- What the standard library repeats ------------------------------------ */

/* No default argument is longer; without a limit a name that opens many brackets
 * and closes none would be searched over and over. */
#define LONGEST_ARGUMENT 4096

/* Where the template argument that starts at `at` ends, or NULL. */
static const char *argument_end(const char *at)
{
    int depth = 0;
    for (const char *start = at; *at != '\0' && at - start < LONGEST_ARGUMENT; at++) {
        if (depth == 0 && (*at == ',' || *at == '>'))
            return at;
        depth += *at == '<' || *at == '(' ? 1 : *at == '>' || *at == ')' ? -1 : 0;
    }
    return NULL;
}

/* Where to go on behind an argument that is the default one, or `at`. */
static const char *skip_default(const char *at)
{
    static const char *const always[] = {",std::allocator<", ",std::char_traits<",
                                         ",std::default_delete<"};
    /* These a program may have asked for; before an allocator they are defaults. */
    static const char *const of_containers[] = {",std::less<", ",std::hash<", ",std::equal_to<"};
    for (size_t idx = 0; idx < 3; idx++) {
        const char *end = begins(at, always[idx]) ? argument_end(at + 1) : NULL;
        if (end != NULL)
            return end;
    }
    for (size_t idx = 0; idx < 3; idx++) {
        const char *end = begins(at, of_containers[idx]) ? argument_end(at + 1) : NULL;
        if (end != NULL && skip_default(end) != end)
            return end;
    }
    return at;
}

static void drop_defaults(char *text)
{
    char *to = text;
    int depth = 0; /* only among template arguments there are defaults */
    for (const char *at = text; *at != '\0';) {
        const char *next = *at == ',' && depth > 0 ? skip_default(at) : at;
        if (next != at) {
            at = next;
            continue;
        }
        depth += *at == '<' ? 1 : *at == '>' && depth > 0 ? -1 : 0;
        *to++ = *at++;
    }
    *to = '\0';
}

/* std::basic_string<char> is what everybody calls std::string. */
static void use_short_names(char *text)
{
    static const char basic[] = "std::basic_", argument[] = "<char>";
    const size_t basic_len = sizeof basic - 1, argument_len = sizeof argument - 1;
    char *to = text;
    for (const char *at = text; *at != '\0';) {
        size_t word = 0;
        if (begins(at, basic))
            word = strspn(at + basic_len, "abcdefghijklmnopqrstuvwxyz_");
        if (word != 0 && begins(at + basic_len + word, argument)) {
            memcpy(to, "std::", 5);
            memmove(to + 5, at + basic_len, word);
            to += 5 + word;
            at += basic_len + word + argument_len;
        } else {
            *to++ = *at++;
        }
    }
    *to = '\0';
}

/* Does `<>` behind this stand for arguments?  In operator<>() it would not. */
static bool takes_arguments(const char *text, const char *end)
{
    const char *symbol = end;
    while (symbol > text && strchr("<>=-+*/%^&|~!,", symbol[-1]) != NULL)
        symbol--;
    if (symbol == end)
        return end > text && (is_word(end[-1]) || end[-1] == ')' || end[-1] == ']');
    return ends_with_operator(text, (size_t)(symbol - text));
}

/* Reports write f<> for any instance of f where there is little room. */
static void drop_empty_arguments(char *text)
{
    char *to = text;
    for (const char *at = text; *at != '\0';) {
        if (begins(at, "<>") && at[2] != '>' && takes_arguments(text, to))
            at += 2;
        else
            *to++ = *at++;
    }
    *to = '\0';
}

char *cprof_canonical(const char *text, enum cprof_canonical_kind kind)
{
    /* Only lambdas grow, by less than they are long. */
    struct writing writing = {.text = malloc(2 * strlen(text) + 1), .kind = kind};
    if (writing.text == NULL)
        return NULL;
    write_words(&writing, text);
    move_const(writing.text);
    drop_defaults(writing.text);
    use_short_names(writing.text);
    if (kind != CPROF_CANONICAL_NAME)
        drop_empty_arguments(writing.text);
    return writing.text;
}

/* ---- Numbers -------------------------------------------------------------- */

/* What stands for a numbered part at `at`, and in *behind where it ends; or NULL. */
static const char *unnumbered_part(const char *at, const char **behind)
{
    if (begins(at, "{lambda(") || begins(at, "{unnamed type#")) {
        *behind = behind_bracket(at);
        return *behind == NULL ? NULL : at[1] == 'l' ? "{lambda}" : "{unnamed}";
    }
    if (begins(at, "._anon_") && isdigit((unsigned char)at[7])) {
        *behind = at + 7 + strspn(at + 7, "0123456789");
        return "{unnamed}";
    }
    if (!begins(at, "$_") || !isdigit((unsigned char)at[2]))
        return NULL;
    /* Clang's, for lambdas and unnamed types alike. */
    *behind = at + 2 + strspn(at + 2, "0123456789");
    bool called = begins(*behind, "::operator()") || begins(*behind, "::__invoke");
    return begins(*behind, "::") && !called ? "{unnamed}" : "{lambda}";
}

char *cprof_unnumbered(const char *name)
{
    struct writing writing = {.text = malloc(4 * strlen(name) + 1)}; /* $_0 grows most */
    if (writing.text == NULL)
        return NULL;
    while (*name != '\0') {
        const char *behind = NULL;
        const char *part = unnumbered_part(name, &behind);
        if (part != NULL) {
            put(&writing, part);
            name = behind;
        } else {
            writing.text[writing.len++] = *name++;
        }
    }
    writing.text[writing.len] = '\0';
    return writing.text;
}

/* ---- Paths ---------------------------------------------------------------- */

/* Where the last folder of `text`, which ends with a slash but not yet with a NUL,
 * begins; NULL if there is none that `..` would take away. */
static char *last_folder(char *text, char *end)
{
    if (end - text < 2)
        return NULL;
    char *start = end - 1;
    while (start > text && start[-1] != '/')
        start--;
    size_t len = (size_t)(end - 1 - start);
    bool up = len == 2 && begins(start, "..");
    bool wild = false; /* it may stand for several */
    for (size_t idx = 0; idx < len; idx++)
        wild = wild || strchr("*?[\\", start[idx]) != NULL;
    return up || wild ? NULL : start;
}

char *cprof_canonical_path(const char *path)
{
    char *text = malloc(strlen(path) + 1), *to = text;
    while (text != NULL && *path != '\0') {
        bool starts = to == text || to[-1] == '/';
        char *folder = starts && begins(path, "../") ? last_folder(text, to) : NULL;
        if (folder != NULL) {
            to = folder;
            path += 3;
        } else if (starts && begins(path, "./")) {
            path += 2;
        } else if (*path == '/' && to != text && to[-1] == '/') {
            path++;
        } else {
            *to++ = *path++;
        }
    }
    if (text != NULL)
        *to = '\0';
    return text;
}
