/* How a diff is written and gated, the same for `cprof diff` and `cprof bench`. */
#ifndef CPROF_CLI_DIFF_H
#define CPROF_CLI_DIFF_H

#include <cprof/cprof.h>

enum { DIFF_FORMAT_TEXT, DIFF_FORMAT_MARKDOWN, DIFF_FORMAT_JSON, DIFF_FORMAT_HTML };

/* Their words, as choices of an option. */
extern const char *const diff_formats[];

struct diff_asked {
    int format;
    const char *path;  /* NULL: standard output */
    double fail_above; /* percent; negative: no gate */
    struct cprof_diff_text_options options;
    struct cprof_profile *baseline, *candidate; /* for the HTML's picture; NULL: none */
};

/* Writes it; EXIT_GATE after a sentence when something got worse by more. */
int diff_render(struct cprof_diff *diff, const struct diff_asked *asked);

#endif
