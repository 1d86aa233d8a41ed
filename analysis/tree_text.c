/* `tree` for people: one line a calling context, callees below their caller,
 * the largest first.  An only callee stands straight below its caller, so that
 * long chains do not run out of the page; where branches still do, only the
 * nearest keep their lines.
 */
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "fault.h"
#include "number.h"
#include "page.h"
#include "stats.h"
#include "tree.h"

/* Levels whose lines are drawn where the page has no width. */
#define LEVELS_UNLIMITED 100

#define COLUMNS_FOR_SELF 60

struct tree_page {
    struct writer *writer;
    struct cprof_profile *profile;
    const struct cprof_tree_options *options;
    bool timed, self, counted, bar;
    bool nested;     /* else nothing is below anything, and totals are of the root alone */
    size_t calls;    /* columns of the number of calls */
    size_t rest;     /* columns for lines and name; 0: as wide as they want */
    uint32_t levels; /* of branches that are drawn */
    uint64_t shown;
    struct branch *branches; /* by context, for those shown so far */
};

struct branch {
    uint32_t anchor; /* the nearest context up the path that has siblings; itself if it has */
    uint32_t level;  /* branches on the path */
    bool splits;     /* more than one callee is shown */
};

static uint32_t next_shown(const struct tree_page *page, uint32_t at)
{
    const struct context *contexts = page->profile->contexts;
    uint32_t next = tree_shown(page->profile, page->options, contexts[at].first_child);
    while (next == MODEL_NONE && at != MODEL_NONE) {
        next = tree_shown(page->profile, page->options, contexts[at].next_sibling);
        at = contexts[at].parent;
    }
    return next;
}

static bool has_younger(const struct tree_page *page, uint32_t at)
{
    return tree_shown(page->profile, page->options, page->profile->contexts[at].next_sibling) !=
           MODEL_NONE;
}

/* Among callers: how often the function was called on this way. */
static uint64_t calls_of(const struct tree_page *page, uint32_t at)
{
    const struct context *context = &page->profile->contexts[at];
    if (context->heap) /* an allocator's are blocks */
        return page->profile->heaps[context->heap - 1].count;
    return page->profile->inverted ? stats_whole(context->total_calls) : context->measure.calls;
}

static const char *calls_text(char buf[NUMBER_SIZE], const struct tree_page *page, uint32_t at)
{
    const struct context *context = &page->profile->contexts[at];
    return number_calls(buf, calls_of(page, at),
                        !context->heap && context->measure.calls_error > 0);
}

static void lay_out(struct tree_page *page)
{
    size_t columns = page->options->style.columns;
    char text[NUMBER_SIZE];
    page->timed = model_timed(page->profile);
    page->nested = model_nested(page->profile);
    page->self = page->timed && page->nested && !page->profile->inverted &&
                 (columns == 0 || columns >= COLUMNS_FOR_SELF);
    page->counted = model_counted(page->profile);
    page->calls = strlen("calls");
    for (uint32_t at = MODEL_ROOT; at != MODEL_NONE; at = next_shown(page, at)) {
        size_t taken = strlen(calls_text(text, page, at));
        if (taken > page->calls)
            page->calls = taken;
        page->shown += page->profile->contexts[at].kind != CONTEXT_ALLOC;
    }
    page->bar = columns >= PAGE_COLUMNS_FOR_BAR;
    size_t fixed = 7 + (page->bar ? PAGE_BAR : 0u) + (page->timed ? 9u : 0u) +
                   (page->self ? 9u : 0u) + (page->counted ? 2 + page->calls : 0u) + 2;
    page->rest = columns == 0 ? 0 : columns > fixed + 12 ? columns - fixed : 12;
    page->levels = columns == 0 || page->rest / 4 > LEVELS_UNLIMITED ? LEVELS_UNLIMITED
                                                                     : (uint32_t)(page->rest / 4);
}

/* Where a context stands among the branches; its caller has been seen before. */
static void find_branch(struct tree_page *page, uint32_t at)
{
    const struct context *context = &page->profile->contexts[at];
    struct branch *own = &page->branches[at];
    uint32_t first = tree_shown(page->profile, page->options, context->first_child);
    own->splits = first != MODEL_NONE && has_younger(page, first);
    own->anchor = MODEL_NONE;
    own->level = 0;
    if (at == MODEL_ROOT)
        return;
    const struct branch *caller = &page->branches[context->parent];
    own->anchor = caller->splits ? at : caller->anchor;
    own->level = caller->level + caller->splits;
}

static void put_titles(struct tree_page *page)
{
    page_emphasis(page->writer, &page->options->style, EMPHASIS_STRONG);
    writer_text(page->writer, !page->timed ? "calls %" : page->nested ? "total %" : " self %");
    if (page->bar)
        writer_spaces(page->writer, PAGE_BAR);
    if (page->timed)
        writer_text(page->writer, page->nested ? "    total" : "     self");
    if (page->self)
        writer_text(page->writer, "     self");
    if (page->counted) {
        writer_spaces(page->writer, 2);
        writer_right(page->writer, "calls", page->calls);
    }
    writer_text(page->writer, "  function");
    page_emphasis(page->writer, &page->options->style, EMPHASIS_NONE);
    writer_text(page->writer, "\n");
}

