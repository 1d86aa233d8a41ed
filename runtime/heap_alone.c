/* Nearly every event, straight through: every block is noted, the process has one
 * thread, its context and site have been seen before, and nothing has to grow.  No call
 * is made here, around which registers would have to be saved, and nothing is asked
 * twice: 302 instructions for a malloc and its free instead of heap_events.c's 334, and
 * 342 instead of 387 where another block comes between (docs/adr/0051).  Where that does
 * not hold, each function changes nothing and says so; allocation.c, which calls them,
 * then lets heap_events.c do it.
 */

/* Whether an event can go this way as far as the thread tells. */
HOT bool is_alone(const struct process *process, const struct heap_thread *self)
{
    return LIKELY(self->is_ready) && LIKELY(self->state == HEAP_IDLE) &&
           LIKELY(*process->heap.single);
}

/* What waits is run by the caller, or by heap_events.c's next event. */
HOT void alone_end(struct heap_thread *self)
{
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    self->state = HEAP_IDLE;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

HOT bool allocated_alone(struct process *process, struct heap_thread *self, uintptr_t address,
                         uint64_t size, uint32_t site)
{
    const struct cprof_heap *record = process->heap.record;
    struct heap *heap = process->heap.heap;
    uintptr_t distance = current_get(process) - process->base;

    if (!is_alone(process, self) || UNLIKELY(distance >= BLOCKS_LEN) ||
        UNLIKELY(size >= HUGE_SIZE) || UNLIKELY(record->sequence >= heap->next_sample))
        return false;
    struct cprof_node *leaf =
        leaf_known(self, cache_key(process, node_at_distance(process, distance), site));
    if (UNLIKELY(!leaf))
        return false;
    self->state = HEAP_BUSY;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    uint64_t hash = block_hash(address);
    struct shard *shard = shard_of(heap, hash);
    struct block *at = LIKELY(shard->used < shard->limit) ? shard_find(shard, hash, address) : NULL;
    if (UNLIKELY(!at) || UNLIKELY(at->key) || UNLIKELY(at == shard->last)) {
        alone_end(self);
        return false;
    }
    struct block block = block_of(process, address, leaf, size, record->sequence + 1);
    struct cprof_node_alloc *alloc = &leaf->u.alloc;
    shard->used++;
    at->value = block.value;
    at->key = block.key;
    uint64_t number = self->peak_number = record->peak_number;
    sizes_add(process, alloc->place, 1, (int64_t)size, (int64_t)size);
    self->sequence = record->sequence;
    peak_note(alloc, number);
    alloc->count++;
    alloc->bytes += size;
    self->newest = address;
    alone_end(self);
    return true;
}

/* The place in the table of a block that the caller has to take out of it, note with
 * alone_released, and then end the event; NULL: not this way.  Out of the table first: a
 * handler may leave the event by a jump, and the program may release the block again. */
HOT struct block *alone_find(struct process *process, struct heap_thread *self, uintptr_t address,
                             struct shard **shard)
{
    if (!is_alone(process, self))
        return NULL;
    self->state = HEAP_BUSY;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    uint64_t hash = block_hash(address);
    *shard = shard_of(process->heap.heap, hash);
    struct block *at = LIKELY((*shard)->used) ? shard_find(*shard, hash, address) : NULL;
    struct block block = LIKELY(at != NULL) ? *at : (struct block){0, 0};
    if (UNLIKELY(!block.key) || UNLIKELY(block_small_size(block) == HUGE_SIZE) ||
        UNLIKELY(block_node(process, block)->thread != self->idx)) {
        alone_end(self);
        return NULL;
    }
    return at;
}

HOT void alone_released(struct process *process, struct heap_thread *self, struct block block,
                        uintptr_t address)
{
    const struct cprof_heap *record = process->heap.record;
    struct cprof_node_alloc *alloc = &block_node(process, block)->u.alloc;
    uint64_t size = block_small_size(block);
    uint64_t number = self->peak_number = record->peak_number;

    self->sequence = record->sequence;
    sizes_add(process, alloc->place, 0, -(int64_t)size, 0);
    peak_note(alloc, number);
    alloc->freed_bytes += size;
    release_count(process, self, alloc, block, 1, self->newest == address);
}
