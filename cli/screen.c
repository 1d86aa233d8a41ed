/* ncurses, kept within the window; see screen.h. */
#include "screen.h"

#include <curses.h>
#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "output.h"

enum { PAIR_BAR = 1, PAIR_GOOD, PAIR_BAD, PAIR_HEAD };

/* How long an escape may be the beginning of a longer key, in milliseconds. */
#define ESCAPE_DELAY 50

static const char *missing_terminal(void)
{
    const char *terminal = getenv("TERM");
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return "needs a terminal for its input and output";
    return !terminal || !*terminal || strcmp(terminal, "dumb") == 0
               ? "needs a terminal that can be drawn on; set TERM"
               : NULL;
}

bool screen_open(struct screen *screen, const char *command)
{
    struct output output;
    const char *missing = missing_terminal();
    SCREEN *terminal = NULL;
    *screen = (struct screen){0};
    if (!missing) {
        setlocale(LC_CTYPE, "");
        terminal = newterm(NULL, stdout, stdin);
        if (!terminal)
            missing = "does not know this terminal; set TERM to another, xterm for one";
    }
    if (missing) {
        complain("%s %s", command, missing);
        return false;
    }
    set_term(terminal);
    output_open(&output, NULL, false);
    screen->style = output.style;
    screen->style.columns = 0;
    cbreak();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    set_escdelay(ESCAPE_DELAY);
    curs_set(0);
    if (screen->style.colour && has_colors()) {
        start_color();
        use_default_colors();
        init_pair(PAIR_BAR, COLOR_YELLOW, -1);
        init_pair(PAIR_GOOD, COLOR_GREEN, -1);
        init_pair(PAIR_BAD, COLOR_RED, -1);
        init_pair(PAIR_HEAD, COLOR_CYAN, -1);
    }
    return true;
}

void screen_close(void)
{
    endwin();
}

void screen_clear(struct screen *screen)
{
    getmaxyx(stdscr, screen->rows, screen->columns);
    erase();
}

void screen_show(void)
{
    refresh();
}

static attr_t attributes_of(enum screen_look look)
{
    switch (look) {
    case LOOK_HEAD:
        return A_BOLD | (has_colors() ? (attr_t)COLOR_PAIR(PAIR_HEAD) : 0);
    case LOOK_CHOSEN:
        return A_REVERSE;
    case LOOK_FAINT:
        return A_DIM;
    case LOOK_BAR:
        return (attr_t)COLOR_PAIR(PAIR_BAR);
    case LOOK_GOOD:
        return (attr_t)COLOR_PAIR(PAIR_GOOD);
    case LOOK_BAD:
        return A_BOLD | (attr_t)COLOR_PAIR(PAIR_BAD);
    default:
        return A_NORMAL;
    }
}

int screen_put(const struct screen *screen, int row, int column, enum screen_look look,
               const char *text)
{
    if (row < 0 || row >= screen->rows || column < 0 || column >= screen->columns)
        return column;
    attr_t attributes = attributes_of(look);
    attron(attributes);
    char cut[2048];
    cprof_show_text(cut, sizeof cut, text, (size_t)(screen->columns - column), &screen->style);
    mvaddstr(row, column, cut);
    attroff(attributes);
    int behind, ignored;
    getyx(stdscr, ignored, behind);
    return ignored == row ? behind : screen->columns;
}

int screen_format(const struct screen *screen, int row, int column, enum screen_look look,
                  const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return screen_put(screen, row, column, look, text);
}

void screen_right(const struct screen *screen, int row, int end, enum screen_look look,
                  const char *text)
{
    char shown[256];
    int columns = (int)cprof_show_text(shown, sizeof shown, text, 0, &screen->style);
    if (columns <= end)
        screen_put(screen, row, end - columns, look, text);
}

void screen_name(const struct screen *screen, int row, int column, int columns,
                 enum screen_look look, const char *label)
{
    char shown[4096];
    if (columns > screen->columns - column)
        columns = screen->columns - column;
    if (row < 0 || row >= screen->rows || columns < 1)
        return;
    cprof_show_name(shown, sizeof shown, label, (size_t)columns, &screen->style);
    attr_t attributes = attributes_of(look);
    attron(attributes);
    mvaddstr(row, column, shown);
    attroff(attributes);
}

