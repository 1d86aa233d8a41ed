/* Load, open, render, close; see render.h. */
#include "render.h"

#include "command.h"
#include "input.h"

int render_profile(const struct render *render, struct cprof_profile *profile)
{
    struct output output;
    struct cprof_error error;
    int failed = output_open(&output, render->path, render->page);
    if (failed)
        return failed;
    return output_close(&output, render->write(profile, &output, render->asked, &error), &error);
}

int render_profiles(const struct render *render, int count, char **words)
{
    struct cprof_profile *profile;
    int failed = input_open(&profile, count, words);
    if (failed)
        return failed;
    failed = render_profile(render, profile);
    cprof_profile_free(profile);
    return failed;
}
