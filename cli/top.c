/* `cprof top`: what a running program does now.  Its profile is always current
 * (docs/FORMAT.md), so it is read again every second and the difference shown;
 * the program notices nothing.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "columns.h"
#include "command.h"
#include "live.h"
#include "output.h"

/* Rows of the window before the table, and behind it. */
#define HEAD_ROWS 4
#define FOOT_ROWS 1

/* Reading must not take more than this part of the time. */
#define SHARE_OF_READING 4

struct top {
    struct screen screen;
    struct live live;
    struct screen_list list;
    const struct live_row **rows; /* those shown, in order */
    size_t room;                  /* in rows */
    int order;
    bool since_start; /* sums instead of rates */
    bool paused, help;
    char filter[64];
    int interval; /* milliseconds */
};

/* ---- Rows ----------------------------------------------------------------- */

static double seconds_of(const struct top *top)
{
    return (double)top->live.wall_ns / 1e9;
}

/* Sums or growth, whichever is shown. */
static struct live_row shown_of(const struct top *top, const struct live_row *row)
{
    struct live_row shown = *row;
    if (top->since_start || top->live.wall_ns == 0) {
        shown.calls = row->function.calls;
        shown.self_ns = row->function.self_ns;
        shown.total_ns = row->function.total_ns;
    }
    return shown;
}

static double key_of(const struct top *top, const struct live_row *row)
{
    struct live_row shown = shown_of(top, row);
    switch (top->order) {
    case ORDER_SELF:
        return top->live.run.timed ? (double)shown.self_ns : (double)shown.calls;
    case ORDER_TOTAL:
        return (double)shown.total_ns;
    case ORDER_CALLS:
        return (double)shown.calls;
    case ORDER_AVERAGE:
        return row->function.average_ns == CPROF_UNKNOWN ? 0 : (double)row->function.average_ns;
    default:
        return 0; /* they stand by name */
    }
}

static int compare_rows(const void *left_ptr, const void *right_ptr, void *context)
{
    const struct live_row *left = *(const struct live_row *const *)left_ptr;
    const struct live_row *right = *(const struct live_row *const *)right_ptr;
    double left_key = key_of(context, left), right_key = key_of(context, right);
    if (left_key != right_key)
        return left_key > right_key ? -1 : 1;
    const struct top *top = context;
    if (top->order == ORDER_NAME || left->function.self_ns == right->function.self_ns)
        return left < right ? -1 : left > right;
    return left->function.self_ns > right->function.self_ns ? -1 : 1;
}

/* Chooses and orders the rows that are shown. */
static bool arrange(struct top *top)
{
    const struct live *live = &top->live;
    if (top->room < live->count) {
        const struct live_row **rows = realloc(top->rows, live->count * sizeof(*rows));
        if (!rows)
            return false;
        top->rows = rows;
        top->room = live->count;
    }
    top->list.count = 0;
    for (size_t idx = 0; idx < live->count; idx++)
        if (!*top->filter || strcasestr(live->rows[idx].function.label, top->filter))
            top->rows[top->list.count++] = &live->rows[idx];
    if (top->list.count)
        qsort_r(top->rows, top->list.count, sizeof *top->rows, compare_rows, top);
    return true;
}

/* ---- The picture ---------------------------------------------------------- */

static bool is_rate(const struct top *top)
{
    return !top->since_start && top->live.wall_ns;
}

static void put_titles(const struct top *top, const struct columns *columns)
{
    const struct screen *screen = &top->screen;
    const bool rate = is_rate(top);
    const int line = HEAD_ROWS - 1, order = top->order;
    columns_title(screen, line, columns->share, order == ORDER_SELF, "self %");
    columns_title(screen, line, columns->self, order == ORDER_SELF, rate ? "self/s" : "self");
    columns_title(screen, line, columns->total, order == ORDER_TOTAL, rate ? "total/s" : "total");
    columns_title(screen, line, columns->calls, order == ORDER_CALLS, rate ? "calls/s" : "calls");
    columns_title(screen, line, columns->average, order == ORDER_AVERAGE, "avg");
    screen_put(screen, line, columns->name, order == ORDER_NAME ? LOOK_CHOSEN : LOOK_HEAD,
               "function");
}

static uint64_t a_second(const struct top *top, uint64_t amount)
{
    return is_rate(top) && amount != CPROF_UNKNOWN ? (uint64_t)((double)amount / seconds_of(top))
                                                   : amount;
}

static double whole_of(const struct top *top)
{
    double whole = is_rate(top) ? (double)top->live.self_ns : 0;
    for (size_t idx = 0; !is_rate(top) && idx < top->live.count; idx++)
        if (top->live.rows[idx].function.self_ns != CPROF_UNKNOWN)
            whole += (double)top->live.rows[idx].function.self_ns;
    return whole;
}

