/* The handle of a diff: takes runs, finds out which function is which over all runs
 * of both sides, and lays their values out.  What they mean is diff_verdict.c's.
 */
#include "diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "fault.h"
#include "match.h"
#include "statistics.h"
#include "stats.h"

struct cprof_diff_options cprof_diff_defaults(void)
{
    return (struct cprof_diff_options){
        .confidence = 0.95, .least_effect = 1, .least_share = 0.5, .assumed_noise = 10};
}

struct cprof_diff *cprof_diff_new(const struct cprof_diff_options *options)
{
    struct cprof_diff *diff = calloc(1, sizeof *diff);
    if (!diff)
        return NULL;
    diff->options = options ? *options : cprof_diff_defaults();
    for (int side = 0; side < CPROF_SIDE_COUNT; side++)
        if (!(diff->sides[side].known = cprof_snapshot_new(""))) {
            cprof_diff_free(diff);
            return NULL;
        }
    return diff;
}

static void forget(struct cprof_diff *diff)
{
    free(diff->subjects);
    free(diff->values);
    free(diff->measured);
    free(diff->errors);
    free(diff->parts);
    for (int side = 0; side < CPROF_SIDE_COUNT; side++) {
        free(diff->sides[side].subject_at);
        diff->sides[side].subject_at = NULL;
    }
    free(diff->added);
    free(diff->removed);
    for (size_t list = 0; list < sizeof diff->lists / sizeof *diff->lists; list++) {
        free(diff->lists[list].items);
        diff->lists[list] = (struct diff_list){0};
    }
    diff->subjects = NULL;
    diff->values = diff->measured = NULL;
    diff->parts = NULL;
    diff->errors = NULL;
    diff->added = diff->removed = NULL;
    diff->finished = false;
}

static void run_free(struct diff_run *run)
{
    cprof_snapshot_free(run->snapshot);
    free(run->places);
    free(run->errors);
    free(run->contexts);
    free(run->inlined);
    free(run->tails);
}

void cprof_diff_free(struct cprof_diff *diff)
{
    if (!diff)
        return;
    for (int side = 0; side < CPROF_SIDE_COUNT; side++) {
        struct diff_half *half = &diff->sides[side];
        for (size_t idx = 0; idx < half->count; idx++)
            run_free(&half->runs[idx]);
        free(half->runs);
        free(half->program);
        free(half->build_id);
        free(half->compiler);
        cprof_snapshot_free(half->known);
    }
    forget(diff);
    free(diff);
}

/* ---- Taking runs ------------------------------------------------------------ */

/* Finds the run's functions among those of the side, adding what is new. */
static bool place(struct diff_half *half, struct diff_run *run)
{
    size_t count = run->snapshot->count;
    run->places = array_new(count, sizeof *run->places);
    if (!run->places || !match_entries(run->snapshot, half->known, run->places))
        return false;
    for (size_t idx = 0; idx < count; idx++) {
        if (run->places[idx] != MATCH_NONE)
            continue;
        run->places[idx] = half->known->count;
        if (cprof_snapshot_add(half->known, &run->snapshot->entries[idx], NULL) != CPROF_OK)
            return false;
    }
    return true;
}

/* Takes over what is in `run`, also when it fails. */
static enum cprof_status add_run(struct cprof_diff *diff, enum cprof_side side, struct diff_run run,
                                 struct cprof_error *error)
{
    struct diff_half *half = &diff->sides[side];
    if (!run.snapshot || !place(half, &run) ||
        !array_reserve(&half->runs, &half->capacity, half->count + 1, sizeof *half->runs)) {
        run_free(&run);
        return fault_memory(error, "the runs to compare");
    }
    half->runs[half->count++] = run;
    diff->finished = false;
    return CPROF_OK;
}

enum cprof_status cprof_diff_add_snapshot(struct cprof_diff *diff, enum cprof_side side,
                                          const struct cprof_snapshot *snapshot,
                                          struct cprof_error *error)
{
    struct diff_half *half = &diff->sides[side];
    if (!half->count && !half->program && !(half->program = strdup(snapshot->name)))
        return fault_memory(error, "the runs to compare");
    return add_run(diff, side, (struct diff_run){.snapshot = snapshot_copy(snapshot)}, error);
}

