/* Numbers of a diff as words; see diff_words.h. */
#include "diff_words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "diff.h"
#include "stats.h"

const char *diff_value(char buf[DIFF_TEXT_SIZE], enum cprof_metric metric, double value,
                       bool unicode)
{
    switch (cprof_metric_unit(metric)) {
    case CPROF_UNIT_NS:
        return number_duration(buf, stats_whole(value), unicode);
    case CPROF_UNIT_BYTES:
        return number_size(buf, stats_whole(value));
    default:
        return number_grouped(buf, stats_whole(value));
    }
}

const char *diff_amount(char buf[DIFF_TEXT_SIZE], const struct cprof_diff *diff,
                        enum cprof_metric metric, double value, bool unicode)
{
    return *diff->unit && cprof_metric_unit(metric) == CPROF_UNIT_NS
               ? number_scaled(buf, stats_whole(value))
               : diff_value(buf, metric, value, unicode);
}

/* "+3.2", with as many digits as say something. */
static const char *signed_number(char buf[NUMBER_SIZE], double value)
{
    char number[NUMBER_SIZE];
    double size = fabs(value);
    if (isinf(value))
        snprintf(buf, NUMBER_SIZE, "%cany", value < 0 ? '-' : '+');
    else
        snprintf(buf, NUMBER_SIZE, "%c%.30s", value < 0 ? '-' : '+',
                 number_decimal(number, size,
                                size < 9.995   ? 2
                                : size < 99.95 ? 1
                                               : 0));
    return buf;
}

const char *diff_percent(char buf[DIFF_TEXT_SIZE], double percent)
{
    char number[NUMBER_SIZE];
    if (isinf(percent))
        return strcpy(buf, "new");
    snprintf(buf, DIFF_TEXT_SIZE, "%s %%", signed_number(number, percent));
    return buf;
}

const char *diff_interval(char buf[DIFF_TEXT_SIZE], const struct cprof_diff_change *change)
{
    char low[NUMBER_SIZE], high[NUMBER_SIZE];
    if (change->exact)
        return strcpy(buf, "exact");
    if (isinf(change->high))
        return strcpy(buf, "");
    snprintf(buf, DIFF_TEXT_SIZE, "%s to %s %%", signed_number(low, change->low),
             signed_number(high, change->high));
    return buf;
}

static const char *p_words(char buf[NUMBER_SIZE], double p)
{
    if (p < 0.0001)
        return strcpy(buf, "<0.0001");
    return number_decimal(buf, p, p < 0.01 ? 4 : 2);
}

const char *diff_p(char buf[DIFF_TEXT_SIZE], const struct cprof_diff_change *change)
{
    return change->exact ? strcpy(buf, "") : p_words(buf, change->p);
}

const char *diff_confidence(char buf[DIFF_TEXT_SIZE], const struct cprof_diff_facts *facts)
{
    snprintf(buf, DIFF_TEXT_SIZE, "%.0f %%", 100 * facts->confidence);
    return buf;
}

const char *diff_speedup(char buf[DIFF_TEXT_SIZE], const struct cprof_diff_facts *facts)
{
    char at[NUMBER_SIZE], low[NUMBER_SIZE], high[NUMBER_SIZE], p[NUMBER_SIZE];
    char sure[DIFF_TEXT_SIZE];
    if (facts->speedup < 0)
        return strcpy(buf, ", no times are known");
    number_decimal(at, facts->speedup, 3);
    if (isinf(facts->speedup_high) || facts->speedup_low <= 0)
        snprintf(buf, DIFF_TEXT_SIZE, ": speed-up %s (baseline / candidate), p %s", at,
                 p_words(p, facts->p));
    else
        snprintf(buf, DIFF_TEXT_SIZE, ": speed-up %s (baseline / candidate; %s: %s to %s), p %s",
                 at, diff_confidence(sure, facts), number_decimal(low, facts->speedup_low, 3),
                 number_decimal(high, facts->speedup_high, 3), p_words(p, facts->p));
    return buf;
}

const char *diff_more(char buf[DIFF_TEXT_SIZE], const struct cprof_diff_change *change)
{
    buf[0] = '\0';
    if (change->with_count > DIFF_MOST_WITH)
        snprintf(buf, DIFF_TEXT_SIZE, " and %zu more", change->with_count - DIFF_MOST_WITH);
    return buf;
}

const char diff_with_sentence[] =
    "one build has it inlined there, or has no such function. What it does itself counts as the "
    "caller's in both; calls that are inlined in one count in neither.";
const char diff_lost_sentence[] =
    "Some functions are in one build only. Where the other inlined them, their time is their "
    "callers' there: runs of a store do not tell callers, profiles do.";

const char *diff_place(char buf[DIFF_PLACE_SIZE], const char *file, uint32_t line)
{
    const char *slash = strrchr(file, '/');
    if (!file[0] || !line)
        return strcpy(buf, "");
    snprintf(buf, DIFF_PLACE_SIZE, "%.280s:%u", slash ? slash + 1 : file, line);
    return buf;
}
