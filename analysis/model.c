/* The handle, merging by key, and what is derived once all files are in: totals,
 * links and order.  See model.h.
 */
#include "model.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "fault.h"
#include "names.h"
#include "stats.h"

struct cprof_profile *cprof_profile_new(void)
{
    struct cprof_profile *profile = calloc(1, sizeof *profile);
    if (!profile)
        return NULL;
    if (!array_reserve(&profile->contexts, &profile->context_capacity, 1,
                       sizeof *profile->contexts)) {
        free(profile);
        return NULL;
    }
    profile->contexts[MODEL_ROOT] = (struct context){.parent = MODEL_NONE, .function = MODEL_NONE};
    profile->context_count = 1;
    return profile;
}

/* What a view has of its own; the rest it borrows from the profile that it shows. */
static void free_own(struct cprof_profile *profile)
{
    table_free(&profile->context_by_key);
    free(profile->functions);
    free(profile->contexts);
    free(profile->heaps);
    free(profile->heap_totals);
    free(profile->heap_by_bytes);
    free(profile->by_self);
    free(profile->by_place);
}

static void free_shared(struct cprof_profile *profile)
{
    texts_free(&profile->texts);
    table_free(&profile->function_by_key);
    table_free(&profile->display_by_name);
    table_free(&profile->line_by_key);
    durations_free(&profile->durations);
    threads_free(&profile->threads);
    free(profile->lines);
    free(profile->calls);
    free(profile->inlined);
    free(profile->counters);
    table_free(&profile->counter_by_function);
    for (size_t idx = 0; idx < profile->run_count; idx++)
        free(profile->runs[idx].heap);
    free(profile->runs);
    table_free(&profile->heap_site_by_key);
    free(profile->heap_sites);
}

void cprof_profile_free(struct cprof_profile *profile)
{
    if (!profile)
        return;
    free_own(profile);
    if (!profile->view_of)
        free_shared(profile);
    free(profile);
}

/* ---- Merging -------------------------------------------------------------- */

uint32_t model_display(struct cprof_profile *profile, uint32_t name)
{
    uint32_t known = table_find(&profile->display_by_name, 0, name);
    if (known != TABLE_NONE)
        return known;
    const struct text *text = &profile->texts.items[name];
    char *origin = malloc(text->len + 1);
    if (!origin)
        return MODEL_NONE;
    names_origin(text->ptr, text->len, origin);
    char *display = names_display(origin);
    free(origin);
    if (!display)
        return MODEL_NONE;
    uint32_t id = texts_add(&profile->texts, display, strlen(display));
    free(display);
    if (id == TABLE_NONE || !table_put(&profile->display_by_name, 0, name, id))
        return MODEL_NONE;
    return id;
}

/* The text shown for a name, mostly the name itself. */
static uint32_t label_of(struct cprof_profile *profile, uint32_t display)
{
    const struct text *text = &profile->texts.items[display];
    if (!strchr(text->ptr, '<') && !strchr(text->ptr, '['))
        return display;
    char *label = malloc(text->len + 1);
    if (!label)
        return TABLE_NONE;
    names_label(text->ptr, label);
    uint32_t id = texts_add(&profile->texts, label, strlen(label));
    free(label);
    return id;
}

/* A header has another way to it from each folder that a build compiles in, and
 * Clang writes ./x.h where GCC writes x.h: a file is known by what follows. */
static uint32_t file_key(struct cprof_profile *profile, uint32_t file)
{
    const char *path = texts_get(&profile->texts, file), *rest = path;
    for (size_t dots; (dots = strspn(rest, ".")) <= 2 && dots && rest[dots] == '/';)
        rest += dots + strspn(rest + dots, "/");
    return rest == path ? file : texts_add(&profile->texts, rest, strlen(rest));
}

