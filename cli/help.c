/* Help and manual pages from the usage of a command, and the `help` command.
 */
#include "help.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "command.h"

int help_status(void)
{
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return EXIT_DONE;
    complain("standard output: the help could not be written (%s)", strerror(errno));
    return EXIT_OUTPUT;
}

/* "cprof" itself has no name of its own behind it. */
static bool is_program(const struct usage *usage)
{
    return strcmp(usage->name, "cprof") == 0;
}

static const char *separator(const struct usage *usage)
{
    return is_program(usage) ? "" : "cprof ";
}

/* Calls `put` for each line of a text. */
static void each_line(const char *text, void (*put)(const char *line, size_t len))
{
    while (*text) {
        size_t len = strcspn(text, "\n");
        put(text, len);
        text += len + (text[len] != '\0');
    }
}

/* ---- --help --------------------------------------------------------------- */

static void put_indented(const char *line, size_t len)
{
    printf("  %.*s\n", (int)len, line);
}

static void put_plain(const char *line, size_t len)
{
    printf("%.*s\n", (int)len, line);
}

static void put_option(const struct option *option)
{
    char left[64];
    snprintf(left, sizeof left, "%c%c%s --%s%s%s", option->letter ? '-' : ' ',
             option->letter ? option->letter : ' ', option->letter ? "," : " ", option->name,
             option->argument ? " " : "", option->argument ? option->argument : "");
    printf("  %-24s %s\n", left, option->help);
    if (option->kind != OPTION_CHOICE)
        return;
    printf("  %-24s one of:", "");
    for (size_t idx = 0; option->choices[idx]; idx++)
        printf(" %s", option->choices[idx]);
    putchar('\n');
}

void help_print(const struct usage *usage)
{
    printf("Usage: %s%s %s\n\n", separator(usage), usage->name, usage->arguments);
    each_line(usage->description, put_plain);
    if (usage->options->kind)
        printf("\nOptions:\n");
    for (const struct option *option = usage->options; option->kind; option++)
        put_option(option);
    if (is_program(usage)) {
        printf("\nCommands:\n");
        for (size_t idx = 0; idx < command_count; idx++)
            printf("  %-10s %s\n", commands[idx].name, commands[idx].summary);
    }
    if (usage->environment)
        printf("\nEnvironment of the program:\n");
    for (const struct variable *at = usage->environment; at && at->name; at++)
        printf("  %-24s %s\n", at->name, at->meaning);
    printf("\nExample%s:\n", strchr(usage->examples, '\n') ? "s" : "");
    each_line(usage->examples, put_indented);
}

/* ---- Manual pages --------------------------------------------------------- */

/* roff reads backslashes, and dots and quotes at the start of a line. */
static void put_roff(const char *text, size_t len)
{
    if (len && (*text == '.' || *text == '\''))
        fputs("\\&", stdout);
    for (size_t idx = 0; idx < len; idx++) {
        if (text[idx] == '\\')
            fputs("\\e", stdout);
        else if (text[idx] == '-')
            fputs("\\-", stdout);
        else
            putchar(text[idx]);
    }
}

static void put_roff_line(const char *line, size_t len)
{
    if (len == 0)
        fputs(".PP", stdout);
    put_roff(line, len);
    putchar('\n');
}

static void put_roff_option(const struct option *option)
{
    fputs(".TP\n", stdout);
    if (option->letter)
        printf("\\fB\\-%c\\fR, ", option->letter);
    fputs("\\fB\\-\\-", stdout);
    put_roff(option->name, strlen(option->name));
    fputs("\\fR", stdout);
    if (option->argument)
        printf(" \\fI%s\\fR", option->argument);
    putchar('\n');
    put_roff(option->help, strlen(option->help));
    if (option->kind != OPTION_CHOICE)
        putchar('\n');
    for (size_t idx = 0; option->kind == OPTION_CHOICE && option->choices[idx]; idx++)
        printf("%s\\fB%s\\fR%s", idx ? ", " : ". One of ", option->choices[idx],
               option->choices[idx + 1] ? "" : ".\n");
}

static void put_roff_commands(void)
{
    fputs(".SH COMMANDS\n", stdout);
    for (size_t idx = 0; idx < command_count; idx++)
        printf(".TP\n\\fB%s\\fR\n%s; see \\fBcprof\\-%s\\fR(1)\n", commands[idx].name,
               commands[idx].summary, commands[idx].name);
}

static void put_roff_environment(const struct usage *usage)
{
    if (usage->environment)
        fputs(".SH ENVIRONMENT\nOf the profiled program, also where it is run by itself:\n",
              stdout);
    for (const struct variable *at = usage->environment; at && at->name; at++) {
        printf(".TP\n\\fB%s\\fR\n", at->name);
        put_roff_line(at->meaning, strlen(at->meaning));
    }
}

void help_manual(const struct usage *usage)
{
    const char *dash = is_program(usage) ? "" : "cprof-";
    printf(".\\\" Made by `%s%s --help=roff`; do not edit.\n.TH \"%s%s\" 1 \"\" cprof cprof\n"
           ".SH NAME\n",
           separator(usage), usage->name, dash, usage->name);
    put_roff(dash, strlen(dash));
    printf("%s \\- %s\n.SH SYNOPSIS\n\\fB%s%s\\fR ", usage->name, usage->summary, separator(usage),
           usage->name);
    put_roff_line(usage->arguments, strlen(usage->arguments));
    fputs(".SH DESCRIPTION\n", stdout);
    each_line(usage->description, put_roff_line);
    fputs(".SH OPTIONS\n", stdout);
    for (const struct option *option = usage->options; option->kind; option++)
        put_roff_option(option);
    fputs(".TP\n\\fB\\-h\\fR, \\fB\\-\\-help\\fR\nPrint a summary and an example.\n", stdout);
    if (is_program(usage))
        put_roff_commands();
    put_roff_environment(usage);
    fputs(".SH EXIT STATUS\n0 done; 1 a gate did not hold; 2 wrong usage; 3 unreadable or damaged "
          "input; 4 output could not be written.\n.SH EXAMPLES\n.nf\n",
          stdout);
    each_line(usage->examples, put_roff_line);
    printf(".fi\n.SH SEE ALSO\n%s\n", is_program(usage)
                                          ? "\\fBcprof\\-run\\fR(1), \\fBcprof\\-report\\fR(1)"
                                          : "\\fBcprof\\fR(1)");
}

/* ---- The command ---------------------------------------------------------- */

int command_help(int count, char **words)
{
    static const struct option options[] = {{0}};
    static const struct usage usage = {.name = "help",
                                       .arguments = "[COMMAND]",
                                       .summary = "help on a command",
                                       .description =
                                           "Prints the help of a command, or of cprof itself.",
                                       .examples = "cprof help report",
                                       .options = options};
    enum options_result result = options_parse(&usage, &count, words);
    if (result != OPTIONS_OK)
        return options_status(result);
    char *ask[] = {(char[]){"--help"}, NULL};
    if (count == 0)
        return program_usage(1, ask);
    const struct command *command = command_find(words[0]);
    return command ? command->run(1, ask) : EXIT_USAGE;
}
