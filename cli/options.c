/* Parsing options by table; see options.h. */
#include "options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "help.h"

#define MOST_OPTIONS 32

void complain(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("cprof: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

int options_status(enum options_result result)
{
    return result == OPTIONS_HELP ? help_status() : EXIT_USAGE;
}

/* ---- Finding -------------------------------------------------------------- */

static const struct option *find_name(const struct usage *usage, const char *name, size_t len)
{
    for (const struct option *option = usage->options; option->kind; option++)
        if (strlen(option->name) == len && strncmp(option->name, name, len) == 0)
            return option;
    return NULL;
}

static const struct option *find_letter(const struct usage *usage, char letter)
{
    for (const struct option *option = usage->options; option->kind; option++)
        if (option->letter == letter)
            return option;
    return NULL;
}

static void unknown_option(const struct usage *usage, const char *word)
{
    const char *names[MOST_OPTIONS] = {"help"};
    size_t count = 1;
    char name[64];
    for (const struct option *option = usage->options; option->kind && count < MOST_OPTIONS;
         option++)
        names[count++] = option->name;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(word + strspn(word, "-"), "="),
             word + strspn(word, "-"));
    const char *near = nearest_word(name, names, count);
    if (near)
        complain("%s has no option %s; did you mean --%s?", usage->name, word, near);
    else
        complain("%s has no option %s; see `cprof %s --help`", usage->name, word, usage->name);
}

/* ---- Values --------------------------------------------------------------- */

static bool set_choice(const struct option *option, const char *text)
{
    size_t count = 0;
    for (; option->choices[count]; count++)
        if (strcmp(option->choices[count], text) == 0) {
            *(int *)option->value = (int)count;
            return true;
        }
    const char *near = nearest_word(text, option->choices, count);
    if (near) {
        complain("--%s does not know %s; did you mean %s?", option->name, text, near);
        return false;
    }
    char list[256] = "";
    for (size_t idx = 0; idx < count; idx++) {
        strncat(list, idx ? ", " : "", sizeof list - strlen(list) - 1);
        strncat(list, option->choices[idx], sizeof list - strlen(list) - 1);
    }
    complain("--%s does not know %s; it takes one of %s", option->name, text, list);
    return false;
}

static bool set_number(const struct option *option, const char *text)
{
    char *end;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    if (errno || end == text || *end || *text == '-' || value > UINT32_MAX) {
        complain("--%s takes a whole number, not %s", option->name, text);
        return false;
    }
    *(unsigned long *)option->value = value;
    return true;
}

static bool set_share(const struct option *option, const char *text)
{
    char *end;
    double value = strtod(text, &end);
    if (*end == '%')
        end++;
    if (end == text || *end || !(value >= 0 && value <= 100)) {
        complain("--%s takes a share from 0 to 100, not %s", option->name, text);
        return false;
    }
    *(double *)option->value = value;
    return true;
}

static bool set_value(const struct option *option, const char *text)
{
    switch (option->kind) {
    case OPTION_TEXT:
        *(const char **)option->value = text;
        return true;
    case OPTION_NUMBER:
        return set_number(option, text);
    case OPTION_SHARE:
        return set_share(option, text);
    case OPTION_CHOICE:
        return set_choice(option, text);
    default:
        return false;
    }
}

/* ---- Words ---------------------------------------------------------------- */

/* Handles the option in words[idx], whose value may be in the next word.
 * Returns how many words it took, 0 when it was wrong. */
static int take_option(const struct usage *usage, int idx, int count, char **words)
{
    const char *word = words[idx], *value = NULL;
    const struct option *option;
    if (word[1] == '-') {
        size_t len = strcspn(word + 2, "=");
        option = find_name(usage, word + 2, len);
        value = word[2 + len] ? word + 3 + len : NULL;
    } else {
        option = find_letter(usage, word[1]);
        value = word[2] ? word + 2 : NULL;
    }
    if (!option || (option->kind == OPTION_FLAG && value)) {
        unknown_option(usage, word);
        return 0;
    }
    if (option->kind == OPTION_FLAG) {
        *(bool *)option->value = true;
        return 1;
    }
    int taken = value ? 1 : 2;
    if (!value && idx + 1 < count)
        value = words[idx + 1];
    if (!value) {
        complain("--%s needs a value: --%s %s", option->name, option->name, option->argument);
        return 0;
    }
    return set_value(option, value) ? taken : 0;
}

enum options_result options_parse(const struct usage *usage, int *count, char **words)
{
    int kept = 0, idx = 0;
    while (idx < *count) {
        const char *word = words[idx];
        if (strcmp(word, "--") == 0) {
            idx++;
            break;
        }
        if (word[0] != '-' || word[1] == '\0') { /* "-" is standard input */
            if (usage->stops)
                break;
            words[kept++] = words[idx++];
            continue;
        }
        if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
            help_print(usage);
            return OPTIONS_HELP;
        }
        if (strcmp(word, "--help=roff") == 0) {
            help_manual(usage);
            return OPTIONS_HELP;
        }
        int taken = take_option(usage, idx, *count, words);
        if (!taken)
            return OPTIONS_WRONG;
        idx += taken;
    }
    while (idx < *count)
        words[kept++] = words[idx++];
    words[kept] = NULL; /* as main's words end, for exec */
    *count = kept;
    return OPTIONS_OK;
}