/* A snapshot's entries stand in the order of the profile's functions. */
static double *errors_of(const struct cprof_profile *profile)
{
    double *errors = array_new(profile->seen_count, sizeof *errors);
    for (size_t idx = 0; errors && idx < profile->seen_count; idx++)
        errors[idx] = stats_function(profile, profile->by_self[idx]).error_percent;
    return errors;
}

enum cprof_status cprof_diff_describe(struct cprof_diff *diff, enum cprof_side side,
                                      const char *program, const char *build_id,
                                      const char *compiler, struct cprof_error *error)
{
    struct diff_half *half = &diff->sides[side];
    if (half->program)
        return CPROF_OK;
    half->program = strdup(program);
    half->build_id = strdup(build_id);
    half->compiler = strdup(compiler);
    return half->program && half->build_id && half->compiler
               ? CPROF_OK
               : fault_memory(error, "the runs to compare");
}

/* Another profiler's amounts stand where the times do; which they are the diff says. */
static void take_amounts(struct cprof_snapshot *snapshot, const struct cprof_profile *profile)
{
    for (size_t idx = 0; idx < profile->seen_count; idx++) {
        struct cprof_function function = stats_function(profile, profile->by_self[idx]);
        snapshot->entries[idx].values[CPROF_METRIC_TOTAL_TIME] = function.total_amount;
        snapshot->entries[idx].values[CPROF_METRIC_SELF_TIME] = function.self_amount;
    }
    uint64_t whole = stats_whole(stats_total(profile));
    cprof_snapshot_set(snapshot, CPROF_METRIC_TOTAL_TIME, whole);
    cprof_snapshot_set(snapshot, CPROF_METRIC_SELF_TIME, whole);
}

/* Takes the unit of the first run; others have to have it, too. */
static enum cprof_status take_unit(struct cprof_diff *diff, const struct cprof_profile *profile,
                                   const char *name, struct cprof_error *error)
{
    const char *unit = model_unit(profile);
    if (!diff->sides[CPROF_BASELINE].count && !diff->sides[CPROF_CANDIDATE].count)
        snprintf(diff->unit, sizeof diff->unit, "%s", unit);
    if (strcmp(diff->unit, unit) == 0)
        return CPROF_OK;
    return fault_set(error, CPROF_INPUT,
                     "%.600s: counts %s, and the runs before it %s; compare runs of one kind", name,
                     *unit ? unit : "nanoseconds", *diff->unit ? diff->unit : "nanoseconds");
}

enum cprof_status cprof_diff_add_profile(struct cprof_diff *diff, enum cprof_side side,
                                         struct cprof_profile *profile, struct cprof_error *error)
{
    struct cprof_run run;
    struct diff_run own = {.snapshot = cprof_snapshot_new("")};
    enum cprof_status status = cprof_run_facts(profile, &run, error);
    if (status == CPROF_OK)
        status = take_unit(diff, profile, run.program, error);
    if (status == CPROF_OK)
        status = cprof_diff_describe(diff, side, run.program, run.build_id, run.compiler, error);
    if (status == CPROF_OK && own.snapshot)
        status = cprof_snapshot_add_profile(own.snapshot, profile, error);
    if (status == CPROF_OK && own.snapshot && *diff->unit)
        take_amounts(own.snapshot, profile);
    if (status == CPROF_OK && own.snapshot) {
        own.errors = errors_of(profile);
        cprof_tree_free(own.snapshot->tree); /* for each run of many, it is too large */
        own.snapshot->tree = NULL;
    }
    if (status == CPROF_OK && own.snapshot &&
        !diff_contexts_take(&own, &diff->sides[side].known->texts, profile))
        status = fault_memory(error, run.program);
    if (status == CPROF_OK)
        return add_run(diff, side, own, error);
    run_free(&own);
    return status;
}

/* ---- Laying out ------------------------------------------------------------- */

static struct diff_subject subject_of(const struct cprof_entry *entry)
{
    return (struct diff_subject){.name = entry->name, .file = entry->file, .line = entry->line};
}

