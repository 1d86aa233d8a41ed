/* Parts of a text page; see page.h. */
#include "page.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "facts.h"
#include "names.h"
#include "number.h"
#include "stats.h"

void page_emphasis(struct writer *writer, const struct cprof_style *style, enum emphasis emphasis)
{
    static const char *const codes[] = {"\033[0m", "\033[1m", "\033[2m", "\033[33m"};
    if (style->colour)
        writer_text(writer, codes[emphasis]);
}

void page_sentence(struct writer *writer, const struct cprof_style *style, const char *format, ...)
{
    char text[4096];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);

    size_t room = style->columns ? style->columns : SIZE_MAX, used = 0;
    char *rest = text, *word;
    while ((word = strsep(&rest, " "))) {
        size_t columns = writer_screen_columns(word, SIZE_MAX / 2, style);
        if (used && used + 1 + columns > room) {
            writer_text(writer, "\n  ");
            used = 2;
        } else if (used) {
            writer_text(writer, " ");
            used++;
        }
        used += writer_screen(writer, word, 0, style);
    }
    writer_text(writer, "\n");
}

void page_heading(struct writer *writer, const struct cprof_style *style, const char *text)
{
    page_emphasis(writer, style, EMPHASIS_STRONG);
    writer_text(writer, text);
    page_emphasis(writer, style, EMPHASIS_NONE);
    writer_text(writer, "\n");
}

/* ---- Head ----------------------------------------------------------------- */

/* The command line as far as it fits on one line. */
static void put_command(struct writer *writer, const struct cprof_style *style,
                        const struct cprof_profile *profile, const struct cprof_run *run)
{
    size_t room = style->columns ? style->columns : SIZE_MAX / 2;
    const char *text = run->arguments ? cprof_run_argument(profile, 0) : run->program;
    page_emphasis(writer, style, EMPHASIS_STRONG);
    room -= writer_screen(writer, text[0] ? text : "[program]", room, style);
    page_emphasis(writer, style, EMPHASIS_NONE);
    for (uint32_t idx = 1; idx < run->arguments && room > 4; idx++) {
        writer_text(writer, " ");
        room -= 1 + writer_screen(writer, cprof_run_argument(profile, idx), room - 1, style);
    }
    writer_text(writer, "\n");
}

void page_head(struct writer *writer, const struct cprof_style *style,
               const struct cprof_profile *profile, const struct cprof_run *run)
{
    char wall[NUMBER_SIZE], threads[NUMBER_SIZE], processes[NUMBER_SIZE];
    put_command(writer, style, profile, run);
    if (run->imported) {
        page_sentence(writer, style, "read from another profiler's file, which counts %s%s",
                      *model_unit(profile) ? run->unit : "nanoseconds",
                      run->counted ? "" : " and no calls");
        writer_text(writer, "\n");
        return;
    }
    page_sentence(writer, style, "%s wall time, %s%s%s, %s mode%s, %s",
                  number_duration(wall, run->wall_ns, style->unicode),
                  run->processes > 1 ? number_grouped(processes, run->processes) : "",
                  run->processes > 1 ? " processes, " : "",
                  number_of(threads, run->threads, "thread"), run->mode,
                  run->estimated ? " (calls are estimates)" : "",
                  run->running    ? "still running"
                  : run->complete ? "complete"
                                  : "not complete: it was killed");
    writer_text(writer, "\n");
}

const char *page_amount(char buf[NUMBER_SIZE], const struct cprof_profile *profile, uint64_t amount,
                        bool unicode)
{
    return *model_unit(profile) && amount != CPROF_UNKNOWN ? number_scaled(buf, amount)
                                                           : number_duration(buf, amount, unicode);
}

void page_bar(struct writer *writer, const struct cprof_style *style, double share)
{
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    unsigned columns = PAGE_BAR - 1, parts = 8 * columns;
    unsigned filled = share >= 1 ? parts : share > 0 ? (unsigned)(share * parts + 0.5) : 0;
    bool half = style->unicode && filled % 8;
    writer_text(writer, " ");
    if (style->colour)
        writer_text(writer, "\033[33m");
    for (unsigned idx = 0; idx < filled / 8; idx++)
        writer_text(writer, style->unicode ? "█" : "#");
    if (half)
        writer_text(writer, eighths[filled % 8]);
    page_emphasis(writer, style, EMPHASIS_NONE);
    writer_spaces(writer, columns - filled / 8 - half);
}

