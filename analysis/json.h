/* Writing JSON: commas and null, nothing more.  The renderers call members in
 * the order of the document; key NULL is an element of an array.
 */
#ifndef CPROF_ANALYSIS_JSON_H
#define CPROF_ANALYSIS_JSON_H

#include "writer.h"

struct json {
    struct writer *writer;
    bool begun; /* something stands before in the same object or array */
};

void json_open(struct json *json, const char *key, char bracket);
void json_close(struct json *json, char bracket);
void json_text(struct json *json, const char *key, const char *value);
void json_moment(struct json *json, const char *key, uint64_t nanoseconds);
void json_whole(struct json *json, const char *key, uint64_t value); /* CPROF_UNKNOWN: null */
void json_signed(struct json *json, const char *key, double whole);
void json_sum(struct json *json, const char *key, int64_t value);
void json_decimal(struct json *json, const char *key, double value); /* negative: null */
void json_ratio(struct json *json, const char *key, double value);   /* infinite, NAN: null */
void json_bool(struct json *json, const char *key, bool value);
void json_unknown(struct json *json, const char *key); /* null, a name of jansson's */

/* A line break before the next member, for people who look. */
void json_line(struct json *json);

#endif