void screen_bar(const struct screen *screen, int row, int column, int columns, double share)
{
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    char text[256] = "";
    share = share > 1 ? 1 : share > 0 ? share : 0;
    int parts = (int)(share * columns * 8 + 0.5);
    if (columns > 60 || column + columns > screen->columns)
        return;
    for (int idx = 0; idx < parts / 8; idx++)
        strcat(text, screen->style.unicode ? "█" : "#");
    if (screen->style.unicode)
        strcat(text, eighths[parts % 8]);
    screen_put(screen, row, column, LOOK_BAR, text);
}

void screen_row(const struct screen *screen, int row, enum screen_look look)
{
    if (row < 0 || row >= screen->rows)
        return;
    attr_t attributes = attributes_of(look);
    attron(attributes);
    mvhline(row, 0, ' ', screen->columns);
    attroff(attributes);
}

/* ---- Keys ----------------------------------------------------------------- */

int screen_key(int milliseconds)
{
    timeout(milliseconds);
    int key = getch();
    switch (key) {
    case ERR:
        return milliseconds < 0 || feof(stdin) ? KEY_BROKEN : KEY_TICK;
    case KEY_UP:
        return SCREEN_UP;
    case KEY_DOWN:
        return SCREEN_DOWN;
    case KEY_LEFT:
        return SCREEN_LEFT;
    case KEY_RIGHT:
        return SCREEN_RIGHT;
    case KEY_PPAGE:
        return SCREEN_PAGE_UP;
    case KEY_NPAGE:
        return SCREEN_PAGE_DOWN;
    case KEY_HOME:
        return SCREEN_HOME;
    case KEY_END:
        return SCREEN_END;
    case KEY_ENTER:
    case '\n':
    case '\r':
        return SCREEN_ENTER;
    case '\t':
        return SCREEN_TAB;
    case KEY_BACKSPACE:
    case 127:
    case 8:
        return SCREEN_BACK;
    case 27:
        return SCREEN_ESCAPE;
    case KEY_RESIZE:
        return SCREEN_RESIZED;
    default:
        return key < 256 ? key : KEY_TICK;
    }
}

/* ---- Lists ---------------------------------------------------------------- */

void screen_list_fit(struct screen_list *list, int rows)
{
    size_t room = rows > 0 ? (size_t)rows : 1;
    if (list->chosen >= list->count)
        list->chosen = list->count ? list->count - 1 : 0;
    if (list->first > list->chosen)
        list->first = list->chosen;
    if (list->chosen >= list->first + room)
        list->first = list->chosen - room + 1;
    if (list->first + room > list->count)
        list->first = list->count > room ? list->count - room : 0;
}

static void move_by(struct screen_list *list, long steps)
{
    if (steps < 0 && list->chosen < (size_t)-steps)
        list->chosen = 0;
    else
        list->chosen = (size_t)((long)list->chosen + steps);
}

bool screen_list_move(struct screen_list *list, int key, int rows)
{
    int page = rows > 1 ? rows - 1 : 1;
    switch (key) {
    case SCREEN_UP:
    case 'k':
        move_by(list, -1);
        break;
    case SCREEN_DOWN:
    case 'j':
        move_by(list, 1);
        break;
    case SCREEN_PAGE_UP:
        move_by(list, -page);
        break;
    case SCREEN_PAGE_DOWN:
    case ' ':
        move_by(list, page);
        break;
    case SCREEN_HOME:
        list->chosen = 0;
        break;
    case SCREEN_END:
        list->chosen = list->count;
        break;
    default:
        return false;
    }
    screen_list_fit(list, rows);
    return true;
}

bool screen_ask(struct screen *screen, const char *prompt, char *text, size_t size,
                void (*changed)(void *context), void *context)
{
    char before[256];
    snprintf(before, sizeof before, "%s", text);
    for (;;) {
        changed(context);
        screen_row(screen, screen->rows - 1, LOOK_PLAIN);
        screen_format(screen, screen->rows - 1, 0, LOOK_HEAD, "%s%s_", prompt, text);
        screen_show();
        int key = screen_key(-1);
        size_t len = strlen(text);
        if (key == SCREEN_ENTER)
            return true;
        if (key == SCREEN_ESCAPE || key == KEY_BROKEN) {
            snprintf(text, size, "%s", before);
            return false;
        }
        if (key == SCREEN_BACK && len)
            text[len - 1] = '\0';
        else if (key >= ' ' && key < 256 && len + 1 < size) {
            text[len] = (char)key;
            text[len + 1] = '\0';
        }
    }
}