static void put_numbers(struct tree_page *page, uint32_t at)
{
    const struct context *context = &page->profile->contexts[at];
    bool unicode = page->options->style.unicode;
    char text[NUMBER_SIZE];
    writer_right(page->writer, number_decimal(text, tree_share(page->profile, at), 2), 7);
    if (page->bar)
        page_bar(page->writer, &page->options->style, tree_share(page->profile, at) / 100);
    if (page->timed)
        writer_right(page->writer,
                     page_amount(text, page->profile, stats_whole(context->total), unicode), 9);
    if (page->self)
        writer_right(page->writer,
                     page_amount(text, page->profile, stats_whole(context->measure.self), unicode),
                     9);
    if (page->counted)
        writer_spaces(page->writer, 2);
    if (page->counted && at == MODEL_ROOT) /* the program is not called */
        writer_spaces(page->writer, page->calls);
    else if (page->counted)
        writer_right(page->writer, calls_text(text, page, at), page->calls);
    writer_spaces(page->writer, 2);
}

static const char *line_text(const struct tree_page *page, bool own, bool younger)
{
    static const char *const texts[2][2][2] = {{{"  ", "| "}, {"`-", "|-"}},
                                               {{"  ", "│ "}, {"└ ", "├ "}}};
    return texts[page->options->style.unicode][own][younger];
}

/* The lines that join a context to its caller; returns their columns. */
static size_t put_lines(struct tree_page *page, uint32_t at)
{
    const struct branch *branches = page->branches;
    uint32_t level = branches[at].level, drawn = level < page->levels ? level : page->levels;
    uint32_t path[LEVELS_UNLIMITED], anchor = branches[at].anchor;
    size_t taken = 2 * (size_t)drawn;
    if (drawn < level) {
        char number[NUMBER_SIZE];
        number_grouped(number, level - drawn);
        writer_text(page->writer, "+");
        writer_text(page->writer, number);
        writer_text(page->writer, " ");
        taken += strlen(number) + 2;
    }
    for (uint32_t idx = drawn; idx-- > 0;) {
        path[idx] = anchor;
        anchor = branches[page->profile->contexts[anchor].parent].anchor;
    }
    for (uint32_t idx = 0; idx < drawn; idx++)
        writer_text(page->writer, line_text(page, path[idx] == at, has_younger(page, path[idx])));
    return taken;
}

static void put_context(struct tree_page *page, uint32_t at)
{
    const struct cprof_style *style = &page->options->style;
    put_numbers(page, at);
    page_emphasis(page->writer, style, EMPHASIS_FAINT);
    size_t taken = put_lines(page, at);
    page_emphasis(page->writer, style, EMPHASIS_NONE);
    size_t room = page->rest > taken + 8 ? page->rest - taken : 8;
    room = page->rest ? room : 0;
    uint32_t function = page->profile->contexts[at].function;
    if (function == MODEL_NONE)
        writer_screen(page->writer, model_program(page->profile), room, style);
    else
        page_function_and_place(page->writer, style, page->profile, function, room);
    writer_text(page->writer, "\n");
}

static enum cprof_status render(struct tree_page *page, const struct cprof_run *run,
                                struct cprof_error *error)
{
    const struct cprof_style *style = &page->options->style;
    char count[NUMBER_SIZE];
    lay_out(page);
    page_head(page->writer, style, page->profile, run);
    if (page->profile->inverted)
        page_sentence(page->writer, style, "Below a function stands who called it.\n");
    put_titles(page);
    for (uint32_t at = MODEL_ROOT; at != MODEL_NONE; at = next_shown(page, at)) {
        find_branch(page, at);
        put_context(page, at);
    }
    uint64_t hidden = page->profile->context_seen + 1 - page->shown;
    writer_text(page->writer, "\n");
    if (hidden)
        page_sentence(page->writer, style, "Not shown: %s (--min 0 --depth 0 shows all).",
                      number_of(count, hidden, "calling context"));
    page_remarks(page->writer, style, page->profile, run, true);
    return writer_finish(page->writer, error);
}

enum cprof_status cprof_tree_text(struct cprof_profile *profile,
                                  const struct cprof_tree_options *options,
                                  const struct cprof_sink *sink, struct cprof_error *error)
{
    struct cprof_run run;
    struct writer writer;
    struct tree_page page = {.writer = &writer, .profile = profile, .options = options};
    enum cprof_status status = cprof_run_facts(profile, &run, error);
    if (status != CPROF_OK)
        return status;
    writer_start(&writer, sink);
    page.branches = array_new(profile->context_count, sizeof *page.branches);
    status = page.branches ? render(&page, &run, error) : fault_memory(error, "the tree");
    free(page.branches);
    return status;
}
