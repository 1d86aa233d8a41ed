/* Numbers and names as the text renderers write them, for programs that draw by
 * themselves: `cprof top` and `cprof tui`.
 */
#include <string.h>

#include "page.h"

struct memory {
    char *ptr;
    size_t used, size;
};

/* What does not fit is left out; callers give room for what they ask for. */
static bool put(void *context, const char *bytes, size_t len)
{
    struct memory *memory = context;
    size_t room = memory->size - 1 - memory->used;
    size_t part = len < room ? len : room;
    memcpy(memory->ptr + memory->used, bytes, part);
    memory->used += part;
    return true;
}

static size_t show(char *buf, size_t size, const char *text, size_t columns,
                   const struct cprof_style *style, bool name)
{
    struct memory memory = {.ptr = buf, .size = size};
    struct cprof_sink sink = {.write = put, .context = &memory};
    struct writer writer;
    writer_start(&writer, &sink);
    size_t taken = name ? page_label(&writer, style, text, columns)
                        : writer_screen(&writer, text, columns, style);
    writer_finish(&writer, NULL);
    buf[memory.used] = '\0';
    return taken;
}

size_t cprof_show_name(char *buf, size_t size, const char *label, size_t columns,
                       const struct cprof_style *style)
{
    return show(buf, size, label, columns, style, true);
}

size_t cprof_show_text(char *buf, size_t size, const char *text, size_t columns,
                       const struct cprof_style *style)
{
    return show(buf, size, text, columns, style, false);
}

const char *cprof_show_amount(char buf[CPROF_SHOW_SIZE], struct cprof_profile *profile,
                              uint64_t amount, bool unicode)
{
    return page_amount(buf, profile, amount, unicode);
}

const char *cprof_show_count(char buf[CPROF_SHOW_SIZE], uint64_t count)
{
    return count == CPROF_UNKNOWN ? strcpy(buf, "-") : number_grouped(buf, count);
}

const char *cprof_show_duration(char buf[CPROF_SHOW_SIZE], uint64_t nanoseconds, bool unicode)
{
    return number_duration(buf, nanoseconds, unicode);
}
