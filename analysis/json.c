/* JSON members; see json.h. */
#include "json.h"

#include <math.h>
#include <stdio.h>

#include "number.h"

/* The comma before a member and its key. */
static void begin(struct json *json, const char *key)
{
    if (json->begun)
        writer_text(json->writer, ",");
    json->begun = true;
    if (key) {
        writer_json(json->writer, key);
        writer_text(json->writer, ":");
    }
}

void json_open(struct json *json, const char *key, char bracket)
{
    begin(json, key);
    writer_bytes(json->writer, &bracket, 1);
    json->begun = false;
}

void json_close(struct json *json, char bracket)
{
    writer_bytes(json->writer, &bracket, 1);
    json->begun = true;
}

void json_text(struct json *json, const char *key, const char *value)
{
    begin(json, key);
    writer_json(json->writer, value);
}

void json_moment(struct json *json, const char *key, uint64_t nanoseconds)
{
    char text[NUMBER_SIZE];
    json_text(json, key, number_moment(text, nanoseconds));
}

void json_whole(struct json *json, const char *key, uint64_t value)
{
    begin(json, key);
    if (value == CPROF_UNKNOWN) {
        writer_text(json->writer, "null");
        return;
    }
    /* Readers of JSON hold 63 bits; only damage needs more. */
    writer_format(json->writer, "%llu",
                  (unsigned long long)(value > INT64_MAX ? INT64_MAX : value));
}

void json_signed(struct json *json, const char *key, double whole)
{
    begin(json, key);
    writer_decimal(json->writer, whole, 0);
}

void json_sum(struct json *json, const char *key, int64_t value)
{
    begin(json, key);
    writer_format(json->writer, "%lld", (long long)value);
}

void json_decimal(struct json *json, const char *key, double value)
{
    begin(json, key);
    if (value < 0)
        writer_text(json->writer, "null");
    else
        writer_decimal(json->writer, value, 3);
}

/* %g follows the process's locale only in the point, which JSON does not have. */
void json_ratio(struct json *json, const char *key, double value)
{
    char text[32];
    if (!isfinite(value)) {
        json_unknown(json, key);
        return;
    }
    begin(json, key);
    snprintf(text, sizeof text, "%.6g", value);
    for (char *at = text; *at; at++)
        if (*at == ',')
            *at = '.';
    writer_text(json->writer, text);
}

void json_bool(struct json *json, const char *key, bool value)
{
    begin(json, key);
    writer_text(json->writer, value ? "true" : "false");
}

void json_unknown(struct json *json, const char *key)
{
    begin(json, key);
    writer_text(json->writer, "null");
}

void json_line(struct json *json)
{
    if (json->begun)
        writer_text(json->writer, ",");
    json->begun = false;
    writer_text(json->writer, "\n");
}