/* ---- Remarks -------------------------------------------------------------- */

static void put_left_out(struct writer *writer, const struct cprof_style *style,
                         const struct cprof_profile *profile, const struct cprof_run *run)
{
    char list[2048] = "", count[NUMBER_SIZE];
    size_t used = 0;
    for (uint32_t reason = 0; reason <= CPROF_REASON_COUNT; reason++) {
        uint64_t functions = stats_left_out(profile, reason);
        if (functions && used < sizeof list)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%s %s", used ? "; " : "",
                                     number_grouped(count, functions), facts_reason(reason));
    }
    page_sentence(writer, style, "Left out: %s (%s).",
                  number_of(count, run->not_instrumented, "function"), list);
}

static void put_lost(struct writer *writer, const struct cprof_style *style,
                     const struct cprof_run *run)
{
    char count[NUMBER_SIZE];
    if (run->lost_calls)
        page_sentence(writer, style, "Lost: %s could not be recorded and %s missing above.",
                      number_of(count, run->lost_calls, "call"),
                      run->lost_calls == 1 ? "is" : "are");
    if (run->early_calls)
        page_sentence(writer, style,
                      "Early: %s happened before recording began and %s missing "
                      "above.",
                      number_of(count, run->early_calls, "call"),
                      run->early_calls == 1 ? "is" : "are");
}

/* That calls are estimates, and how good ones. */
static void put_estimates(struct writer *writer, const struct cprof_style *style,
                          const struct cprof_profile *profile, const struct cprof_run *run)
{
    char most[NUMBER_SIZE];
    double worst = 0;
    if (!run->estimated)
        return;
    for (size_t idx = 0; idx < profile->seen_count; idx++) {
        double error = stats_function(profile, profile->by_self[idx]).calls_error_percent;
        worst = error > worst ? error : worst;
    }
    page_sentence(writer, style,
                  "Calls with a ~ are estimates, off by at most %s: they come from code that was "
                  "built with budget=on.",
                  number_percent(most, worst));
}

static void put_overhead(struct writer *writer, const struct cprof_style *style,
                         const struct cprof_run *run)
{
    char amount[NUMBER_SIZE], share[NUMBER_SIZE];
    if (run->overhead_ns == CPROF_UNKNOWN)
        page_sentence(writer, style, "Overhead of profiling: unknown, the run did not measure it.");
    else
        page_sentence(writer, style, "Overhead of profiling: about %s, %s of the run.",
                      number_duration(amount, run->overhead_ns, style->unicode),
                      number_percent(share, run->overhead_percent));
}

/* Somebody with that many has a reason, or will look at `sites --lists`. */
#define MOST_IDLE_LINES 10

void page_idle_lines(struct writer *writer, const struct cprof_style *style,
                     const struct cprof_profile *profile)
{
    struct cprof_list_line line;
    size_t count = 0;
    char number[NUMBER_SIZE];
    page_emphasis(writer, style, EMPHASIS_WARNING);
    for (size_t idx = 0; cprof_list_line_at(profile, idx, &line); idx++)
        if (!line.matched && count++ < MOST_IDLE_LINES)
            page_sentence(writer, style,
                          "%.600s:%u: \"%.600s\" names no function that was compiled%s.", line.file,
                          line.line, line.text,
                          count == 1 ? " (inlined ones are part of others)" : "");
    if (count > MOST_IDLE_LINES)
        page_sentence(writer, style,
                      "%s more of the lists name none: cprof sites --lists shows them.",
                      number_of(number, count - MOST_IDLE_LINES, "line"));
    page_emphasis(writer, style, EMPHASIS_NONE);
}

