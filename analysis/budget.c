/* Budgets: reads the lines and holds the candidate of a diff against them.  The
 * grammar stands in cprof/budget.h; the renderers in budget_text.c.
 */
#include "budget.h"

#include <ctype.h>
#include <fnmatch.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "diff.h"
#include "diff_words.h"
#include "fault.h"
#include "statistics.h"
#include "store.h"

static const char *const operator_words[] = {"<=", ">=", "==", "!=", "<", ">", NULL};
enum operator{ OPERATOR_LE, OPERATOR_GE, OPERATOR_EQ, OPERATOR_NE, OPERATOR_LT, OPERATOR_GT };

struct unit {
    const char *word;
    enum cprof_unit unit;
    double size;
};

static const struct unit units[] = {{"ns", CPROF_UNIT_NS, 1},
                                    {"us", CPROF_UNIT_NS, 1e3},
                                    {"µs", CPROF_UNIT_NS, 1e3},
                                    {"ms", CPROF_UNIT_NS, 1e6},
                                    {"s", CPROF_UNIT_NS, 1e9},
                                    {"B", CPROF_UNIT_BYTES, 1},
                                    {"KiB", CPROF_UNIT_BYTES, 1024},
                                    {"MiB", CPROF_UNIT_BYTES, 1024.0 * 1024},
                                    {"GiB", CPROF_UNIT_BYTES, 1024.0 * 1024 * 1024}};

/* ---- Reading ----------------------------------------------------------------- */

static enum cprof_status refuse(const struct cprof_budget *budget, uint32_t line, const char *what,
                                const char *word, struct cprof_error *error)
{
    return fault_set(error, CPROF_INPUT,
                     "%.500s:%u: %.100s \"%.200s\"; a line is like `parse*: total_time < 20ms`",
                     budget->name, line, what, word);
}

/* Takes white space off both ends. */
static char *trim(char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    char *end = text + strlen(text);
    while (end > text && isspace((unsigned char)end[-1]))
        *--end = '\0';
    return text;
}

/* Finds the operator, which the longest word is; cuts the text there. */
static bool cut_operator(char *text, char **behind, int *found)
{
    char *at = strpbrk(text, "<>=!");
    for (int idx = 0; at && operator_words[idx]; idx++) {
        size_t len = strlen(operator_words[idx]);
        if (strncmp(at, operator_words[idx], len) == 0) {
            *found = idx;
            *at = '\0';
            *behind = at + len;
            return true;
        }
    }
    return false;
}

/* A number and its unit, which fits what is measured; `percent` is set for %. */
static bool read_amount(const char *text, enum cprof_unit unit, double *value, bool *percent)
{
    char *end;
    *value = strtod(text, &end);
    *percent = false;
    if (end == text || !isfinite(*value))
        return false;
    end += strspn(end, " ");
    if (!*end)
        return true;
    *percent = strcmp(end, "%") == 0;
    for (size_t idx = 0; idx < sizeof units / sizeof *units; idx++)
        if (units[idx].unit == unit && strcmp(end, units[idx].word) == 0) {
            *value *= units[idx].size;
            return true;
        }
    return *percent;
}

/* Behind the operator: an amount, or the baseline and what may be added to it. */
static bool read_limit(char *text, enum cprof_unit unit, struct budget_line *line)
{
    static const char word[] = "baseline";
    if (strncmp(text, word, sizeof word - 1) != 0)
        return read_amount(text, unit, &line->limit, &line->percent) && !line->percent;
    line->relative = true;
    text = trim(text + sizeof word - 1);
    if (!*text)
        return true;
    char sign = *text;
    if ((sign != '+' && sign != '-') ||
        !read_amount(trim(text + 1), unit, &line->limit, &line->percent))
        return false;
    line->limit = sign == '-' ? -line->limit : line->limit;
    return true;
}

static bool read_metric(const char *word, struct budget_line *line)
{
    line->speedup = strcmp(word, "speedup") == 0;
    for (int idx = 0; idx < CPROF_METRIC_COUNT; idx++)
        if (strcmp(word, cprof_metric_word((enum cprof_metric)idx)) == 0) {
            line->metric = (enum cprof_metric)idx;
            return true;
        }
    return line->speedup;
}

