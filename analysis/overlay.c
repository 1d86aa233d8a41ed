/* Bringing the contexts of two profiles together by name; see overlay.h. */
#include "overlay.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "fault.h"

/* Functions by their name alone: between two versions of a program lines move, and
 * files are where somebody else has checked them out. */
struct names {
    struct cprof_profile *out;
    struct table by_name; /* text of the overlay -> function of the overlay */
};

static uint32_t function_of(struct names *names, const struct cprof_profile *side, uint32_t idx)
{
    const struct function *function = &side->functions[idx];
    const char *name = texts_get(&side->texts, function->name);
    uint32_t text = texts_add(&names->out->texts, name, strlen(name));
    if (text == TABLE_NONE)
        return MODEL_NONE;
    uint32_t known = table_find(&names->by_name, 0, text);
    if (known != TABLE_NONE)
        return known;
    const char *file = texts_get(&side->texts, function->file);
    uint32_t made = model_hand_function(names->out, name, file, function->line);
    if (made == MODEL_NONE || !table_put(&names->by_name, 0, text, made))
        return MODEL_NONE;
    return made;
}

/* Contexts stand parents first. */
static bool add_side(struct names *names, const struct cprof_profile *side, uint32_t *place,
                     uint32_t *functions)
{
    memset(functions, 0xff, side->function_count * sizeof *functions);
    for (uint32_t at = 0; at < side->context_count; at++) {
        const struct context *context = &side->contexts[at];
        place[at] = at == MODEL_ROOT ? MODEL_ROOT : MODEL_NONE;
        if (at == MODEL_ROOT || context->depth == 0) /* not linked: nothing was seen of it */
            continue;
        uint32_t *function = &functions[context->function], above = place[context->parent];
        if (*function == MODEL_NONE)
            *function = function_of(names, side, context->function);
        if (above == MODEL_NONE || *function == MODEL_NONE)
            return false;
        place[at] = model_context(names->out, above, *function, context->kind);
        if (place[at] == MODEL_NONE)
            return false;
        measure_add(&names->out->contexts[place[at]].measure, &context->measure);
        if (context->heap) /* it has no measure of its own, but is to be seen */
            names->out->contexts[place[at]].measure.calls++;
    }
    return true;
}

static bool add_sides(struct overlay *overlay, const struct cprof_profile *const *sides)
{
    struct names names = {.out = overlay->profile};
    bool enough = true;
    for (int side = 0; enough && side < OVERLAY_SIDES; side++) {
        uint32_t *functions = array_new(sides[side]->function_count, sizeof *functions);
        overlay->place[side] = array_new(sides[side]->context_count, sizeof(uint32_t));
        enough = functions && overlay->place[side] &&
                 add_side(&names, sides[side], overlay->place[side], functions);
        free(functions);
    }
    table_free(&names.by_name);
    return enough;
}

/* What headings and model_timed ask. */
static bool add_run(struct cprof_profile *out, const struct cprof_profile *after)
{
    const struct run *first = model_first_run(after);
    if (!first)
        return true;
    if (!array_reserve(&out->runs, &out->run_capacity, 1, sizeof *out->runs))
        return false;
    out->runs[0] = (struct run){.header = first->header, .wall = first->wall, .overhead = -1};
    out->run_count = 1;
    memcpy(out->unit, after->unit, sizeof out->unit);
    out->uncounted = after->uncounted;
    return true;
}

enum cprof_status overlay_make(struct overlay *overlay, const struct cprof_profile *after,
                               const struct cprof_profile *before, struct cprof_error *error)
{
    const struct cprof_profile *sides[OVERLAY_SIDES] = {after, before};
    *overlay = (struct overlay){.profile = cprof_profile_new()};
    if (overlay->profile && add_run(overlay->profile, after) && add_sides(overlay, sides))
        return model_finish(overlay->profile, error);
    overlay_free(overlay);
    return fault_memory(error, "the difference");
}

void overlay_free(struct overlay *overlay)
{
    for (int side = 0; side < OVERLAY_SIDES; side++)
        free(overlay->place[side]);
    cprof_profile_free(overlay->profile);
    *overlay = (struct overlay){0};
}