void page_remarks(struct writer *writer, const struct cprof_style *style,
                  const struct cprof_profile *profile, const struct cprof_run *run, bool brief)
{
    if (run->not_instrumented && !brief)
        put_left_out(writer, style, profile, run);
    page_idle_lines(writer, style, profile);
    put_estimates(writer, style, profile, run);
    if (!run->imported)
        put_overhead(writer, style, run);
    page_emphasis(writer, style, EMPHASIS_WARNING);
    put_lost(writer, style, run);
    for (uint32_t idx = 0; cprof_run_trouble(profile, idx); idx++)
        page_sentence(writer, style, "Trouble: %s.", cprof_run_trouble(profile, idx));
    page_emphasis(writer, style, EMPHASIS_NONE);
}

/* ---- Names ---------------------------------------------------------------- */

/* Where a page has no width, a longer label is read by nobody. */
#define LONGEST_LABEL 120

/* Room for a brief label. */
#define BRIEF_SIZE 512

static bool fits(const char *text, size_t room, const struct cprof_style *style)
{
    return writer_screen_columns(text, room + 1, style) <= room;
}

/* The label, or what is left of it where that does not fit. */
static const char *fitting_label(const struct cprof_style *style, const char *label, size_t room,
                                 char brief[BRIEF_SIZE])
{
    if (fits(label, room, style) || !strpbrk(label, "<(") || !names_brief(label, brief, BRIEF_SIZE))
        return label;
    return brief;
}

size_t page_label(struct writer *writer, const struct cprof_style *style, const char *label,
                  size_t room)
{
    char brief[BRIEF_SIZE];
    label = fitting_label(style, label, room ? room : LONGEST_LABEL, brief);
    return writer_screen(writer, label, room, style);
}

size_t page_function(struct writer *writer, const struct cprof_style *style,
                     const struct cprof_profile *profile, uint32_t function, size_t room)
{
    return page_label(writer, style, model_function_label(profile, function), room);
}

void page_function_and_place(struct writer *writer, const struct cprof_style *style,
                             const struct cprof_profile *profile, uint32_t function, size_t room)
{
    char brief[BRIEF_SIZE];
    size_t place = page_place_columns(style, profile, function) + 2;
    const char *label = model_function_label(profile, function);
    size_t left = room > place ? room - place : 0;
    /* A place says more than parameters do. */
    bool both = left && fits(fitting_label(style, label, left, brief), left, style);
    size_t taken = page_function(writer, style, profile, function, both ? left : room);
    if (room == 0 || room > taken)
        page_place(writer, style, profile, function, room ? room - taken : 0);
}

/* ---- Places --------------------------------------------------------------- */

static const char *last_part(const char *file)
{
    const char *slash = strrchr(file, '/');
    return slash ? slash + 1 : file;
}

static size_t line_columns(uint32_t line)
{
    return (size_t)snprintf(NULL, 0, ":%u", line);
}

size_t page_place_columns(const struct cprof_style *style, const struct cprof_profile *profile,
                          uint32_t function)
{
    const char *file = model_short_file(profile, function);
    return file[0] ? writer_screen_columns(last_part(file), SIZE_MAX / 2, style) +
                         line_columns(profile->functions[function].line)
                   : 0;
}

void page_place(struct writer *writer, const struct cprof_style *style,
                const struct cprof_profile *profile, uint32_t function, size_t columns)
{
    uint32_t line = profile->functions[function].line;
    const char *file = columns ? model_short_file(profile, function)
                               : texts_get(&profile->texts, profile->functions[function].file);
    if (!file[0] || (columns && columns < 2 + page_place_columns(style, profile, function)))
        return;
    size_t room = columns ? columns - 2 - line_columns(line) : SIZE_MAX / 2;
    /* Folders go first: the end of a path says more than its beginning. */
    while (writer_screen_columns(file, room, style) > room)
        file = strchr(file, '/') + 1;
    writer_spaces(writer, 2);
    page_emphasis(writer, style, EMPHASIS_FAINT);
    writer_screen(writer, file, 0, style);
    writer_format(writer, ":%u", line);
    page_emphasis(writer, style, EMPHASIS_NONE);
}