static void put_row(const struct top *top, const struct columns *columns, size_t idx, int line,
                    double whole)
{
    const struct cprof_function *function = &top->rows[idx]->function;
    const struct live_row shown = shown_of(top, top->rows[idx]);
    enum screen_look look = idx == top->list.chosen ? LOOK_CHOSEN : LOOK_PLAIN;
    const struct columns_row row = {whole > 0 ? (double)shown.self_ns / whole : 0,
                                    a_second(top, shown.self_ns), a_second(top, shown.total_ns),
                                    a_second(top, shown.calls), function->average_ns};
    columns_row(&top->screen, columns, line, look, top->live.profile, &row);
    columns_name(&top->screen, line, columns->name, look, function->label, function->file,
                 function->line);
}

static void put_head(const struct top *top)
{
    const struct cprof_run *run = &top->live.run;
    const struct screen *screen = &top->screen;
    char wall[CPROF_SHOW_SIZE], threads[CPROF_SHOW_SIZE], calls[CPROF_SHOW_SIZE];
    int behind = screen_format(screen, 0, 0, LOOK_HEAD, "%s", run->program);
    behind = screen_format(screen, 0, behind, LOOK_PLAIN, "  pid %u  ", run->pid);
    screen_put(screen, 0, behind, run->running ? LOOK_GOOD : LOOK_BAD,
               top->paused    ? "paused"
               : run->running ? "running"
                              : "ended");
    behind = screen_format(screen, 1, 0, LOOK_PLAIN, "%s, %s thread%s, %s mode",
                           cprof_show_duration(wall, run->wall_ns, screen->style.unicode),
                           cprof_show_count(threads, run->threads), run->threads == 1 ? "" : "s",
                           run->mode);
    if (top->live.wall_ns && run->running)
        screen_format(
            screen, 1, behind, LOOK_PLAIN, ", %s calls a second",
            cprof_show_count(calls, (uint64_t)((double)top->live.calls / seconds_of(top))));
    if (*top->filter)
        screen_format(screen, 2, 0, LOOK_PLAIN, "only names with \"%s\"", top->filter);
}

static void put_help(const struct top *top)
{
    static const char *const lines[] = {"s t c a n  order: self, total, calls, average, name",
                                        "r          rates, or sums since the start",
                                        "/          only names with this text",
                                        "p          pause",
                                        "up down    move; also page up and down, home, end",
                                        "h or ?     this help",
                                        "q          quit"};
    for (size_t idx = 0; idx < sizeof lines / sizeof *lines; idx++)
        screen_put(&top->screen, HEAD_ROWS + (int)idx, 2, LOOK_PLAIN, lines[idx]);
}

static int table_rows(const struct top *top)
{
    int rows = top->screen.rows - HEAD_ROWS - FOOT_ROWS;
    return rows > 1 ? rows : 1;
}

static void draw(void *context)
{
    struct top *top = context;
    if (!arrange(top))
        return;
    screen_clear(&top->screen);
    const struct columns_wish wish = {.amounts = top->live.run.timed,
                                      .self = true,
                                      .calls = true,
                                      .average = top->live.run.timed};
    struct columns columns = columns_fit(&top->screen, &wish);
    double whole = whole_of(top);
    int rows = table_rows(top);
    screen_list_fit(&top->list, rows);
    put_head(top);
    if (top->help)
        put_help(top);
    else
        put_titles(top, &columns);
    for (int idx = 0; !top->help && idx < rows && top->list.first + (size_t)idx < top->list.count;
         idx++)
        put_row(top, &columns, top->list.first + (size_t)idx, HEAD_ROWS + idx, whole);
    screen_put(&top->screen, top->screen.rows - 1, 0, LOOK_FAINT,
               "q quit  h help  s t c a n order  r rates  / filter  p pause");
    screen_show();
}

/* ---- Keys ----------------------------------------------------------------- */

/* False: leave. */
static bool handle(struct top *top, int key)
{
    static const char order_keys[] = "stcan";
    const char *order = key > ' ' && key < 128 ? strchr(order_keys, key) : NULL;
    if (key == 'q' || key == KEY_BROKEN)
        return false;
    if (top->help && key != KEY_TICK && key != SCREEN_RESIZED)
        top->help = false;
    else if (order)
        top->order = (int)(order - order_keys);
    else if (key == 'r')
        top->since_start = !top->since_start;
    else if (key == 'p')
        top->paused = !top->paused;
    else if (key == 'h' || key == '?')
        top->help = true;
    else if (key == '/')
        screen_ask(&top->screen, "names with: ", top->filter, sizeof top->filter, draw, top);
    else
        screen_list_move(&top->list, key, table_rows(top));
    return true;
}

