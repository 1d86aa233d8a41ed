/* Words for the numbers in a profile, for the renderers; the rest of facts.c is
 * declared in cprof.h.
 */
#ifndef CPROF_ANALYSIS_FACTS_H
#define CPROF_ANALYSIS_FACTS_H

#include "model.h"

const char *facts_mode(const struct cprof_profile *profile);

/* The words of an enum cprof_reason, whatever its number. */
const char *facts_reason(uint32_t reason);

#endif
