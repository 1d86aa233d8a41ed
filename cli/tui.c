/* `cprof tui`: browses a profile: the table of functions, the tree of contexts, and
 * of one function its facts, callers and callees.  Everything comes through
 * cprof.h; the profile is read once and does not change.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "input.h"
#include "screen.h"

enum page { PAGE_FUNCTIONS, PAGE_TREE, PAGE_DETAIL };

/* Rows before a table, and behind it. */
#define HEAD_ROWS 3
#define FOOT_ROWS 1

/* Of the page of one function: what stands above its callers. */
#define DETAIL_ROWS 5

/* How many functions one can go back. */
#define LONGEST_WAY 64

#define COLUMNS_FOR_BAR 80
#define BAR_COLUMNS 10
#define COLUMNS_FOR_PLACE 100

struct line { /* of the tree */
    uint32_t context, depth;
};

struct related { /* a caller or callee */
    char *name;  /* its own */
    struct cprof_context context;
};

struct detail {
    struct cprof_function function;
    struct related *items; /* callers, then callees */
    size_t callers, count;
    struct screen_list list;
};

struct tui {
    struct screen screen;
    struct cprof_profile *profile;
    struct cprof_run run;
    enum page page;
    bool help;
    double whole; /* what 100 % is */
    char search[64];
    /* Functions. */
    struct cprof_function *functions;
    size_t function_count;
    size_t *order; /* indices of those shown */
    struct screen_list list;
    int sort;
    /* The tree. */
    bool *open; /* by context */
    struct line *lines;
    size_t line_room;
    uint32_t context_count;
    struct screen_list tree;
    /* One function. */
    struct detail detail;
    char *way[LONGEST_WAY]; /* names of functions one came by */
    size_t way_len;
    enum page before; /* where the first of them was chosen */
    const char *message;
};

static const char *const sort_words[] = {"self", "total", "calls", "avg", "name", NULL};

/* ---- Functions ------------------------------------------------------------ */

static bool load_functions(struct tui *tui, struct cprof_error *error)
{
    size_t count = (size_t)tui->run.functions;
    tui->functions = calloc(count ? count : 1, sizeof *tui->functions);
    tui->order = calloc(count ? count : 1, sizeof *tui->order);
    if (!tui->functions || !tui->order)
        return false;
    while (tui->function_count < count &&
           cprof_function_at(tui->profile, tui->function_count,
                             &tui->functions[tui->function_count], error) == CPROF_OK)
        tui->function_count++;
    return true;
}

static double known(uint64_t amount)
{
    return amount == CPROF_UNKNOWN ? -1 : (double)amount;
}

static double key_of(const struct tui *tui, const struct cprof_function *function)
{
    switch (tui->sort) {
    case 0:
        return known(function->self_amount);
    case 1:
        return known(function->total_amount);
    case 2:
        return known(function->calls);
    case 3:
        return known(function->average_ns);
    default:
        return 0;
    }
}

static int compare_functions(const void *left_ptr, const void *right_ptr, void *context)
{
    const struct tui *tui = context;
    size_t left = *(const size_t *)left_ptr, right = *(const size_t *)right_ptr;
    double left_key = key_of(tui, &tui->functions[left]);
    double right_key = key_of(tui, &tui->functions[right]);
    if (left_key != right_key)
        return left_key > right_key ? -1 : 1;
    int order =
        tui->sort == 4 ? strcmp(tui->functions[left].label, tui->functions[right].label) : 0;
    return order ? order : left < right ? -1 : left > right;
}

static void arrange(struct tui *tui)
{
    tui->list.count = 0;
    for (size_t idx = 0; idx < tui->function_count; idx++)
        if (!*tui->search || strcasestr(tui->functions[idx].label, tui->search))
            tui->order[tui->list.count++] = idx;
    if (tui->list.count)
        qsort_r(tui->order, tui->list.count, sizeof *tui->order, compare_functions, tui);
}

/* ---- The tree ------------------------------------------------------------- */

static bool add_line(struct tui *tui, uint32_t context, uint32_t depth)
{
    if (tui->tree.count == tui->line_room) {
        size_t room = tui->line_room ? 2 * tui->line_room : 256;
        struct line *lines = realloc(tui->lines, room * sizeof *lines);
        if (!lines)
            return false;
        tui->lines = lines;
        tui->line_room = room;
    }
    tui->lines[tui->tree.count++] = (struct line){context, depth};
    return true;
}

