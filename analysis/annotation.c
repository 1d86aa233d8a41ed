/* Which file, its text, and numbers to its lines; see annotation.h. */
#include "annotation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "array.h"
#include "call_lines.h"
#include "fault.h"
#include "heap.h"
#include "store.h"

/* A source of more lines is none that people wrote. */
#define MOST_LINES 2000000u

struct maker {
    struct cprof_profile *profile;
    const struct cprof_annotate_options *options;
    struct annotations *out;
    struct call_line *calls;
    size_t call_count;
    struct cprof_error *error;
};

bool annotation_speaks(const struct annotation_line *line)
{
    return line->function != MODEL_NONE || line->called || line->alloc_count;
}

/* ---- Files ---------------------------------------------------------------- */

/* Clang writes ./x.c where GCC writes x.c. */
static const char *plain(const char *file)
{
    while (strncmp(file, "./", 2) == 0)
        file += 2;
    return file;
}

static bool same_file(const char *left, const char *right)
{
    return strcmp(plain(left), plain(right)) == 0;
}

/* Whether `path` is `word` or ends with it behind a slash. */
static bool is_path(const char *path, const char *word)
{
    size_t path_len = strlen(path), len = strlen(word);
    return path_len >= len && strcmp(path + path_len - len, word) == 0 &&
           (path_len == len || word[0] == '/' || path[path_len - len - 1] == '/');
}

static const char *file_of(const struct cprof_profile *profile, uint32_t function)
{
    return texts_get(&profile->texts, profile->functions[function].file);
}

static char *join(const char *folder, size_t folder_len, const char *file)
{
    size_t size = folder_len + strlen(file) + 2;
    char *path = malloc(size);
    if (path)
        snprintf(path, size, "%.*s/%s", (int)folder_len, folder, file);
    return path;
}

/* Where the source may lie: as it was given, below the folder that was named, beside
 * the program. */
static char *find_source(const struct maker *maker, const char *file)
{
    const char *folder = maker->options->folder;
    const struct run *run = model_first_run(maker->profile);
    const char *program = run ? run->header.program : "", *slash = strrchr(program, '/');
    const char *last = strrchr(file, '/') ? strrchr(file, '/') + 1 : file;
    char *found[] = {folder ? join(folder, strlen(folder), file) : NULL,
                     folder ? join(folder, strlen(folder), last) : NULL, strdup(file),
                     slash ? join(program, (size_t)(slash - program), file) : NULL};
    char *chosen = NULL;
    for (size_t idx = 0; idx < sizeof found / sizeof *found; idx++) {
        struct stat about;
        if (!chosen && found[idx] && stat(found[idx], &about) == 0 && S_ISREG(about.st_mode))
            chosen = found[idx];
        else
            free(found[idx]);
    }
    return chosen;
}

static bool reserve_lines(struct annotation *annotation, uint32_t count)
{
    if (count <= annotation->count)
        return true;
    struct annotation_line *lines = realloc(annotation->lines, ((size_t)count + 1) * sizeof *lines);
    if (!lines)
        return false;
    for (uint32_t idx = annotation->lines ? annotation->count + 1 : 0; idx <= count; idx++)
        lines[idx] = (struct annotation_line){.function = MODEL_NONE};
    annotation->lines = lines;
    annotation->count = count;
    return true;
}

static bool split_lines(struct annotation *annotation, size_t len)
{
    uint32_t number = 0;
    for (size_t at = 0; at < len && number < MOST_LINES;) {
        const char *text = (const char *)annotation->bytes + at;
        const char *end = memchr(text, '\n', len - at);
        size_t line_len = end ? (size_t)(end - text) : len - at;
        at += line_len + 1;
        if (++number > annotation->count && !reserve_lines(annotation, number + number / 2 + 64))
            return false;
        annotation->lines[number].text = text;
        annotation->lines[number].text_len =
            line_len && text[line_len - 1] == '\r' ? line_len - 1 : line_len;
    }
    return true;
}