/* Reads one line that is more than a comment. */
static enum cprof_status read_line(struct cprof_budget *budget, char *text, uint32_t number,
                                   struct cprof_error *error)
{
    struct budget_line line = {.number = number, .text = strdup(text)};
    char *limit, *metric = text, *colon = NULL;
    if (!line.text ||
        !array_reserve(&budget->lines, &budget->capacity, budget->count + 1, sizeof line)) {
        free(line.text);
        return fault_memory(error, budget->name);
    }
    struct budget_line *kept = &budget->lines[budget->count++];
    *kept = line;
    /* A name may hold operators (operator<); what follows the last ": " does not. */
    for (char *at = text; (at = strstr(at, ": ")); at++)
        colon = at;
    if (colon) {
        *colon = '\0';
        metric = colon + 1;
        if (!(kept->pattern = strdup(trim(text))))
            return fault_memory(error, budget->name);
    }
    if (!cut_operator(metric, &limit, &kept->operator))
        return refuse(budget, number, "no comparison in", kept->text, error);
    metric = trim(metric);
    if (!read_metric(metric, kept))
        return refuse(budget, number, "no metric is called", metric, error);
    if (kept->speedup && kept->pattern)
        return refuse(budget, number, "a speed-up is the whole program's, not that of",
                      kept->pattern, error);
    limit = trim(limit);
    enum cprof_unit unit = kept->speedup ? CPROF_UNIT_COUNT : cprof_metric_unit(kept->metric);
    if (!read_limit(limit, unit, kept))
        return refuse(budget, number, "nothing to compare with is", limit, error);
    return CPROF_OK;
}

enum cprof_status cprof_budget_read(struct cprof_budget **budget, const char *name,
                                    const char *text, size_t len, struct cprof_error *error)
{
    struct cprof_budget *made = calloc(1, sizeof *made);
    char *copy = made ? strndup(text, len) : NULL, *rest = copy, *line;
    enum cprof_status status = CPROF_OK;
    *budget = NULL;
    if (copy)
        made->name = strdup(name);
    if (!copy || !made->name)
        status = fault_memory(error, name);
    else if (memchr(text, '\0', len))
        status = fault_set(error, CPROF_INPUT, "%.600s: not a text with budgets", name);
    for (uint32_t number = 1; status == CPROF_OK && (line = strsep(&rest, "\n")); number++) {
        line = trim(line);
        if (*line && *line != '#')
            status = read_line(made, line, number, error);
    }
    free(copy);
    if (status == CPROF_OK)
        *budget = made;
    else
        cprof_budget_free(made);
    return status;
}

enum cprof_status cprof_budget_read_path(struct cprof_budget **budget, const char *path,
                                         struct cprof_error *error)
{
    struct store_bytes bytes;
    *budget = NULL;
    enum cprof_status status = store_read(path, &bytes, error);
    if (status != CPROF_OK)
        return status;
    status = cprof_budget_read(budget, path, (const char *)bytes.ptr, bytes.len, error);
    store_release(&bytes);
    return status;
}

static void forget(struct cprof_budget *budget)
{
    for (size_t idx = 0; idx < budget->excess_count; idx++)
        free(budget->excesses[idx].reason);
    budget->excess_count = 0;
}

void cprof_budget_free(struct cprof_budget *budget)
{
    if (!budget)
        return;
    forget(budget);
    for (size_t idx = 0; idx < budget->count; idx++) {
        free(budget->lines[idx].text);
        free(budget->lines[idx].pattern);
    }
    free(budget->excesses);
    free(budget->lines);
    free(budget->name);
    free(budget);
}

bool cprof_budget_needs_baseline(const struct cprof_budget *budget)
{
    for (size_t idx = 0; idx < budget->count; idx++)
        if (budget->lines[idx].relative || budget->lines[idx].speedup)
            return true;
    return false;
}

size_t cprof_budget_lines(const struct cprof_budget *budget)
{
    return budget->count;
}

