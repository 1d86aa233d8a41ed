/* From one checked reading into the model; see model.h for the whole picture.
 * Called for every file by profile.c.
 */
#ifndef CPROF_ANALYSIS_LOAD_H
#define CPROF_ANALYSIS_LOAD_H

#include "life.h"
#include "model.h"
#include "reader.h"

/* Adds a reading.  `life`: what is known of its process. */
enum cprof_status load_reading(struct cprof_profile *profile, const struct reading *reading,
                               const char *name, const struct life *life,
                               struct cprof_error *error);

/* Adds the functions of site records; functions[idx] becomes the number of the
 * function of record idx, and so allocations[idx], unless NULL, the number of the
 * heap site of allocation record idx.  The bytes are not needed afterwards. */
enum cprof_status load_records(struct cprof_profile *profile, const struct records *records,
                               const char *name, uint32_t *functions, uint32_t *allocations,
                               struct cprof_error *error);

#endif
