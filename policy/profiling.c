/* Whether PROFILING is on, as far as words of a command line tell.  Where the macro
 * itself can be asked, a plugin asks that; preprocessed input has lost it, and
 * before the first line nobody knows it.  Called by both plugins.
 */
#include "policy.h"

#include <stdlib.h>
#include <string.h>

/* The way `#if` sees it, a number perhaps in parentheses.  Nothing at all counts as
 * on, because it was defined on purpose; a name is a macro that is not there. */
static bool value_is_true(const char *value)
{
    value += strspn(value, " (");
    return *value == '\0' || strtoul(value, NULL, 0) != 0;
}

enum cprof_said cprof_policy_said(const char *definition, bool defines)
{
    size_t len = strcspn(definition, "=");

    if (len != strlen("PROFILING") || strncmp(definition, "PROFILING", len) != 0)
        return CPROF_SAID_NOTHING;
    return defines && (!definition[len] || value_is_true(definition + len + 1)) ? CPROF_SAID_ON
                                                                                : CPROF_SAID_OFF;
}
