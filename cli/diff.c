/* `cprof diff`: two builds compared, the baseline first. */
#include <math.h>

#include "command.h"
#include "diff.h"
#include "output.h"
#include "progress.h"
#include "sides.h"

#define DEFAULT_TOP 20

const char *const diff_formats[] = {"text", "markdown", "json", "html", NULL};

static enum cprof_status write_diff(struct cprof_diff *diff, const struct output *output,
                                    const struct diff_asked *asked, struct cprof_error *error)
{
    struct cprof_diff_text_options options = asked->options;
    options.style = output->style;
    switch (asked->format) {
    case DIFF_FORMAT_MARKDOWN:
        return cprof_diff_markdown(diff, &options, &output->sink, error);
    case DIFF_FORMAT_JSON:
        return cprof_diff_json(diff, &output->sink, error);
    case DIFF_FORMAT_HTML:
        return cprof_diff_html(diff, asked->baseline, asked->candidate, &output->sink, error);
    default:
        return cprof_diff_text(diff, &options, &output->sink, error);
    }
}

/* EXIT_GATE after a sentence when something got worse by more than that. */
static int hold_gate(const struct cprof_diff *diff, double most)
{
    size_t count, worse = 0;
    const struct cprof_diff_change *changes =
        cprof_diff_changes(diff, CPROF_DIFF_REGRESSIONS, &count);
    const struct cprof_diff_change *first = NULL;
    for (size_t idx = 0; idx < count; idx++) {
        if (!(changes[idx].percent > most))
            continue;
        first = first ? first : &changes[idx];
        worse++;
    }
    if (!worse)
        return EXIT_DONE;
    if (isinf(first->percent))
        complain("worse than the baseline by more than %g %%: %zu, the first the %s of %s, from 0",
                 most, worse, cprof_metric_word(first->metric), first->function);
    else
        complain("worse than the baseline by more than %g %%: %zu, the first the %s of %s by "
                 "%.1f %%",
                 most, worse, cprof_metric_word(first->metric), first->function, first->percent);
    return EXIT_GATE;
}

int diff_render(struct cprof_diff *diff, const struct diff_asked *asked)
{
    struct cprof_error error;
    struct cprof_diff_facts facts;
    struct output output;
    progress_begin("comparing");
    enum cprof_status judged = cprof_diff_facts(diff, &facts, &error);
    progress_end();
    if (judged != CPROF_OK) {
        complain("%s", error.text);
        return (int)judged;
    }
    int status = output_open(&output, asked->path, asked->format == DIFF_FORMAT_TEXT);
    if (status == EXIT_DONE)
        status = output_close(&output, write_diff(diff, &output, asked, &error), &error);
    if (status == EXIT_DONE && asked->fail_above >= 0)
        status = hold_gate(diff, asked->fail_above);
    return status;
}

/* What a picture of a side is drawn of: its first run, since runs may be more on one
 * side.  NULL for a build of the store, which keeps no calling contexts, and for a folder
 * of runs. */
static struct cprof_profile *first_run(const char *word)
{
    struct cprof_profile *profile = word[0] == '@' || word[0] == '-' ? NULL : cprof_profile_new();
    if (profile && cprof_profile_add_path(profile, word, NULL) != CPROF_OK) {
        cprof_profile_free(profile);
        return NULL;
    }
    return profile;
}

static int compare(const struct cprof_diff_options *options, const struct diff_asked *asked,
                   const struct sides_past *past, int first, char **words, int second, char **rest)
{
    struct cprof_diff *diff = cprof_diff_new(options);
    if (!diff) {
        complain("not enough memory");
        return EXIT_INPUT;
    }
    progress_begin("reading the profiles");
    int status = sides_add(diff, CPROF_BASELINE, first, words, past);
    if (status == EXIT_DONE)
        status = sides_add(diff, CPROF_CANDIDATE, second, rest, past);
    progress_end();
    struct diff_asked drawn = *asked;
    if (status == EXIT_DONE && asked->format == DIFF_FORMAT_HTML) {
        drawn.baseline = first_run(words[0]);
        drawn.candidate = first_run(rest[0]);
    }
    if (status == EXIT_DONE)
        status = diff_render(diff, &drawn);
    cprof_profile_free(drawn.baseline);
    cprof_profile_free(drawn.candidate);
    cprof_diff_free(diff);
    return status;
}

