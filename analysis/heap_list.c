/* Rows of a listing of the heap, and which of them a suppression file leaves out; see
 * heap_list.h.
 */
#include "heap_list.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "fault.h"
#include "model.h"

bool heap_list_of_contexts(enum cprof_heap_view view)
{
    return view == CPROF_HEAP_LEAKS || view == CPROF_HEAP_PEAK;
}

/* ---- Suppressions ------------------------------------------------------------- */

enum pattern_kind { PATTERN_NAME, PATTERN_FUNCTION, PATTERN_FILE };

struct pattern {
    enum pattern_kind kind;
    const char *glob;
    bool used;
};

struct patterns {
    char *text; /* what the globs lie in */
    struct pattern *items;
    size_t count, capacity;
};

/* A line without comment and blanks around it, in place. */
static char *trim(char *line)
{
    line[strcspn(line, "#")] = '\0';
    line += strspn(line, " \t\r");
    for (size_t len = strlen(line); len && strchr(" \t\r", line[len - 1]);)
        line[--len] = '\0';
    return line;
}

static struct pattern pattern_of(const char *line)
{
    if (strncmp(line, "fun:", 4) == 0)
        return (struct pattern){PATTERN_FUNCTION, line + 4, false};
    if (strncmp(line, "src:", 4) == 0)
        return (struct pattern){PATTERN_FILE, line + 4, false};
    return (struct pattern){PATTERN_NAME, line, false};
}

static bool patterns_read(struct patterns *patterns, const char *text)
{
    if (!text)
        return true;
    patterns->text = strdup(text);
    if (!patterns->text)
        return false;
    for (char *line = patterns->text, *end; line; line = end) {
        end = strchr(line, '\n');
        if (end)
            *end++ = '\0';
        line = trim(line);
        if (!*line)
            continue;
        if (!array_reserve(&patterns->items, &patterns->capacity, patterns->count + 1,
                           sizeof *patterns->items))
            return false;
        patterns->items[patterns->count++] = pattern_of(line);
    }
    return true;
}

/* The whole path, or what stands behind any slash of it. */
static bool file_matches(const char *glob, const char *file)
{
    while (fnmatch(glob, file, 0) != 0) {
        file = strchr(file, '/');
        if (!file)
            return false;
        file++;
    }
    return true;
}

/* A plain name: the function's, without its parameters, from the start or from behind
 * any "::". */
static bool name_matches(const char *wanted, const char *name)
{
    size_t len = strlen(wanted);
    for (const char *at = name; at; at = strstr(at, "::")) {
        at += at == name ? 0 : 2;
        if (strncmp(at, wanted, len) == 0 && (at[len] == '\0' || at[len] == '('))
            return true;
    }
    return false;
}

static bool pattern_matches(const struct pattern *pattern, const char *name, const char *file)
{
    switch (pattern->kind) {
    case PATTERN_FUNCTION:
        return fnmatch(pattern->glob, name, 0) == 0;
    case PATTERN_FILE:
        return file_matches(pattern->glob, file);
    default:
        return name_matches(pattern->glob, name);
    }
}

/* The first pattern that names a frame of the context, marked as used. */
static bool is_suppressed(const struct cprof_profile *profile, struct patterns *patterns,
                          uint32_t context)
{
    for (uint32_t at = context; at != MODEL_NONE; at = profile->contexts[at].parent) {
        uint32_t function = profile->contexts[at].function;
        if (function == MODEL_NONE)
            continue;
        const char *name = model_function_name(profile, function);
        const char *file = texts_get(&profile->texts, profile->functions[function].file);
        for (size_t idx = 0; idx < patterns->count; idx++)
            if (pattern_matches(&patterns->items[idx], name, file)) {
                patterns->items[idx].used = true;
                return true;
            }
    }
    return false;
}

/* ---- Rows ------------------------------------------------------------------------ */