bool cprof_budget_excess(const struct cprof_budget *budget, size_t idx, struct cprof_excess *excess)
{
    if (idx >= budget->excess_count)
        return false;
    const struct excess *own = &budget->excesses[idx];
    const struct budget_line *line = &budget->lines[own->line];
    *excess = (struct cprof_excess){
        .line = line->number, .text = line->text, .function = own->function, .reason = own->reason};
    return true;
}

/* ---- Checking ---------------------------------------------------------------- */

/* A value as far as it is known. */
struct range {
    double low, high;
};

/* Whether no value of the range would do. */
static bool fails(const struct range *range, int operator, double limit)
{
    switch (operator) {
    case OPERATOR_LE:
        return range->low > limit;
    case OPERATOR_LT:
        return range->low >= limit;
    case OPERATOR_GE:
        return range->high < limit;
    case OPERATOR_GT:
        return range->high <= limit;
    case OPERATOR_EQ:
        return range->low > limit || range->high < limit;
    default:
        return range->low == limit && range->high == limit;
    }
}

__attribute__((format(printf, 4, 5))) static bool
add_excess(struct cprof_budget *budget, size_t line, const char *function, const char *format, ...)
{
    struct excess excess = {.line = line, .function = function};
    va_list arguments;
    va_start(arguments, format);
    int len = vasprintf(&excess.reason, format, arguments);
    va_end(arguments);
    if (len < 0)
        return false;
    if (!array_reserve(&budget->excesses, &budget->excess_capacity, budget->excess_count + 1,
                       sizeof excess)) {
        free(excess.reason);
        return false;
    }
    budget->excesses[budget->excess_count++] = excess;
    return true;
}

/* Fewer runs have no interval of their median that is worth the name. */
#define LEAST_RUNS 6

/* Where the median of all runs is, with 95 %: between the values that a fair coin
 * would not put as many of on one side (the sign test). */
static struct range median_range(double *values, size_t count)
{
    double median = statistics_median(values, count), chance = pow(0.5, (double)count);
    struct range range = {median, median};
    if (count < LEAST_RUNS)
        return range;
    size_t outside = 0;
    for (double below = chance, ways = 1; below <= 0.025; outside++) {
        ways *= (double)(count - outside) / (double)(outside + 1);
        below += ways * chance;
    }
    range.low = values[outside ? outside - 1 : 0];
    range.high = values[count - (outside ? outside : 1)];
    return range;
}

/* The candidate's own values of a subject as a range around their median; false if
 * unknown. */
static bool value_range(const struct cprof_diff *diff, size_t subject, enum cprof_metric metric,
                        struct range *range, double *median, bool *enough)
{
    size_t first = diff->sides[CPROF_BASELINE].count, count = diff->sides[CPROF_CANDIDATE].count;
    const uint64_t *stored = diff_measured(diff, subject, metric) + first;
    double *values = array_new(count, sizeof *values);
    bool known = values != NULL;
    *enough = known;
    for (size_t run = 0; known && run < count; run++) {
        known = stored[run] != CPROF_UNKNOWN;
        values[run] = (double)stored[run];
    }
    if (known) {
        *range = median_range(values, count);
        *median = statistics_median(values, count);
    }
    free(values);
    return known;
}

/* The change of the diff that is about this, NULL if none was called. */
static const struct cprof_diff_change *called(const struct cprof_diff *diff, size_t subject,
                                              enum cprof_metric metric)
{
    const struct diff_subject *about = &diff->subjects[subject];
    for (size_t list = 0; list < CPROF_DIFF_UNCLEAR; list++)
        for (size_t idx = 0; idx < diff->lists[list].count; idx++) {
            const struct cprof_diff_change *change = &diff->lists[list].items[idx];
            if (change->metric == metric && change->line == about->line &&
                change->function == about->name && change->file == about->file)
                return change;
        }
    return NULL;
}

/* Against the baseline.  Where the diff calls no change, the same value is compared, so
 * that noise does not fail a line. */