static uint32_t merge_function(struct cprof_profile *profile, uint32_t display, uint32_t file,
                               uint32_t line)
{
    uint32_t key = file_key(profile, file);
    uint64_t high = (uint64_t)display << 32 | key;
    if (key == TABLE_NONE)
        return MODEL_NONE;
    uint32_t id = table_find(&profile->function_by_key, high, line);
    if (id != TABLE_NONE)
        return id;
    if (profile->function_count >= MODEL_NONE ||
        !array_reserve(&profile->functions, &profile->function_capacity,
                       profile->function_count + 1, sizeof *profile->functions))
        return MODEL_NONE;
    id = (uint32_t)profile->function_count;
    uint32_t label = label_of(profile, display);
    if (label == TABLE_NONE || !table_put(&profile->function_by_key, high, line, id))
        return MODEL_NONE;
    profile->function_count++;
    profile->functions[id] = (struct function){
        .name = display, .label = label, .file = file, .line = line, .unit = TABLE_NONE};
    return id;
}

uint32_t model_function(struct cprof_profile *profile, uint32_t name, uint32_t file, uint32_t line)
{
    uint32_t display = model_display(profile, name);
    return display == MODEL_NONE ? MODEL_NONE : merge_function(profile, display, file, line);
}

uint32_t model_hand_function(struct cprof_profile *profile, const char *name, const char *path,
                             uint32_t line)
{
    uint32_t display = texts_add(&profile->texts, name, strlen(name));
    uint32_t file = texts_add(&profile->texts, path, strlen(path));
    if (display == TABLE_NONE || file == TABLE_NONE)
        return MODEL_NONE;
    uint32_t id = merge_function(profile, display, file, line);
    if (id != MODEL_NONE)
        profile->functions[id].flags |= CPROF_SITE_INSTRUMENTED; /* nobody left it out */
    return id;
}

uint32_t model_pseudo_function(struct cprof_profile *profile, const char *name)
{
    return model_hand_function(profile, name, "", 0);
}

/* In the tree an allocation site is a function of its own: the allocator, called
 * there. */
static uint32_t leaf_of(struct cprof_profile *profile, const struct heap_site *site)
{
    const char *kind = heap_kind(site->kind);
    uint32_t name = site->kind == CPROF_KIND_CUSTOM
                        ? model_display(profile, site->callee)
                        : texts_add(&profile->texts, kind, strlen(kind));
    if (name == TABLE_NONE)
        return MODEL_NONE;
    uint32_t leaf = merge_function(profile, name, site->file, site->line);
    if (leaf != MODEL_NONE && profile->functions[leaf].unit == TABLE_NONE) {
        profile->functions[leaf].flags |= CPROF_SITE_INSTRUMENTED; /* nobody left it out */
        profile->functions[leaf].allocator = true;
    }
    return leaf;
}

uint32_t model_heap_site(struct cprof_profile *profile, const struct heap_site *site)
{
    uint32_t leaf = leaf_of(profile, site), key = file_key(profile, site->file);
    if (leaf == MODEL_NONE || key == TABLE_NONE)
        return MODEL_NONE;
    uint64_t high = (uint64_t)site->function << 32 | leaf;
    uint64_t low = (uint64_t)site->line << 32 | (uint64_t)site->column << 16 | site->kind;
    uint32_t id = table_find(&profile->heap_site_by_key, high, low);
    if (id != TABLE_NONE)
        return id;
    if (!array_reserve(&profile->heap_sites, &profile->heap_site_capacity,
                       profile->heap_site_count + 1, sizeof *profile->heap_sites))
        return MODEL_NONE;
    id = (uint32_t)profile->heap_site_count;
    if (!table_put(&profile->heap_site_by_key, high, low, id))
        return MODEL_NONE;
    profile->heap_site_count++;
    profile->heap_sites[id] = *site;
    profile->heap_sites[id].leaf = leaf;
    return id;
}