/* A source that cannot be read leaves lines without text. */
static bool read_source(const struct maker *maker, struct annotation *annotation)
{
    struct store_bytes bytes;
    struct stat about;
    const struct run *run = model_first_run(maker->profile);
    annotation->source = find_source(maker, annotation->file);
    if (!annotation->source)
        return true;
    if (store_read(annotation->source, &bytes, NULL) != CPROF_OK) {
        free(annotation->source);
        annotation->source = NULL;
        return true;
    }
    if (stat(annotation->source, &about) == 0 && run && !run->imported)
        annotation->changed = (uint64_t)about.st_mtim.tv_sec > run->header.started_ns / 1000000000;
    annotation->bytes = malloc(bytes.len ? bytes.len : 1);
    bool enough = annotation->bytes != NULL;
    if (enough) {
        memcpy(annotation->bytes, bytes.ptr, bytes.len);
        enough = split_lines(annotation, bytes.len);
    }
    store_release(&bytes);
    return enough;
}

static struct annotation *annotation_of(struct maker *maker, const char *file)
{
    struct annotations *out = maker->out;
    for (size_t idx = 0; idx < out->count; idx++)
        if (same_file(out->items[idx].file, file))
            return &out->items[idx];
    if (!array_reserve(&out->items, &out->capacity, out->count + 1, sizeof *out->items))
        return NULL;
    struct annotation *annotation = &out->items[out->count++];
    *annotation = (struct annotation){.file = file};
    return reserve_lines(annotation, 1) && read_source(maker, annotation) ? annotation : NULL;
}

static struct annotation_line *line_of(struct annotation *annotation, uint32_t number)
{
    if (!number || number > MOST_LINES ||
        (number > annotation->count && !reserve_lines(annotation, number + number / 2)))
        return NULL;
    return &annotation->lines[number];
}

/* ---- Calls ---------------------------------------------------------------- */

static void put_calls(struct maker *maker, struct annotation *annotation)
{
    for (size_t idx = 0; idx < maker->call_count; idx++) {
        const struct call_line *call = &maker->calls[idx];
        struct annotation_line *line =
            same_file(texts_get(&maker->profile->texts, call->file), annotation->file)
                ? line_of(annotation, call->line)
                : NULL;
        if (!line)
            continue;
        line->called = true;
        line->calls += call->calls;
        line->total += call->total;
        line->shared = line->shared || call->shared;
        annotation->shares = annotation->shares || line->shared;
    }
}

static void put_allocations(struct maker *maker, struct annotation *annotation)
{
    const struct cprof_profile *profile = maker->profile;
    for (size_t idx = 0; idx < profile->heap_site_count; idx++) {
        const struct heap_site *site = &profile->heap_sites[idx];
        struct annotation_line *line =
            site->numbers.count &&
                    same_file(texts_get(&profile->texts, site->file), annotation->file)
                ? line_of(annotation, site->line)
                : NULL;
        if (line) {
            line->alloc_count += site->numbers.count;
            line->alloc_bytes += site->numbers.bytes;
        }
    }
}

static void put_heads(struct maker *maker, struct annotation *annotation)
{
    const struct cprof_profile *profile = maker->profile;
    for (uint32_t idx = 0; idx < profile->function_count; idx++) {
        const struct function *function = &profile->functions[idx];
        struct annotation_line *line = model_seen(function) && !function->allocator &&
                                               same_file(file_of(profile, idx), annotation->file)
                                           ? line_of(annotation, function->line)
                                           : NULL;
        /* Of several on a line, as templates are, the most expensive. */
        if (line && (line->function == MODEL_NONE ||
                     function->measure.self > profile->functions[line->function].measure.self))
            line->function = idx;
    }
}

/* ---- What is shown -------------------------------------------------------- */

