/* Options of a command as a table.  The same table parses, prints the help and
 * makes the manual page, so they cannot disagree.  Knows no command.
 */
#ifndef CPROF_CLI_OPTIONS_H
#define CPROF_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

enum option_kind {
    OPTION_END,
    OPTION_FLAG,   /* value: bool *            */
    OPTION_TEXT,   /* value: const char **     */
    OPTION_NUMBER, /* value: unsigned long *, at most UINT32_MAX */
    OPTION_SHARE,  /* value: double *, 0 to 100 */
    OPTION_CHOICE  /* value: int *, index into `choices` */
};

struct option {
    enum option_kind kind;
    char letter;          /* 0: none */
    const char *name;     /* without the dashes */
    const char *argument; /* what stands for the value in the help */
    const char *help;
    void *value;
    const char *const *choices; /* ends with NULL */
};

/* An environment variable that a command, or what it starts, reads. */
struct variable {
    const char *name, *meaning;
};

/* A command as its help shows it. */
struct usage {
    const char *name;        /* "report" */
    const char *arguments;   /* "[OPTION]... [PROFILE]..." */
    const char *summary;     /* a line */
    const char *description; /* paragraphs, separated by newlines */
    const char *examples;    /* lines: command, then what it does indented */
    const struct option *options;
    const struct variable *environment; /* ends with one without a name; NULL: none */
    bool stops;                         /* options end at the first word that is none */
};

enum options_result { OPTIONS_OK, OPTIONS_HELP, OPTIONS_WRONG };

/* Moves options out of words[0..*count); what is left are the other words.
 * Handles --help (printed, OPTIONS_HELP) and errors (printed, OPTIONS_WRONG). */
enum options_result options_parse(const struct usage *usage, int *count, char **words);

/* The exit status that goes with a result other than OPTIONS_OK. */
int options_status(enum options_result result);

/* "cprof: ..." with a newline, to standard error. */
__attribute__((format(printf, 1, 2))) void complain(const char *format, ...);

/* The candidate most like `word`, or NULL if none is near. */
const char *nearest_word(const char *word, const char *const *candidates, size_t count);

#endif
