/* Facts about the runs of a handle and about single functions: the asking half
 * of cprof.h.  Reads the model; the renderers use it too.
 */
#include "facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "fault.h"
#include "stats.h"

static const char *const mode_words[] = {
#define CPROF_MODE(name, word, meaning) word,
#include <cprof/mode.def>
#undef CPROF_MODE
};

static const char *const clock_words[] = {
    [CPROF_CLOCK_TSC] = "tsc", [CPROF_CLOCK_MONOTONIC] = "monotonic", [CPROF_CLOCK_FAKE] = "fake"};

struct trouble {
    uint32_t bit;
    const char *sentence;
};

static const struct trouble trouble_sentences[] = {
    {CPROF_TROUBLE_NO_FILE, "the profile could not grow on disk: what came later was kept in "
                            "memory only and is missing here; free space and run again"},
    {CPROF_TROUBLE_DISK, "there was no tmpfs: the profile was written straight to a disk, which "
                         "may have stalled the program"},
    {CPROF_TROUBLE_CONTEXT_CAP, "there were more calling contexts than fit: the rest is counted "
                                "in its functions, below [context cap] in the tree"},
    {CPROF_TROUBLE_EXTENTS, "the profile's table of contents was full: some modules or threads "
                            "are missing"},
    {CPROF_TROUBLE_TIMED_DEPTH, "calls were nested too deeply to time all of them: some durations "
                                "are missing, counts are not"},
    {CPROF_TROUBLE_DURATIONS, "there were more durations of calls than fit: some percentiles are "
                              "missing or made of a part of the calls"},
    {CPROF_TROUBLE_MODULE, "a shared library could not be registered: its functions are missing"},
    {CPROF_TROUBLE_ALLOC_MODE,
     "CPROF_ALLOC was neither on nor sampled nor off: all allocations were recorded"},
    {CPROF_TROUBLE_HEAP, "there was no room to remember some live blocks: what is live may be off, "
                         "counts of allocations are exact"},
    {CPROF_TROUBLE_MODE,
     "CPROF_MODE named no mode that there is: the run was recorded as without it"},
    {CPROF_TROUBLE_BUDGET, "CPROF_MODE=budget needs a build with -fplugin-arg-cprof-budget=on: the "
                           "run was recorded as adaptive"}};

const char *facts_mode(const struct cprof_profile *profile)
{
    const struct run *first = model_first_run(profile);
    for (size_t idx = 0; idx < profile->run_count; idx++)
        if (profile->runs[idx].header.mode != first->header.mode)
            return "mixed";
    if (!model_measured(profile))
        return "imported";
    return first ? mode_words[first->header.mode] : "off";
}

/* The compiler that wrote most functions. */
static const char *compiler_of(const struct cprof_profile *profile)
{
    uint32_t *tally = array_new(profile->texts.count, sizeof *tally);
    uint32_t best = TABLE_NONE;
    for (size_t idx = 0; tally && idx < profile->function_count; idx++) {
        uint32_t unit = profile->functions[idx].unit;
        if (unit == TABLE_NONE)
            continue;
        tally[unit]++;
        if (best == TABLE_NONE || tally[unit] > tally[best])
            best = unit;
    }
    free(tally);
    return texts_get(&profile->texts, best);
}

static uint64_t count_left_out(const struct cprof_profile *profile)
{
    uint64_t count = 0;
    for (uint32_t reason = 0; reason <= CPROF_REASON_COUNT; reason++)
        count += stats_left_out(profile, reason);
    return count;
}

/* Sums over all runs, and the wall time from the first start to the last end. */
static void add_runs(const struct cprof_profile *profile, struct cprof_run *out)
{
    double overhead = 0, end = 0;
    bool known = true, measured = true;
    out->complete = profile->run_count > 0;
    for (size_t idx = 0; idx < profile->run_count; idx++) {
        const struct run *run = &profile->runs[idx];
        double since = (double)(run->header.started_ns - out->started_ns);
        known = known && run->wall >= 0;
        measured = measured && run->overhead >= 0;
        overhead += run->overhead;
        if (since + run->wall > end)
            end = since + run->wall;
        out->lost_calls += run->header.lost_calls;
        out->early_calls += run->header.early_calls;
        out->threads += run->threads;
        out->kernel_samples += run->kernel_samples;
        out->kernel_samples_lost += run->kernel_lost;
        out->nodes += run->nodes;
        out->file_bytes += run->bytes;
        out->complete = out->complete && run->header.state == CPROF_STATE_COMPLETE;
        out->running = out->running || run->running;
    }
    out->wall_ns = known ? stats_whole(end) : CPROF_UNKNOWN;
    out->overhead_ns = measured ? stats_whole(overhead) : CPROF_UNKNOWN;
    /* Threads overlap, so the share is one of all threads' time. */
    double whole = stats_total(profile) > end ? stats_total(profile) : end;
    out->overhead_percent = !measured ? -1.0 : whole > 0 ? 100.0 * overhead / whole : 0.0;
}

