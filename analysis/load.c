/* One reading into the model, step by step; see load.h, and loader.h for what lives
 * where.
 */
#include "load.h"

#include <stdlib.h>

#include "array.h"
#include "fault.h"
#include "loader.h"

static bool allocate(struct loader *loader)
{
    size_t count = loader->count;
    loader->parents = array_new(count, sizeof *loader->parents);
    loader->order = array_new(count, sizeof *loader->order);
    loader->contexts = array_new(count, sizeof *loader->contexts);
    loader->shares = array_new(count, sizeof *loader->shares);
    loader->flows = array_new(count, sizeof *loader->flows);
    loader->owners = array_new(count, sizeof *loader->owners);
    return loader->parents && loader->order && loader->contexts && loader->shares &&
           loader->flows && loader->owners;
}

static enum cprof_status load_all(struct loader *loader)
{
    if (!allocate(loader))
        return fault_memory(loader->error, loader->name);
    enum cprof_status status = load_shape(loader);
    /* From here on the profile is changed, so all that can be refused has been,
     * but for the texts of the modules. */
    if (status == CPROF_OK)
        status = load_modules(loader);
    if (status != CPROF_OK)
        return status;
    if (!load_contexts(loader) || (loader->timed && (!load_times(loader) || !load_samples(loader) ||
                                                     !load_durations(loader))))
        return fault_memory(loader->error, loader->name);
    if (!load_measures(loader) || !load_heap(loader) || !load_run(loader))
        return fault_memory(loader->error, loader->name);
    loader->heap = NULL;
    return CPROF_OK;
}

enum cprof_status load_reading(struct cprof_profile *profile, const struct reading *reading,
                               const char *name, const struct life *life, struct cprof_error *error)
{
    uint32_t mode = reading->header.mode;
    struct loader loader = {.profile = profile,
                            .reading = reading,
                            .name = name,
                            .count = (uint32_t)reading->nodes.total,
                            .life = life,
                            .scale = loader_scale(&reading->header),
                            .error = error};
    loader.timed = mode != CPROF_MODE_COUNT && mode != CPROF_MODE_OFF && loader.scale >= 0 &&
                   (mode != CPROF_MODE_BUDGET || reading->samples.total > 0);
    profile->finished = false;
    enum cprof_status status = load_all(&loader);
    free(loader.functions);
    free(loader.allocations);
    free(loader.heap);
    free(loader.parents);
    free(loader.order);
    free(loader.contexts);
    free(loader.threads);
    free(loader.shares);
    free(loader.flows);
    free(loader.sampled);
    free(loader.owners);
    return status;
}