struct heap_numbers *model_heap_numbers(struct cprof_profile *profile, uint32_t context)
{
    if (!profile->contexts[context].heap) {
        if (!array_reserve(&profile->heaps, &profile->heap_capacity, profile->heap_count + 1,
                           sizeof *profile->heaps))
            return NULL;
        profile->heaps[profile->heap_count] = (struct heap_numbers){0};
        profile->contexts[context].heap = (uint32_t)++profile->heap_count;
    }
    return &profile->heaps[profile->contexts[context].heap - 1];
}

/* Objects of different folders name the same list differently (deny.txt,
 * ../deny.txt), so a line is known by the last part of the path. */
static uint32_t list_name(struct cprof_profile *profile, uint32_t file)
{
    const char *path = texts_get(&profile->texts, file);
    const char *slash = strrchr(path, '/');
    return slash ? texts_add(&profile->texts, slash + 1, strlen(slash + 1)) : file;
}

bool model_line(struct cprof_profile *profile, const struct list_line *line)
{
    uint32_t list = list_name(profile, line->file);
    uint64_t high = (uint64_t)list << 32 | line->text;
    uint64_t low = (uint64_t)line->line << 1 | ((line->flags & CPROF_LINE_ALLOW) != 0);
    if (list == TABLE_NONE)
        return false;
    uint32_t id = table_find(&profile->line_by_key, high, low);
    if (id != TABLE_NONE) {
        profile->lines[id].flags |= line->flags;
        return true;
    }
    id = (uint32_t)profile->line_count;
    if (!array_reserve(&profile->lines, &profile->line_capacity, profile->line_count + 1,
                       sizeof *profile->lines) ||
        !table_put(&profile->line_by_key, high, low, id))
        return false;
    profile->lines[profile->line_count++] = *line;
    return true;
}

uint32_t model_context(struct cprof_profile *profile, uint32_t parent, uint32_t function,
                       enum context_kind kind)
{
    uint64_t high = (uint64_t)parent << 32 | function;
    uint32_t id = table_find(&profile->context_by_key, high, kind);
    if (id != TABLE_NONE)
        return id;
    if (profile->context_count >= MODEL_NONE ||
        !array_reserve(&profile->contexts, &profile->context_capacity, profile->context_count + 1,
                       sizeof *profile->contexts))
        return MODEL_NONE;
    id = (uint32_t)profile->context_count;
    if (!table_put(&profile->context_by_key, high, kind, id))
        return MODEL_NONE;
    profile->context_count++;
    profile->contexts[id] = (struct context){.parent = parent, .function = function, .kind = kind};
    return id;
}

bool model_count(struct cprof_profile *profile, uint32_t function, int64_t sum, uint64_t additions)
{
    uint32_t id = table_find(&profile->counter_by_function, 0, function);
    if (id == TABLE_NONE) {
        id = (uint32_t)profile->counter_count;
        if (!array_reserve(&profile->counters, &profile->counter_capacity,
                           profile->counter_count + 1, sizeof *profile->counters) ||
            !table_put(&profile->counter_by_function, 0, function, id))
            return false;
        profile->counters[profile->counter_count++] = (struct counter){.function = function};
    }
    struct counter *counter = &profile->counters[id];
    counter->sum = (int64_t)((uint64_t)counter->sum + (uint64_t)sum); /* wraps, as it does there */
    counter->additions += additions;
    return true;
}

void measure_add(struct measure *sum, const struct measure *part)
{
    sum->calls += part->calls;
    sum->calls_error += part->calls_error;
    sum->timed_calls += part->timed_calls;
    sum->self += part->self;
    sum->wait += part->wait;
    sum->variance += part->variance;
    sum->blind += part->blind;
    sum->probes += part->probes;
    if (part->min > 0 && (sum->min <= 0 || part->min < sum->min))
        sum->min = part->min;
    if (part->max > sum->max)
        sum->max = part->max;
}

/* ---- Finishing ------------------------------------------------------------ */

