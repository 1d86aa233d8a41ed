/* The page of calling contexts of `cprof tui`: a tree whose parts open and close. */
#include <stdlib.h>
#include <string.h>

#include "tui.h"

/* No way to the hottest context is opened further at once. */
#define LEVELS_AT_ONCE 64

static bool add_line(struct tree_page *page, uint32_t context, uint32_t depth)
{
    if (page->list.count == page->line_room) {
        size_t room = page->line_room ? 2 * page->line_room : 256;
        struct tree_line *lines = realloc(page->lines, room * sizeof *lines);
        if (!lines)
            return false;
        page->lines = lines;
        page->line_room = room;
    }
    page->lines[page->list.count++] = (struct tree_line){context, depth};
    return true;
}

/* The lines of all open contexts, in order. */
static void unfold(struct tui *tui)
{
    struct tree_page *page = &tui->tree;
    struct cprof_context context;
    uint32_t at = 0, depth = 0;
    page->list.count = 0;
    while (add_line(page, at, depth) && cprof_context_at(tui->profile, at, &context)) {
        if (page->open[at] && context.first_child != CPROF_NO_CONTEXT) {
            at = context.first_child;
            depth++;
            continue;
        }
        while (context.next_sibling == CPROF_NO_CONTEXT && depth > 0) {
            depth--;
            cprof_context_at(tui->profile, context.parent, &context);
        }
        if (depth == 0)
            return;
        at = context.next_sibling;
    }
}

/* Opens the way that most time goes. */
static void open_hottest(struct tui *tui, uint32_t from)
{
    struct cprof_context context;
    uint32_t at = from;
    for (int levels = 0; levels < LEVELS_AT_ONCE && cprof_context_at(tui->profile, at, &context);
         levels++) {
        tui->tree.open[at] = true;
        if (context.first_child == CPROF_NO_CONTEXT)
            return;
        at = context.first_child;
    }
}

bool tree_load(struct tui *tui)
{
    struct cprof_context context;
    uint32_t count = 1;
    while (count < UINT32_MAX && cprof_context_at(tui->profile, count, &context))
        count++;
    tui->tree.open = calloc(count, sizeof *tui->tree.open);
    if (!tui->tree.open)
        return false;
    open_hottest(tui, 0);
    return true;
}

/* ---- Drawing -------------------------------------------------------------- */

/* How far the lines in the window are moved to the left, so that the deepest of them
 * begins in the middle of what is left: steps between them stay to be seen. */
static int shift_of(const struct tui *tui, const struct columns *columns, int rows)
{
    const struct tree_page *page = &tui->tree;
    int most = (tui->screen.columns - columns->name) / 2;
    uint32_t deepest = 0;
    for (size_t at = page->list.first;
         at < page->list.count && at < page->list.first + (size_t)rows; at++)
        if (page->lines[at].depth > deepest)
            deepest = page->lines[at].depth;
    int shift = 2 * (int)(deepest < 1000000 ? deepest : 1000000) - (most > 0 ? most : 0);
    return shift > 0 ? shift : 0;
}

static void put_line(const struct tui *tui, const struct columns *columns, size_t at, int row,
                     int shift)
{
    struct cprof_context context;
    const struct tree_line *line = &tui->tree.lines[at];
    enum screen_look look = at == tui->tree.list.chosen ? LOOK_CHOSEN : LOOK_PLAIN;
    if (!cprof_context_at(tui->profile, line->context, &context))
        return;
    /* Where nobody knows who called whom, a function's share is its own time's. */
    uint64_t share =
        context.total_amount != CPROF_UNKNOWN ? context.total_amount : context.self_amount;
    const struct columns_row numbers = {
        tui_share(share, tui->whole), context.self_amount, context.total_amount,
        line->context ? context.calls : CPROF_UNKNOWN, CPROF_UNKNOWN};
    columns_row(&tui->screen, columns, row, look, tui->profile, &numbers);
    int indent = 2 * (int)(line->depth < 1000000 ? line->depth : 1000000) - shift;
    int column = columns->name + (indent > 0 ? indent : 0);
    bool leaf = context.first_child == CPROF_NO_CONTEXT;
    bool unicode = tui->screen.style.unicode;
    const char *mark = leaf                            ? " "
                       : tui->tree.open[line->context] ? (unicode ? "▾" : "-")
                                                       : (unicode ? "▸" : "+");
    screen_put(&tui->screen, row, column, look, mark);
    columns_name(&tui->screen, row, column + 2, look, context.label, context.file, context.line);
}

void tree_draw(struct tui *tui)
{
    struct tree_page *page = &tui->tree;
    const struct columns_wish wish = {
        .amounts = tui->whole > 0, .self = true, .total_first = true, .calls = tui->run.counted};
    struct columns columns = columns_fit(&tui->screen, &wish);
    int rows = tui_rows(tui), line = HEAD_ROWS - 1;
    unfold(tui);
    screen_list_fit(&page->list, rows);
    columns_title(&tui->screen, line, columns.share, false, "total %");
    columns_title(&tui->screen, line, columns.total, false, "total");
    columns_title(&tui->screen, line, columns.self, false, "self");
    columns_title(&tui->screen, line, columns.calls, false, "calls");
    screen_put(&tui->screen, line, columns.name, LOOK_HEAD, "context");
    int shift = shift_of(tui, &columns, rows);
    for (int idx = 0; idx < rows && page->list.first + (size_t)idx < page->list.count; idx++)
        put_line(tui, &columns, page->list.first + (size_t)idx, HEAD_ROWS + idx, shift);
}

/* ---- Moving --------------------------------------------------------------- */

void tree_find(struct tui *tui)
{
    struct tree_page *page = &tui->tree;
    struct cprof_context context;
    for (size_t step = 1; step <= page->list.count; step++) {
        size_t at = (page->list.chosen + step) % page->list.count;
        if (cprof_context_at(tui->profile, page->lines[at].context, &context) &&
            strcasestr(context.label, tui->search)) {
            page->list.chosen = at;
            return;
        }
    }
    tui->message = "no open line has this text";
}

void tree_fold(struct tui *tui, int key)
{
    struct tree_page *page = &tui->tree;
    struct cprof_context context;
    uint32_t at = page->list.count ? page->lines[page->list.chosen].context : 0;
    if (!cprof_context_at(tui->profile, at, &context))
        return;
    bool closed = !page->open[at] || context.first_child == CPROF_NO_CONTEXT;
    if (key == 'o')
        open_hottest(tui, at);
    else if (key == SCREEN_RIGHT)
        page->open[at] = true;
    else if (!closed)
        page->open[at] = false;
    else
        for (size_t idx = page->list.chosen; idx-- > 0;)
            if (page->lines[idx].context == context.parent) {
                page->list.chosen = idx;
                return;
            }
}

void tree_free(struct tui *tui)
{
    free(tui->tree.open);
    free(tui->tree.lines);
}
