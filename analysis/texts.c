/* Interned texts; see texts.h. */
#include "texts.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"

static uint64_t hash_of(const char *ptr, size_t len)
{
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */
    for (size_t idx = 0; idx < len; idx++)
        hash = (hash ^ (unsigned char)ptr[idx]) * 0x100000001b3u;
    return hash;
}

void texts_free(struct texts *texts)
{
    for (size_t idx = 0; idx < texts->count; idx++)
        free(texts->items[idx].ptr);
    free(texts->items);
    table_free(&texts->by_hash);
    *texts = (struct texts){0};
}

uint32_t texts_add(struct texts *texts, const char *ptr, size_t len)
{
    uint64_t hash = hash_of(ptr, len);
    uint32_t first = table_find(&texts->by_hash, hash, len);
    for (uint32_t id = first; id != TABLE_NONE; id = texts->items[id].next)
        if (memcmp(texts->items[id].ptr, ptr, len) == 0)
            return id;
    if (texts->count >= TABLE_NONE ||
        !array_reserve(&texts->items, &texts->capacity, texts->count + 1, sizeof *texts->items))
        return TABLE_NONE;
    char *copy = malloc(len + 1);
    uint32_t id = (uint32_t)texts->count;
    if (!copy || !table_put(&texts->by_hash, hash, len, id)) {
        free(copy);
        return TABLE_NONE;
    }
    memcpy(copy, ptr, len);
    copy[len] = '\0';
    texts->items[texts->count++] = (struct text){.ptr = copy, .len = len, .next = first};
    return id;
}

const char *texts_get(const struct texts *texts, uint32_t id)
{
    return id < texts->count ? texts->items[id].ptr : "";
}
