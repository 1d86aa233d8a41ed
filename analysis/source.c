/* Source files for the page; see source.h.
 *
 * A profile names the files, and a profile may come from anybody: so only what has
 * the suffix of a source, is a regular file and not too large is read, lest a page
 * that is passed on holds what nobody meant to show.
 */
#include "source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "array.h"
#include "call_lines.h"

#define MOST_FILES 200
#define LARGEST_FILE (1u << 20)
#define MOST_BYTES (6u << 20)

struct line {
    uint32_t file; /* text, then number of the file in the document */
    uint32_t line;
    double calls; /* negative: known only together with other lines */
    uint64_t bytes;
};

struct source {
    const struct cprof_profile *profile;
    struct table file_by_text;
    struct line *lines;
    size_t line_count, line_capacity;
    size_t file_count, bytes;
};

/* ---- Files ------------------------------------------------------------------- */

static bool is_source(const char *path)
{
    static const char *const suffixes[] = {".c",   ".h",   ".cc",  ".cpp", ".cxx", ".hh",
                                           ".hpp", ".hxx", ".inl", ".ipp", ".tcc", ".inc",
                                           ".y",   ".l",   ".def", ".c++", ".C",   ".S"};
    const char *dot = strrchr(path, '.');
    for (size_t idx = 0; dot && idx < sizeof suffixes / sizeof *suffixes; idx++)
        if (strcmp(dot, suffixes[idx]) == 0)
            return true;
    return false;
}

/* The text of a file, NUL-terminated, or NULL; *written becomes when. */
static char *read_text(const char *path, time_t *written)
{
    struct stat facts;
    if (!is_source(path) || stat(path, &facts) != 0 || !S_ISREG(facts.st_mode) ||
        facts.st_size <= 0 || facts.st_size > LARGEST_FILE)
        return NULL;
    FILE *file = fopen(path, "re");
    char *text = file ? malloc((size_t)facts.st_size + 1) : NULL;
    size_t len = text ? fread(text, 1, (size_t)facts.st_size, file) : 0;
    if (file)
        fclose(file);
    if (text)
        text[len] = '\0';
    *written = facts.st_mtime;
    return text;
}

/* As it is named, or from the folder of the program. */
static char *find_text(const struct source *source, const char *path, time_t *written)
{
    char *text = read_text(path, written), elsewhere[4096];
    const struct run *run = model_first_run(source->profile);
    const char *slash = run ? strrchr(run->header.program, '/') : NULL;
    if (text || !slash || path[0] == '/')
        return text;
    int len = snprintf(elsewhere, sizeof elsewhere, "%.*s/%s", (int)(slash - run->header.program),
                       run->header.program, path);
    return len < (int)sizeof elsewhere ? read_text(elsewhere, written) : NULL;
}

static bool put_file(struct json *json, struct source *source, uint32_t text)
{
    const char *path = texts_get(&source->profile->texts, text);
    const struct run *run = model_first_run(source->profile);
    time_t written = 0;
    char *content = find_text(source, path, &written);
    if (!content)
        return table_put(&source->file_by_text, 0, text, MODEL_NONE - 1);
    json_line(json);
    json_open(json, NULL, '{');
    json_text(json, "path", path);
    json_bool(json, "changed", run && (uint64_t)written > run->header.started_ns / 1000000000u);
    json_text(json, "text", content);
    json_close(json, '}');
    source->bytes += strlen(content);
    free(content);
    return table_put(&source->file_by_text, 0, text, (uint32_t)source->file_count++);
}

static bool put_files(struct json *json, struct source *source)
{
    const struct cprof_profile *profile = source->profile;
    bool enough = true;
    json_open(json, "files", '[');
    for (size_t idx = 0; enough && idx < profile->seen_count; idx++) {
        uint32_t text = profile->functions[profile->by_self[idx]].file;
        if (source->file_count < MOST_FILES && source->bytes < MOST_BYTES &&
            table_find(&source->file_by_text, 0, text) == TABLE_NONE)
            enough = put_file(json, source, text);
    }
    json_close(json, ']');
    return enough;
}

/* ---- Lines ------------------------------------------------------------------- */

static bool add_line(struct source *source, const struct line *line)
{
    if (!array_reserve(&source->lines, &source->line_capacity, source->line_count + 1,
                       sizeof *source->lines))
        return false;
    source->lines[source->line_count++] = *line;
    return true;
}

static bool add_calls(struct source *source)
{
    size_t count;
    struct call_line *calls = call_lines_new(source->profile, &count);
    bool enough = calls != NULL;
    for (size_t idx = 0; enough && idx < count; idx++) {
        struct line line = {calls[idx].file, calls[idx].line,
                            calls[idx].shared ? -1 : (double)calls[idx].calls, 0};
        enough = add_line(source, &line);
    }
    free(calls);
    return enough;
}

static bool add_allocations(struct source *source)
{
    const struct cprof_profile *profile = source->profile;
    bool enough = true;
    for (size_t idx = 0; enough && idx < profile->heap_site_count; idx++) {
        const struct heap_site *site = &profile->heap_sites[idx];
        struct line line = {site->file, site->line, (double)site->numbers.count,
                            site->numbers.bytes};
        if (site->numbers.count)
            enough = add_line(source, &line);
    }
    return enough;
}

static int compare_lines(const void *left_ptr, const void *right_ptr)
{
    const struct line *left = left_ptr, *right = right_ptr;
    if (left->file != right->file)
        return left->file < right->file ? -1 : 1;
    return left->line < right->line ? -1 : left->line > right->line;
}

/* Brings what stands on one line together; what one part does not know, nobody does. */
static void put_lines(struct json *json, struct source *source)
{
    if (source->line_count)
        qsort(source->lines, source->line_count, sizeof *source->lines, compare_lines);
    json_open(json, "lines", '[');
    for (size_t idx = 0, count = 0; idx < source->line_count; idx += count) {
        struct line sum = source->lines[idx];
        uint32_t file = table_find(&source->file_by_text, 0, sum.file);
        for (count = 1; idx + count < source->line_count &&
                        compare_lines(&sum, &source->lines[idx + count]) == 0;
             count++) {
            const struct line *other = &source->lines[idx + count];
            sum.calls = sum.calls < 0 || other->calls < 0 ? -1 : sum.calls + other->calls;
            sum.bytes += other->bytes;
        }
        if (file >= source->file_count)
            continue;
        json_open(json, NULL, '[');
        json_whole(json, NULL, file);
        json_whole(json, NULL, sum.line);
        json_whole(json, NULL, sum.calls < 0 ? CPROF_UNKNOWN : (uint64_t)sum.calls);
        json_whole(json, NULL, sum.bytes);
        json_close(json, ']');
    }
    json_close(json, ']');
}

bool source_put(struct json *json, const struct cprof_profile *profile)
{
    struct source source = {.profile = profile};
    json_open(json, NULL, '{');
    bool enough = put_files(json, &source) && add_calls(&source) && add_allocations(&source);
    if (enough)
        put_lines(json, &source);
    json_close(json, '}');
    free(source.lines);
    table_free(&source.file_by_text);
    return enough;
}
