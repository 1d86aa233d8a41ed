/* Numbers as people read them, independent of the locale.  Each function writes
 * into `buf` and returns it.
 */
#ifndef CPROF_ANALYSIS_NUMBER_H
#define CPROF_ANALYSIS_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#define NUMBER_SIZE 64

const char *number_decimal(char buf[NUMBER_SIZE], double value, unsigned decimals);

/* A comma between groups of three digits. */
const char *number_grouped(char buf[NUMBER_SIZE], uint64_t value);

/* The same, behind a ~ where it is an estimate. */
const char *number_calls(char buf[NUMBER_SIZE], uint64_t calls, bool estimated);

/* "1 thread", "1,234 threads". */
const char *number_of(char buf[NUMBER_SIZE], uint64_t value, const char *noun);

/* Three digits and a fitting unit: "1.23 ms"; "-" for CPROF_UNKNOWN. */
const char *number_duration(char buf[NUMBER_SIZE], uint64_t nanoseconds, bool unicode);

/* Three digits and a letter for thousands: "1.23 M"; whole below. */
const char *number_scaled(char buf[NUMBER_SIZE], uint64_t value);

/* "12.3 MiB" */
const char *number_size(char buf[NUMBER_SIZE], uint64_t bytes);

/* "43.2 %"; shares that round to nothing as "0.0 %". */
const char *number_percent(char buf[NUMBER_SIZE], double percent);

/* Nanoseconds since 1970 as RFC 3339 in UTC. */
const char *number_moment(char buf[NUMBER_SIZE], uint64_t nanoseconds);

#endif