static void write_build_id(struct cprof_profile *profile, const struct cprof_header *header)
{
    for (uint32_t idx = 0; idx < header->build_id_len; idx++)
        snprintf(profile->build_id + 2 * idx, 3, "%02x", header->build_id[idx]);
}

enum cprof_status cprof_run_facts(struct cprof_profile *profile, struct cprof_run *run,
                                  struct cprof_error *error)
{
    enum cprof_status status = model_finish(profile, error);
    if (status != CPROF_OK)
        return status;
    const struct run *first = model_first_run(profile);
    *run = (struct cprof_run){.program = "",
                              .build_id = profile->build_id,
                              .compiler = compiler_of(profile),
                              .host = "",
                              .mode = facts_mode(profile),
                              .clock = "",
                              .functions = profile->seen_count,
                              .contexts = profile->context_seen,
                              .not_instrumented = count_left_out(profile),
                              .processes = (uint32_t)profile->run_count,
                              .timed = model_in_nanoseconds(profile),
                              .imported = !model_measured(profile),
                              .counted = model_counted(profile),
                              .estimated = model_estimated(profile),
                              .unit = *model_unit(profile) ? model_unit(profile) : "ns"};
    if (!first)
        return CPROF_OK;
    write_build_id(profile, &first->header);
    run->program = first->header.program;
    run->host = first->header.host;
    run->clock = clock_words[first->header.clock];
    run->started_ns = first->header.started_ns;
    run->pid = first->header.pid;
    while (cprof_run_argument(profile, run->arguments))
        run->arguments++;
    add_runs(profile, run);
    if (run->imported)
        run->threads = CPROF_UNKNOWN;
    return CPROF_OK;
}

const char *cprof_run_argument(const struct cprof_profile *profile, uint32_t idx)
{
    const struct run *first = model_first_run(profile);
    if (!first)
        return NULL;
    const char *at = first->header.arguments, *end = at + first->header.arguments_len;
    for (; idx && at < end; idx--)
        at += strlen(at) + 1; /* the reader has ended the last one */
    return at < end ? at : NULL;
}

const char *cprof_run_trouble(const struct cprof_profile *profile, uint32_t idx)
{
    uint32_t all = 0;
    for (size_t run = 0; run < profile->run_count; run++)
        all |= profile->runs[run].header.troubles;
    for (size_t bit = 0; bit < sizeof trouble_sentences / sizeof *trouble_sentences; bit++)
        if ((all & trouble_sentences[bit].bit) && idx-- == 0)
            return trouble_sentences[bit].sentence;
    return NULL;
}

bool cprof_list_line_at(const struct cprof_profile *profile, size_t idx,
                        struct cprof_list_line *line)
{
    if (idx >= profile->line_count)
        return false;
    const struct list_line *stored = &profile->lines[idx];
    *line = (struct cprof_list_line){.file = texts_get(&profile->texts, stored->file),
                                     .text = texts_get(&profile->texts, stored->text),
                                     .line = stored->line,
                                     .allow = (stored->flags & CPROF_LINE_ALLOW) != 0,
                                     .matched = (stored->flags & CPROF_LINE_MATCHED) != 0};
    return true;
}

bool cprof_counter_at(const struct cprof_profile *profile, size_t idx,
                      struct cprof_counter *counter)
{
    if (idx >= profile->counter_count)
        return false;
    const struct counter *stored = &profile->counters[idx];
    const struct function *function = &profile->functions[stored->function];
    *counter = (struct cprof_counter){.name = texts_get(&profile->texts, function->name),
                                      .file = texts_get(&profile->texts, function->file),
                                      .line = function->line,
                                      .sum = stored->sum,
                                      .additions = stored->additions};
    return true;
}

enum cprof_status cprof_function_at(struct cprof_profile *profile, size_t idx,
                                    struct cprof_function *function, struct cprof_error *error)
{
    enum cprof_status status = model_finish(profile, error);
    if (status != CPROF_OK)
        return status;
    if (idx >= profile->seen_count)
        return fault_set(error, CPROF_USAGE, "function %zu of %zu does not exist; count from 0",
                         idx, profile->seen_count);
    *function = stats_function(profile, profile->by_self[idx]);
    return CPROF_OK;
}

const char *facts_reason(uint32_t reason)
{
    static const char *const words[] = {
#define CPROF_REASON(name, in, words) words,
#include <cprof/reason.def>
#undef CPROF_REASON
    };
    return reason < CPROF_REASON_COUNT ? words[reason] : "for a reason that a newer cprof knows";
}

const char *cprof_sort_word(enum cprof_sort sort)
{
    static const char *const words[] = {
#define CPROF_SORT(name, word, meaning) word,
#include <cprof/sort.def>
#undef CPROF_SORT
    };
    return (unsigned)sort < CPROF_SORT_COUNT ? words[sort] : NULL;
}
