/* What `perf script` prints: for each sample a line
 *
 *     command pid/tid [cpu] seconds: period event:
 *
 * then a line a frame, the innermost first, "address symbol+offset (object)", and
 * an empty line.  Of several events the first is read: their amounts do not add.
 * Clock events count nanoseconds, others their own unit; without periods samples
 * are counted.
 */
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "fault.h"
#include "import.h"

struct sample {
    struct import_text command, event, rest; /* rest: a frame on the same line */
    double seconds;                          /* negative: none */
    double period;                           /* negative: none */
};

struct perf {
    struct import *import;
    char unit[MODEL_UNIT_SIZE];
    struct import_text event;   /* the one that is read */
    struct import_text command; /* of the first sample */
    bool commands;              /* there are several */
    bool periods;
    double first, last;
    struct import_text *frames; /* of the sample at hand, the innermost first */
    size_t frame_count, frame_capacity;
    struct sample sample;
};

/* ---- Lines ---------------------------------------------------------------- */

static bool is_digit(char letter)
{
    return letter >= '0' && letter <= '9';
}

/* Takes "  1234/1235" off; the command before it may have spaces in it. */
static bool take_process(struct import_text *line, struct import_text *command)
{
    for (size_t idx = 1; idx + 1 < line->len; idx++) {
        if (line->ptr[idx - 1] != ' ' || !is_digit(line->ptr[idx]))
            continue;
        size_t end = idx;
        while (end < line->len && (is_digit(line->ptr[end]) || line->ptr[end] == '/'))
            end++;
        if (end >= line->len || line->ptr[end] != ' ')
            continue;
        *command = import_trim((struct import_text){line->ptr, idx});
        *line = import_trim(import_skip(*line, end));
        return command->len > 0;
    }
    return false;
}

/* Up to the next colon that ends a word, which is taken too. */
static bool take_event(struct import_text *line, struct import_text *event)
{
    for (size_t idx = 0; idx < line->len && line->ptr[idx] != ' '; idx++) {
        bool ends = idx + 1 == line->len || line->ptr[idx + 1] == ' ';
        if (line->ptr[idx] != ':' || !ends)
            continue;
        *event = (struct import_text){line->ptr, idx};
        *line = import_trim(import_skip(*line, idx + 1));
        return idx > 0;
    }
    return false;
}

static bool read_head(struct import_text line, struct sample *sample)
{
    *sample = (struct sample){.seconds = -1, .period = -1};
    if (line.len == 0 || *line.ptr == ' ' || *line.ptr == '\t' || *line.ptr == '#')
        return false;
    line = import_trim(line);
    if (!take_process(&line, &sample->command))
        return false;
    const char *cpu = line.len && *line.ptr == '[' ? memchr(line.ptr, ']', line.len) : NULL;
    if (cpu)
        line = import_trim(import_skip(line, (size_t)(cpu + 1 - line.ptr)));
    double number;
    struct import_text ahead = line;
    if (import_number(&ahead, &number) && import_begins(ahead, ":")) {
        sample->seconds = number;
        line = import_trim(import_skip(ahead, 1));
    }
    ahead = line;
    if (import_number(&ahead, &number) && import_begins(ahead, " ")) {
        sample->period = number;
        line = import_trim(ahead);
    }
    if (!take_event(&line, &sample->event))
        return false;
    sample->rest = line;
    return true;
}

/* "address symbol+0x12 (object)" or "symbol (inlined)". */
static bool read_frame(struct import_text line, struct import_text *name)
{
    line = import_trim(line);
    struct import_text object = {"", 0};
    size_t at = line.len && line.ptr[line.len - 1] == ')' ? line.len - 1 : 0;
    while (at > 1 && !(line.ptr[at - 1] == '(' && line.ptr[at - 2] == ' '))
        at--;
    if (at > 1) {
        object = (struct import_text){line.ptr + at, line.len - 1 - at};
        line.len = at - 2;
    }
    size_t digits = 0;
    while (digits < line.len && strchr("0123456789abcdefABCDEFx", line.ptr[digits]))
        digits++;
    if (digits && digits < line.len && line.ptr[digits] == ' ')
        line = import_trim(import_skip(line, digits));
    else if (digits == line.len)
        line.len = 0; /* an address and nothing else */
    for (at = line.len; at > 3; at--)
        if (memcmp(line.ptr + at - 3, "+0x", 3) == 0) {
            line.len = at - 3;
            break;
        }
    if (line.len == 0 || import_begins(line, "[unknown]"))
        line = object.len ? object : (struct import_text){"[unknown]", 9};
    *name = line;
    return line.len > 0;
}

