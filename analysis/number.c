/* Numbers for people; see number.h. */
#include "number.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cprof/cprof.h>

/* printf's %f follows the process's locale, which is the caller's business. */
const char *number_decimal(char buf[NUMBER_SIZE], double value, unsigned decimals)
{
    static const unsigned powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000};
    unsigned power = powers[decimals < 6 ? decimals : 6];
    const char *sign = value < 0 ? "-" : "";
    if (value < 0)
        value = -value;
    uint64_t scaled = value < 9e12 ? (uint64_t)(value * power + 0.5) : (uint64_t)9e12 * power;
    if (decimals)
        snprintf(buf, NUMBER_SIZE, "%s%llu.%0*llu", sign, (unsigned long long)(scaled / power),
                 (int)decimals, (unsigned long long)(scaled % power));
    else
        snprintf(buf, NUMBER_SIZE, "%s%llu", sign, (unsigned long long)scaled);
    return buf;
}

const char *number_grouped(char buf[NUMBER_SIZE], uint64_t value)
{
    char digits[32];
    int count = snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
    unsigned used = 0;
    for (int idx = 0; idx < count; idx++) {
        if (idx && (count - idx) % 3 == 0)
            buf[used++] = ',';
        buf[used++] = digits[idx];
    }
    buf[used] = '\0';
    return buf;
}

const char *number_calls(char buf[NUMBER_SIZE], uint64_t calls, bool estimated)
{
    number_grouped(buf, calls);
    if (estimated) {
        memmove(buf + 1, buf, strlen(buf) + 1);
        *buf = '~';
    }
    return buf;
}

const char *number_of(char buf[NUMBER_SIZE], uint64_t value, const char *noun)
{
    number_grouped(buf, value);
    size_t used = strlen(buf);
    snprintf(buf + used, NUMBER_SIZE - used, " %s%s", noun, value == 1 ? "" : "s");
    return buf;
}

struct unit {
    const char *name;
    double size;
};

/* Three significant digits and the largest unit that leaves at least 1. */
static const char *with_unit(char buf[NUMBER_SIZE], double value, const struct unit *units,
                             size_t count)
{
    size_t idx = 0;
    while (idx + 1 < count && value >= units[idx + 1].size * 0.9995)
        idx++;
    double shown = value / units[idx].size;
    number_decimal(buf, shown, idx == 0 || shown >= 99.95 ? 0 : shown >= 9.995 ? 1 : 2);
    size_t used = strlen(buf);
    snprintf(buf + used, NUMBER_SIZE - used, " %s", units[idx].name);
    return buf;
}

const char *number_scaled(char buf[NUMBER_SIZE], uint64_t value)
{
    static const struct unit units[] = {{"", 1}, {"k", 1e3}, {"M", 1e6}, {"G", 1e9}, {"T", 1e12}};
    with_unit(buf, (double)value, units, sizeof units / sizeof *units);
    buf[strlen(buf) - (buf[strlen(buf) - 1] == ' ')] = '\0';
    return buf;
}

const char *number_duration(char buf[NUMBER_SIZE], uint64_t nanoseconds, bool unicode)
{
    const struct unit units[] = {{"ns", 1}, {unicode ? "µs" : "us", 1e3}, {"ms", 1e6}, {"s", 1e9}};
    if (nanoseconds == CPROF_UNKNOWN)
        return strcpy(buf, "-");
    return with_unit(buf, (double)nanoseconds, units, sizeof units / sizeof *units);
}

const char *number_size(char buf[NUMBER_SIZE], uint64_t bytes)
{
    static const struct unit units[] = {
        {"bytes", 1}, {"KiB", 1024}, {"MiB", 1024.0 * 1024}, {"GiB", 1024.0 * 1024 * 1024}};
    return with_unit(buf, (double)bytes, units, sizeof units / sizeof *units);
}

const char *number_percent(char buf[NUMBER_SIZE], double percent)
{
    number_decimal(buf, percent, 1);
    return strcat(buf, " %");
}

const char *number_moment(char buf[NUMBER_SIZE], uint64_t nanoseconds)
{
    time_t seconds = (time_t)(nanoseconds / 1000000000u);
    struct tm parts;
    /* 2^64 nanoseconds end in the year 2554, so all have four digits. */
    if (!gmtime_r(&seconds, &parts))
        return strcpy(buf, "1970-01-01T00:00:00Z");
    snprintf(buf, NUMBER_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d.%09uZ", parts.tm_year + 1900,
             parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
             (unsigned)(nanoseconds % 1000000000u));
    return buf;
}
