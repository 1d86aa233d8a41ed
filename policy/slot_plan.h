/* Which slot of its caller's node a function looks at.  A number is fixed when
 * the function is compiled; two callees of one caller that share it evict each
 * other at every change, and the call goes the cold way.  So the numbers are
 * given like colours, by the call graph of the unit, once it is final.
 *
 * Functions are numbered densely from 0 by whoever asks (a plugin).
 */
#ifndef CPROF_SLOT_PLAN_H
#define CPROF_SLOT_PLAN_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cprof_slot_plan;

struct cprof_slot_plan *cprof_slot_plan_new(size_t function_count);
void cprof_slot_plan_free(struct cprof_slot_plan *plan);

/* `weight`: how often the call runs for one run of the caller, as the compiler
 * guesses.  The same pair may be given again; weights add up. */
void cprof_slot_plan_call(struct cprof_slot_plan *plan, size_t caller, size_t callee,
                          double weight);

/* Where the call may be the caller's last act, a jump then: the callee's calling context
 * is the caller's own caller, in this unit or another.  Given beside cprof_slot_plan_call. */
void cprof_slot_plan_tail_call(struct cprof_slot_plan *plan, size_t caller, size_t callee);

/* `function` may be called from other units, whose functions this plan does not
 * know: it starts from a number that follows from its name. */
void cprof_slot_plan_public(struct cprof_slot_plan *plan, size_t function, const char *name);

void cprof_slot_plan_solve(struct cprof_slot_plan *plan);

/* 0 .. CPROF_SLOT_COUNT - 1 */
unsigned cprof_slot_plan_slot(const struct cprof_slot_plan *plan, size_t function);

/* The same for a function that no plan knows. */
unsigned cprof_slot_of_name(const char *name);

#ifdef __cplusplus
}
#endif
#endif
