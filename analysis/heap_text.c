/* `report --allocs`, `--leaks`, `--peak` and `--temporary` for people: one line a site,
 * or a few a calling context.
 */
#include <string.h>

#include "heap_list.h"
#include "number.h"
#include "page.h"
#include "stats.h"

/* Frames shown above an allocation; the middle of a longer path goes. */
#define MOST_FRAMES 12

struct heap_page {
    struct writer *writer;
    struct cprof_profile *profile;
    const struct cprof_heap_options *options;
    struct heap_list list;
    struct cprof_heap_totals totals;
};

static void put_size(struct heap_page *page, uint64_t bytes, size_t columns)
{
    char text[NUMBER_SIZE];
    writer_right(page->writer, number_size(text, bytes), columns);
}

static void put_number(struct heap_page *page, uint64_t number, size_t columns)
{
    char text[NUMBER_SIZE];
    writer_right(page->writer, number_grouped(text, number), columns);
}

static void put_share(struct heap_page *page, uint64_t part, uint64_t whole, size_t columns)
{
    char text[NUMBER_SIZE];
    double percent = whole ? 100.0 * (double)part / (double)whole : 0;
    writer_right(page->writer, number_percent(text, percent), columns);
}

static size_t room_behind(const struct heap_page *page, size_t taken)
{
    size_t columns = page->options->style.columns;
    return columns == 0 ? 0 : columns > taken + 12 ? columns - taken : 12;
}

static void put_titles(struct heap_page *page, const char *titles)
{
    page_heading(page->writer, &page->options->style, titles);
}

/* ---- Sites ------------------------------------------------------------------------ */

#define SITE_COLUMNS 68

static void put_site(struct heap_page *page, const struct heap_row *row)
{
    struct cprof_heap_site site = heap_site_numbers(page->profile, row->site);
    const struct heap_site *stored = &page->profile->heap_sites[row->site];
    put_size(page, site.total_bytes, 11);
    put_number(page, site.count, 13);
    put_size(page, site.count ? site.total_bytes / site.count : 0, 11);
    put_size(page, site.current_bytes, 11);
    put_size(page, site.peak_bytes, 11);
    put_share(page, site.temporary, site.count, 9);
    writer_text(page->writer, "  ");
    page_function_and_place(page->writer, &page->options->style, page->profile, stored->leaf,
                            room_behind(page, SITE_COLUMNS));
    if (site.function[0])
        writer_text(page->writer, "  in ");
    if (site.function[0])
        page_function(page->writer, &page->options->style, page->profile, stored->function, 0);
    writer_text(page->writer, "\n");
}

static void put_sites(struct heap_page *page, size_t shown)
{
    put_titles(page, "      bytes       blocks    average     at end       peak  at once  site");
    for (size_t idx = 0; idx < shown; idx++)
        put_site(page, &page->list.rows[idx]);
    writer_text(page->writer, "\n");
    page_sentence(page->writer, &page->options->style,
                  "At once: freed before the thread allocated again.");
}

/* ---- Contexts ----------------------------------------------------------------------- */

#define CONTEXT_COLUMNS 42

static void put_frame(struct heap_page *page, const char *word, uint32_t context)
{
    const struct context *at = &page->profile->contexts[context];
    if (at->function == MODEL_NONE)
        return;
    writer_spaces(page->writer, CONTEXT_COLUMNS - 5);
    writer_right(page->writer, word, 4);
    writer_text(page->writer, " ");
    page_function_and_place(page->writer, &page->options->style, page->profile, at->function,
                            room_behind(page, CONTEXT_COLUMNS));
    writer_text(page->writer, "\n");
}

static void put_path(struct heap_page *page, uint32_t context)
{
    const struct context *contexts = page->profile->contexts;
    uint32_t depth = contexts[context].depth, idx = 0;
    char text[NUMBER_SIZE];
    for (uint32_t at = contexts[context].parent; at != MODEL_NONE;
         at = contexts[at].parent, idx++) {
        if (depth > MOST_FRAMES + 2 && idx >= MOST_FRAMES - 4 && idx < depth - 5) {
            if (idx == MOST_FRAMES - 4) {
                writer_spaces(page->writer, CONTEXT_COLUMNS);
                writer_text(page->writer, number_of(text, depth - MOST_FRAMES - 1, "more caller"));
                writer_text(page->writer, "\n");
            }
            continue;
        }
        put_frame(page, idx ? "from" : "in", at);
    }
}

static void put_context(struct heap_page *page, const struct heap_row *row)
{
    bool leaks = page->options->view == CPROF_HEAP_LEAKS;
    put_size(page, row->bytes, 11);
    if (leaks)
        writer_spaces(page->writer, 1);
    else
        put_share(page, row->bytes, page->list.bytes, 8);
    put_number(page, row->count, 12);
    if (leaks && row->age)
        put_number(page, row->age, 16);
    else
        writer_spaces(page->writer, leaks ? 16 : 9);
    writer_text(page->writer, "  ");
    page_function_and_place(page->writer, &page->options->style, page->profile,
                            page->profile->contexts[row->context].function,
                            room_behind(page, CONTEXT_COLUMNS));
    writer_text(page->writer, "\n");
    put_path(page, row->context);
}

