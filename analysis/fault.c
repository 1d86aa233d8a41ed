/* Errors as one sentence in the caller's struct; see fault.h. */
#include "fault.h"

#include <stdarg.h>
#include <stdio.h>

enum cprof_status fault_set(struct cprof_error *error, enum cprof_status status, const char *format,
                            ...)
{
    if (error) {
        va_list arguments;
        va_start(arguments, format);
        error->status = status;
        vsnprintf(error->text, sizeof error->text, format, arguments);
        va_end(arguments);
    }
    return status;
}

enum cprof_status fault_memory(struct cprof_error *error, const char *what)
{
    return fault_set(error, CPROF_INPUT,
                     "%.600s: not enough memory to work on it; close other programs or use a "
                     "larger machine",
                     what);
}

enum cprof_status fault_damaged(const char *name, const char *what, struct cprof_error *error)
{
    return fault_set(error, CPROF_INPUT,
                     "%.600s: the profile is damaged (%s); copy it again or record a new one", name,
                     what);
}
