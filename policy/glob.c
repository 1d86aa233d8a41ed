/* Matching of shell patterns, see glob.h.
 *
 * Works in place, without memory and without recursion: on a mismatch it goes
 * back to the last `*` only, which is enough and keeps a hostile pattern from
 * taking exponential time.  Called by list.c.
 */
#include "glob.h"

#include <stddef.h>

/* The end of a bracket expression that starts at `[`, or NULL if it is not
 * closed.  A `]` right after the opening is a member, as in the shell. */
static const char *bracket_end(const char *bracket)
{
    const char *at = bracket + 1;
    if (*at == '!' || *at == '^')
        at++;
    if (*at == ']')
        at++;
    while (*at != '\0' && *at != ']')
        at++;
    return *at == ']' ? at : NULL;
}

static bool bracket_holds(const char *bracket, const char *end, unsigned char letter)
{
    const char *at = bracket + 1;
    bool negated = *at == '!' || *at == '^';
    bool held = false;
    if (negated)
        at++;
    while (at < end) {
        unsigned char low = (unsigned char)*at++;
        unsigned char high = low;
        if (*at == '-' && at + 1 < end) {
            high = (unsigned char)at[1];
            at += 2;
        }
        if (low <= letter && letter <= high)
            held = true;
    }
    return held != negated;
}

/* Matches one element of the pattern (anything but `*`) against one letter;
 * gives the rest of the pattern, or NULL. */
static const char *step(const char *pattern, char letter)
{
    const char *end = *pattern == '[' ? bracket_end(pattern) : NULL;
    if (end != NULL)
        return bracket_holds(pattern, end, (unsigned char)letter) ? end + 1 : NULL;
    if (*pattern == '?')
        return pattern + 1;
    if (*pattern == '\\' && pattern[1] != '\0')
        pattern++;
    return *pattern == letter ? pattern + 1 : NULL;
}

bool cprof_glob_match(const char *pattern, const char *text)
{
    const char *after_star = NULL;
    const char *star_text = NULL;
    while (*text != '\0') {
        if (*pattern == '*') {
            after_star = ++pattern;
            star_text = text;
            continue;
        }
        const char *rest = *pattern != '\0' ? step(pattern, *text) : NULL;
        if (rest != NULL) {
            pattern = rest;
            text++;
        } else if (after_star != NULL) {
            pattern = after_star;
            text = ++star_text;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}
