/* The inside of budgets, for budget.c and budget_text.c; the interface is
 * cprof/budget.h.
 */
#ifndef CPROF_ANALYSIS_BUDGET_H
#define CPROF_ANALYSIS_BUDGET_H

#include <cprof/cprof.h>

struct budget_line {
    uint32_t number;
    char *text;
    char *pattern; /* NULL: the whole program */
    enum cprof_metric metric;
    bool speedup;  /* instead of a metric */
    bool relative; /* limit is what is added to the baseline, */
    bool percent;  /* and that in percent of it */
    int operator;
    double limit;
};

struct excess {
    size_t line; /* index */
    const char *function;
    char *reason;
};

struct cprof_budget {
    char *name;
    struct budget_line *lines;
    size_t count, capacity;
    struct excess *excesses; /* of the last check */
    size_t excess_count, excess_capacity;
};

#endif
