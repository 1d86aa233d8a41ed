/* The page of functions of `cprof tui`: sorted, filtered, one of them chosen. */
#include <stdlib.h>
#include <string.h>

#include "tui.h"

bool functions_load(struct tui *tui, struct cprof_error *error)
{
    struct functions_page *page = &tui->functions;
    size_t count = (size_t)tui->run.functions;
    page->items = calloc(count ? count : 1, sizeof *page->items);
    page->shown = calloc(count ? count : 1, sizeof *page->shown);
    if (!page->items || !page->shown)
        return false;
    while (page->count < count && cprof_function_at(tui->profile, page->count,
                                                    &page->items[page->count], error) == CPROF_OK)
        page->count++;
    return true;
}

static double key_of(int order, const struct cprof_function *function)
{
    switch (order) {
    case ORDER_SELF:
        return tui_known(function->self_amount);
    case ORDER_TOTAL:
        return tui_known(function->total_amount);
    case ORDER_CALLS:
        return tui_known(function->calls);
    case ORDER_AVERAGE:
        return tui_known(function->average_ns);
    default:
        return 0;
    }
}

static int compare_functions(const void *left_ptr, const void *right_ptr, void *context)
{
    const struct functions_page *page = context;
    size_t left = *(const size_t *)left_ptr, right = *(const size_t *)right_ptr;
    double left_key = key_of(page->order, &page->items[left]);
    double right_key = key_of(page->order, &page->items[right]);
    if (left_key != right_key)
        return left_key > right_key ? -1 : 1;
    int order =
        page->order == ORDER_NAME ? strcmp(page->items[left].label, page->items[right].label) : 0;
    return order ? order : left < right ? -1 : left > right;
}

void functions_arrange(struct tui *tui)
{
    struct functions_page *page = &tui->functions;
    page->list.count = 0;
    for (size_t idx = 0; idx < page->count; idx++)
        if (!*tui->search || strcasestr(page->items[idx].label, tui->search))
            page->shown[page->list.count++] = idx;
    if (page->list.count)
        qsort_r(page->shown, page->list.count, sizeof *page->shown, compare_functions, page);
}

static void put_titles(const struct tui *tui, const struct columns *columns)
{
    const struct screen *screen = &tui->screen;
    int line = HEAD_ROWS - 1, order = tui->functions.order;
    columns_title(screen, line, columns->share, order == ORDER_SELF, "self %");
    columns_title(screen, line, columns->self, order == ORDER_SELF, "self");
    columns_title(screen, line, columns->total, order == ORDER_TOTAL, "total");
    columns_title(screen, line, columns->calls, order == ORDER_CALLS, "calls");
    columns_title(screen, line, columns->average, order == ORDER_AVERAGE, "avg");
    screen_put(screen, line, columns->name, order == ORDER_NAME ? LOOK_CHOSEN : LOOK_HEAD,
               "function");
}

void functions_draw(struct tui *tui)
{
    struct functions_page *page = &tui->functions;
    const struct columns_wish wish = {.amounts = tui->whole > 0,
                                      .self = true,
                                      .calls = tui->run.counted,
                                      .average = tui->run.timed && tui->run.counted};
    struct columns columns = columns_fit(&tui->screen, &wish);
    int rows = tui_rows(tui);
    screen_list_fit(&page->list, rows);
    put_titles(tui, &columns);
    for (int idx = 0; idx < rows && page->list.first + (size_t)idx < page->list.count; idx++) {
        size_t at = page->list.first + (size_t)idx;
        const struct cprof_function *function = &page->items[page->shown[at]];
        enum screen_look look = at == page->list.chosen ? LOOK_CHOSEN : LOOK_PLAIN;
        const struct columns_row row = {tui_share(function->self_amount, tui->whole),
                                        function->self_amount, function->total_amount,
                                        function->calls, function->average_ns};
        columns_row(&tui->screen, &columns, HEAD_ROWS + idx, look, tui->profile, &row);
        columns_name(&tui->screen, HEAD_ROWS + idx, columns.name, look, function->label,
                     function->file, function->line);
    }
}

void functions_free(struct tui *tui)
{
    free(tui->functions.items);
    free(tui->functions.shown);
}