/* The whole program, the candidate's functions, then the baseline's that are not
 * among them.  A side's subject_at says where each of its functions went. */
static bool lay_subjects(struct cprof_diff *diff)
{
    size_t *const subject_at[] = {diff->sides[CPROF_BASELINE].subject_at,
                                  diff->sides[CPROF_CANDIDATE].subject_at};
    const struct cprof_snapshot *before = diff->sides[CPROF_BASELINE].known;
    const struct cprof_snapshot *after = diff->sides[CPROF_CANDIDATE].known;
    size_t *partners = array_new(before->count, sizeof *partners);
    diff->subjects = array_new(1 + before->count + after->count, sizeof *diff->subjects);
    diff->subject_count = 0;
    if (!partners || !diff->subjects || !match_entries(before, after, partners)) {
        free(partners);
        return false;
    }
    diff->subjects[diff->subject_count++] =
        (struct diff_subject){.name = CPROF_WHOLE_PROGRAM, .file = "", .in = {true, true}};
    for (size_t idx = 0; idx < after->count; idx++) {
        subject_at[CPROF_CANDIDATE][idx] = diff->subject_count;
        diff->subjects[diff->subject_count] = subject_of(&after->entries[idx]);
        diff->subjects[diff->subject_count++].in[CPROF_CANDIDATE] = true;
    }
    for (size_t idx = 0; idx < before->count; idx++) {
        size_t at = partners[idx] == MATCH_NONE ? diff->subject_count
                                                : subject_at[CPROF_CANDIDATE][partners[idx]];
        if (partners[idx] == MATCH_NONE)
            diff->subjects[diff->subject_count++] = subject_of(&before->entries[idx]);
        subject_at[CPROF_BASELINE][idx] = at;
        diff->subjects[at].in[CPROF_BASELINE] = true;
    }
    free(partners);
    return true;
}

static void put_values(struct cprof_diff *diff, size_t subject, size_t run, const uint64_t *values)
{
    for (size_t metric = 0; metric < CPROF_METRIC_COUNT; metric++)
        diff->values[(subject * CPROF_METRIC_COUNT + metric) * diff->run_count + run] =
            values[metric];
}

/* A function that a run did not call took nothing of what the run knows. */
static void put_absent(struct cprof_diff *diff, size_t run, const struct cprof_entry *whole)
{
    uint64_t values[CPROF_METRIC_COUNT];
    for (int metric = 0; metric < CPROF_METRIC_COUNT; metric++)
        values[metric] = whole->values[metric] == CPROF_UNKNOWN ? CPROF_UNKNOWN : 0;
    for (size_t subject = 1; subject < diff->subject_count; subject++)
        put_values(diff, subject, run, values);
}

static void lay_run(struct cprof_diff *diff, const struct diff_run *run, size_t at,
                    const size_t *subject_at)
{
    struct cprof_entry whole = cprof_snapshot_whole(run->snapshot);
    put_values(diff, 0, at, whole.values);
    put_absent(diff, at, &whole);
    for (size_t idx = 0; idx < run->snapshot->count; idx++) {
        size_t subject = subject_at[run->places[idx]];
        put_values(diff, subject, at, run->snapshot->entries[idx].values);
        if (run->errors)
            diff->errors[subject * diff->run_count + at] = run->errors[idx];
    }
}

static bool lay_out(struct cprof_diff *diff)
{
    struct diff_half *before = &diff->sides[CPROF_BASELINE];
    struct diff_half *after = &diff->sides[CPROF_CANDIDATE];
    before->subject_at = array_new(before->known->count, sizeof *before->subject_at);
    after->subject_at = array_new(after->known->count, sizeof *after->subject_at);
    diff->run_count = before->count + after->count;
    bool enough = before->subject_at && after->subject_at && lay_subjects(diff);
    size_t cells = diff->subject_count * diff->run_count;
    if (enough) {
        diff->values = array_new(cells * CPROF_METRIC_COUNT, sizeof *diff->values);
        diff->measured = array_new(cells * CPROF_METRIC_COUNT, sizeof *diff->measured);
        diff->errors = array_new(cells, sizeof *diff->errors);
        enough = diff->values && diff->measured && diff->errors;
    }
    for (size_t run = 0; enough && run < diff->run_count; run++) {
        bool second = run >= before->count;
        lay_run(diff, second ? &after->runs[run - before->count] : &before->runs[run], run,
                second ? after->subject_at : before->subject_at);
    }
    if (enough && cells)
        memcpy(diff->measured, diff->values, cells * CPROF_METRIC_COUNT * sizeof *diff->values);
    return enough;
}

