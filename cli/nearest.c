/* The right word for a wrong one: edit distance with swapped neighbours.
 * Called where a command, an option or a value is not known.
 */
#include <string.h>

#include "options.h"

/* Nobody types a longer one. */
#define LONGEST_WORD 32

static size_t smaller(size_t left, size_t right)
{
    return left < right ? left : right;
}

/* Insertions, deletions, replacements and swaps from one word to the other. */
static size_t distance(const char *left, const char *right)
{
    size_t left_len = strlen(left), right_len = strlen(right);
    size_t rows[LONGEST_WORD + 1][LONGEST_WORD + 1];
    if (left_len > LONGEST_WORD || right_len > LONGEST_WORD)
        return LONGEST_WORD;
    for (size_t row = 0; row <= left_len; row++)
        for (size_t column = 0; column <= right_len; column++) {
            if (row == 0 || column == 0) {
                rows[row][column] = row + column;
                continue;
            }
            size_t differs = left[row - 1] != right[column - 1];
            size_t best = smaller(rows[row - 1][column] + 1, rows[row][column - 1] + 1);
            best = smaller(best, rows[row - 1][column - 1] + differs);
            if (row > 1 && column > 1 && left[row - 1] == right[column - 2] &&
                left[row - 2] == right[column - 1])
                best = smaller(best, rows[row - 2][column - 2] + 1);
            rows[row][column] = best;
        }
    return rows[left_len][right_len];
}

const char *nearest_word(const char *word, const char *const *candidates, size_t count)
{
    const char *best = NULL;
    size_t best_distance = LONGEST_WORD;
    for (size_t idx = 0; idx < count; idx++) {
        /* The beginning of a word is as good as one letter wrong. */
        bool begins = *word && strncmp(candidates[idx], word, strlen(word)) == 0;
        size_t own = begins ? 1 : distance(word, candidates[idx]);
        if (own < best_distance && own <= 1 + strlen(candidates[idx]) / 3) {
            best = candidates[idx];
            best_distance = own;
        }
    }
    return best;
}
