/* The page of one function of `cprof tui`: its facts, its callers and its callees. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui.h"

static void clear(struct detail_page *page)
{
    for (size_t idx = 0; idx < page->count; idx++)
        free(page->items[idx].name);
    free(page->items);
    *page = (struct detail_page){.items = NULL};
}

static bool add_related(struct detail_page *page, const struct cprof_context *context)
{
    struct related *items = realloc(page->items, (page->count + 1) * sizeof *page->items);
    if (!items)
        return false;
    page->items = items;
    struct related *item = &items[page->count];
    *item = (struct related){.name = strdup(context->name), .context = *context};
    if (!item->name)
        return false;
    /* The view that the context's own texts belong to is gone soon. */
    item->context.name = item->context.label = item->name;
    item->context.file = "";
    page->count++;
    return true;
}

/* The contexts straight below the function in a view are its callers or callees. */
static void add_all(struct tui *tui, enum cprof_view kind, const char *name)
{
    struct cprof_profile *view;
    struct cprof_context root, top, context;
    if (cprof_profile_view(tui->profile, kind, name, &view, NULL) != CPROF_OK)
        return;
    bool enough = cprof_context_at(view, 0, &root) && root.first_child != CPROF_NO_CONTEXT &&
                  cprof_context_at(view, root.first_child, &top);
    uint32_t at = enough ? top.first_child : CPROF_NO_CONTEXT;
    for (; enough && at != CPROF_NO_CONTEXT && cprof_context_at(view, at, &context);
         at = context.next_sibling)
        enough = add_related(&tui->detail, &context);
    cprof_profile_free(view);
}

/* Takes the name; the oldest is forgotten where there is no room. */
static void remember(struct tui *tui, char *name)
{
    if (tui->way_len == LONGEST_WAY) {
        free(tui->way[0]);
        memmove(tui->way, tui->way + 1, --tui->way_len * sizeof *tui->way);
    }
    tui->way[tui->way_len++] = name;
}

void detail_show(struct tui *tui, const char *given)
{
    char *name = strdup(given);
    size_t idx = 0;
    while (name && idx < tui->functions.count && strcmp(tui->functions.items[idx].name, name) != 0)
        idx++;
    if (!name || idx == tui->functions.count) {
        tui->message = "this is no function";
        free(name);
        return;
    }
    clear(&tui->detail);
    tui->detail.function = tui->functions.items[idx];
    if (tui->page != PAGE_DETAIL)
        tui->before = tui->page;
    tui->page = PAGE_DETAIL;
    add_all(tui, CPROF_VIEW_CALLERS, name);
    tui->detail.callers = tui->detail.count;
    add_all(tui, CPROF_VIEW_CALLEES, name);
    tui->detail.list.count = tui->detail.count;
    remember(tui, name);
}

void detail_back(struct tui *tui)
{
    if (tui->page != PAGE_DETAIL)
        return;
    free(tui->way[--tui->way_len]);
    if (tui->way_len == 0) {
        tui->page = tui->before;
        return;
    }
    char *name = tui->way[--tui->way_len]; /* is put back by showing it */
    detail_show(tui, name);
    free(name);
}

/* ---- Drawing -------------------------------------------------------------- */

static void put_facts(const struct tui *tui)
{
    const struct cprof_function *function = &tui->detail.function;
    const struct screen *screen = &tui->screen;
    bool unicode = screen->style.unicode;
    char text[4][CPROF_SHOW_SIZE];
    screen_name(screen, 2, 0, screen->columns, LOOK_HEAD, function->label);
    screen_format(screen, 3, 0, LOOK_FAINT, "%s:%u", *function->file ? function->file : "?",
                  function->line);
    screen_format(screen, 4, 0, LOOK_PLAIN, "%s call%s, total %s, self %s, average %s",
                  cprof_show_count(text[0], function->calls), function->calls == 1 ? "" : "s",
                  cprof_show_amount(text[1], tui->profile, function->total_amount, unicode),
                  cprof_show_amount(text[2], tui->profile, function->self_amount, unicode),
                  cprof_show_duration(text[3], function->average_ns, unicode));
    screen_format(screen, 5, 0, LOOK_PLAIN, "shortest %s, half %s, 95 %% %s, longest %s",
                  cprof_show_duration(text[0], function->min_ns, unicode),
                  cprof_show_duration(text[1], function->p50_ns, unicode),
                  cprof_show_duration(text[2], function->p95_ns, unicode),
                  cprof_show_duration(text[3], function->max_ns, unicode));
}

static void put_related(const struct tui *tui, const struct columns *columns, size_t at, int line)
{
    const struct detail_page *page = &tui->detail;
    const struct cprof_context *context = &page->items[at].context;
    enum screen_look look = at == page->list.chosen ? LOOK_CHOSEN : LOOK_PLAIN;
    bool unicode = tui->screen.style.unicode, caller = at < page->callers;
    const struct columns_row row = {
        tui_share(context->total_amount, tui_known(page->function.total_amount)), CPROF_UNKNOWN,
        context->total_amount, context->calls, CPROF_UNKNOWN};
    columns_row(&tui->screen, columns, line, look, tui->profile, &row);
    screen_put(&tui->screen, line, columns->name, look,
               caller ? (unicode ? "↑" : "<") : (unicode ? "↓" : ">"));
    screen_name(&tui->screen, line, columns->name + 2, tui->screen.columns - columns->name - 2,
                look, context->label);
}

void detail_draw(struct tui *tui)
{
    struct detail_page *page = &tui->detail;
    const struct columns_wish wish = {.amounts = tui->whole > 0, .calls = tui->run.counted};
    struct columns columns = columns_fit(&tui->screen, &wish);
    int rows = tui_rows(tui), top = HEAD_ROWS + DETAIL_ROWS;
    put_facts(tui);
    screen_list_fit(&page->list, rows);
    columns_title(&tui->screen, top - 1, columns.share, false, "total %");
    columns_title(&tui->screen, top - 1, columns.total, false, "total");
    columns_title(&tui->screen, top - 1, columns.calls, false, "calls");
    screen_put(&tui->screen, top - 1, columns.name, LOOK_HEAD,
               tui->screen.style.unicode ? "called by ↑, calls ↓" : "called by <, calls >");
    for (int idx = 0; idx < rows && page->list.first + (size_t)idx < page->count; idx++)
        put_related(tui, &columns, page->list.first + (size_t)idx, top + idx);
}

void detail_free(struct tui *tui)
{
    clear(&tui->detail);
    while (tui->way_len)
        free(tui->way[--tui->way_len]);
}
