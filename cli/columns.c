/* Columns of tables on a screen; see columns.h. */
#include "columns.h"

#include <stdio.h>
#include <string.h>

/* From these widths on there is a bar, and a place. */
#define SCREEN_FOR_BAR 80
#define SCREEN_FOR_PLACE 100
#define BAR_COLUMNS 10

const char *const order_words[ORDER_COUNT + 1] = {"self", "total", "calls", "avg", "name", NULL};

static int amount_column(int columns, int needed, int *at)
{
    return columns >= needed ? *at += 10 : 0;
}

struct columns columns_fit(const struct screen *screen, const struct columns_wish *wish)
{
    struct columns fit = {0};
    int columns = screen->columns, at = 0;
    if (wish->amounts) {
        fit.share = at += 7;
        if (columns >= SCREEN_FOR_BAR) {
            fit.bar = at + 1;
            at += 1 + BAR_COLUMNS;
        }
        if (!wish->self || wish->total_first)
            fit.total = amount_column(columns, 46, &at);
        if (wish->self)
            fit.self = amount_column(columns, wish->total_first ? 60 : 46, &at);
        if (wish->self && !wish->total_first)
            fit.total = amount_column(columns, 60, &at);
    }
    if (wish->calls && (columns >= 36 || !wish->amounts))
        fit.calls = at += 14;
    if (wish->average && columns >= 72)
        fit.average = at += 9;
    fit.name = at + 2;
    return fit;
}

void columns_title(const struct screen *screen, int line, int end, bool chosen, const char *title)
{
    if (end)
        screen_right(screen, line, end, chosen ? LOOK_CHOSEN : LOOK_HEAD, title);
}

void columns_row(const struct screen *screen, const struct columns *columns, int line,
                 enum screen_look look, struct cprof_profile *profile,
                 const struct columns_row *row)
{
    bool unicode = screen->style.unicode;
    char text[CPROF_SHOW_SIZE];
    if (look == LOOK_CHOSEN)
        screen_row(screen, line, look);
    if (columns->share) {
        snprintf(text, sizeof text, "%.2f", 100 * row->share);
        screen_right(screen, line, columns->share, look, text);
    }
    if (columns->bar && look != LOOK_CHOSEN)
        screen_bar(screen, line, columns->bar, BAR_COLUMNS, row->share);
    if (columns->self)
        screen_right(screen, line, columns->self, look,
                     cprof_show_amount(text, profile, row->self, unicode));
    if (columns->total)
        screen_right(screen, line, columns->total, look,
                     cprof_show_amount(text, profile, row->total, unicode));
    if (columns->calls)
        screen_right(screen, line, columns->calls, look, cprof_show_count(text, row->calls));
    if (columns->average)
        screen_right(screen, line, columns->average, look,
                     cprof_show_duration(text, row->average, unicode));
}

void columns_name(const struct screen *screen, int line, int column, enum screen_look look,
                  const char *label, const char *file, uint32_t file_line)
{
    int room = screen->columns - column, place = 0;
    char text[256];
    const char *slash = strrchr(file, '/');
    if (*file && screen->columns >= SCREEN_FOR_PLACE) {
        snprintf(text, sizeof text, "%.200s:%u", slash ? slash + 1 : file, file_line);
        place = (int)strlen(text) + 2;
        place = place > room / 2 ? 0 : place;
    }
    screen_name(screen, line, column, room - place, look, label);
    if (place)
        screen_right(screen, line, screen->columns, look == LOOK_CHOSEN ? look : LOOK_FAINT, text);
}
