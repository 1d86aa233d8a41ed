/* Folded stacks: "main;parse;token 12", outermost first, what was counted last.
 * What that is the file does not say: mostly samples.
 */
#include <string.h>

#include "fault.h"
#include "import.h"

/* Splits a line into stack and number; false if it is none. */
static bool split(struct import_text line, struct import_text *stack, double *amount)
{
    line = import_trim(line);
    size_t at = line.len;
    while (at && line.ptr[at - 1] != ' ' && line.ptr[at - 1] != '\t')
        at--;
    struct import_text number = import_skip(line, at);
    *stack = import_trim((struct import_text){line.ptr, at});
    return at && stack->len && import_number(&number, amount) && number.len == 0;
}

static bool is_skipped(struct import_text line)
{
    line = import_trim(line);
    return line.len == 0 || *line.ptr == '#';
}

/* A stack of more than one frame, and before it nothing but stacks: other texts
 * have numbers at the ends of lines, too. */
bool import_is_folded(struct import_text text)
{
    struct import_text line, stack;
    double amount;
    if (import_begins(text, "#!"))
        return false;
    while (import_line(&text, &line)) {
        if (is_skipped(line))
            continue;
        if (!split(line, &stack, &amount))
            return false;
        if (memchr(stack.ptr, ';', stack.len))
            return true;
    }
    return false;
}

static bool add_stack(struct import *import, struct import_text stack, double amount)
{
    static const struct import_text no_file = {"", 0};
    uint32_t context = MODEL_ROOT;
    for (bool more = true; more;) {
        const char *end = memchr(stack.ptr, ';', stack.len);
        struct import_text frame = {stack.ptr, end ? (size_t)(end - stack.ptr) : stack.len};
        more = end != NULL;
        stack = import_skip(stack, frame.len + more);
        if (frame.len)
            context = import_context(import, context, import_function(import, frame, no_file, 0));
        if (context == MODEL_NONE)
            return false;
    }
    import->profile->contexts[context].measure.self += amount;
    return true;
}

enum cprof_status import_folded(struct import *import)
{
    struct import_text rest = import->text, line, stack;
    double amount;
    size_t number = 0;
    while (import_line(&rest, &line)) {
        number++;
        if (!is_skipped(line) && !split(line, &stack, &amount))
            return fault_set(import->error, CPROF_INPUT,
                             "%.600s:%zu: not a folded stack; a line is frames with ; between "
                             "them, a space and a number",
                             import->name, number);
    }
    enum cprof_status status =
        import_begin(import, &(struct import_run){.unit = "samples", .wall = -1});
    rest = import->text;
    while (status == CPROF_OK && import_line(&rest, &line))
        if (!is_skipped(line) && split(line, &stack, &amount) && !add_stack(import, stack, amount))
            status = fault_memory(import->error, import->name);
    return status;
}