static bool check_change(struct cprof_budget *budget, size_t idx, const struct cprof_diff *diff,
                         size_t subject)
{
    const struct budget_line *line = &budget->lines[idx];
    const struct diff_subject *about = &diff->subjects[subject];
    double before = diff_median(diff, subject, line->metric, CPROF_BASELINE);
    double after = diff_median(diff, subject, line->metric, CPROF_CANDIDATE);
    char first[DIFF_TEXT_SIZE], second[DIFF_TEXT_SIZE];
    if (before < 0 || after < 0)
        return add_excess(budget, idx, about->name, "was not measured");
    const struct cprof_diff_change *change = called(diff, subject, line->metric);
    double limit = before + (line->percent ? before * line->limit / 100 : line->limit);
    double value = !about->in[CPROF_BASELINE] ? after
                   : !change                  ? before
                   : change->exact            ? after
                                              : before * (1 + change->percent / 100);
    if (!fails(&(struct range){value, value}, line->operator, limit))
        return true;
    if (change && !change->exact) {
        char percent[DIFF_TEXT_SIZE];
        return add_excess(budget, idx, about->name, "is %s (%s), baseline %s",
                          diff_value(first, line->metric, change->after, false),
                          diff_percent(percent, change->percent),
                          diff_value(second, line->metric, change->before, false));
    }
    return add_excess(budget, idx, about->name, "is %s, baseline %s",
                      diff_value(first, line->metric, after, false),
                      diff_value(second, line->metric, before, false));
}

static bool check_value(struct cprof_budget *budget, size_t idx, const struct cprof_diff *diff,
                        size_t subject)
{
    const struct budget_line *line = &budget->lines[idx];
    const char *name = diff->subjects[subject].name;
    struct range range;
    double median;
    bool enough;
    char text[DIFF_TEXT_SIZE];
    if (!value_range(diff, subject, line->metric, &range, &median, &enough))
        return enough && add_excess(budget, idx, name, "was not measured");
    if (!fails(&range, line->operator, line->limit))
        return true;
    return add_excess(budget, idx, name, "is %s", diff_value(text, line->metric, median, false));
}

static bool check_speedup(struct cprof_budget *budget, size_t idx, const struct cprof_diff *diff)
{
    const struct budget_line *line = &budget->lines[idx];
    const struct cprof_diff_facts *facts = &diff->facts;
    if (facts->speedup < 0)
        return add_excess(budget, idx, CPROF_WHOLE_PROGRAM, "was not measured");
    if (!fails(&(struct range){facts->speedup_low, facts->speedup_high}, line->operator,
               line->limit))
        return true;
    return add_excess(budget, idx, CPROF_WHOLE_PROGRAM, "is %.3f, at most %.3f", facts->speedup,
                      facts->speedup_high);
}

/* A line for all functions that it names.  A name that fits none is most likely a wrong
 * one: a gate that never fires is none. */
static bool check_line(struct cprof_budget *budget, size_t idx, const struct cprof_diff *diff)
{
    const struct budget_line *line = &budget->lines[idx];
    if (line->speedup)
        return check_speedup(budget, idx, diff);
    if (!line->pattern)
        return line->relative ? check_change(budget, idx, diff, 0)
                              : check_value(budget, idx, diff, 0);
    size_t fitting = 0;
    for (size_t subject = 1; subject < diff->subject_count; subject++) {
        const struct diff_subject *about = &diff->subjects[subject];
        if (!about->in[CPROF_CANDIDATE] || (strcmp(line->pattern, about->name) != 0 &&
                                            fnmatch(line->pattern, about->name, 0) != 0))
            continue;
        fitting++;
        if (!(line->relative ? check_change(budget, idx, diff, subject)
                             : check_value(budget, idx, diff, subject)))
            return false;
    }
    return fitting || strpbrk(line->pattern, "*?[") ||
           add_excess(budget, idx, line->pattern, "names no function that ran");
}

enum cprof_status cprof_budget_check(struct cprof_budget *budget, struct cprof_diff *diff,
                                     struct cprof_error *error)
{
    enum cprof_status status =
        cprof_budget_needs_baseline(budget) ? diff_finish(diff, error) : diff_lay_out(diff, error);
    forget(budget);
    for (size_t idx = 0; status == CPROF_OK && idx < budget->count; idx++)
        if (!check_line(budget, idx, diff))
            status = fault_memory(error, budget->name);
    return status;
}
