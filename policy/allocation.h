/* Which calls allocate or give back memory, and how the notes of them are written
 * down: facts of a callee in, its row of the table out.  A plugin asks of every call
 * and of every address taken and decides nothing itself, so that both compilers put
 * the same notes to the same calls.
 */
#ifndef CPROF_ALLOCATION_H
#define CPROF_ALLOCATION_H

#include <stdbool.h>
#include <stddef.h>

#include <cprof/record.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cprof_policy;

/* How a function hands over memory; include/cprof/abi.h has the notes of each. */
enum cprof_way {
    CPROF_WAY_RETURNS,
    CPROF_WAY_COPIES,
    CPROF_WAY_RELEASES,
    CPROF_WAY_RESIZES,
    CPROF_WAY_FILLS,
    CPROF_WAY_GROWS,
    CPROF_WAY_MAPS,
    CPROF_WAY_UNMAPS
};

/* A row of allocator.def, or what the user named.  Arguments count from 1; 0: none. */
struct cprof_allocator {
    const char *symbol;
    enum cprof_kind kind;
    enum cprof_way way;
    const char *signature; /* of allocator.def */
    unsigned block, size, count, alignment;
};

/* What a plugin knows of a callee.  Strings are the caller's and are not kept. */
struct cprof_callee_facts {
    const char *assembler_name;
    const char *signature; /* as in allocator.def, and `x` for all else */
    bool local;            /* to the unit: no other may be meant by its name */
    /* of a function marked malloc and alloc_size: the latter's arguments */
    unsigned marked_size, marked_count;
};

#define CPROF_SIGNATURE_MAX 34 /* what is returned, 32 arguments, and the end */

/* Is it an allocator whose calls are noted?  Then fills in which; its strings live as
 * long as the policy and the facts. */
bool cprof_policy_allocator(const struct cprof_policy *policy,
                            const struct cprof_callee_facts *facts,
                            struct cprof_allocator *allocator);

/* Does a function of this verdict get notes?  Also one without hooks does, because
 * what it gives back would look leaked; but not one whose code must stay as it is. */
bool cprof_policy_notes(const struct cprof_policy *policy, enum cprof_reason reason);

/* Does a call in the body of an allocator get notes?  Its callers note the block. */
bool cprof_policy_notes_inside(const struct cprof_allocator *called);

/* Does it take a block and give none? */
bool cprof_allocator_gives_back(const struct cprof_allocator *allocator);

/* CPROF_ALLOCATION_* that the row alone tells. */
uint32_t cprof_allocator_flags(const struct cprof_allocator *allocator);

/* The value of a call's argument, counted from 1; false where it is no constant. */
typedef bool cprof_constant_argument(const void *call, unsigned number, uint64_t *value);

/* What the row and the arguments say of a call: all that is no place and no type. */
struct cprof_allocation_facts;
void cprof_allocation_describe(const struct cprof_allocator *allocator, unsigned loop_depth,
                               cprof_constant_argument *constant, const void *call,
                               struct cprof_allocation_facts *facts);

/* What stands for an allocator whose address is taken: a function with the same
 * parameters that calls it amid notes.  Assembly, one copy a module; `file` is the unit's
 * main one. */
bool cprof_wrapper_is_possible(const struct cprof_allocator *allocator);
/* In memory of the caller's to free. */
char *cprof_wrapper_name(const struct cprof_allocator *allocator);
char *cprof_wrapper_text(const struct cprof_allocator *allocator, const char *file);

#ifdef __cplusplus
}
#endif
#endif
