/* Parts of JSON documents that tell of allocations, for report_json and heap_json.
 */
#ifndef CPROF_ANALYSIS_HEAP_JSON_H
#define CPROF_ANALYSIS_HEAP_JSON_H

#include "json.h"
#include "model.h"

/* Members that say what the compiler knew of a site. */
void heap_json_facts(struct json *json, const struct cprof_heap_site *site);

/* Members "allocations", "totals" and "heap" of the report. */
void heap_json_report(struct json *json, struct cprof_profile *profile, size_t top);

#endif
