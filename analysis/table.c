/* Open addressing with linear steps; see table.h. */
#include "table.h"

#include <stdlib.h>

static uint64_t mix(uint64_t high, uint64_t low)
{
    uint64_t hash = high * 0x9e3779b97f4a7c15u ^ (low + 0x7f4a7c159e3779b9u);
    hash ^= hash >> 30;
    hash *= 0xbf58476d1ce4e5b9u;
    hash ^= hash >> 27;
    hash *= 0x94d049bb133111ebu;
    return hash ^ hash >> 31;
}

static struct table_slot *slot_of(const struct table *table, uint64_t high, uint64_t low)
{
    size_t mask = table->capacity - 1;
    size_t idx = (size_t)mix(high, low) & mask;
    while (table->slots[idx].value != TABLE_NONE &&
           (table->slots[idx].high != high || table->slots[idx].low != low))
        idx = (idx + 1) & mask;
    return &table->slots[idx];
}

static bool grow(struct table *table)
{
    struct table larger = {.capacity = table->capacity ? table->capacity * 2 : 64,
                           .used = table->used};
    if (larger.capacity > SIZE_MAX / sizeof *larger.slots)
        return false;
    larger.slots = malloc(larger.capacity * sizeof *larger.slots);
    if (!larger.slots)
        return false;
    for (size_t idx = 0; idx < larger.capacity; idx++)
        larger.slots[idx].value = TABLE_NONE;
    for (size_t idx = 0; idx < table->capacity; idx++)
        if (table->slots[idx].value != TABLE_NONE)
            *slot_of(&larger, table->slots[idx].high, table->slots[idx].low) = table->slots[idx];
    free(table->slots);
    *table = larger;
    return true;
}

void table_free(struct table *table)
{
    free(table->slots);
    *table = (struct table){0};
}

uint32_t table_find(const struct table *table, uint64_t high, uint64_t low)
{
    return table->capacity ? slot_of(table, high, low)->value : TABLE_NONE;
}

bool table_put(struct table *table, uint64_t high, uint64_t low, uint32_t value)
{
    if (table->used >= table->capacity / 2 && !grow(table))
        return false;
    struct table_slot *slot = slot_of(table, high, low);
    if (slot->value == TABLE_NONE)
        table->used++;
    *slot = (struct table_slot){.high = high, .low = low, .value = value};
    return true;
}