static void sum_subtrees(struct cprof_profile *profile)
{
    struct context *contexts = profile->contexts;
    for (size_t idx = 0; idx < profile->context_count; idx++) {
        contexts[idx].total = contexts[idx].measure.self;
        contexts[idx].cpu = contexts[idx].measure.self - contexts[idx].measure.wait;
        contexts[idx].total_calls = (double)contexts[idx].measure.calls;
    }
    for (size_t idx = profile->context_count; idx-- > 1;) {
        struct context *parent = &contexts[contexts[idx].parent];
        parent->total += contexts[idx].total;
        parent->cpu += contexts[idx].cpu;
        parent->total_calls += contexts[idx].total_calls;
    }
}

/* A context and what siblings are ordered by, since qsort takes no context. */
struct sibling {
    uint32_t parent, context;
    double total, calls;
    const char *name;
};

static int compare_siblings(const void *left_ptr, const void *right_ptr)
{
    const struct sibling *left = left_ptr, *right = right_ptr;
    if (left->parent != right->parent)
        return left->parent < right->parent ? -1 : 1;
    if (left->total != right->total)
        return left->total > right->total ? -1 : 1;
    if (left->calls != right->calls)
        return left->calls > right->calls ? -1 : 1;
    int order = strcmp(left->name, right->name);
    return order ? order : (left->context < right->context ? -1 : left->context > right->context);
}

/* Links every context that something was seen of, in or below it, to its
 * siblings, largest first. */
static bool link_siblings(struct cprof_profile *profile)
{
    struct context *contexts = profile->contexts;
    struct sibling *siblings = array_new(profile->context_count, sizeof *siblings);
    if (!siblings)
        return false;
    size_t count = 0, leaves = 0;
    for (uint32_t idx = 0; idx < profile->context_count; idx++) {
        leaves += contexts[idx].heap != 0;
        contexts[idx].first_child = contexts[idx].next_sibling = MODEL_NONE;
        if (idx != MODEL_ROOT &&
            (contexts[idx].total > 0 || contexts[idx].total_calls > 0 || contexts[idx].heap))
            siblings[count++] = (struct sibling){.parent = contexts[idx].parent,
                                                 .context = idx,
                                                 .total = contexts[idx].total,
                                                 .calls = contexts[idx].total_calls,
                                                 .name = model_context_name(profile, idx)};
    }
    qsort(siblings, count, sizeof *siblings, compare_siblings);
    for (size_t idx = count; idx-- > 0;) {
        struct context *parent = &contexts[siblings[idx].parent];
        contexts[siblings[idx].context].next_sibling = parent->first_child;
        parent->first_child = siblings[idx].context;
    }
    profile->context_seen = count - leaves;
    free(siblings);
    return true;
}

/* Totals of functions.  A context counts only where its function is not
 * already on the path, so that a recursive function is counted once; looking
 * at the path itself also covers recursion that merging of clones made. */
static void enter_context(struct cprof_profile *profile, uint32_t idx)
{
    struct context *context = &profile->contexts[idx];
    context->depth = idx == MODEL_ROOT ? 0 : profile->contexts[context->parent].depth + 1;
    if (context->kind == CONTEXT_ALLOC || context->function == MODEL_NONE)
        return;
    struct function *function = &profile->functions[context->function];
    measure_add(&function->measure, &context->measure);
    if (context->depth > function->max_depth)
        function->max_depth = context->depth;
    if (function->open++ == 0) {
        function->total += context->total;
        function->cpu += context->cpu;
    }
}

static void leave_context(struct cprof_profile *profile, uint32_t idx)
{
    const struct context *context = &profile->contexts[idx];
    if (context->kind != CONTEXT_ALLOC && context->function != MODEL_NONE)
        profile->functions[context->function].open--;
}

