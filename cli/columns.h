/* A table of functions or contexts on a screen: which columns a window has room for,
 * their titles and their rows.  For `cprof top` and `cprof tui`, whose tables are the
 * same but for what stands in them.
 */
#ifndef CPROF_CLI_COLUMNS_H
#define CPROF_CLI_COLUMNS_H

#include "screen.h"

/* Orders of such a table.  Not sort.def: a screen has no column for all of those. */
enum order { ORDER_SELF, ORDER_TOTAL, ORDER_CALLS, ORDER_AVERAGE, ORDER_NAME, ORDER_COUNT };

/* What --sort takes, ending in NULL. */
extern const char *const order_words[ORDER_COUNT + 1];

/* What a table would show if there were room. */
struct columns_wish {
    bool amounts;     /* shares, and totals beside the name of the metric */
    bool self;        /* own amounts, too */
    bool total_first; /* before the own ones, as in a tree */
    bool calls, average;
};

/* The column behind the last character of each; 0: there is no room. */
struct columns {
    int share, bar, self, total, calls, average;
    int name; /* where names begin */
};

struct columns columns_fit(const struct screen *screen, const struct columns_wish *wish);

/* A title over a column that there is; `chosen`: the table is sorted by it. */
void columns_title(const struct screen *screen, int line, int end, bool chosen, const char *title);

/* What a row says; CPROF_UNKNOWN is shown as such. */
struct columns_row {
    double share; /* of 1 */
    uint64_t self, total, calls, average;
};

/* Amounts are in the unit of the profile. */
void columns_row(const struct screen *screen, const struct columns *columns, int line,
                 enum screen_look look, struct cprof_profile *profile,
                 const struct columns_row *row);

/* A name from a column on, and its place at the edge where there is room for both. */
void columns_name(const struct screen *screen, int line, int column, enum screen_look look,
                  const char *label, const char *file, uint32_t file_line);

#endif
