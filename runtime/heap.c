/* Start and finish of the heap's recording: where its parts lie, a forked child's, and
 * what is still to be said when the program ends.  Called by module.c, fork.c and
 * process.c.
 */

/* ---- Start and finish
 * ------------------------------------------------------------------------------ */

/* False from before the process's second thread on: what creates it says so first. */
extern const char __libc_single_threaded __attribute__((weak));

/* The parts that readers see, in a new file. */
static bool heap_restart(struct process *process)
{
    struct heap_parts *parts = parts_of(process);
    struct cprof_extent extent = {0, sizeof(struct cprof_heap), 0, sizeof(struct cprof_heap),
                                  CPROF_EXTENT_HEAP};

    if (!parts->heap)
        return true;
    parts->place_limit = 0;
    for (uint32_t idx = 0; idx < SHARD_COUNT; idx++) /* the tables are wiped */
        parts->heap->shards[idx].used = parts->heap->shards[idx].lock = 0;
    uint64_t signals = signals_block();
    bool done = extent_map(process, &extent, (struct place){(char *)parts->record, 0, 0}) &&
                places_grow(process, 1);
    signals_restore(signals);
    if (!done)
        return false;
    parts->record->sample_bytes = parts->mode == CPROF_HEAP_SAMPLED ? SAMPLE_BYTES : 0;
    __atomic_store_n(&parts->record->mode, parts->mode, __ATOMIC_RELEASE);
    return true;
}

/* With the first module that has notes.  Modules come one after another: the dynamic
 * linker holds its lock. */
static SELDOM void heap_start(struct process *process)
{
    const int both = PROTECTION_READ | PROTECTION_WRITE;
    const int flags = MAPPING_PRIVATE | MAPPING_ANONYMOUS | MAPPING_NORESERVE;
    const size_t record = (sizeof(struct cprof_heap) + 4095) & ~(size_t)4095,
                 places = PLACE_MAX * sizeof(struct cprof_place),
                 own = (sizeof(struct heap) + 4095) & ~(size_t)4095,
                 shards = sizeof((struct heap *)0)->shards;
    struct heap_parts *parts = parts_of(process);

    if (parts->mode == CPROF_HEAP_OFF || parts->heap)
        return;
    char *memory = memory_map(NULL, record + places + own, both, flags, -1, 0);
    if (!memory || SYSTEM_3(madvise, memory + record + places + shards, own - shards,
                            ADVICE_WIPE_ON_FORK) != 0) {
        trouble_add(process, CPROF_TROUBLE_HEAP);
        return;
    }
    parts->record = (struct cprof_heap *)memory;
    parts->places = (struct cprof_place *)(memory + record);
    parts->heap = (struct heap *)(memory + record + places);
    bool samples = parts->mode == CPROF_HEAP_SAMPLED;
    parts->any[0] = 1;
    parts->single = &__libc_single_threaded ? &__libc_single_threaded : "";
    parts->filter = samples ? parts->heap->filter : parts->any;
    parts->filter_mask = samples ? FILTER_LEN - 1 : 0;
    if (!heap_restart(process))
        parts->heap = NULL;
}

/* Notes which of each node's live blocks is the oldest. */
static SELDOM void oldest_note(struct process *process)
{
    struct heap *heap = process->heap.heap;

    for (uint32_t idx = 0; idx < SHARD_COUNT; idx++) {
        struct shard *shard = &heap->shards[idx];
        lock_take(&shard->lock);
        for (const struct block *at = shard->blocks; at && at < shard->last; at++) {
            if (!at->key)
                continue;
            const struct cprof_node *node = block_node(process, *at);
            struct cprof_node_lives *lives = lives_of(process, &node->u.alloc);
            uint64_t birth = block_birth(*at);
            if (!lives->oldest || birth < lives->oldest)
                lives->oldest = birth;
        }
        lock_release(&shard->lock);
    }
}

/* At the end: what the last thread has not told, and the ages of leaks. */
static SELDOM void heap_finish(struct process *process)
{
    struct heap *heap = process->heap.heap;
    struct heap_thread *self = heap_self(&process->heap);

    if (!heap)
        return;
    if (self->is_ready && self->deferred_marks) /* of an event that a jump has left */
        deferred_run(process, self);
    lock_take(&heap->lock);
    if (self->is_ready)
        log_tell(process, self);
    if (process->heap.record->sequence)
        sample_add(process);
    lock_release(&heap->lock);
    oldest_note(process);
}
