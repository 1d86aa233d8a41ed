/* Loading the profiles that words name; see input.h. */
#include "input.h"

#include <limits.h>
#include <string.h>

#include "command.h"
#include "progress.h"

static enum cprof_status add(struct cprof_profile *profile, const char *path,
                             struct cprof_error *error)
{
    if (strcmp(path, "-") != 0)
        cprof_profile_settle(path);
    return cprof_profile_add_path(profile, path, error);
}

static enum cprof_status add_all(struct cprof_profile *profile, int count, char **words,
                                 struct cprof_error *error)
{
    enum cprof_status status = CPROF_OK;
    char newest[PATH_MAX];
    if (count == 0) {
        status = cprof_profile_newest(".", newest, sizeof newest, error);
        if (status == CPROF_OK)
            status = add(profile, newest, error);
    }
    for (int idx = 0; status == CPROF_OK && idx < count; idx++)
        status = add(profile, words[idx], error);
    return status;
}

int input_open(struct cprof_profile **profile, int count, char **words)
{
    struct cprof_error error = {.status = CPROF_INPUT, .text = "not enough memory"};
    struct cprof_run run;
    enum cprof_status status = CPROF_INPUT;
    progress_begin("reading the profile");
    *profile = cprof_profile_new();
    if (*profile)
        status = add_all(*profile, count, words, &error);
    if (status == CPROF_OK) /* computes now what rendering would wait for */
        status = cprof_run_facts(*profile, &run, &error);
    progress_end();
    if (status == CPROF_OK)
        return EXIT_DONE;
    complain("%s", error.text);
    cprof_profile_free(*profile);
    *profile = NULL;
    return (int)status;
}
