/* Helpers of the unit tests; see support.h. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

static bool collect(void *context, const char *bytes, size_t len)
{
    struct text *text = context;
    if (text->len + len + 1 > text->capacity) {
        text->capacity = 2 * (text->len + len + 1);
        text->ptr = realloc(text->ptr, text->capacity);
        if (!text->ptr)
            abort();
    }
    memcpy(text->ptr + text->len, bytes, len);
    text->len += len;
    text->ptr[text->len] = '\0';
    return true;
}

struct cprof_sink support_sink(struct text *text)
{
    *text = (struct text){0};
    return (struct cprof_sink){.write = collect, .context = text};
}

void support_free(struct text *text)
{
    free(text->ptr);
}

struct cprof_profile *support_load(struct fabricate *fabricated)
{
    struct cprof_error error = {.text = ""};
    struct cprof_profile *profile = cprof_profile_new();
    size_t len;
    const unsigned char *bytes = fabricate_bytes(fabricated, &len);
    ck_assert_ptr_nonnull(profile);
    ck_assert_msg(cprof_profile_add_bytes(profile, "test", bytes, len, &error) == CPROF_OK, "%s",
                  error.text);
    fabricate_free(fabricated);
    return profile;
}

struct cprof_function support_function(struct cprof_profile *profile, const char *name)
{
    struct cprof_function function;
    for (size_t idx = 0; cprof_function_at(profile, idx, &function, NULL) == CPROF_OK; idx++)
        if (strcmp(function.name, name) == 0)
            return function;
    return (struct cprof_function){0};
}

const struct cprof_diff_change *support_change(const struct cprof_diff *diff,
                                               enum cprof_diff_list list, const char *function,
                                               enum cprof_metric metric)
{
    size_t count;
    const struct cprof_diff_change *changes = cprof_diff_changes(diff, list, &count);
    for (size_t idx = 0; idx < count; idx++)
        if (changes[idx].metric == metric && strcmp(changes[idx].function, function) == 0)
            return &changes[idx];
    return NULL;
}