static void sum_functions(struct cprof_profile *profile)
{
    for (size_t idx = 0; idx < profile->function_count; idx++) {
        struct function *function = &profile->functions[idx];
        function->measure = (struct measure){0};
        function->total = function->cpu = function->p50 = function->p95 = function->p99 = 0;
        function->max_depth = function->open = 0;
    }
    uint32_t at = MODEL_ROOT;
    while (at != MODEL_NONE) {
        enter_context(profile, at);
        if (profile->contexts[at].first_child != MODEL_NONE) {
            at = profile->contexts[at].first_child;
            continue;
        }
        while (at != MODEL_NONE) {
            leave_context(profile, at);
            if (profile->contexts[at].next_sibling != MODEL_NONE) {
                at = profile->contexts[at].next_sibling;
                break;
            }
            at = profile->contexts[at].parent;
        }
    }
}

/* A bucket has a width, so a percentile may come out beyond what was measured. */
static double quantile_of(const struct measure *measure, const struct duration_bucket *buckets,
                          size_t count, double share)
{
    double quantile = durations_quantile(buckets, count, share);
    if (measure->max > 0 && quantile > measure->max)
        return measure->max;
    return quantile < measure->min ? measure->min : quantile;
}

static bool find_percentiles(struct cprof_profile *profile)
{
    const struct durations *durations = &profile->durations;
    struct duration_bucket *sorted = durations_sorted(durations);
    size_t count = 0;
    for (size_t idx = 0; sorted && idx < durations->count; idx += count) {
        struct function *function = &profile->functions[sorted[idx].function];
        for (count = 1; idx + count < durations->count &&
                        sorted[idx + count].function == sorted[idx].function;)
            count++;
        function->p50 = quantile_of(&function->measure, sorted + idx, count, 0.50);
        function->p95 = quantile_of(&function->measure, sorted + idx, count, 0.95);
        function->p99 = quantile_of(&function->measure, sorted + idx, count, 0.99);
    }
    free(sorted);
    return sorted != NULL;
}

/* The system's headers lie elsewhere and say nothing of where the program does. */
static bool is_own_file(const char *file)
{
    return file[0] == '/' && strncmp(file, "/usr/", 5) != 0;
}

static void find_folder(struct cprof_profile *profile)
{
    profile->folder_len = 0;
    for (size_t idx = 0; idx < profile->function_count; idx++) {
        const char *file = texts_get(&profile->texts, profile->functions[idx].file);
        size_t same = 0, limit = strlen(file);
        if (!is_own_file(file))
            continue;
        if (profile->folder_len == 0)
            profile->folder = file;
        else if (profile->folder_len < limit)
            limit = profile->folder_len;
        while (same < limit && file[same] == profile->folder[same])
            same++;
        while (same && file[same - 1] != '/')
            same--;
        profile->folder_len = same; /* at least the first slash */
    }
}

enum cprof_status model_finish(struct cprof_profile *profile, struct cprof_error *error)
{
    if (profile->finished)
        return CPROF_OK;
    sum_subtrees(profile);
    if (!link_siblings(profile))
        return fault_memory(error, "the calling contexts");
    sum_functions(profile);
    if (!find_percentiles(profile))
        return fault_memory(error, "the durations");
    find_folder(profile);
    if (!heap_finish(profile))
        return fault_memory(error, "the allocation sites");
    if (!stats_order(profile))
        return fault_memory(error, "the list of functions");
    profile->finished = true;
    return CPROF_OK;
}

/* ---- Asking --------------------------------------------------------------- */

bool model_timed(const struct cprof_profile *profile)
{
    for (size_t idx = 0; idx < profile->run_count; idx++) {
        uint32_t mode = profile->runs[idx].header.mode;
        if (profile->runs[idx].imported)
            return true;
        if (mode == CPROF_MODE_BUDGET && profile->runs[idx].kernel_samples == 0)
            continue;
        if (mode != CPROF_MODE_COUNT && mode != CPROF_MODE_OFF && profile->runs[idx].wall >= 0)
            return true;
    }
    return false;
}

