/* Call sites from records into the model.  Called by load.c, behind the sites. */
#ifndef CPROF_ANALYSIS_CALLS_H
#define CPROF_ANALYSIS_CALLS_H

#include "model.h"
#include "records.h"

/* Adds the call sites; functions[idx] is the function of site record idx. */
enum cprof_status calls_load(struct cprof_profile *profile, const struct records *records,
                             const char *name, const uint32_t *functions,
                             struct cprof_error *error);

#endif