static void put_contexts(struct heap_page *page, size_t shown)
{
    bool leaks = page->options->view == CPROF_HEAP_LEAKS;
    if (leaks && !page->list.count) {
        page_sentence(page->writer, &page->options->style, "No block is left%s.",
                      page->list.suppressed ? " that is not suppressed" : "");
        return;
    }
    put_titles(page, leaks ? "      bytes       blocks             age  allocated by"
                           : "      bytes   share      blocks           allocated by");
    for (size_t idx = 0; idx < shown; idx++)
        put_context(page, &page->list.rows[idx]);
    writer_text(page->writer, "\n");
    if (leaks && page->list.count)
        page_sentence(page->writer, &page->options->style,
                      "Age: allocations since the oldest of the blocks. What is still in use at "
                      "the end counts as a leak, too.");
}

/* ---- The page ------------------------------------------------------------------------ */

static void put_suppressed(struct heap_page *page)
{
    char number[NUMBER_SIZE], size[NUMBER_SIZE];
    const struct cprof_style *style = &page->options->style;
    if (page->list.suppressed)
        page_sentence(page->writer, style, "Suppressed: %s with %s.",
                      number_of(number, page->list.suppressed, "calling context"),
                      number_size(size, page->list.suppressed_bytes));
    if (page->list.idle_patterns)
        page_sentence(page->writer, style, "Of %s, %s suppressed nothing.",
                      page->options->suppressions_name ? page->options->suppressions_name
                                                       : "the suppressions",
                      number_of(number, page->list.idle_patterns, "line"));
}

static void put_totals(struct heap_page *page)
{
    const struct cprof_heap_totals *totals = &page->totals;
    const struct cprof_style *style = &page->options->style;
    char count[NUMBER_SIZE], bytes[NUMBER_SIZE], live[NUMBER_SIZE], blocks[NUMBER_SIZE],
        peak[NUMBER_SIZE];
    page_sentence(
        page->writer, style, "%s%s, %s; at the end %s in %s; at most %s at one time.",
        totals->sampled ? "Estimated from samples: " : "",
        number_of(count, totals->allocations, "allocation"),
        number_size(bytes, totals->allocated_bytes), number_size(live, totals->current_bytes),
        number_of(blocks, totals->current_count, "block"), number_size(peak, totals->peak_bytes));
    if (totals->replaced)
        page_sentence(page->writer, style, "%s released by code that was not built with cprof.",
                      number_of(count, totals->replaced, "block"));
    if (totals->unknown_releases)
        page_sentence(page->writer, style, "%s of blocks allocated by such code, not counted.",
                      number_of(count, totals->unknown_releases, "release"));
    if (totals->untracked)
        page_sentence(page->writer, style, "%s that there was no room to remember.",
                      number_of(count, totals->untracked, "block"));
}

static void put_page(struct heap_page *page)
{
    size_t count = page->list.count, top = page->options->top;
    size_t shown = top && top < count ? top : count;
    char hidden[NUMBER_SIZE];
    const struct cprof_style *style = &page->options->style;
    bool contexts = heap_list_of_contexts(page->options->view);
    if (!page->totals.known) {
        page_sentence(page->writer, style,
                      "No allocations were recorded: build with alloc=on, and run without "
                      "CPROF_ALLOC=off.");
        return;
    }
    if (contexts)
        put_contexts(page, shown);
    else
        put_sites(page, shown);
    if (count > shown)
        page_sentence(page->writer, style, "Not shown: %s (--top 0 shows all).",
                      number_of(hidden, count - shown, contexts ? "calling context" : "site"));
    put_suppressed(page);
    put_totals(page);
}

enum cprof_status cprof_heap_text(struct cprof_profile *profile,
                                  const struct cprof_heap_options *options,
                                  const struct cprof_sink *sink, struct cprof_error *error)
{
    struct cprof_run run;
    struct writer writer;
    struct heap_page page = {.writer = &writer, .profile = profile, .options = options};
    enum cprof_status status = cprof_run_facts(profile, &run, error);
    if (status == CPROF_OK)
        status = cprof_heap_facts(profile, &page.totals, error);
    if (status == CPROF_OK)
        status = heap_list_make(&page.list, profile, options, error);
    if (status != CPROF_OK)
        return status;
    writer_start(&writer, sink);
    page_head(&writer, &options->style, profile, &run);
    put_page(&page);
    page_remarks(&writer, &options->style, profile, &run, true);
    heap_list_free(&page.list);
    return writer_finish(&writer, error);
}
