/* What most commands do once they know what is asked: load profiles, open the
 * output, render, close, tell what went wrong.
 */
#ifndef CPROF_CLI_RENDER_H
#define CPROF_CLI_RENDER_H

#include "output.h"

struct render {
    /* Renders with what the command was asked, in `asked`. */
    enum cprof_status (*write)(struct cprof_profile *profile, const struct output *output,
                               const void *asked, struct cprof_error *error);
    const void *asked;
    const char *path; /* of the output; NULL: standard output */
    bool page;        /* through a pager, if that is a terminal */
};

/* Returns the exit status.  The words name the profiles. */
int render_profiles(const struct render *render, int count, char **words);

/* Renders a profile that is already there. */
int render_profile(const struct render *render, struct cprof_profile *profile);

#endif