/* The line before the next function of the file, seen or not. */
static uint32_t end_of(const struct cprof_profile *profile, uint32_t function,
                       const struct annotation *annotation)
{
    uint32_t line = profile->functions[function].line, end = annotation->count;
    for (uint32_t idx = 0; idx < profile->function_count; idx++)
        if (profile->functions[idx].line > line && profile->functions[idx].line <= end &&
            !profile->functions[idx].allocator &&
            same_file(file_of(profile, idx), annotation->file))
            end = profile->functions[idx].line - 1;
    return end;
}

static void show_lines(const struct maker *maker, struct annotation *annotation, uint32_t first,
                       uint32_t last)
{
    uint32_t around = maker->options->context;
    for (uint32_t number = first; number <= last && number <= annotation->count; number++) {
        if (!around) {
            annotation->lines[number].shown = true;
            continue;
        }
        if (!annotation_speaks(&annotation->lines[number]))
            continue;
        uint32_t from = number > around ? number - around : 1;
        for (uint32_t near = from < first ? first : from;
             near <= last && near <= number + around && near <= annotation->count; near++)
            annotation->lines[near].shown = true;
    }
}

static void put_numbers(struct maker *maker, struct annotation *annotation)
{
    put_heads(maker, annotation);
    put_allocations(maker, annotation);
    put_calls(maker, annotation);
}

/* ---- Which ---------------------------------------------------------------- */

static bool add_file(struct maker *maker, const char *file)
{
    size_t before = maker->out->count;
    struct annotation *annotation = annotation_of(maker, file);
    if (!annotation || maker->out->count == before)
        return annotation != NULL;
    put_numbers(maker, annotation);
    show_lines(maker, annotation, 1, annotation->count);
    return true;
}

static bool add_function(struct maker *maker, uint32_t function)
{
    size_t before = maker->out->count;
    struct annotation *annotation = annotation_of(maker, file_of(maker->profile, function));
    if (!annotation)
        return false;
    if (maker->out->count > before)
        put_numbers(maker, annotation);
    show_lines(maker, annotation, maker->profile->functions[function].line,
               end_of(maker->profile, function, annotation));
    return true;
}

/* A word is a file if one has that name, else a function. */
static bool add_all(struct maker *maker)
{
    const struct cprof_profile *profile = maker->profile;
    const char *word = maker->options->what;
    bool enough = true;
    for (uint32_t idx = 0; enough && idx < profile->function_count; idx++)
        if (*file_of(profile, idx) && is_path(plain(file_of(profile, idx)), plain(word)))
            enough = add_file(maker, file_of(profile, idx));
    if (maker->out->count)
        return enough;
    for (uint32_t idx = 0; enough && idx < profile->function_count; idx++)
        if (*file_of(profile, idx) && model_seen(&profile->functions[idx]) &&
            !profile->functions[idx].allocator && model_is_named(profile, idx, word))
            enough = add_function(maker, idx);
    return enough;
}

enum cprof_status annotation_make(struct cprof_profile *profile,
                                  const struct cprof_annotate_options *options,
                                  struct annotations *out, struct cprof_error *error)
{
    struct maker maker = {.profile = profile, .options = options, .out = out, .error = error};
    *out = (struct annotations){0};
    enum cprof_status status = model_finish(profile, error);
    if (status != CPROF_OK)
        return status;
    maker.calls = call_lines_new(profile, &maker.call_count);
    bool enough = maker.calls && add_all(&maker);
    free(maker.calls);
    if (!enough)
        status = fault_memory(error, "the source");
    else if (!out->count)
        status = fault_set(error, CPROF_USAGE,
                           "%.600s is no file and no function of this profile; `cprof report --top "
                           "0` shows both",
                           options->what);
    if (status != CPROF_OK)
        annotation_free(out);
    return status;
}

void annotation_free(struct annotations *annotations)
{
    for (size_t idx = 0; idx < annotations->count; idx++) {
        free(annotations->items[idx].source);
        free(annotations->items[idx].bytes);
        free(annotations->items[idx].lines);
    }
    free(annotations->items);
    *annotations = (struct annotations){0};
}
