/* Output, numbers and escapes; see writer.h. */
#include "writer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fault.h"
#include "number.h"
#include "utf8.h"

/* ---- Bytes ---------------------------------------------------------------- */

void writer_start(struct writer *writer, const struct cprof_sink *sink)
{
    writer->sink = sink;
    writer->used = 0;
    writer->failed = false;
}

static void flush(struct writer *writer)
{
    if (writer->used && !writer->failed &&
        !writer->sink->write(writer->sink->context, writer->buf, writer->used))
        writer->failed = true;
    writer->used = 0;
}

enum cprof_status writer_finish(struct writer *writer, struct cprof_error *error)
{
    flush(writer);
    if (writer->failed)
        return fault_set(error, CPROF_OUTPUT,
                         "the output could not be written; make room for it or name another place");
    return CPROF_OK;
}

void writer_bytes(struct writer *writer, const char *ptr, size_t len)
{
    while (len) {
        if (writer->used == sizeof writer->buf)
            flush(writer);
        size_t room = sizeof writer->buf - writer->used;
        size_t part = len < room ? len : room;
        memcpy(writer->buf + writer->used, ptr, part);
        writer->used += part;
        ptr += part;
        len -= part;
    }
}

void writer_text(struct writer *writer, const char *text)
{
    writer_bytes(writer, text, strlen(text));
}

void writer_format(struct writer *writer, const char *format, ...)
{
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    writer_text(writer, line);
}

void writer_spaces(struct writer *writer, size_t count)
{
    static const char spaces[] = "                                ";
    while (count) {
        size_t part = count < sizeof spaces - 1 ? count : sizeof spaces - 1;
        writer_bytes(writer, spaces, part);
        count -= part;
    }
}

/* ---- Numbers -------------------------------------------------------------- */

void writer_decimal(struct writer *writer, double value, unsigned decimals)
{
    char text[NUMBER_SIZE];
    writer_text(writer, number_decimal(text, value, decimals));
}

void writer_right(struct writer *writer, const char *text, size_t columns)
{
    static const struct cprof_style plain = {.unicode = true};
    size_t taken = writer_screen_columns(text, columns, &plain);
    if (taken < columns)
        writer_spaces(writer, columns - taken);
    writer_text(writer, text);
}

/* ---- Escapes -------------------------------------------------------------- */

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

void writer_json(struct writer *writer, const char *text)
{
    size_t left = strlen(text);
    writer_bytes(writer, "\"", 1);
    while (left) {
        uint32_t code;
        size_t len = utf8_next(text, left, &code);
        if (code == UTF8_INVALID)
            writer_text(writer, REPLACEMENT);
        else if (code == '"' || code == '\\')
            writer_format(writer, "\\%c", (char)code);
        else if (code < 0x20 || code == 0x7f || code == 0x2028 || code == 0x2029)
            writer_format(writer, "\\u%04x", (unsigned)code);
        else
            writer_bytes(writer, text, len);
        text += len;
        left -= len;
    }
    writer_bytes(writer, "\"", 1);
}

/* What XML 1.0 has no way to hold, not even as a reference. */
static bool xml_forbids(uint32_t code)
{
    return code == UTF8_INVALID || code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0xfffe ||
           code == 0xffff || (utf8_acts(code));
}

static const char *xml_entity(uint32_t code)
{
    switch (code) {
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void writer_xml(struct writer *writer, const char *text)
{
    size_t left = strlen(text);
    while (left) {
        uint32_t code;
        size_t len = utf8_next(text, left, &code);
        const char *entity = xml_entity(code);
        if (xml_forbids(code))
            writer_text(writer, REPLACEMENT);
        else if (entity)
            writer_text(writer, entity);
        else
            writer_bytes(writer, text, len);
        text += len;
        left -= len;
    }
}

/* One character as a terminal may see it; returns its columns. */
static unsigned screen_form(const char *ptr, size_t len, uint32_t code, char *out, size_t size,
                            const struct cprof_style *style)
{
    if (code == UTF8_INVALID)
        return (unsigned)snprintf(out, size, "\\x%02x", (unsigned char)*ptr);
    if (utf8_acts(code) || (code >= 0x80 && !style->unicode))
        return (unsigned)snprintf(out, size, code < 0x80 ? "\\x%02x" : "\\u%04x", (unsigned)code);
    memcpy(out, ptr, len);
    out[len] = '\0';
    return utf8_columns(code);
}

size_t writer_screen_columns(const char *text, size_t limit, const struct cprof_style *style)
{
    size_t left = strlen(text), columns = 0;
    while (left && columns <= limit) {
        uint32_t code;
        char form[16];
        size_t len = utf8_next(text, left, &code);
        columns += screen_form(text, len, code, form, sizeof form, style);
        text += len;
        left -= len;
    }
    return columns;
}

size_t writer_screen(struct writer *writer, const char *text, size_t columns,
                     const struct cprof_style *style)
{
    const char *ellipsis = style->unicode ? "…" : "..";
    size_t ellipsis_columns = style->unicode ? 1 : 2;
    size_t limit = columns ? columns : SIZE_MAX - 16;
    bool cut = writer_screen_columns(text, limit, style) > limit;
    if (cut)
        limit = limit > ellipsis_columns ? limit - ellipsis_columns : 0;
    size_t left = strlen(text), taken = 0;
    while (left) {
        uint32_t code;
        char form[16];
        size_t len = utf8_next(text, left, &code);
        unsigned width = screen_form(text, len, code, form, sizeof form, style);
        if (taken + width > limit)
            break;
        writer_text(writer, form);
        taken += width;
        text += len;
        left -= len;
    }
    if (cut) {
        writer_text(writer, ellipsis);
        taken += ellipsis_columns;
    }
    return taken;
}