static struct heap_row context_row(const struct cprof_profile *profile, uint32_t context,
                                   enum cprof_heap_view view)
{
    const struct heap_numbers *numbers = &profile->heaps[profile->contexts[context].heap - 1];
    struct heap_row row = {.site = MODEL_NONE, .context = context, .age = numbers->age};
    if (view == CPROF_HEAP_PEAK) {
        row.bytes = heap_live(numbers->at_peak_bytes, 0);
        row.count = heap_live(numbers->at_peak_count, 0);
    } else {
        row.bytes = heap_live(numbers->bytes, numbers->freed_bytes);
        row.count = heap_live(numbers->count, numbers->freed_count);
    }
    return row;
}

static struct heap_row site_row(const struct cprof_profile *profile, uint32_t site,
                                enum cprof_heap_view view)
{
    const struct heap_numbers *numbers = &profile->heap_sites[site].numbers;
    bool temporary = view == CPROF_HEAP_TEMPORARY;
    return (struct heap_row){.site = site,
                             .context = MODEL_NONE,
                             .bytes = temporary ? numbers->temporary : numbers->bytes,
                             .count = temporary ? numbers->temporary : numbers->count,
                             .age = numbers->age};
}

static int compare_rows(const void *left_ptr, const void *right_ptr)
{
    const struct heap_row *left = left_ptr, *right = right_ptr;
    if (left->bytes != right->bytes)
        return left->bytes > right->bytes ? -1 : 1;
    if (left->count != right->count)
        return left->count > right->count ? -1 : 1;
    if (left->site != right->site)
        return left->site < right->site ? -1 : 1;
    return left->context < right->context ? -1 : left->context > right->context;
}

static void add_row(struct heap_list *list, const struct heap_row *row)
{
    if (!row->count)
        return;
    list->rows[list->count++] = *row;
    list->bytes += row->bytes;
    list->blocks += row->count;
}

static void add_context(struct heap_list *list, const struct cprof_profile *profile,
                        uint32_t context, struct patterns *patterns, enum cprof_heap_view view)
{
    struct heap_row row = context_row(profile, context, view);
    if (!row.count || !is_suppressed(profile, patterns, context)) {
        add_row(list, &row);
        return;
    }
    list->suppressed++;
    list->suppressed_bytes += row.bytes;
}

static void fill(struct heap_list *list, const struct cprof_profile *profile,
                 struct patterns *patterns, enum cprof_heap_view view)
{
    if (heap_list_of_contexts(view)) {
        for (uint32_t idx = 0; idx < profile->context_count; idx++)
            if (profile->contexts[idx].heap)
                add_context(list, profile, idx, patterns, view);
    } else {
        for (uint32_t idx = 0; idx < profile->heap_site_count; idx++) {
            struct heap_row row = site_row(profile, idx, view);
            add_row(list, &row);
        }
    }
    qsort(list->rows, list->count, sizeof *list->rows, compare_rows);
    for (size_t idx = 0; idx < patterns->count; idx++)
        list->idle_patterns += !patterns->items[idx].used;
}

enum cprof_status heap_list_make(struct heap_list *list, struct cprof_profile *profile,
                                 const struct cprof_heap_options *options,
                                 struct cprof_error *error)
{
    struct patterns patterns = {0};
    size_t most =
        heap_list_of_contexts(options->view) ? profile->heap_count : profile->heap_site_count;
    *list = (struct heap_list){.rows = array_new(most, sizeof *list->rows)};
    const char *suppressions = options->view == CPROF_HEAP_LEAKS ? options->suppressions : NULL;
    bool enough = list->rows && patterns_read(&patterns, suppressions);
    if (enough)
        fill(list, profile, &patterns, options->view);
    free(patterns.items);
    free(patterns.text);
    if (!enough)
        heap_list_free(list);
    return enough ? CPROF_OK : fault_memory(error, "the list of allocations");
}

void heap_list_free(struct heap_list *list)
{
    free(list->rows);
    list->rows = NULL;
}