/* The lines of all open contexts, in order. */
static void unfold(struct tui *tui)
{
    struct cprof_context context;
    uint32_t at = 0, depth = 0;
    tui->tree.count = 0;
    while (add_line(tui, at, depth) && cprof_context_at(tui->profile, at, &context)) {
        if (tui->open[at] && context.first_child != CPROF_NO_CONTEXT) {
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
    for (int levels = 0; levels < 64 && cprof_context_at(tui->profile, at, &context); levels++) {
        tui->open[at] = true;
        if (context.first_child == CPROF_NO_CONTEXT)
            return;
        at = context.first_child;
    }
}

static bool load_tree(struct tui *tui)
{
    tui->context_count = 1;
    struct cprof_context context;
    while (tui->context_count < UINT32_MAX &&
           cprof_context_at(tui->profile, tui->context_count, &context))
        tui->context_count++;
    tui->open = calloc(tui->context_count, sizeof *tui->open);
    if (!tui->open)
        return false;
    open_hottest(tui, 0);
    return true;
}

/* ---- One function --------------------------------------------------------- */

static void clear_detail(struct tui *tui)
{
    for (size_t idx = 0; idx < tui->detail.count; idx++)
        free(tui->detail.items[idx].name);
    free(tui->detail.items);
    tui->detail = (struct detail){.items = NULL};
}

/* The contexts straight below the function in a view, which are its callers or
 * callees. */
static bool add_related(struct tui *tui, enum cprof_view kind, const char *name)
{
    struct cprof_profile *view;
    struct cprof_context root, top, context;
    struct detail *detail = &tui->detail;
    if (cprof_profile_view(tui->profile, kind, name, &view, NULL) != CPROF_OK)
        return false;
    bool enough = cprof_context_at(view, 0, &root) && root.first_child != CPROF_NO_CONTEXT &&
                  cprof_context_at(view, root.first_child, &top);
    uint32_t at = enough ? top.first_child : CPROF_NO_CONTEXT;
    while (enough && at != CPROF_NO_CONTEXT && cprof_context_at(view, at, &context)) {
        struct related *items = realloc(detail->items, (detail->count + 1) * sizeof *detail->items);
        char *own = items ? strdup(context.name) : NULL;
        if (items)
            detail->items = items;
        enough = own != NULL;
        if (enough) {
            context.name = context.label = own;
            context.file = "";
            items[detail->count++] = (struct related){own, context};
        }
        at = context.next_sibling;
    }
    cprof_profile_free(view);
    return enough;
}

/* Shows a function; its name may lie in what is shown now. */
static void show_function(struct tui *tui, const char *given)
{
    char *name = strdup(given);
    size_t idx = 0;
    while (name && idx < tui->function_count && strcmp(tui->functions[idx].name, name) != 0)
        idx++;
    if (!name || idx == tui->function_count) {
        tui->message = "this is no function";
        free(name);
        return;
    }
    clear_detail(tui);
    tui->detail.function = tui->functions[idx];
    if (tui->page != PAGE_DETAIL)
        tui->before = tui->page;
    tui->page = PAGE_DETAIL;
    add_related(tui, CPROF_VIEW_CALLERS, name);
    tui->detail.callers = tui->detail.count;
    add_related(tui, CPROF_VIEW_CALLEES, name);
    tui->detail.list.count = tui->detail.count;
    if (tui->way_len == LONGEST_WAY) {
        free(tui->way[0]);
        memmove(tui->way, tui->way + 1, --tui->way_len * sizeof *tui->way);
    }
    tui->way[tui->way_len++] = name;
}

static void go_back(struct tui *tui)
{
    if (tui->page != PAGE_DETAIL)
        return;
    free(tui->way[--tui->way_len]);
    if (tui->way_len == 0) {
        tui->page = tui->before;
        return;
    }
    char *name = tui->way[--tui->way_len]; /* is put back by showing it */
    show_function(tui, name);
    free(name);
}

/* ---- Columns -------------------------------------------------------------- */

/* Where columns end; 0: there is none. */
struct layout {
    int share, bar, self, total, calls, average, name;
};

static struct layout lay_out(const struct tui *tui, bool average)
{
    struct layout layout = {0};
    int columns = tui->screen.columns, at = 0;
    bool amounts = tui->whole > 0;
    if (amounts) {
        layout.share = at += 7;
        if (columns >= COLUMNS_FOR_BAR) {
            layout.bar = at + 1;
            at += 1 + BAR_COLUMNS;
        }
        if (columns >= 46)
            layout.total = at += 9;
        if (columns >= 60)
            layout.self = at += 9;
    }
    if (tui->run.counted && (columns >= 36 || !amounts))
        layout.calls = at += 14;
    if (average && tui->run.timed && tui->run.counted && columns >= 72)
        layout.average = at += 9;
    layout.name = at + 2;
    return layout;
}

static void put_title(const struct tui *tui, int row, int end, int sort, const char *title)
{
    bool sorted = tui->page == PAGE_FUNCTIONS && tui->sort == sort;
    if (end)
        screen_right(&tui->screen, row, end, sorted ? LOOK_CHOSEN : LOOK_HEAD, title);
}

static void put_titles(const struct tui *tui, const struct layout *layout, int row,
                       const char *name)
{
    bool self = tui->page == PAGE_FUNCTIONS;
    put_title(tui, row, layout->share, 0, self ? "self %" : "total %");
    put_title(tui, row, layout->total, 1, "total");
    put_title(tui, row, layout->self, self ? 0 : -1, "self");
    put_title(tui, row, layout->calls, 2, "calls");
    put_title(tui, row, layout->average, 3, "avg");
    screen_put(&tui->screen, row, layout->name, self && tui->sort == 4 ? LOOK_CHOSEN : LOOK_HEAD,
               name);
}

struct numbers {
    uint64_t share, total, self, calls, average;
};

static void put_numbers(const struct tui *tui, const struct layout *layout, int row,
                        enum screen_look look, const struct numbers *numbers, double whole)
{
    const struct screen *screen = &tui->screen;
    bool unicode = screen->style.unicode;
    double share =
        numbers->share != CPROF_UNKNOWN && whole > 0 ? (double)numbers->share / whole : 0;
    char text[CPROF_SHOW_SIZE];
    if (layout->share) {
        snprintf(text, sizeof text, "%.2f", 100 * share);
        screen_right(screen, row, layout->share, look, text);
    }
    if (layout->bar && look != LOOK_CHOSEN)
        screen_bar(screen, row, layout->bar, BAR_COLUMNS, share);
    if (layout->total)
        screen_right(screen, row, layout->total, look,
                     cprof_show_amount(text, tui->profile, numbers->total, unicode));
    if (layout->self)
        screen_right(screen, row, layout->self, look,
                     cprof_show_amount(text, tui->profile, numbers->self, unicode));
    if (layout->calls)
        screen_right(screen, row, layout->calls, look, cprof_show_count(text, numbers->calls));
    if (layout->average)
        screen_right(screen, row, layout->average, look,
                     cprof_show_duration(text, numbers->average, unicode));
}

/* The name, and its place at the edge where there is room for both. */
static void put_name(const struct tui *tui, int row, int column, enum screen_look look,
                     const char *label, const char *file, uint32_t line)
{
    int room = tui->screen.columns - column, place = 0;
    char text[256];
    const char *slash = strrchr(file, '/');
    if (*file && tui->screen.columns >= COLUMNS_FOR_PLACE) {
        snprintf(text, sizeof text, "%.200s:%u", slash ? slash + 1 : file, line);
        place = (int)strlen(text) + 2;
        place = place > room / 2 ? 0 : place;
    }
    screen_name(&tui->screen, row, column, room - place, look, label);
    if (place)
        screen_right(&tui->screen, row, tui->screen.columns,
                     look == LOOK_CHOSEN ? look : LOOK_FAINT, text);
}

/* ---- Pages ---------------------------------------------------------------- */

static int table_rows(const struct tui *tui)
{
    int used = HEAD_ROWS + FOOT_ROWS + (tui->page == PAGE_DETAIL ? DETAIL_ROWS : 0);
    int rows = tui->screen.rows - used;
    return rows > 1 ? rows : 1;
}

static void put_functions(struct tui *tui)
{
    struct layout layout = lay_out(tui, true);
    int rows = table_rows(tui);
    screen_list_fit(&tui->list, rows);
    put_titles(tui, &layout, HEAD_ROWS - 1, "function");
    for (int idx = 0; idx < rows && tui->list.first + (size_t)idx < tui->list.count; idx++) {
        size_t at = tui->list.first + (size_t)idx;
        const struct cprof_function *function = &tui->functions[tui->order[at]];
        enum screen_look look = at == tui->list.chosen ? LOOK_CHOSEN : LOOK_PLAIN;
        struct numbers numbers = {function->self_amount, function->total_amount,
                                  function->self_amount, function->calls, function->average_ns};
        if (look == LOOK_CHOSEN)
            screen_row(&tui->screen, HEAD_ROWS + idx, look);
        put_numbers(tui, &layout, HEAD_ROWS + idx, look, &numbers, tui->whole);
        put_name(tui, HEAD_ROWS + idx, layout.name, look, function->label, function->file,
                 function->line);
    }
}

static void put_tree_line(const struct tui *tui, const struct layout *layout, size_t at, int row)
{
    struct cprof_context context;
    const struct line *line = &tui->lines[at];
    enum screen_look look = at == tui->tree.chosen ? LOOK_CHOSEN : LOOK_PLAIN;
    if (!cprof_context_at(tui->profile, line->context, &context))
        return;
    struct numbers numbers = {context.total_amount, context.total_amount, context.self_amount,
                              line->context ? context.calls : CPROF_UNKNOWN, CPROF_UNKNOWN};
    if (look == LOOK_CHOSEN)
        screen_row(&tui->screen, row, look);
    put_numbers(tui, layout, row, look, &numbers, tui->whole);
    /* Deep lines move no further than to the middle of what is left. */
    int most = (tui->screen.columns - layout->name) / 2;
    int indent = 2 * (int)(line->depth < 10000 ? line->depth : 10000);
    int column = layout->name + (indent < most ? indent : most > 0 ? most : 0);
    bool leaf = context.first_child == CPROF_NO_CONTEXT;
    bool unicode = tui->screen.style.unicode;
    const char *mark = leaf                       ? " "
                       : tui->open[line->context] ? (unicode ? "▾" : "-")
                                                  : (unicode ? "▸" : "+");
    screen_put(&tui->screen, row, column, look, mark);
    put_name(tui, row, column + 2, look, context.label, context.file, context.line);
}

static void put_tree(struct tui *tui)
{
    struct layout layout = lay_out(tui, false);
    int rows = table_rows(tui);
    unfold(tui);
    screen_list_fit(&tui->tree, rows);
    put_titles(tui, &layout, HEAD_ROWS - 1, "context");
    for (int idx = 0; idx < rows && tui->tree.first + (size_t)idx < tui->tree.count; idx++)
        put_tree_line(tui, &layout, tui->tree.first + (size_t)idx, HEAD_ROWS + idx);
}

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

static void put_detail(struct tui *tui)
{
    struct detail *detail = &tui->detail;
    struct layout layout = lay_out(tui, false);
    int rows = table_rows(tui), top = HEAD_ROWS + DETAIL_ROWS;
    double whole = known(detail->function.total_amount);
    layout.self = 0;
    put_facts(tui);
    screen_list_fit(&detail->list, rows);
    put_titles(tui, &layout, top - 1,
               tui->screen.style.unicode ? "called by ↑, calls ↓" : "called by <, calls >");
    for (int idx = 0; idx < rows && detail->list.first + (size_t)idx < detail->count; idx++) {
        size_t at = detail->list.first + (size_t)idx;
        const struct cprof_context *context = &detail->items[at].context;
        enum screen_look look = at == detail->list.chosen ? LOOK_CHOSEN : LOOK_PLAIN;
        struct numbers numbers = {context->total_amount, context->total_amount, CPROF_UNKNOWN,
                                  context->calls, CPROF_UNKNOWN};
        bool unicode = tui->screen.style.unicode, caller = at < detail->callers;
        if (look == LOOK_CHOSEN)
            screen_row(&tui->screen, top + idx, look);
        put_numbers(tui, &layout, top + idx, look, &numbers, whole);
        screen_put(&tui->screen, top + idx, layout.name, look,
                   caller ? (unicode ? "↑" : "<") : (unicode ? "↓" : ">"));
        screen_name(&tui->screen, top + idx, layout.name + 2, tui->screen.columns - layout.name - 2,
                    look, context->label);
    }
}

static void put_help(const struct tui *tui)
{
    static const char *const lines[] = {
        "f  t        functions, tree",
        "up down     move; also page up and down, home, end",
        "enter       the function, its callers and callees",
        "right left  open and close in the tree; o opens the hottest way",
        "esc  b      back",
        "s           next order of the functions",
        "/           only names with this text; in the tree the next such",
        "h  ?        this help",
        "q           quit"};
    for (size_t idx = 0; idx < sizeof lines / sizeof *lines; idx++)
        screen_put(&tui->screen, HEAD_ROWS + (int)idx, 2, LOOK_PLAIN, lines[idx]);
}

static void put_head(const struct tui *tui)
{
    static const char *const names[] = {"functions", "tree", "function"};
    const struct screen *screen = &tui->screen;
    char wall[CPROF_SHOW_SIZE], count[CPROF_SHOW_SIZE];
    int behind = screen_put(screen, 0, 0, LOOK_HEAD, tui->run.program);
    if (tui->run.imported)
        screen_format(screen, 0, behind, LOOK_PLAIN, "  counts %s", tui->run.unit);
    else
        screen_format(screen, 0, behind, LOOK_PLAIN, "  %s, %s mode, %s",
                      cprof_show_duration(wall, tui->run.wall_ns, screen->style.unicode),
                      tui->run.mode, tui->run.complete ? "complete" : "not complete");
    behind = 0;
    for (int idx = 0; idx < 3; idx++)
        if (idx != PAGE_DETAIL || tui->page == PAGE_DETAIL)
            behind = 1 + screen_format(screen, 1, behind,
                                       (int)tui->page == idx ? LOOK_CHOSEN : LOOK_FAINT, " %s ",
                                       names[idx]);
    if (tui->page == PAGE_FUNCTIONS)
        screen_format(screen, 1, behind + 1, LOOK_FAINT, "%s shown, by %s%s%s",
                      cprof_show_count(count, tui->list.count), sort_words[tui->sort],
                      *tui->search ? ", with " : "", tui->search);
}

static void draw(void *context)
{
    struct tui *tui = context;
    screen_clear(&tui->screen);
    arrange(tui);
    put_head(tui);
    if (tui->help)
        put_help(tui);
    else if (tui->page == PAGE_FUNCTIONS)
        put_functions(tui);
    else if (tui->page == PAGE_TREE)
        put_tree(tui);
    else
        put_detail(tui);
    screen_put(&tui->screen, tui->screen.rows - 1, 0, LOOK_FAINT,
               tui->message ? tui->message
                            : "q quit  h help  f functions  t tree  enter function  / search");
    tui->message = NULL;
    screen_show();
}

/* ---- Keys ----------------------------------------------------------------- */

/* In the tree: the next open line with the text. */
static void find_line(struct tui *tui)
{
    struct cprof_context context;
    for (size_t step = 1; step <= tui->tree.count; step++) {
        size_t at = (tui->tree.chosen + step) % tui->tree.count;
        if (cprof_context_at(tui->profile, tui->lines[at].context, &context) &&
            strcasestr(context.label, tui->search)) {
            tui->tree.chosen = at;
            return;
        }
    }
    tui->message = "no open line has this text";
}

static void choose(struct tui *tui)
{
    struct cprof_context context;
    if (tui->page == PAGE_FUNCTIONS && tui->list.count)
        show_function(tui, tui->functions[tui->order[tui->list.chosen]].name);
    else if (tui->page == PAGE_TREE && tui->tree.count &&
             cprof_context_at(tui->profile, tui->lines[tui->tree.chosen].context, &context))
        show_function(tui, context.name);
    else if (tui->page == PAGE_DETAIL && tui->detail.count)
        show_function(tui, tui->detail.items[tui->detail.list.chosen].name);
}

/* Opens, closes, or goes to the caller of what is closed already. */
static void fold(struct tui *tui, int key)
{
    struct cprof_context context;
    uint32_t at = tui->tree.count ? tui->lines[tui->tree.chosen].context : 0;
    if (tui->page != PAGE_TREE || !cprof_context_at(tui->profile, at, &context))
        return;
    bool closed = !tui->open[at] || context.first_child == CPROF_NO_CONTEXT;
    if (key == 'o')
        open_hottest(tui, at);
    else if (key == SCREEN_RIGHT)
        tui->open[at] = true;
    else if (!closed)
        tui->open[at] = false;
    else
        for (size_t idx = tui->tree.chosen; idx-- > 0;)
            if (tui->lines[idx].context == context.parent) {
                tui->tree.chosen = idx;
                return;
            }
}

static void ask(struct tui *tui)
{
    if (tui->page == PAGE_DETAIL)
        tui->page = tui->before;
    screen_ask(&tui->screen, "names with: ", tui->search, sizeof tui->search, draw, tui);
    if (tui->page == PAGE_TREE && *tui->search)
        find_line(tui);
}

static struct screen_list *list_of(struct tui *tui)
{
    return tui->page == PAGE_FUNCTIONS ? &tui->list
           : tui->page == PAGE_TREE    ? &tui->tree
                                       : &tui->detail.list;
}

/* False: leave. */
static bool handle(struct tui *tui, int key)
{
    if (key == 'q' || key == KEY_BROKEN)
        return false;
    if (tui->help && key != SCREEN_RESIZED) {
        tui->help = false;
        return true;
    }
    if (key == 'f')
        tui->page = PAGE_FUNCTIONS;
    else if (key == 't')
        tui->page = PAGE_TREE;
    else if (key == SCREEN_TAB)
        tui->page = tui->page == PAGE_FUNCTIONS ? PAGE_TREE : PAGE_FUNCTIONS;
    else if (key == 's')
        tui->sort = sort_words[tui->sort + 1] ? tui->sort + 1 : 0;
    else if (key == 'h' || key == '?')
        tui->help = true;
    else if (key == '/')
        ask(tui);
    else if (key == SCREEN_ENTER)
        choose(tui);
    else if (key == SCREEN_ESCAPE || key == SCREEN_BACK || key == 'b')
        go_back(tui);
    else if (key == SCREEN_LEFT || key == SCREEN_RIGHT || key == 'o')
        fold(tui, key);
    else
        screen_list_move(list_of(tui), key, table_rows(tui));
    return true;
}

/* ---- The command ---------------------------------------------------------- */

static int browse(struct tui *tui)
{
    struct cprof_error error;
    struct cprof_context root;
    if (cprof_run_facts(tui->profile, &tui->run, &error) != CPROF_OK ||
        !load_functions(tui, &error) || !load_tree(tui) ||
        !cprof_context_at(tui->profile, 0, &root)) {
        complain("not enough memory to browse it; close other programs");
        return EXIT_INPUT;
    }
    tui->whole = known(root.total_amount);
    if (!screen_open(&tui->screen, "tui"))
        return EXIT_USAGE;
    do
        draw(tui);
    while (handle(tui, screen_key(-1)));
    screen_close();
    return EXIT_DONE;
}

static void release(struct tui *tui)
{
    clear_detail(tui);
    while (tui->way_len)
        free(tui->way[--tui->way_len]);
    free(tui->functions);
    free(tui->order);
    free(tui->open);
    free(tui->lines);
    cprof_profile_free(tui->profile);
}

int command_tui(int count, char **words)
{
    struct tui tui = {.page = PAGE_FUNCTIONS};
    const struct option options[] = {
        {OPTION_CHOICE, 's', "sort", "ORDER", "order to begin with (self)", &tui.sort, sort_words},
        {0}};
    const struct usage usage = {
        .name = "tui",
        .arguments = "[OPTION]... [PROFILE]...",
        .summary = "browse a profile in the terminal",
        .description =
            "Shows the functions of a profile, the tree of its calling contexts and, of one\n"
            "function, its facts, callers and callees, in the terminal.\n"
            "\n"
            "Keys: f functions, t tree, enter the function at hand, esc back, arrows move and\n"
            "open or close in the tree, o opens the hottest way, s changes the order, /\n"
            "searches, h helps, q quits.",
        .examples = "cprof tui\n"
                    "cprof tui --sort calls cprof.out.4711",
        .options = options};
    enum options_result result = options_parse(&usage, &count, words);
    if (result != OPTIONS_OK)
        return options_status(result);
    int failed = input_open(&tui.profile, count, words);
    if (failed)
        return failed;
    failed = browse(&tui);
    release(&tui);
    return failed;
}
