/* Loading the runs of two sides; see sides.h. */
#include "sides.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "command.h"
#include "past.h"

static int add_run(struct cprof_diff *diff, enum cprof_side side, const char *path)
{
    struct cprof_error error = {.status = CPROF_INPUT, .text = "not enough memory"};
    struct cprof_profile *profile = cprof_profile_new();
    enum cprof_status status = CPROF_INPUT;
    if (profile && strcmp(path, "-") != 0)
        cprof_profile_settle(path);
    if (profile)
        status = cprof_profile_add_path(profile, path, &error);
    if (status == CPROF_OK)
        status = cprof_diff_add_profile(diff, side, profile, &error);
    if (status != CPROF_OK)
        complain("%s", error.text);
    cprof_profile_free(profile);
    return (int)status;
}

static int is_inner_folder(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && entry->d_type == DT_DIR;
}

/* Each folder in it is a run; none: it is one itself. */
static int add_folder(struct cprof_diff *diff, enum cprof_side side, const char *path)
{
    struct dirent **inner;
    int count = scandir(path, &inner, is_inner_folder, alphasort), status = EXIT_DONE;
    if (count <= 0) {
        if (count == 0)
            free(inner);
        return add_run(diff, side, path);
    }
    for (int idx = 0; idx < count; idx++) {
        char run[PATH_MAX];
        snprintf(run, sizeof run, "%s/%s", path, inner[idx]->d_name);
        if (status == EXIT_DONE)
            status = add_run(diff, side, run);
        free(inner[idx]);
    }
    free(inner);
    return status;
}

static int add_build(struct cprof_diff *diff, enum cprof_side side, const char *word,
                     const struct sides_past *past)
{
    struct cprof_history *history;
    struct cprof_error error;
    int status = past_open(&history, past->store, ".");
    if (status != EXIT_DONE)
        return status;
    status = (int)cprof_history_compare(history, past->program, word, diff, side, &error);
    if (status != EXIT_DONE)
        complain("%s", error.text);
    cprof_history_close(history);
    return status;
}

int sides_add_path(struct cprof_diff *diff, enum cprof_side side, const char *path,
                   const struct sides_past *past)
{
    struct stat about;
    if (path[0] == '@')
        return add_build(diff, side, path, past);
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode) ? add_folder(diff, side, path)
                                                             : add_run(diff, side, path);
}

int sides_add(struct cprof_diff *diff, enum cprof_side side, int count, char **words,
              const struct sides_past *past)
{
    int status = EXIT_DONE;
    for (int idx = 0; status == EXIT_DONE && idx < count; idx++)
        status = sides_add_path(diff, side, words[idx], past);
    return status;
}

bool sides_parse(const struct usage *usage, int count, char **words, int *first, int *second,
                 char ***rest, int *status)
{
    *first = 0;
    while (*first < count && strcmp(words[*first], "--") != 0)
        ++*first;
    *second = *first < count ? count - *first - 1 : -1;
    *rest = words + *first + 1;
    enum options_result result = options_parse(usage, first, words);
    if (result == OPTIONS_OK && *second > 0)
        result = options_parse(usage, second, *rest);
    *status = result == OPTIONS_OK ? EXIT_DONE : options_status(result);
    return result == OPTIONS_OK;
}
