/* Views of a profile: only what one function called, or who called it, as a tree
 * of its own that every renderer takes.  A view borrows the texts and facts of its
 * profile and has its own functions and contexts.
 */
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "fault.h"
#include "names.h"
#include "stats.h"

struct view {
    const struct cprof_profile *profile;
    struct cprof_profile *out;
    bool *chosen; /* by function */
    struct cprof_error *error;
};

/* ---- Which function ------------------------------------------------------- */

/* Whether `name` ends with `word` where a part of it begins. */
static bool ends_with(const char *name, const char *word)
{
    size_t name_len = strlen(name), len = strlen(word);
    return name_len >= len && strcmp(name + name_len - len, word) == 0 &&
           (name_len == len ||
            (name_len > len + 1 && memcmp(name + name_len - len - 2, "::", 2) == 0));
}

/* In full, as it is shown, or without parameters and what it is in. */
bool model_is_named(const struct cprof_profile *profile, uint32_t function, const char *word)
{
    const char *label = model_function_label(profile, function);
    char brief[1024];
    if (strcmp(model_function_name(profile, function), word) == 0 || strcmp(label, word) == 0)
        return true;
    if (!names_brief(label, brief, sizeof brief))
        return false;
    bool named = ends_with(brief, word);
    names_drop_brackets(brief);
    return named || ends_with(brief, word);
}

static enum cprof_status choose(struct view *view, const char *word)
{
    const struct cprof_profile *profile = view->profile;
    bool any = false;
    view->chosen = array_new(profile->function_count, sizeof *view->chosen);
    if (!view->chosen)
        return fault_memory(view->error, "the view");
    for (uint32_t idx = 0; idx < profile->function_count; idx++) {
        view->chosen[idx] =
            model_seen(&profile->functions[idx]) && model_is_named(profile, idx, word);
        any = any || view->chosen[idx];
    }
    return any ? CPROF_OK
               : fault_set(view->error, CPROF_USAGE,
                           "no function %.600s was called in this profile; `cprof report --top 0` "
                           "shows their names",
                           word);
}

static bool is_chosen(const struct view *view, uint32_t context)
{
    uint32_t function = view->profile->contexts[context].function;
    return function != MODEL_NONE && view->chosen[function];
}

/* ---- Contexts ------------------------------------------------------------- */

/* The context of the view in which a context of the profile is shown. */
static uint32_t shown_below(struct view *view, uint32_t parent, uint32_t at)
{
    const struct context *context = &view->profile->contexts[at];
    return model_context(view->out, parent, context->function, context->kind);
}

/* What an allocation site did in a context. */
static bool add_heap(struct view *view, uint32_t shown, uint32_t at)
{
    uint32_t heap = view->profile->contexts[at].heap;
    struct heap_numbers *sum = heap ? model_heap_numbers(view->out, shown) : NULL;
    if (sum)
        heap_numbers_add(sum, &view->profile->heaps[heap - 1]);
    return sum || !heap;
}

/* What the function called.  Contexts stand parents first. */
static bool add_callees(struct view *view)
{
    const struct cprof_profile *profile = view->profile;
    uint32_t *shown = array_new(profile->context_count, sizeof *shown);
    bool enough = shown != NULL;
    for (uint32_t at = 0; enough && at < profile->context_count; at++) {
        shown[at] = MODEL_NONE;
        uint32_t above = at == MODEL_ROOT ? MODEL_NONE : shown[profile->contexts[at].parent];
        if (above == MODEL_NONE && !is_chosen(view, at))
            continue;
        shown[at] = shown_below(view, above == MODEL_NONE ? MODEL_ROOT : above, at);
        enough = shown[at] != MODEL_NONE && add_heap(view, shown[at], at);
        if (enough)
            measure_add(&view->out->contexts[shown[at]].measure, &profile->contexts[at].measure);
    }
    free(shown);
    return enough;
}

/* Who called it: the way up from each of its contexts, as a way down.  What its
 * calls took stands at the end of that way, so that sums are right on all of it;
 * time only where the function is not above itself already. */
static bool add_callers_of(struct view *view, uint32_t from, bool outermost)
{
    const struct cprof_profile *profile = view->profile;
    uint32_t below = MODEL_ROOT;
    for (uint32_t at = from; at != MODEL_ROOT; at = profile->contexts[at].parent) {
        below = shown_below(view, below, at);
        if (below == MODEL_NONE)
            return false;
    }
    struct measure *measure = &view->out->contexts[below].measure;
    measure->calls += profile->contexts[from].measure.calls;
    measure->calls_error += profile->contexts[from].measure.calls_error;
    if (outermost)
        measure->self += profile->contexts[from].total;
    if (outermost)
        measure->wait += profile->contexts[from].total - profile->contexts[from].cpu;
    return true;
}

static bool add_callers(struct view *view)
{
    const struct cprof_profile *profile = view->profile;
    bool *inside = array_new(profile->context_count, sizeof *inside);
    bool enough = inside != NULL;
    for (uint32_t at = 1; enough && at < profile->context_count; at++) {
        bool above = inside[profile->contexts[at].parent], chosen = is_chosen(view, at);
        inside[at] = above || chosen;
        if (chosen && (profile->contexts[at].total > 0 || profile->contexts[at].measure.calls))
            enough = add_callers_of(view, at, !above);
    }
    free(inside);
    return enough;
}

/* ---- Threads -------------------------------------------------------------- */

static bool is_of_chosen(const struct view *view, const struct thread_part *part)
{
    uint32_t start = view->profile->threads.items[part->thread].start;
    return start != MODEL_NONE && view->chosen[start];
}

