/* Words and units of metric.def, for whoever names a metric.  Knows no numbers. */
#include <cprof/cprof.h>

const char *cprof_metric_word(enum cprof_metric metric)
{
    static const char *const words[] = {
#define CPROF_METRIC(name, word, unit, meaning) word,
#include <cprof/metric.def>
#undef CPROF_METRIC
    };
    return (unsigned)metric < CPROF_METRIC_COUNT ? words[metric] : NULL;
}

enum cprof_unit cprof_metric_unit(enum cprof_metric metric)
{
    static const enum cprof_unit units[] = {
#define CPROF_METRIC(name, word, unit, meaning) CPROF_UNIT_##unit,
#include <cprof/metric.def>
#undef CPROF_METRIC
    };
    return (unsigned)metric < CPROF_METRIC_COUNT ? units[metric] : CPROF_UNIT_COUNT;
}