double diff_median(const struct cprof_diff *diff, size_t subject, enum cprof_metric metric,
                   enum cprof_side side)
{
    size_t first = side == CPROF_BASELINE ? 0 : diff->sides[CPROF_BASELINE].count;
    size_t count = diff->sides[side].count;
    const uint64_t *values = diff_values(diff, subject, metric) + first;
    double *sorted = array_new(count, sizeof *sorted), median = -1;
    for (size_t idx = 0; sorted && idx < count; idx++) {
        if (values[idx] == CPROF_UNKNOWN) {
            free(sorted);
            return -1;
        }
        sorted[idx] = (double)values[idx];
    }
    if (sorted && count)
        median = statistics_median(sorted, count);
    free(sorted);
    return median;
}

/* ---- Asking ----------------------------------------------------------------- */

enum cprof_status diff_lay_out(struct cprof_diff *diff, struct cprof_error *error)
{
    if (diff->finished)
        return CPROF_OK;
    if (!diff->sides[CPROF_CANDIDATE].count)
        return fault_set(error, CPROF_USAGE, "the candidate has no run");
    forget(diff);
    return lay_out(diff) ? CPROF_OK : fault_memory(error, "the runs");
}

enum cprof_status diff_finish(struct cprof_diff *diff, struct cprof_error *error)
{
    if (diff->finished)
        return CPROF_OK;
    for (int side = 0; side < CPROF_SIDE_COUNT; side++)
        if (!diff->sides[side].count)
            return fault_set(error, CPROF_USAGE, "the %s has no run; a diff needs one a side",
                             side == CPROF_BASELINE ? "baseline" : "candidate");
    forget(diff);
    if (!lay_out(diff) || !diff_contexts_fold(diff) || !diff_judge(diff))
        return fault_memory(error, "the comparison");
    diff->finished = true;
    return CPROF_OK;
}

enum cprof_status cprof_diff_facts(struct cprof_diff *diff, struct cprof_diff_facts *facts,
                                   struct cprof_error *error)
{
    enum cprof_status status = diff_finish(diff, error);
    if (status == CPROF_OK)
        *facts = diff->facts;
    return status;
}

const struct cprof_diff_change *cprof_diff_changes(const struct cprof_diff *diff,
                                                   enum cprof_diff_list list, size_t *count)
{
    *count = diff->finished ? diff->lists[list].count : 0;
    return diff->lists[list].items;
}

static bool entry_at(const struct cprof_diff *diff, const size_t *subjects, size_t count,
                     size_t idx, enum cprof_side side, struct cprof_entry *entry)
{
    if (!diff->finished || idx >= count)
        return false;
    const struct diff_subject *subject = &diff->subjects[subjects[idx]];
    *entry = cprof_entry_unknown(subject->name);
    entry->file = subject->file;
    entry->line = subject->line;
    for (int metric = 0; metric < CPROF_METRIC_COUNT; metric++) {
        double median = diff_median(diff, subjects[idx], (enum cprof_metric)metric, side);
        if (median >= 0)
            entry->values[metric] = stats_whole(median);
    }
    return true;
}

bool cprof_diff_added(const struct cprof_diff *diff, size_t idx, struct cprof_entry *entry)
{
    return entry_at(diff, diff->added, diff->added_count, idx, CPROF_CANDIDATE, entry);
}

bool cprof_diff_removed(const struct cprof_diff *diff, size_t idx, struct cprof_entry *entry)
{
    return entry_at(diff, diff->removed, diff->removed_count, idx, CPROF_BASELINE, entry);
}

const char *cprof_verdict_word(enum cprof_verdict verdict)
{
    static const char *const words[] = {"unclear", "same", "faster", "slower"};
    return words[verdict];
}
