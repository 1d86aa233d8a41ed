/* "program" and "run" of CONTRACT.md, which more than one document of JSON holds.
 * Called by report_json.c and info.c.
 */
#ifndef CPROF_ANALYSIS_RUN_JSON_H
#define CPROF_ANALYSIS_RUN_JSON_H

#include "json.h"
#include "model.h"

void run_json_program(struct json *json, const struct cprof_profile *profile,
                      const struct cprof_run *run);
void run_json_run(struct json *json, const struct cprof_profile *profile,
                  const struct cprof_run *run);

#endif
