/* UTF-8 decoding and widths; see utf8.h. */
#include "utf8.h"

#include <string.h>

size_t utf8_next(const char *ptr, size_t len, uint32_t *code)
{
    unsigned char lead = (unsigned char)*ptr;
    *code = lead;
    if (lead < 0x80)
        return 1;
    size_t more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
    static const uint32_t smallest[] = {0, 0x80, 0x800, 0x10000};
    *code = UTF8_INVALID;
    if (lead < 0xc2 || lead > 0xf4 || more >= len)
        return 1;
    uint32_t value = lead & (0x3fu >> more);
    for (size_t idx = 1; idx <= more; idx++) {
        unsigned char next = (unsigned char)ptr[idx];
        if ((next & 0xc0) != 0x80)
            return 1;
        value = value << 6 | (next & 0x3fu);
    }
    if (value < smallest[more] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
        return 1;
    *code = value;
    return more + 1;
}

struct range {
    uint32_t first, last;
};

static bool in_ranges(uint32_t code, const struct range *ranges, size_t count)
{
    for (size_t idx = 0; idx < count; idx++)
        if (code >= ranges[idx].first && code <= ranges[idx].last)
            return true;
    return false;
}

unsigned utf8_columns(uint32_t code)
{
    /* The blocks that occur in identifiers; a locale's wcwidth would make the
     * output depend on the caller's process. */
    static const struct range none[] = {
        {0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},   {0x610, 0x61a},   {0x64b, 0x65f},
        {0x200b, 0x200d}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff}};
    static const struct range two[] = {{0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0xa4cf},
                                       {0xa960, 0xa97c},   {0xac00, 0xd7a3},   {0xf900, 0xfaff},
                                       {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},
                                       {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff},
                                       {0x20000, 0x3fffd}};
    if (code < 0x300)
        return 1;
    if (in_ranges(code, none, sizeof none / sizeof *none))
        return 0;
    return in_ranges(code, two, sizeof two / sizeof *two) ? 2 : 1;
}

bool utf8_acts(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x61c || code == 0x200e ||
           code == 0x200f || (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069);
}

size_t utf8_repair(char *out, const char *text)
{
    static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */
    size_t left = strlen(text), used = 0;
    while (left) {
        uint32_t code;
        size_t len = utf8_next(text, left, &code);
        bool shown = code != UTF8_INVALID && !utf8_acts(code);
        size_t taken = shown ? len : sizeof replacement - 1;
        memcpy(out + used, shown ? text : replacement, taken);
        used += taken;
        text += len;
        left -= len;
    }
    return used;
}