bool import_is_perf(struct import_text text)
{
    struct import_text line;
    struct sample sample;
    while (import_line(&text, &line))
        if (line.len && *line.ptr != '#') {
            struct import_text next;
            return read_head(line, &sample) &&
                   (sample.rest.len ||
                    (import_line(&text, &next) && (next.len == 0 || strchr("\t ", *next.ptr))));
        }
    return false;
}

/* ---- Samples -------------------------------------------------------------- */

static bool same(struct import_text left, struct import_text right)
{
    return left.len == right.len && memcmp(left.ptr, right.ptr, left.len) == 0;
}

/* The event without ":u" and its like. */
static struct import_text event_name(struct import_text event)
{
    const char *colon = memchr(event.ptr, ':', event.len);
    if (colon && event.len - (size_t)(colon - event.ptr) <= 5)
        event.len = (size_t)(colon - event.ptr);
    return event;
}

/* What is said of all samples, before the first is added. */
static void look_ahead(struct perf *perf)
{
    struct import_text rest = perf->import->text, line;
    struct sample sample;
    perf->first = perf->last = -1;
    perf->periods = true;
    while (import_line(&rest, &line)) {
        if (!read_head(line, &sample))
            continue;
        if (!perf->event.len) {
            perf->event = sample.event;
            perf->command = sample.command;
        }
        if (!same(sample.event, perf->event))
            continue;
        perf->commands = perf->commands || !same(sample.command, perf->command);
        perf->periods = perf->periods && sample.period >= 0;
        if (sample.seconds >= 0) {
            perf->first = perf->first < 0 ? sample.seconds : perf->first;
            perf->last = sample.seconds;
        }
    }
    struct import_text name = event_name(perf->event);
    bool clock = import_begins(name, "cpu-clock") || import_begins(name, "task-clock");
    if (!perf->periods)
        strcpy(perf->unit, "samples");
    else if (!clock) {
        size_t len = name.len < sizeof perf->unit - 1 ? name.len : sizeof perf->unit - 1;
        memcpy(perf->unit, name.ptr, len);
    }
}

static bool add_sample(struct perf *perf)
{
    static const struct import_text no_file = {"", 0};
    uint32_t context = MODEL_ROOT;
    if (perf->commands)
        context = import_context(perf->import, context,
                                 import_function(perf->import, perf->sample.command, no_file, 0));
    for (size_t idx = perf->frame_count; idx-- > 0;)
        context = import_context(perf->import, context,
                                 import_function(perf->import, perf->frames[idx], no_file, 0));
    if (context == MODEL_NONE)
        return false;
    perf->import->profile->contexts[context].measure.self +=
        perf->periods ? perf->sample.period : 1;
    perf->frame_count = 0;
    return true;
}

static bool add_frame(struct perf *perf, struct import_text line)
{
    struct import_text name;
    if (!read_frame(line, &name))
        return true;
    if (!array_reserve(&perf->frames, &perf->frame_capacity, perf->frame_count + 1,
                       sizeof *perf->frames))
        return false;
    perf->frames[perf->frame_count++] = name;
    return true;
}

static bool add_samples(struct perf *perf)
{
    struct import_text rest = perf->import->text, line;
    bool open = false, enough = true;
    while (enough && import_line(&rest, &line)) {
        struct sample sample;
        bool head = read_head(line, &sample);
        if ((head || line.len == 0) && open) {
            enough = add_sample(perf);
            open = false;
        }
        if (head) {
            perf->sample = sample;
            perf->frame_count = 0;
            open = same(sample.event, perf->event);
            enough = enough && (!open || !sample.rest.len || add_frame(perf, sample.rest));
        } else if (open && enough && line.len) {
            enough = add_frame(perf, line);
        }
    }
    return enough && (!open || add_sample(perf));
}

enum cprof_status import_perf(struct import *import)
{
    struct perf perf = {.import = import};
    look_ahead(&perf);
    struct import_run run = {.unit = perf.unit, .wall = -1};
    if (!perf.commands)
        run.program = perf.command;
    if (perf.first >= 0 && perf.last >= perf.first)
        run.wall = (perf.last - perf.first) * 1e9;
    enum cprof_status status = import_begin(import, &run);
    if (status == CPROF_OK && !add_samples(&perf))
        status = fault_memory(import->error, import->name);
    free(perf.frames);
    return status;
}