/* Gives every context that those threads were in a place in the view. */
static bool place_threads(struct view *view, uint32_t *shown)
{
    const struct cprof_profile *profile = view->profile;
    bool *needed = array_new(profile->context_count, sizeof *needed);
    bool enough = needed != NULL;
    for (size_t idx = 0; enough && idx < profile->threads.part_count; idx++) {
        uint32_t at = profile->threads.parts[idx].context;
        for (; is_of_chosen(view, &profile->threads.parts[idx]) && !needed[at];
             at = at == MODEL_ROOT ? at : profile->contexts[at].parent)
            needed[at] = true;
    }
    for (uint32_t at = 1; enough && at < profile->context_count; at++)
        if (needed[at]) {
            shown[at] = shown_below(view, shown[profile->contexts[at].parent], at);
            enough = shown[at] != MODEL_NONE;
        }
    free(needed);
    return enough;
}

/* What the threads that begin in the function did.  Allocations are not told apart by
 * threads. */
static bool add_threads(struct view *view)
{
    const struct threads *threads = &view->profile->threads;
    uint32_t *shown = array_new(view->profile->context_count, sizeof *shown);
    bool enough = shown && place_threads(view, shown);
    for (size_t idx = 0; enough && idx < threads->part_count; idx++) {
        const struct thread_part *part = &threads->parts[idx];
        struct measure measure = {.calls = part->calls, .self = part->self, .wait = part->wait};
        if (is_of_chosen(view, part))
            measure_add(&view->out->contexts[shown[part->context]].measure, &measure);
    }
    free(shown);
    return enough;
}

/* Only the starts of threads can be meant. */
static enum cprof_status choose_starts(struct view *view, const char *word)
{
    const struct threads *threads = &view->profile->threads;
    bool any = false;
    for (size_t idx = 0; idx < threads->count; idx++)
        any = any ||
              (threads->items[idx].start != MODEL_NONE && view->chosen[threads->items[idx].start]);
    return any ? CPROF_OK
               : fault_set(view->error, CPROF_USAGE,
                           "no thread begins in %.600s; the page of `cprof report --format html` "
                           "lists the threads",
                           word);
}

/* ---- The view ------------------------------------------------------------- */

/* Everything but what a view has of its own. */
static struct cprof_profile *borrow(const struct cprof_profile *profile)
{
    struct cprof_profile *out = cprof_profile_new();
    struct function *functions = array_new(profile->function_count, sizeof *functions);
    if (!out || !functions) {
        cprof_profile_free(out);
        free(functions);
        return NULL;
    }
    struct context *contexts = out->contexts;
    size_t capacity = out->context_capacity;
    if (profile->function_count)
        memcpy(functions, profile->functions, profile->function_count * sizeof *functions);
    *out = *profile;
    out->view_of = profile;
    out->finished = false;
    out->functions = functions;
    out->contexts = contexts;
    out->context_capacity = capacity;
    out->context_count = 1;
    out->context_by_key = (struct table){0};
    out->by_self = out->by_place = out->heap_by_bytes = NULL;
    out->heaps = NULL;
    out->heap_count = out->heap_capacity = 0;
    out->heap_totals = NULL;
    return out;
}

enum cprof_status cprof_profile_view(struct cprof_profile *profile, enum cprof_view kind,
                                     const char *function, struct cprof_profile **out,
                                     struct cprof_error *error)
{
    struct view view = {.profile = profile, .error = error};
    *out = NULL;
    enum cprof_status status = model_finish(profile, error);
    if (status == CPROF_OK)
        status = choose(&view, function);
    if (status == CPROF_OK && kind == CPROF_VIEW_THREADS) {
        size_t count;
        struct thread_group *groups = threads_group(profile, &count);
        status = groups ? choose_starts(&view, function) : fault_memory(error, "the view");
        free(groups);
    }
    if (status == CPROF_OK) {
        view.out = borrow(profile);
        bool enough = view.out && (kind == CPROF_VIEW_CALLERS   ? add_callers
                                   : kind == CPROF_VIEW_THREADS ? add_threads
                                                                : add_callees)(&view);
        status = enough ? CPROF_OK : fault_memory(error, "the view");
    }
    free(view.chosen);
    if (view.out)
        view.out->inverted = kind == CPROF_VIEW_CALLERS;
    if (status == CPROF_OK)
        status = model_finish(view.out, error);
    if (status == CPROF_OK)
        *out = view.out;
    else
        cprof_profile_free(view.out);
    return status;
}

/* ---- Contexts one by one -------------------------------------------------- */

bool cprof_context_at(struct cprof_profile *profile, uint32_t idx, struct cprof_context *out)
{
    if (model_finish(profile, NULL) != CPROF_OK || idx >= profile->context_count)
        return false;
    const struct context *context = &profile->contexts[idx];
    bool root = context->function == MODEL_NONE, timed = model_timed(profile);
    const struct function *function = root ? NULL : &profile->functions[context->function];
    *out = (struct cprof_context){
        .name = model_context_name(profile, idx),
        .label = model_context_label(profile, idx),
        .file = root ? "" : texts_get(&profile->texts, function->file),
        .line = root ? 0 : function->line,
        .parent = root ? CPROF_NO_CONTEXT : context->parent,
        .first_child = context->first_child,
        .next_sibling = context->next_sibling,
        .calls = !model_counted(profile) ? CPROF_UNKNOWN
                 : profile->inverted     ? stats_whole(context->total_calls)
                                         : context->measure.calls,
        .total_amount =
            timed && (root || model_nested(profile)) ? stats_whole(context->total) : CPROF_UNKNOWN,
        .self_amount = timed ? stats_whole(context->measure.self) : CPROF_UNKNOWN};
    return true;
}