int command_diff(int count, char **words)
{
    unsigned long top = DEFAULT_TOP;
    struct diff_asked asked = {.fail_above = -1};
    struct cprof_diff_options diff_options = cprof_diff_defaults();
    struct sides_past past = {0};
    const struct option options[] = {
        {OPTION_CHOICE, 'f', "format", "FORMAT", "how to write it (text)", &asked.format,
         diff_formats},
        {OPTION_SHARE, 0, "fail-above", "PERCENT",
         "exit with 1 if something is clearly worse by more", &asked.fail_above, NULL},
        {OPTION_NUMBER, 'n', "top", "N", "changes to show a list; 0: all (20)", &top, NULL},
        {OPTION_SHARE, 0, "min-effect", "PERCENT", "call no time that changed by less (1)",
         &diff_options.least_effect, NULL},
        {OPTION_SHARE, 0, "min-share", "PERCENT", "test functions with that much of the run (0.5)",
         &diff_options.least_share, NULL},
        {OPTION_SHARE, 0, "noise", "PERCENT", "assumed where a side has one run (10)",
         &diff_options.assumed_noise, NULL},
        {OPTION_TEXT, 0, "store", "STORE", "where @latest is looked up (the profiles here)",
         &past.store, NULL},
        {OPTION_TEXT, 0, "program", "NAME", "whose builds (the latest run's)", &past.program, NULL},
        {OPTION_TEXT, 'o', "output", "FILE", "where to write it (standard output)", &asked.path,
         NULL},
        {0}};
    const struct usage usage = {
        .name = "diff",
        .arguments = "[OPTION]... BASELINE CANDIDATE | BASELINE... -- CANDIDATE...",
        .summary = "what got faster and slower between two builds",
        .description =
            "Compares runs of two builds; the first is the baseline. A run is a file, or a\n"
            "folder with the files of its processes; a folder of folders holds a run in each.\n"
            "Ten runs a side tell changes of a few percent; `cprof bench` makes them.\n"
            "\n"
            "Calls, allocations and bytes that are the same in all runs of a side are compared\n"
            "exactly. Times are tested: by ranks (Mann and Whitney; the interval is Hodges and\n"
            "Lehmann's), with few runs by means (Welch); with one run a side noise is assumed.\n"
            "p is corrected for the number of tests (Holm): the chance that any change is\n"
            "called in a comparison of equal builds is below 5 %. Unclear is an answer.\n"
            "Functions are matched by name wherever their file went, across compilers too.\n"
            "\n"
            "@latest and @previous are builds of the store (`cprof list`), @3 the third before\n"
            "the latest, @ and the beginning of a revision or a build id that one; all of their\n"
            "runs are taken.",
        .examples = "cprof diff before.cprof after.cprof\n"
                    "cprof diff before/* -- after/*\n"
                    "cprof diff --store ci.db @previous @latest\n"
                    "cprof diff --format markdown --fail-above 5% before/* -- after/* > diff.md",
        .options = options};
    int first, second, status;
    char **rest;
    if (!sides_parse(&usage, count, words, &first, &second, &rest, &status))
        return status;
    if (second < 0 && first == 2) {
        first = second = 1;
        rest = words + 1;
    }
    if (first < 1 || second < 1) {
        complain("diff needs a baseline and a candidate: cprof diff BASELINE CANDIDATE, or "
                 "BASELINE... -- CANDIDATE...");
        return EXIT_USAGE;
    }
    asked.options.top = top;
    return compare(&diff_options, &asked, &past, first, words, second, rest);
}
