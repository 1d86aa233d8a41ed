/* Source files beside the numbers: what the page shows of them, and which numbers
 * belong to a line.  Called by report_html.c.
 */
#ifndef CPROF_ANALYSIS_SOURCE_H
#define CPROF_ANALYSIS_SOURCE_H

#include "json.h"
#include "model.h"

/* Writes {"files": [{"path", "text", "changed"}], "lines": [[file, line, calls, bytes]]}:
 * the files of the most expensive functions as far as they are found from here or
 * from the program's folder, and what their lines call and allocate.  `calls` is null
 * where several lines make the same call of one function, because only their sum is
 * known.  False: no memory. */
bool source_put(struct json *json, const struct cprof_profile *profile);

#endif
