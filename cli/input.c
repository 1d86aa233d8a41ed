/* Loading the profiles that words name; see input.h. */
#include "input.h"

#include <limits.h>
#include <string.h>

#include "command.h"

static enum cprof_status add(struct cprof_profile *profile, const char *path,
                             struct cprof_error *error)
{
    if (strcmp(path, "-") != 0)
        cprof_profile_settle(path);
    return cprof_profile_add_path(profile, path, error);
}

int input_open(struct cprof_profile **profile, int count, char **words)
{
    struct cprof_error error = {.status = CPROF_INPUT, .text = "not enough memory"};
    enum cprof_status status = CPROF_OK;
    char newest[PATH_MAX];
    *profile = cprof_profile_new();
    if (!*profile)
        status = CPROF_INPUT;
    if (status == CPROF_OK && count == 0) {
        status = cprof_profile_newest(".", newest, sizeof newest, &error);
        if (status == CPROF_OK)
            status = add(*profile, newest, &error);
    }
    for (int idx = 0; status == CPROF_OK && idx < count; idx++)
        status = add(*profile, words[idx], &error);
    if (status == CPROF_OK)
        return EXIT_DONE;
    complain("%s", error.text);
    cprof_profile_free(*profile);
    *profile = NULL;
    return (int)status;
}
