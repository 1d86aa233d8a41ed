/* Finds out whose profile it is, and what its readers share; see import.h. */
#include "import.h"

#include <stdio.h>
#include <string.h>

#include "array.h"
#include "fault.h"

/* ---- Whose ---------------------------------------------------------------- */

struct kind {
    bool (*recognises)(struct import_text text);
    enum cprof_status (*read)(struct import *import);
};

/* Folded stacks last: nearly any text with numbers at the ends of lines is. */
static const struct kind kinds[] = {{import_is_callgrind, import_callgrind},
                                    {import_is_perf, import_perf},
                                    {import_is_folded, import_folded}};

static const struct kind *kind_of(struct import_text text)
{
    if (memchr(text.ptr, 0, text.len < 4096 ? text.len : 4096))
        return NULL; /* not a text */
    for (size_t idx = 0; idx < sizeof kinds / sizeof *kinds; idx++)
        if (kinds[idx].recognises(text))
            return &kinds[idx];
    return NULL;
}

bool import_recognises(const void *bytes, size_t len)
{
    return len > 0 && kind_of((struct import_text){bytes, len});
}

enum cprof_status import_add(struct cprof_profile *profile, const char *name, const void *bytes,
                             size_t len, struct cprof_error *error)
{
    struct import import = {.profile = profile, .name = name, .text = {bytes, len}, .error = error};
    return kind_of(import.text)->read(&import);
}

/* ---- Text ----------------------------------------------------------------- */

struct import_text import_skip(struct import_text text, size_t count)
{
    return (struct import_text){text.ptr + count, text.len - count};
}

bool import_line(struct import_text *text, struct import_text *line)
{
    if (text->len == 0)
        return false;
    const char *end = memchr(text->ptr, '\n', text->len);
    line->ptr = text->ptr;
    line->len = end ? (size_t)(end - text->ptr) : text->len;
    *text = import_skip(*text, line->len + (end != NULL));
    if (line->len && line->ptr[line->len - 1] == '\r')
        line->len--;
    return true;
}

bool import_begins(struct import_text text, const char *start)
{
    size_t len = strlen(start);
    return text.len >= len && memcmp(text.ptr, start, len) == 0;
}

struct import_text import_trim(struct import_text text)
{
    while (text.len && strchr(" \t", *text.ptr))
        text = import_skip(text, 1);
    while (text.len && strchr(" \t", text.ptr[text.len - 1]))
        text.len--;
    return text;
}

bool import_number(struct import_text *text, double *number)
{
    double value = 0, place = 0;
    size_t idx = 0;
    for (; idx < text->len; idx++) {
        char letter = text->ptr[idx];
        if (letter == '.' && place == 0 && idx)
            place = 1;
        else if (letter >= '0' && letter <= '9' && place == 0)
            value = 10 * value + (letter - '0');
        else if (letter >= '0' && letter <= '9')
            value += (letter - '0') * (place /= 10);
        else
            break;
    }
    *text = import_skip(*text, idx);
    *number = value < 1e300 ? value : 0;
    return idx > 0;
}

/* ---- The run -------------------------------------------------------------- */

static const char *unit_words(const char *unit)
{
    return *unit ? unit : "nanoseconds";
}

bool import_fits(const struct cprof_profile *profile, const char *unit, const char *name,
                 struct cprof_error *error)
{
    if (profile->run_count == 0 || strcmp(profile->unit, unit) == 0)
        return true;
    fault_set(error, CPROF_INPUT,
              "%.600s: counts %s, and the profiles before it count %s; name profiles of one kind",
              name, unit_words(unit), unit_words(profile->unit));
    return false;
}

static void copy_text(char *out, size_t size, struct import_text text)
{
    size_t len = text.len < size - 1 ? text.len : size - 1;
    memcpy(out, text.ptr, len);
    out[len] = '\0';
}

/* Of the header only what a file of another profiler can say. */
static struct run run_of(const struct import *import, const struct import_run *asked)
{
    struct run run = {.wall = asked->wall,
                      .overhead = -1,
                      .bytes = import->text.len,
                      .imported = true,
                      .header = {.mode = CPROF_MODE_ADAPTIVE,
                                 .clock = CPROF_CLOCK_MONOTONIC,
                                 .state = CPROF_STATE_COMPLETE}};
    struct import_text name = {import->name, strlen(import->name)};
    copy_text(run.header.program, sizeof run.header.program,
              asked->program.len ? asked->program : name);
    return run;
}

enum cprof_status import_begin(struct import *import, const struct import_run *asked)
{
    struct cprof_profile *profile = import->profile;
    if (!import_fits(profile, asked->unit, import->name, import->error))
        return CPROF_INPUT;
    if (!array_reserve(&profile->runs, &profile->run_capacity, profile->run_count + 1,
                       sizeof *profile->runs))
        return fault_memory(import->error, import->name);
    profile->finished = false;
    snprintf(profile->unit, sizeof profile->unit, "%s", asked->unit);
    profile->uncounted = !asked->counted && (profile->run_count == 0 || profile->uncounted);
    profile->runs[profile->run_count++] = run_of(import, asked);
    return CPROF_OK;
}

/* ---- The tree ------------------------------------------------------------- */

uint32_t import_function(struct import *import, struct import_text name, struct import_text file,
                         uint32_t line)
{
    struct cprof_profile *profile = import->profile;
    uint32_t name_id = texts_add(&profile->texts, name.ptr, name.len);
    uint32_t file_id = texts_add(&profile->texts, file.ptr, file.len);
    if (name_id == TABLE_NONE || file_id == TABLE_NONE)
        return MODEL_NONE;
    uint32_t function = model_function(profile, name_id, file_id, line);
    if (function != MODEL_NONE)
        profile->functions[function].flags |= CPROF_SITE_INSTRUMENTED; /* nobody left it out */
    return function;
}

uint32_t import_context(struct import *import, uint32_t parent, uint32_t function)
{
    return function == MODEL_NONE || parent == MODEL_NONE
               ? MODEL_NONE
               : model_context(import->profile, parent, function, CONTEXT_FUNCTION);
}
