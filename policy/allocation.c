/* The answers of allocation.h: the table, the user's own allocators, and who gets
 * notes.  Must not know a compiler.
 */
#include "allocation.h"

#include <string.h>

#include "policy.h"
#include "site_text.h"
#include "state.h"

static const struct cprof_allocator table[] = {
#define CPROF_ALLOCATOR(symbol, kind, way, signature, block, size, count, alignment)               \
    {#symbol, CPROF_KIND_##kind, CPROF_WAY_##way, signature, block, size, count, alignment},
#include "allocator.def"
#undef CPROF_ALLOCATOR
};

static const struct cprof_allocator *row_of(const char *symbol)
{
    for (size_t idx = 0; idx < sizeof table / sizeof *table; idx++)
        if (strcmp(table[idx].symbol, symbol) == 0)
            return &table[idx];
    return NULL;
}

static bool signature_fits(const char *wanted, const char *found)
{
    for (; *wanted != '.'; wanted++, found++) {
        if (*wanted != *found)
            return false;
        if (*wanted == '\0')
            return true;
    }
    return true;
}

/* The user says which arguments hold the size, and no more: the rest has to be so
 * that the product makes sense. */
static bool custom_fits(const struct cprof_callee_facts *facts, unsigned size, unsigned count)
{
    size_t arguments = strlen(facts->signature) - 1;

    return facts->signature[0] == 'p' && size >= 1 && size <= arguments &&
           facts->signature[size] == 'i' &&
           (count == 0 || (count <= arguments && facts->signature[count] == 'i'));
}

static bool custom_fill(const struct cprof_callee_facts *facts, unsigned size, unsigned count,
                        struct cprof_allocator *allocator)
{
    if (!custom_fits(facts, size, count))
        return false;
    *allocator = (struct cprof_allocator){.symbol = facts->assembler_name,
                                          .kind = CPROF_KIND_CUSTOM,
                                          .way = CPROF_WAY_RETURNS,
                                          .signature = facts->signature,
                                          .size = size,
                                          .count = count};
    return true;
}

bool cprof_policy_allocator(const struct cprof_policy *policy,
                            const struct cprof_callee_facts *facts,
                            struct cprof_allocator *allocator)
{
    if (!cprof_policy_chosen(policy, CPROF_OPTION_ALLOC, "on"))
        return false;
    const struct cprof_policy_allocator *named =
        cprof_policy_find_allocator(policy, facts->assembler_name);
    if (named)
        return custom_fill(facts, named->first, named->second, allocator);
    const struct cprof_allocator *row = facts->local ? NULL : row_of(facts->assembler_name);
    if (row && signature_fits(row->signature, facts->signature)) {
        *allocator = *row;
        return true;
    }
    return !row && facts->marked_size &&
           custom_fill(facts, facts->marked_size, facts->marked_count, allocator);
}

bool cprof_policy_notes(const struct cprof_policy *policy, enum cprof_reason reason)
{
    if (!cprof_policy_chosen(policy, CPROF_OPTION_ALLOC, "on"))
        return false;
    switch (reason) {
    case CPROF_REASON_ATTRIBUTE_NO_PROFILE:
    case CPROF_REASON_ATTRIBUTE_NO_INSTRUMENT:
    case CPROF_REASON_NAKED:
    case CPROF_REASON_THUNK:
    case CPROF_REASON_IFUNC_RESOLVER:
    case CPROF_REASON_INTERRUPT:
        return false;
    default:
        return true;
    }
}

bool cprof_policy_notes_inside(const struct cprof_allocator *called)
{
    return called->kind == CPROF_KIND_MMAP || called->kind == CPROF_KIND_MUNMAP;
}

bool cprof_allocator_gives_back(const struct cprof_allocator *allocator)
{
    return allocator->way == CPROF_WAY_RELEASES || allocator->way == CPROF_WAY_UNMAPS;
}

uint32_t cprof_allocator_flags(const struct cprof_allocator *allocator)
{
    bool is_new = allocator->kind == CPROF_KIND_NEW || allocator->kind == CPROF_KIND_NEW_ARRAY;

    return is_new && strstr(allocator->symbol, "nothrow") ? CPROF_ALLOCATION_NOTHROW : 0;
}

void cprof_allocation_describe(const struct cprof_allocator *allocator, unsigned loop_depth,
                               cprof_constant_argument *constant, const void *call,
                               struct cprof_allocation_facts *facts)
{
    uint64_t size, count = 1;

    facts->callee = allocator->symbol;
    facts->loop_depth = (uint8_t)(loop_depth > 255 ? 255 : loop_depth);
    facts->kind = (uint8_t)allocator->kind;
    facts->flags = cprof_allocator_flags(allocator);
    if (allocator->alignment)
        constant(call, allocator->alignment, &facts->alignment);
    if (allocator->way == CPROF_WAY_GROWS || !allocator->size ||
        !constant(call, allocator->size, &size) ||
        (allocator->count && !constant(call, allocator->count, &count)))
        return;
    facts->size = size * count;
    facts->flags |= CPROF_ALLOCATION_HAS_SIZE;
}