/* A large profile is read less often. */
static int wait_of(const struct top *top)
{
    int reading = (int)(top->live.reading_ns / 1000000) * SHARE_OF_READING;
    return reading > top->interval ? reading : top->interval;
}

static int watch(struct top *top)
{
    struct cprof_error error;
    if (!screen_open(&top->screen, "top"))
        return EXIT_USAGE;
    for (bool going = true; going;) {
        draw(top);
        int key = screen_key(wait_of(top));
        going = handle(top, key);
        /* What is gone stays on the screen as it last was. */
        if (going && key == KEY_TICK && !top->paused && top->live.run.running)
            live_read(&top->live, &error);
    }
    screen_close();
    return EXIT_DONE;
}

/* ---- Without a screen ----------------------------------------------------- */

static enum cprof_status write_once(const struct top *top, const struct output *output, size_t rows)
{
    char text[3][CPROF_SHOW_SIZE], name[1024];
    double whole = whole_of(top);
    bool unicode = output->style.unicode;
    fprintf(output->file, "%8s %12s %15s  %s\n", "self %", is_rate(top) ? "self/s" : "self",
            is_rate(top) ? "calls/s" : "calls", "function");
    for (size_t idx = 0; idx < top->list.count && idx < rows; idx++) {
        struct live_row shown = shown_of(top, top->rows[idx]);
        snprintf(text[0], sizeof text[0], "%.2f",
                 whole > 0 ? 100 * (double)shown.self_ns / whole : 0.0);
        cprof_show_name(name, sizeof name, shown.function.label, 0, &output->style);
        fprintf(output->file, "%8s %12s %15s  %s\n", text[0],
                cprof_show_duration(text[1], a_second(top, shown.self_ns), unicode),
                cprof_show_count(text[2], a_second(top, shown.calls)), name);
    }
    return CPROF_OK;
}

static int print_once(struct top *top)
{
    struct output output;
    struct cprof_error error;
    enum cprof_status status = CPROF_OK;
    if (top->live.run.running) {
        usleep((useconds_t)top->interval * 1000);
        status = live_read(&top->live, &error);
    }
    if (status != CPROF_OK) {
        complain("%s", error.text);
        return (int)status;
    }
    int failed = output_open(&output, NULL, false);
    if (failed)
        return failed;
    if (arrange(top))
        write_once(top, &output, 40);
    return output_close(&output, CPROF_OK, &error);
}

/* ---- The command ---------------------------------------------------------- */

int command_top(int count, char **words)
{
    struct top top = {.interval = 1000};
    bool once = false;
    unsigned long interval = 1000;
    const struct option options[] = {
        {OPTION_CHOICE, 's', "sort", "ORDER", "order to begin with (self)", &top.order,
         order_words},
        {OPTION_NUMBER, 'i', "interval", "MS", "milliseconds between readings (1000)", &interval,
         NULL},
        {OPTION_FLAG, 0, "once", NULL, "print one table, without a screen", &once, NULL},
        {0}};
    const struct usage usage = {
        .name = "top",
        .arguments = "[OPTION]... [PID|PROFILE]",
        .summary = "watch a running program",
        .description =
            "Shows which functions a running program spends its time in now: calls and times\n"
            "a second between two readings of its profile, which is always current. A program\n"
            "that is not running is shown as it ended. A process is looked for by its file\n"
            "here and in its own folder, then by what it has mapped; without an argument the\n"
            "newest profile here is taken.\n"
            "\n"
            "Keys: s t c a n order by self, total, calls, average, name; r rates or sums; /\n"
            "filter; p pause; arrows move; q quits.",
        .examples = "cprof top 4711\n"
                    "cprof top --sort calls cprof.out.4711\n"
                    "cprof top --once 4711 | head",
        .options = options};
    enum options_result result = options_parse(&usage, &count, words);
    if (result != OPTIONS_OK)
        return options_status(result);
    if (count > 1) {
        complain("top takes one process or profile, not %d", count);
        return EXIT_USAGE;
    }
    struct cprof_error error;
    top.interval = interval < 50 ? 50 : interval > 3600000 ? 3600000 : (int)interval;
    int failed = live_find(&top.live, count ? words[0] : NULL);
    if (failed)
        return failed;
    enum cprof_status status = live_read(&top.live, &error);
    if (status != CPROF_OK) {
        complain("%s", error.text);
        return (int)status;
    }
    failed = once ? print_once(&top) : watch(&top);
    live_close(&top.live);
    free(top.rows);
    return failed;
}
