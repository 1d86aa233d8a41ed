/* What most commands do once they know what is asked: load profiles, open the
 * output, render, close, tell what went wrong.
 */
#ifndef CPROF_CLI_RENDER_H
#define CPROF_CLI_RENDER_H

#include "options.h"
#include "output.h"

struct render {
    /* Renders with what the command was asked, in `asked`. */
    enum cprof_status (*write)(struct cprof_profile *profile, const struct output *output,
                               const void *asked, struct cprof_error *error);
    const void *asked;
    const char *path; /* of the output; NULL: standard output */
    bool page;        /* through a pager, if that is a terminal */
};

/* What a command does that asks for nothing but a format: `usage` lacks arguments and
 * options.  Both writers get the profile; `style` is the text's alone. */
struct render_formats {
    enum cprof_status (*text)(struct cprof_profile *profile, const struct cprof_style *style,
                              const struct cprof_sink *sink, struct cprof_error *error);
    enum cprof_status (*json)(struct cprof_profile *profile, const struct cprof_sink *sink,
                              struct cprof_error *error);
};
int render_command(const struct render_formats *formats, struct usage usage, int count,
                   char **words);

/* Returns the exit status.  The words name the profiles. */
int render_profiles(const struct render *render, int count, char **words);

/* Renders a profile that is already there. */
int render_profile(const struct render *render, struct cprof_profile *profile);

#endif
