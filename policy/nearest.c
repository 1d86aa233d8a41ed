/* Edit distance between words, see nearest.h.
 *
 * Words here are option names, so rows are short and live on the stack.
 * Called by option.c.
 */
#include "nearest.h"

#include <string.h>

#define WORD_MAX_LEN 31

static size_t smaller(size_t one, size_t other)
{
    return one < other ? one : other;
}

/* Letters to add, drop or change to get from one word to the other. */
static size_t distance(const char *from, const char *to)
{
    size_t row[WORD_MAX_LEN + 1];
    size_t to_len = strlen(to);
    for (size_t column = 0; column <= to_len; column++)
        row[column] = column;
    for (size_t line = 1; from[line - 1] != '\0'; line++) {
        size_t diagonal = row[0];
        row[0] = line;
        for (size_t column = 1; column <= to_len; column++) {
            size_t changed = diagonal + (from[line - 1] != to[column - 1]);
            diagonal = row[column];
            row[column] = smaller(changed, 1 + smaller(row[column], row[column - 1]));
        }
    }
    return row[to_len];
}

const char *cprof_nearest_word(const char *word, const char *const *words, size_t count)
{
    const char *nearest = NULL;
    size_t len = strlen(word);
    /* Beyond a third of the letters it is another word, not a slip. */
    size_t limit = len / 3 + 1;
    if (len > WORD_MAX_LEN)
        return NULL;
    for (size_t idx = 0; idx < count; idx++) {
        if (strlen(words[idx]) > WORD_MAX_LEN)
            continue;
        size_t found = distance(word, words[idx]);
        if (found <= limit && found < len) {
            nearest = words[idx];
            limit = found - (found > 0);
        }
    }
    return nearest;
}
