/* `cprof check`: budgets, and the exit status for CI. */
#include "command.h"
#include "output.h"
#include "progress.h"
#include "sides.h"

#include <limits.h>

enum { FORMAT_TEXT, FORMAT_JSON };

struct asked {
    int format;
    const char *path;
    const char *baseline;
    struct sides_past past;
};

static int hold(struct cprof_budget *budget, struct cprof_diff *diff, const struct asked *asked)
{
    struct cprof_error error;
    struct cprof_excess excess;
    struct output output;
    enum cprof_status checked = cprof_budget_check(budget, diff, &error);
    if (checked != CPROF_OK) {
        complain("%s", error.text);
        return (int)checked;
    }
    int status = output_open(&output, asked->path, false);
    if (status == EXIT_DONE)
        status = output_close(&output,
                              asked->format == FORMAT_JSON
                                  ? cprof_budget_json(budget, &output.sink, &error)
                                  : cprof_budget_text(budget, &output.style, &output.sink, &error),
                              &error);
    if (status == EXIT_DONE && cprof_budget_excess(budget, 0, &excess))
        return EXIT_GATE;
    return status;
}

/* Loads what the words name: BASELINE... and CANDIDATE..., the newest here if none. */
static int load(struct cprof_diff *diff, const struct asked *asked, int first, char **words,
                int second, char **rest)
{
    struct cprof_error error;
    char newest[PATH_MAX], *newest_word = newest;
    int status = EXIT_DONE;
    if (asked->baseline)
        status = sides_add_path(diff, CPROF_BASELINE, asked->baseline, &asked->past);
    if (status == EXIT_DONE && second >= 0)
        status = sides_add(diff, CPROF_BASELINE, first, words, &asked->past);
    if (status != EXIT_DONE)
        return status;
    if (second >= 0 || first > 0)
        return second >= 0 ? sides_add(diff, CPROF_CANDIDATE, second, rest, &asked->past)
                           : sides_add(diff, CPROF_CANDIDATE, first, words, &asked->past);
    if (cprof_profile_newest(".", newest, sizeof newest, &error) != CPROF_OK) {
        complain("%s", error.text);
        return (int)error.status;
    }
    return sides_add(diff, CPROF_CANDIDATE, 1, &newest_word, &asked->past);
}

static int check(const char *path, const struct asked *asked, int first, char **words, int second,
                 char **rest)
{
    struct cprof_error error = {.status = CPROF_INPUT, .text = "not enough memory"};
    struct cprof_budget *budget = NULL;
    struct cprof_diff *diff = cprof_diff_new(NULL);
    int status = EXIT_INPUT;
    if (!diff || cprof_budget_read_path(&budget, path, &error) != CPROF_OK) {
        complain("%s", error.text);
        status = (int)error.status;
    } else if (cprof_budget_needs_baseline(budget) && !asked->baseline && second < 0) {
        complain("%s speaks of a baseline: cprof check BUDGETS BASELINE... -- CANDIDATE...", path);
        status = EXIT_USAGE;
    } else {
        progress_begin("reading the profiles");
        status = load(diff, asked, first, words, second, rest);
        progress_end();
        if (status == EXIT_DONE)
            status = hold(budget, diff, asked);
    }
    cprof_budget_free(budget);
    cprof_diff_free(diff);
    return status;
}

int command_check(int count, char **words)
{
    static const char *const formats[] = {"text", "json", NULL};
    struct asked asked = {.format = FORMAT_TEXT};
    const struct option options[] = {
        {OPTION_TEXT, 'b', "baseline", "PROFILE", "what the baseline is", &asked.baseline, NULL},
        {OPTION_TEXT, 0, "store", "STORE", "where @latest is looked up (the profiles here)",
         &asked.past.store, NULL},
        {OPTION_CHOICE, 'f', "format", "FORMAT", "how to write it (text)", &asked.format, formats},
        {OPTION_TEXT, 'o', "output", "FILE", "where to write it (standard output)", &asked.path,
         NULL},
        {0}};
    const struct usage usage = {
        .name = "check",
        .arguments = "[OPTION]... BUDGETS [CANDIDATE]... | BUDGETS BASELINE... -- CANDIDATE...",
        .summary = "hold runs against budgets",
        .description =
            "Reads budgets, one a line, and exits with 1 after the lines that failed:\n"
            "\n"
            "  parse_json: total_time < 20ms        a function; * and ? stand for any text\n"
            "  *: alloc_count <= baseline + 0       every function, against the baseline\n"
            "  sort*: self_time <= baseline + 5%\n"
            "  call_count < 1000000                 the whole program\n"
            "  leaks == 0\n"
            "  speedup >= 1.0                       of the whole program\n"
            "\n"
            "With several runs a time fails only where noise does not explain it, and against\n"
            "a baseline only where `cprof diff` calls the change. What was not measured fails.\n"
            "The metrics are total_time, self_time, call_count, alloc_count, alloc_bytes,\n"
            "peak_bytes, cache_misses and leaks.",
        .examples = "cprof check budgets.txt cprof.out.4711\n"
                    "cprof check budgets.txt before/* -- after/*",
        .options = options};
    int first, second, status;
    char **rest;
    if (!sides_parse(&usage, count, words, &first, &second, &rest, &status))
        return status;
    if (first < 1 || (second >= 0 && (second == 0 || (first < 2 && !asked.baseline)))) {
        complain("check needs a file with budgets, and profiles on both sides of a --: cprof check "
                 "BUDGETS [BASELINE... --] CANDIDATE...");
        return EXIT_USAGE;
    }
    return check(words[0], &asked, first - 1, words + 1, second, rest);
}
