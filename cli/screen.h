/* A terminal that is drawn on, for `cprof top` and `cprof tui`: ncurses behind a
 * few functions that keep within the window, however small it is.  Knows no profile.
 */
#ifndef CPROF_CLI_SCREEN_H
#define CPROF_CLI_SCREEN_H

#include <cprof/cprof.h>

enum screen_look { LOOK_PLAIN, LOOK_HEAD, LOOK_CHOSEN, LOOK_FAINT, LOOK_BAR, LOOK_GOOD, LOOK_BAD };

struct screen {
    int rows, columns;
    struct cprof_style style; /* for cprof_show_*; columns 0 */
};

/* Keys beyond letters. */
enum screen_key {
    KEY_TICK = -1, /* none within the time */
    KEY_BROKEN = -2,
    KEY_OF_LINE = 0x1000,
    SCREEN_UP = KEY_OF_LINE,
    SCREEN_DOWN,
    SCREEN_LEFT,
    SCREEN_RIGHT,
    SCREEN_PAGE_UP,
    SCREEN_PAGE_DOWN,
    SCREEN_HOME,
    SCREEN_END,
    SCREEN_ENTER,
    SCREEN_TAB,
    SCREEN_BACK, /* backspace */
    SCREEN_ESCAPE,
    SCREEN_RESIZED
};

/* False after a sentence if standard output or input is no terminal. */
bool screen_open(struct screen *screen, const char *command);
void screen_close(void);

/* A new picture begins; sizes are brought up to date. */
void screen_clear(struct screen *screen);

/* The picture is done: shows it. */
void screen_show(void);

/* Text at a place, cut at the window's edge; the text takes one column a
 * character unless it came from cprof_show_name.  Returns the column behind it. */
int screen_put(const struct screen *screen, int row, int column, enum screen_look look,
               const char *text);
__attribute__((format(printf, 5, 6))) int screen_format(const struct screen *screen, int row,
                                                        int column, enum screen_look look,
                                                        const char *format, ...);

/* Right-aligned so that it ends before `end`. */
void screen_right(const struct screen *screen, int row, int end, enum screen_look look,
                  const char *text);

/* A function's label in so many columns. */
void screen_name(const struct screen *screen, int row, int column, int columns,
                 enum screen_look look, const char *label);

/* A bar of up to `columns`, full at a share of 1. */
void screen_bar(const struct screen *screen, int row, int column, int columns, double share);

/* Paints a whole row. */
void screen_row(const struct screen *screen, int row, enum screen_look look);

/* Waits for a key, at most so long; negative: for ever. */
int screen_key(int milliseconds);

/* A list of which a part is seen, and one line of it is chosen. */
struct screen_list {
    size_t count, chosen, first; /* first: at the top of the window */
};

/* Keeps the chosen line within the list and the list within `rows`. */
void screen_list_fit(struct screen_list *list, int rows);

/* Handles a key that moves; false if it does not. */
bool screen_list_move(struct screen_list *list, int key, int rows);

/* Edits a text on the last row, from `text` on; calls `changed` at each key.  False
 * if it was left by escape, which restores it. */
bool screen_ask(struct screen *screen, const char *prompt, char *text, size_t size,
                void (*changed)(void *context), void *context);

#endif