bool model_estimated(const struct cprof_profile *profile)
{
    for (size_t idx = 0; idx < profile->run_count; idx++)
        if (!profile->runs[idx].imported && profile->runs[idx].header.mode == CPROF_MODE_BUDGET)
            return true;
    for (size_t idx = 0; idx < profile->function_count; idx++)
        if (profile->functions[idx].measure.calls_error > 0)
            return true;
    return false;
}

bool model_nested(const struct cprof_profile *profile)
{
    for (size_t idx = 0; idx < profile->run_count; idx++)
        if (profile->runs[idx].imported || profile->runs[idx].header.mode != CPROF_MODE_BUDGET)
            return true;
    return profile->run_count == 0;
}

const char *model_unit(const struct cprof_profile *profile)
{
    return profile->unit;
}

bool model_measured(const struct cprof_profile *profile)
{
    for (size_t idx = 0; idx < profile->run_count; idx++)
        if (!profile->runs[idx].imported)
            return true;
    return profile->run_count == 0;
}

bool model_in_nanoseconds(const struct cprof_profile *profile)
{
    return !profile->unit[0] && model_timed(profile);
}

bool model_counted(const struct cprof_profile *profile)
{
    return !profile->uncounted;
}

const struct run *model_first_run(const struct cprof_profile *profile)
{
    const struct run *first = profile->run_count ? profile->runs : NULL;
    for (size_t idx = 1; idx < profile->run_count; idx++)
        if (profile->runs[idx].header.started_ns < first->header.started_ns)
            first = &profile->runs[idx];
    return first;
}

const char *model_program(const struct cprof_profile *profile)
{
    const struct run *first = model_first_run(profile);
    if (!first || !first->header.program[0])
        return "[program]";
    const char *slash = strrchr(first->header.program, '/');
    return slash && slash[1] ? slash + 1 : first->header.program;
}

const char *model_function_name(const struct cprof_profile *profile, uint32_t function)
{
    return texts_get(&profile->texts, profile->functions[function].name);
}

const char *model_context_name(const struct cprof_profile *profile, uint32_t context)
{
    uint32_t function = profile->contexts[context].function;
    return function == MODEL_NONE ? model_program(profile) : model_function_name(profile, function);
}

const char *model_function_label(const struct cprof_profile *profile, uint32_t function)
{
    return texts_get(&profile->texts, profile->functions[function].label);
}

const char *model_short_file(const struct cprof_profile *profile, uint32_t function)
{
    const char *file = texts_get(&profile->texts, profile->functions[function].file);
    return profile->folder_len > 1 && strncmp(file, profile->folder, profile->folder_len) == 0
               ? file + profile->folder_len
               : file;
}

const char *model_context_label(const struct cprof_profile *profile, uint32_t context)
{
    uint32_t function = profile->contexts[context].function;
    return function == MODEL_NONE ? model_program(profile)
                                  : model_function_label(profile, function);
}

uint32_t model_caller(const struct cprof_profile *profile, uint32_t context)
{
    uint32_t at = profile->contexts[context].parent;
    while (at != MODEL_ROOT && profile->contexts[at].kind == CONTEXT_SCOPE)
        at = profile->contexts[at].parent;
    return profile->contexts[at].function;
}

uint32_t model_next(const struct cprof_profile *profile, uint32_t context, bool descend)
{
    if (descend && profile->contexts[context].first_child != MODEL_NONE)
        return profile->contexts[context].first_child;
    while (context != MODEL_NONE && profile->contexts[context].next_sibling == MODEL_NONE)
        context = profile->contexts[context].parent;
    return context == MODEL_NONE ? MODEL_NONE : profile->contexts[context].next_sibling;
}

bool model_seen(const struct function *function)
{
    return function->measure.calls > 0 || function->total > 0;
}
