/* Two profiles laid over each other: one tree that has every context of both, those
 * of the same names on the same path being one.  For pictures of differences; its
 * measures are the sums of both sides and say nothing, only its shape counts.
 */
#ifndef CPROF_ANALYSIS_OVERLAY_H
#define CPROF_ANALYSIS_OVERLAY_H

#include "model.h"

enum overlay_side { OVERLAY_AFTER, OVERLAY_BEFORE, OVERLAY_SIDES };

struct overlay {
    struct cprof_profile *profile;
    uint32_t *place[OVERLAY_SIDES]; /* of a side's contexts in it; MODEL_NONE: nothing seen */
};

/* Both must be finished; facts of the run are those of `after`.  Frees nothing of
 * theirs.  CPROF_INPUT when memory is short. */
enum cprof_status overlay_make(struct overlay *overlay, const struct cprof_profile *after,
                               const struct cprof_profile *before, struct cprof_error *error);
void overlay_free(struct overlay *overlay);

#endif
