/* What counts as a caller's in both builds; see diff_contexts.h. */
#include "diff_contexts.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "diff.h"
#include "names.h"
#include "stats.h"

/* ---- Taking --------------------------------------------------------------- */

static void take_heap(struct diff_context *above, const struct heap_numbers *numbers)
{
    above->alloc_count += (double)numbers->count;
    above->alloc_bytes += (double)numbers->bytes;
}

/* By function of the profile: its entry in the run's snapshot, which has them in the
 * order of the profile's. */
static uint32_t *find_entries(const struct cprof_profile *profile)
{
    uint32_t *entries = array_new(profile->function_count, sizeof *entries);
    for (size_t idx = 0; entries && idx < profile->function_count; idx++)
        entries[idx] = DIFF_CONTEXT_NONE;
    for (size_t idx = 0; entries && idx < profile->seen_count; idx++)
        entries[profile->by_self[idx]] = (uint32_t)idx;
    return entries;
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* What two builds both call a function: the texts of its bare name and of its file without
 * folders, which are the side's.  False: no memory. */
static bool key_of(struct texts *texts, const char *bare, const char *file, uint64_t *key)
{
    file = last_part(file);
    uint32_t name = texts_add(texts, bare, strlen(bare));
    uint32_t place = texts_add(texts, file, strlen(file));
    *key = (uint64_t)name << 32 | place;
    return name != TABLE_NONE && place != TABLE_NONE;
}

static bool take_inlined(struct diff_run *run, struct texts *texts,
                         const struct cprof_profile *profile, const uint32_t *entries)
{
    bool enough = true;
    run->inlined = array_new(profile->inlined_count, sizeof *run->inlined);
    for (size_t idx = 0; run->inlined && enough && idx < profile->inlined_count; idx++) {
        const struct inlined *inlined = &profile->inlined[idx];
        struct diff_inlined *own = &run->inlined[run->inlined_count];
        own->caller = entries[inlined->caller];
        if (own->caller == DIFF_CONTEXT_NONE)
            continue;
        enough = key_of(texts, texts_get(&profile->texts, inlined->name),
                        texts_get(&profile->texts, inlined->file), &own->key);
        run->inlined_count++;
    }
    return run->inlined && enough;
}

/* Where a jump leads is known by name only. */
static bool take_tails(struct diff_run *run, struct texts *texts,
                       const struct cprof_profile *profile, const uint32_t *entries)
{
    char bare[1024];
    run->tails = array_new(profile->call_count, sizeof *run->tails);
    for (size_t idx = 0; run->tails && idx < profile->call_count; idx++) {
        const struct call_site *site = &profile->calls[idx];
        const char *name = texts_get(&profile->texts, site->callee);
        if (!(site->flags & CPROF_CALL_TAIL) || entries[site->caller] == DIFF_CONTEXT_NONE)
            continue;
        struct diff_inlined *own = &run->tails[run->tail_count++];
        own->caller = entries[site->caller];
        if (!key_of(texts, names_bare(name, bare, sizeof bare) ? bare : name, "", &own->key))
            return false;
    }
    return run->tails != NULL;
}

static bool take_contexts(struct diff_run *run, const struct cprof_profile *profile,
                          const uint32_t *entries)
{
    run->contexts = array_new(profile->context_count, sizeof *run->contexts);
    run->context_count = profile->context_count;
    for (uint32_t at = 0; run->contexts && at < profile->context_count; at++) {
        const struct context *context = &profile->contexts[at];
        struct diff_context *own = &run->contexts[at];
        bool alloc = at != MODEL_ROOT && context->kind == CONTEXT_ALLOC;
        own->parent = at == MODEL_ROOT ? 0 : context->parent;
        own->entry = at == MODEL_ROOT || alloc ? DIFF_CONTEXT_NONE : entries[context->function];
        own->self = (float)context->measure.self;
        own->cpu = (float)(context->measure.self - context->measure.wait);
        own->total = (float)context->total;
        own->calls = alloc ? 0 : context->measure.calls;
        own->block = at != MODEL_ROOT && context->kind == CONTEXT_SCOPE;
        if (alloc && context->heap)
            take_heap(&run->contexts[context->parent], &profile->heaps[context->heap - 1]);
    }
    return run->contexts != NULL;
}

bool diff_contexts_take(struct diff_run *run, struct texts *texts,
                        const struct cprof_profile *profile)
{
    uint32_t *entries = find_entries(profile);
    bool enough = entries && take_contexts(run, profile, entries) &&
                  take_inlined(run, texts, profile, entries) &&
                  take_tails(run, texts, profile, entries);
    free(entries);
    return enough;
}

/* ---- Folding -------------------------------------------------------------- */

/* A function that counts as part of another one. */
struct part {
    size_t of, subject;
    double weight;
};

struct folding {
    struct cprof_diff *diff;
    struct table inlined[CPROF_SIDE_COUNT]; /* caller's subject, key of what is in it */
    uint64_t *keys[CPROF_SIDE_COUNT];       /* of the subjects, as the side has them */
    struct table jumps[CPROF_SIDE_COUNT];   /* subject, and 0, 1, ...: who jumps to it */
    struct part *parts;
    size_t part_count, part_capacity;
    struct table part_by_key; /* of, subject */
    double *sums;             /* [subject][metric], of one run: what is to be added */
    size_t *targets;          /* by context: the subject that it counts as; 0: none */
    struct table callees;     /* context and subject: whether it calls that */
    bool *moved;              /* subjects both sides have, of which some counts as another's */
};

/* The run whose contexts are looked at. */
struct looked_at {
    const struct diff_run *run;
    const size_t *subject_at;
    enum cprof_side side;
    size_t at; /* among the runs of both sides */
};

/* ---- What is inlined where -------------------------------------------------- */

static bool fill_keys(struct folding *folding, enum cprof_side side)
{
    const struct cprof_diff *diff = folding->diff;
    char bare[1024];
    folding->keys[side] = array_new(diff->subject_count, sizeof(uint64_t));
    for (size_t idx = 1; folding->keys[side] && idx < diff->subject_count; idx++) {
        const struct diff_subject *subject = &diff->subjects[idx];
        const char *name = names_bare(subject->name, bare, sizeof bare) ? bare : subject->name;
        if (!key_of(&diff->sides[side].known->texts, name, subject->file,
                    &folding->keys[side][idx]))
            return false;
    }
    return folding->keys[side] != NULL;
}

static bool fill_inlined(struct folding *folding, enum cprof_side side)
{
    const struct diff_half *half = &folding->diff->sides[side];
    for (size_t run = 0; run < half->count; run++)
        for (size_t idx = 0; idx < half->runs[run].inlined_count; idx++) {
            const struct diff_inlined *inlined = &half->runs[run].inlined[idx];
            size_t caller = half->subject_at[half->runs[run].places[inlined->caller]];
            if (!table_put(&folding->inlined[side], caller, inlined->key, 0))
                return false;
        }
    return fill_keys(folding, side);
}

static bool holds(const struct folding *folding, int side, size_t caller, size_t subject)
{
    return table_find(&folding->inlined[side], caller, folding->keys[side][subject]) != TABLE_NONE;
}

/* Whether one build has put a function into what calls it here, and the other has not.
 * `caller` is the function that calls, `above` what that counts as. */
static bool differs(const struct folding *folding, size_t caller, size_t above, size_t subject)
{
    bool inside[CPROF_SIDE_COUNT];
    for (int side = 0; side < CPROF_SIDE_COUNT; side++)
        inside[side] = holds(folding, side, above, subject) ||
                       (caller != above && holds(folding, side, caller, subject));
    return inside[CPROF_BASELINE] != inside[CPROF_CANDIDATE];
}

/* By bare name: a subject of it, the last. */
static bool fill_names(const struct folding *folding, enum cprof_side side, struct table *names)
{
    for (size_t idx = 1; idx < folding->diff->subject_count; idx++)
        if (!table_put(names, 0, folding->keys[side][idx] >> 32, (uint32_t)idx))
            return false;
    return true;
}

static bool add_jump(struct folding *folding, enum cprof_side side, size_t to, size_t caller)
{
    uint32_t known, number = 0;
    while ((known = table_find(&folding->jumps[side], to, number)) != TABLE_NONE) {
        if (known == caller)
            return true;
        number++;
    }
    return table_put(&folding->jumps[side], to, number, (uint32_t)caller);
}

/* Who jumps to a function that the other build has put into it. */
static bool fill_jumps(struct folding *folding, enum cprof_side side)
{
    const struct diff_half *half = &folding->diff->sides[side];
    struct table names = {0};
    bool enough = fill_names(folding, side, &names);
    for (size_t run = 0; run < half->count; run++)
        for (size_t idx = 0; enough && idx < half->runs[run].tail_count; idx++) {
            const struct diff_inlined *tail = &half->runs[run].tails[idx];
            size_t caller = half->subject_at[half->runs[run].places[tail->caller]];
            uint32_t to = table_find(&names, 0, tail->key >> 32);
            if (to != TABLE_NONE && holds(folding, !side, caller, to))
                enough = add_jump(folding, side, to, caller);
        }
    table_free(&names);
    return enough;
}

/* ---- Moving numbers ---------------------------------------------------------- */

static bool add_part(struct folding *folding, size_t of, size_t subject, double weight)
{
    uint32_t idx = table_find(&folding->part_by_key, of, subject);
    if (idx == TABLE_NONE) {
        idx = (uint32_t)folding->part_count;
        if (!array_reserve(&folding->parts, &folding->part_capacity, folding->part_count + 1,
                           sizeof *folding->parts) ||
            !table_put(&folding->part_by_key, of, subject, idx))
            return false;
        folding->parts[folding->part_count++] = (struct part){of, subject, 0};
    }
    folding->parts[idx].weight += weight;
    return true;
}

static void add_own(double *sums, const struct diff_context *context, double sign)
{
    sums[CPROF_METRIC_SELF_TIME] += sign * context->self;
    sums[CPROF_METRIC_SELF_CPU] += sign * context->cpu;
    sums[CPROF_METRIC_ALLOC_COUNT] += sign * context->alloc_count;
    sums[CPROF_METRIC_ALLOC_BYTES] += sign * context->alloc_bytes;
}

/* `same`: the other build has it inlined here, so that its calls are none there. */
static bool fold_context(struct folding *folding, const struct diff_context *context, size_t of,
                         size_t subject, bool same)
{
    double weight = context->self + context->alloc_bytes + context->alloc_count;
    add_own(folding->sums + of * CPROF_METRIC_COUNT, context, 1);
    if (same)
        folding->sums[CPROF_METRIC_CALLS] -= (double)context->calls; /* the whole program's */
    return subject == of || !(weight > 0) || add_part(folding, of, subject, weight);
}

/* What both builds have keeps the rest. */
static void take_off(struct folding *folding, const struct diff_context *context, size_t subject)
{
    double *sums = folding->sums + subject * CPROF_METRIC_COUNT;
    add_own(sums, context, -1);
    sums[CPROF_METRIC_CALLS] -= (double)context->calls;
    folding->moved[subject] = true;
}

static bool is_one_sided(const struct diff_subject *subject)
{
    return !subject->in[CPROF_BASELINE] || !subject->in[CPROF_CANDIDATE];
}

/* The function of a context, 0: none. */
static size_t subject_of(const struct looked_at *looked, size_t at)
{
    uint32_t entry = looked->run->contexts[at].entry;
    return entry == DIFF_CONTEXT_NONE ? 0 : looked->subject_at[looked->run->places[entry]];
}

/* The function that a context is called by, 0: none. */
static size_t caller_of(const struct looked_at *looked, size_t at)
{
    size_t above = looked->run->contexts[at].parent;
    while (above && looked->run->contexts[above].block)
        above = looked->run->contexts[above].parent;
    return subject_of(looked, above);
}

static bool fill_callees(struct folding *folding, const struct looked_at *looked)
{
    for (size_t at = 1; at < looked->run->context_count; at++)
        if (!table_put(&folding->callees, looked->run->contexts[at].parent, subject_of(looked, at),
                       0))
            return false;
    return true;
}

/* Of the functions that jump to the one of a context, that which was called where it was;
 * 0: none, or it cannot be told. */
static size_t jumper_of(const struct folding *folding, const struct looked_at *looked, size_t at)
{
    const struct table *jumps = &folding->jumps[looked->side];
    size_t subject = subject_of(looked, at), found = 0;
    uint32_t jumper;
    for (uint32_t number = 0; (jumper = table_find(jumps, subject, number)) != TABLE_NONE; number++)
        if (table_find(&folding->callees, looked->run->contexts[at].parent, jumper) != TABLE_NONE) {
            if (found || is_one_sided(&folding->diff->subjects[jumper]))
                return 0;
            found = jumper;
        }
    return found;
}

/* A part of a function that jumped to it, and so is not below it, is part of its total. */
static void add_jumped(struct folding *folding, const struct looked_at *looked, size_t at,
                       size_t jumps)
{
    for (size_t above = looked->run->contexts[at].parent; above;
         above = looked->run->contexts[above].parent)
        if (folding->targets[above] == jumps)
            return;
    folding->sums[jumps * CPROF_METRIC_COUNT + CPROF_METRIC_TOTAL_TIME] +=
        looked->run->contexts[at].total;
}

/* What stands at the top, with no function of both above it, has no caller to count
 * as part of. */
static bool fold_contexts(struct folding *folding, const struct looked_at *looked)
{
    for (size_t at = 0; at < looked->run->context_count; at++) {
        const struct diff_context *context = &looked->run->contexts[at];
        size_t subject = subject_of(looked, at);
        size_t above = at ? folding->targets[context->parent] : 0;
        folding->targets[at] = above;
        if (!subject)
            continue;
        bool one_sided = is_one_sided(&folding->diff->subjects[subject]);
        bool inlined = above && differs(folding, caller_of(looked, at), above, subject);
        if (!one_sided && !inlined) {
            folding->targets[at] = subject;
            continue;
        }
        size_t jumps = one_sided && above && !inlined ? jumper_of(folding, looked, at) : 0;
        if (jumps) {
            add_jumped(folding, looked, at, jumps);
            folding->targets[at] = above = jumps;
            inlined = true;
        }
        if (above && !fold_context(folding, context, above, subject, inlined))
            return false;
        if (!one_sided)
            take_off(folding, context, subject);
    }
    return true;
}

static bool is_outermost(const struct folding *folding, const struct looked_at *looked, size_t at)
{
    size_t subject = folding->targets[at];
    for (size_t above = at; above && (above = looked->run->contexts[above].parent) != 0;)
        if (folding->targets[above] == subject && subject_of(looked, above) == subject)
            return false;
    return true;
}

/* The total times of functions that are partly others': of what they still are. */
static void renew_totals(struct folding *folding, const struct looked_at *looked)
{
    struct cprof_diff *diff = folding->diff;
    for (size_t subject = 1; subject < diff->subject_count; subject++)
        if (folding->moved[subject])
            folding->sums[subject * CPROF_METRIC_COUNT + CPROF_METRIC_TOTAL_TIME] -=
                (double)diff_values(diff, subject, CPROF_METRIC_TOTAL_TIME)[looked->at];
    for (size_t at = 1; at < looked->run->context_count; at++) {
        size_t subject = subject_of(looked, at);
        if (subject && folding->moved[subject] && folding->targets[at] == subject &&
            is_outermost(folding, looked, at))
            folding->sums[subject * CPROF_METRIC_COUNT + CPROF_METRIC_TOTAL_TIME] +=
                looked->run->contexts[at].total;
    }
}

static void add_sums(struct folding *folding, size_t run)
{
    struct cprof_diff *diff = folding->diff;
    for (size_t cell = 0; cell < diff->subject_count * CPROF_METRIC_COUNT; cell++) {
        uint64_t *value = &diff->values[cell * diff->run_count + run];
        double sum = folding->sums[cell];
        if (sum != 0 && *value != CPROF_UNKNOWN)
            *value = sum > 0                 ? *value + stats_whole(sum)
                     : (double)*value > -sum ? *value - stats_whole(-sum)
                                             : 0;
    }
}

/* A run from a snapshot: what it calls from where is not known. */
static void look_for_lost(struct cprof_diff *diff, const struct diff_run *run,
                          const size_t *subject_at)
{
    for (size_t idx = 0; idx < run->snapshot->count; idx++)
        diff->lost_parts |= is_one_sided(&diff->subjects[subject_at[run->places[idx]]]);
}

static bool fold_run(struct folding *folding, const struct looked_at *looked)
{
    size_t count = folding->diff->subject_count;
    if (!looked->run->contexts) {
        look_for_lost(folding->diff, looked->run, looked->subject_at);
        return true;
    }
    folding->sums = array_new(count * CPROF_METRIC_COUNT, sizeof *folding->sums);
    folding->targets = array_new(looked->run->context_count, sizeof *folding->targets);
    folding->moved = array_new(count, sizeof *folding->moved);
    bool enough = folding->sums && folding->targets && folding->moved &&
                  fill_callees(folding, looked) && fold_contexts(folding, looked);
    if (enough) {
        renew_totals(folding, looked);
        add_sums(folding, looked->at);
    }
    free(folding->sums);
    free(folding->targets);
    free(folding->moved);
    table_free(&folding->callees);
    folding->callees = (struct table){0};
    return enough;
}

/* ---- Telling -------------------------------------------------------------- */

static int compare_parts(const void *left_ptr, const void *right_ptr)
{
    const struct part *left = left_ptr, *right = right_ptr;
    if (left->of != right->of)
        return left->of < right->of ? -1 : 1;
    if (left->weight != right->weight)
        return left->weight > right->weight ? -1 : 1;
    return left->subject < right->subject ? -1 : left->subject > right->subject;
}

/* The names of what counts as part of a function, most of it first. */
static bool tell_parts(struct folding *folding)
{
    struct cprof_diff *diff = folding->diff;
    diff->parts = array_new(folding->part_count, sizeof *diff->parts);
    diff->part_count = folding->part_count;
    if (!diff->parts)
        return false;
    if (folding->part_count)
        qsort(folding->parts, folding->part_count, sizeof *folding->parts, compare_parts);
    for (size_t idx = 0; idx < folding->part_count; idx++) {
        const struct part *part = &folding->parts[idx];
        struct diff_subject *of = &diff->subjects[part->of];
        diff->parts[idx] = diff->subjects[part->subject].name;
        if (!of->part_count++)
            of->parts = &diff->parts[idx];
    }
    return true;
}

bool diff_contexts_fold(struct cprof_diff *diff)
{
    struct folding folding = {.diff = diff};
    struct looked_at looked = {0};
    bool enough = fill_inlined(&folding, CPROF_BASELINE) &&
                  fill_inlined(&folding, CPROF_CANDIDATE) && fill_jumps(&folding, CPROF_BASELINE) &&
                  fill_jumps(&folding, CPROF_CANDIDATE);
    diff->lost_parts = false;
    for (int side = 0; side < CPROF_SIDE_COUNT; side++) {
        const struct diff_half *half = &diff->sides[side];
        looked.subject_at = half->subject_at;
        looked.side = (enum cprof_side)side;
        for (size_t idx = 0; enough && idx < half->count; idx++, looked.at++) {
            looked.run = &half->runs[idx];
            enough = fold_run(&folding, &looked);
        }
    }
    enough = enough && tell_parts(&folding);
    for (int side = 0; side < CPROF_SIDE_COUNT; side++) {
        table_free(&folding.inlined[side]);
        free(folding.keys[side]);
        table_free(&folding.jumps[side]);
    }
    free(folding.parts);
    table_free(&folding.part_by_key);
    return enough;
}
