/* Reading and matching of list files, see list.h.
 *
 * Keeps the text of every line, because a line that matches nothing is shown to
 * the user as it was written.  Called by option.c (reading) and decide.c.
 */
#include "list.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "canonical.h"
#include "glob.h"

#define LINE_MAX_LEN 4096

enum pattern_kind { PATTERN_NAME, PATTERN_FUNCTION, PATTERN_SOURCE };

struct pattern {
    enum pattern_kind kind;
    unsigned line;
    bool matched;
    char *file;          /* of the list */
    char *text;          /* as written, without blanks around it */
    const char *pattern; /* in text, behind the kind */
    char *canonical;     /* the same, spelled as canonical.h says */
};

struct cprof_list {
    struct pattern *patterns;
    size_t count;
    size_t capacity;
};

struct cprof_list *cprof_list_new(void)
{
    return calloc(1, sizeof(struct cprof_list));
}

static void shorten(struct cprof_list *list, size_t count)
{
    while (list->count > count) {
        struct pattern *last = &list->patterns[--list->count];
        free(last->file);
        free(last->text);
        free(last->canonical);
    }
}

void cprof_list_free(struct cprof_list *list)
{
    if (list == NULL)
        return;
    shorten(list, 0);
    free(list->patterns);
    free(list);
}

static bool make_room(struct cprof_list *list)
{
    if (list->count < list->capacity)
        return true;
    size_t capacity = list->capacity != 0 ? 2 * list->capacity : 16;
    struct pattern *patterns = realloc(list->patterns, capacity * sizeof *patterns);
    if (patterns == NULL)
        return false;
    list->patterns = patterns;
    list->capacity = capacity;
    return true;
}

/* Takes blanks, the line end and a comment away; gives the first letter. */
static char *trimmed(char *line)
{
    static const char blanks[] = " \t\r\n\v\f";
    line += strspn(line, blanks);
    for (char *hash = strchr(line, '#'); hash != NULL; hash = strchr(hash + 1, '#')) {
        /* {lambda()#1} is a name: a comment has a blank before it. */
        if (hash == line || strchr(blanks, hash[-1]) != NULL) {
            *hash = '\0';
            break;
        }
    }
    size_t len = strlen(line);
    while (len > 0 && strchr(blanks, line[len - 1]) != NULL)
        line[--len] = '\0';
    return line;
}

/* Sets the kind and gives the pattern; NULL when the word before the colon is
 * unknown.  `::` belongs to a name. */
static const char *split_kind(const char *text, enum pattern_kind *kind)
{
    size_t word_len = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_");
    *kind = PATTERN_NAME;
    if (text[word_len] != ':')
        return text;
    if (strncmp(text, "fun:", 4) == 0)
        *kind = PATTERN_FUNCTION;
    else if (strncmp(text, "src:", 4) == 0)
        *kind = PATTERN_SOURCE;
    else
        return text[word_len + 1] == ':' ? text : NULL;
    return text + 4;
}

static char *canonical_of(enum pattern_kind kind, const char *pattern)
{
    if (kind == PATTERN_SOURCE)
        return cprof_canonical_path(pattern);
    return cprof_canonical(pattern, kind == PATTERN_FUNCTION ? CPROF_CANONICAL_GLOB
                                                             : CPROF_CANONICAL_PATTERN);
}

/* NULL, or what is wrong with the line. */
static const char *add_line(struct cprof_list *list, const char *path, unsigned line,
                            const char *text)
{
    enum pattern_kind kind;
    const char *pattern = split_kind(text, &kind);
    if (pattern == NULL)
        return "starts with an unknown kind; write fun:GLOB, src:GLOB or a function's name";
    if (*pattern == '\0')
        return "has no pattern behind the colon";
    if (!make_room(list))
        return "does not fit into memory";
    struct pattern *added = &list->patterns[list->count++];
    *added = (struct pattern){.kind = kind, .line = line};
    added->file = strdup(path);
    added->text = strdup(text);
    added->canonical = canonical_of(kind, pattern);
    if (added->file == NULL || added->text == NULL || added->canonical == NULL)
        return "does not fit into memory";
    added->pattern = added->text + (pattern - text);
    return NULL;
}

static const char *read_line(struct cprof_list *list, const char *path, unsigned number, char *buf,
                             size_t len)
{
    if (memchr(buf, '\0', len) != NULL)
        return "holds a NUL byte: this is not a text file";
    if (len == LINE_MAX_LEN - 1 && buf[len - 1] != '\n')
        return "is too long, more than 4095 letters";
    const char *text = trimmed(buf);
    return *text != '\0' ? add_line(list, path, number, text) : NULL;
}

/* fgets cannot say how many bytes it read, and a NUL must be noticed. */
static size_t next_line(FILE *file, char *buf, size_t size)
{
    size_t len = 0;
    int letter = 0;
    while (len + 1 < size && letter != '\n' && (letter = getc(file)) != EOF)
        buf[len++] = (char)letter;
    buf[len] = '\0';
    return len;
}

bool cprof_list_read(struct cprof_list *list, const char *path, char *message, size_t message_size)
{
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        snprintf(message, message_size, "cannot read the list file '%s': %s", path,
                 strerror(errno));
        return false;
    }
    size_t count_before = list->count;
    const char *wrong = NULL;
    char buf[LINE_MAX_LEN];
    unsigned number = 0;
    size_t len;
    errno = 0;
    while (wrong == NULL && (len = next_line(file, buf, sizeof buf)) > 0)
        wrong = read_line(list, path, ++number, buf, len);
    if (wrong != NULL)
        snprintf(message, message_size, "%s:%u: the line %s", path, number, wrong);
    else if (ferror(file))
        snprintf(message, message_size, "cannot read the list file '%s': %s", path,
                 strerror(errno));
    bool good = wrong == NULL && !ferror(file);
    if (!good)
        shorten(list, count_before);
    fclose(file);
    return good;
}

static bool source_matches(const char *pattern, const char *file)
{
    if (cprof_glob_match(pattern, file))
        return true;
    for (const char *slash = strchr(file, '/'); slash != NULL; slash = strchr(slash + 1, '/'))
        if (cprof_glob_match(pattern, slash + 1))
            return true;
    return false;
}

static bool line_names(const struct pattern *pattern, const struct cprof_names *names,
                       const char *file)
{
    switch (pattern->kind) {
    case PATTERN_SOURCE:
        return file != NULL && source_matches(pattern->canonical, file);
    case PATTERN_FUNCTION:
        return cprof_names_match(names, pattern->pattern) ||
               cprof_names_match(names, pattern->canonical);
    case PATTERN_NAME:
        return cprof_names_have(names, pattern->pattern) ||
               cprof_names_have(names, pattern->canonical);
    }
    return false;
}

bool cprof_list_names(struct cprof_list *list, const struct cprof_names *names, const char *file)
{
    bool named = false;
    for (size_t idx = 0; idx < list->count; idx++) {
        if (line_names(&list->patterns[idx], names, file)) {
            list->patterns[idx].matched = true;
            named = true;
        }
    }
    return named;
}

size_t cprof_list_count(const struct cprof_list *list)
{
    return list->count;
}

struct cprof_policy_line cprof_list_line(const struct cprof_list *list, size_t idx)
{
    const struct pattern *pattern = &list->patterns[idx];
    return (struct cprof_policy_line){
        .file = pattern->file,
        .text = pattern->text,
        .line = pattern->line,
        .flags = pattern->matched ? CPROF_LINE_MATCHED : 0,
    };
}
