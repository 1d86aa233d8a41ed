/* `cprof tui`: browses a profile in the terminal.  Here are the frame around the pages,
 * the keys and the command; tui_functions.c, tui_tree.c and tui_detail.c are the pages.
 * The profile is read once and does not change.
 */
#include "tui.h"

#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "input.h"

double tui_known(uint64_t amount)
{
    return amount == CPROF_UNKNOWN ? -1 : (double)amount;
}

double tui_share(uint64_t amount, double whole)
{
    return amount != CPROF_UNKNOWN && whole > 0 ? (double)amount / whole : 0;
}

int tui_rows(const struct tui *tui)
{
    int used = HEAD_ROWS + FOOT_ROWS + (tui->page == PAGE_DETAIL ? DETAIL_ROWS : 0);
    int rows = tui->screen.rows - used;
    return rows > 1 ? rows : 1;
}

/* ---- The frame ------------------------------------------------------------ */

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
        screen_format(screen, 0, behind, LOOK_PLAIN, "  %s, %s mode%s, %s",
                      cprof_show_duration(wall, tui->run.wall_ns, screen->style.unicode),
                      tui->run.mode, tui->run.estimated ? " (calls are estimates)" : "",
                      tui->run.complete ? "complete" : "not complete");
    behind = 0;
    for (int idx = 0; idx < 3; idx++)
        if (idx != PAGE_DETAIL || tui->page == PAGE_DETAIL)
            behind = 1 + screen_format(screen, 1, behind,
                                       (int)tui->page == idx ? LOOK_CHOSEN : LOOK_FAINT, " %s ",
                                       names[idx]);
    if (tui->page == PAGE_FUNCTIONS)
        screen_format(screen, 1, behind + 1, LOOK_FAINT, "%s shown, by %s%s%s",
                      cprof_show_count(count, tui->functions.list.count),
                      order_words[tui->functions.order], *tui->search ? ", with " : "",
                      tui->search);
}

static void draw(void *context)
{
    struct tui *tui = context;
    screen_clear(&tui->screen);
    functions_arrange(tui);
    put_head(tui);
    if (tui->help)
        put_help(tui);
    else if (tui->page == PAGE_FUNCTIONS)
        functions_draw(tui);
    else if (tui->page == PAGE_TREE)
        tree_draw(tui);
    else
        detail_draw(tui);
    screen_put(&tui->screen, tui->screen.rows - 1, 0, LOOK_FAINT,
               tui->message ? tui->message
                            : "q quit  h help  f functions  t tree  enter opens  / search");
    tui->message = NULL;
    screen_show();
}

/* ---- Keys ----------------------------------------------------------------- */

static void choose(struct tui *tui)
{
    struct cprof_context context;
    const struct functions_page *functions = &tui->functions;
    const struct tree_page *tree = &tui->tree;
    const struct detail_page *detail = &tui->detail;
    if (tui->page == PAGE_FUNCTIONS && functions->list.count)
        detail_show(tui, functions->items[functions->shown[functions->list.chosen]].name);
    else if (tui->page == PAGE_TREE && tree->list.count &&
             cprof_context_at(tui->profile, tree->lines[tree->list.chosen].context, &context))
        detail_show(tui, context.name);
    else if (tui->page == PAGE_DETAIL && detail->count)
        detail_show(tui, detail->items[detail->list.chosen].name);
}

static void ask(struct tui *tui)
{
    if (tui->page == PAGE_DETAIL)
        tui->page = tui->before;
    screen_ask(&tui->screen, "names with: ", tui->search, sizeof tui->search, draw, tui);
    if (tui->page == PAGE_TREE && *tui->search)
        tree_find(tui);
}

static struct screen_list *list_of(struct tui *tui)
{
    return tui->page == PAGE_FUNCTIONS ? &tui->functions.list
           : tui->page == PAGE_TREE    ? &tui->tree.list
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
        tui->functions.order = (tui->functions.order + 1) % ORDER_COUNT;
    else if (key == 'h' || key == '?')
        tui->help = true;
    else if (key == '/')
        ask(tui);
    else if (key == SCREEN_ENTER)
        choose(tui);
    else if (key == SCREEN_ESCAPE || key == SCREEN_BACK || key == 'b')
        detail_back(tui);
    else if (key == SCREEN_LEFT || key == SCREEN_RIGHT || key == 'o') {
        if (tui->page == PAGE_TREE)
            tree_fold(tui, key);
    } else
        screen_list_move(list_of(tui), key, tui_rows(tui));
    return true;
}

/* ---- The command ---------------------------------------------------------- */

static int browse(struct tui *tui)
{
    struct cprof_error error;
    struct cprof_context root;
    if (cprof_run_facts(tui->profile, &tui->run, &error) != CPROF_OK ||
        !functions_load(tui, &error) || !tree_load(tui) ||
        !cprof_context_at(tui->profile, 0, &root)) {
        complain("not enough memory to browse it; close other programs");
        return EXIT_INPUT;
    }
    tui->whole = tui_known(root.total_amount);
    if (!screen_open(&tui->screen, "tui"))
        return EXIT_USAGE;
    do
        draw(tui);
    while (handle(tui, screen_key(-1)));
    screen_close();
    return EXIT_DONE;
}

int command_tui(int count, char **words)
{
    struct tui tui = {.page = PAGE_FUNCTIONS};
    const struct option options[] = {{OPTION_CHOICE, 's', "sort", "ORDER",
                                      "order to begin with (self)", &tui.functions.order,
                                      order_words},
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
    detail_free(&tui);
    tree_free(&tui);
    functions_free(&tui);
    cprof_profile_free(tui.profile);
    return failed;
}
