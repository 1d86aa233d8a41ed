/* What an allocation and a release change: the table of blocks, the numbers of the site
 * in its calling context, and the sizes.
 *
 * The numbers of a node are written by its own thread alone, so they need no lock and
 * are exact.  A thread that frees another's block notes it in a node of its own below
 * the other's (format.h).
 *
 * What was live at the peak is found without looking at all nodes at each new peak:
 * the peak has a number, and a node that changes for the first time after a new one
 * first writes down what it had (peak_note).
 *
 * Signals: an event that begins inside another one of the same thread waits in
 * `deferred` until that one is done.  Called by allocation.c.
 */

/* ---- A node's numbers -------------------------------------------------- */

/* Before a node changes: was there a new peak since it last did? */
HOT void peak_note(struct cprof_node_alloc *alloc, uint64_t number)
{
    if (alloc->peak_number >= number)
        return;
    alloc->at_peak_bytes = (int64_t)(alloc->bytes - alloc->freed_bytes);
    alloc->at_peak_count = (int64_t)(alloc->count - alloc->freed_count);
    alloc->peak_number = number;
}

HOT struct cprof_node_lives *lives_of(const struct process *process,
                                      const struct cprof_node_alloc *alloc)
{
    return &node_of(process, alloc->lives)->u.lives;
}

HOT uint32_t lifetime_bucket(uint64_t lifetime)
{
    if (lifetime >> 32) /* threads' views of the sequence differ a little */
        return 0;
    uint32_t bits = lifetime ? 64 - (uint32_t)__builtin_clzll(lifetime) : 0;
    uint32_t bucket = (bits + 1) / 2;
    return bucket < CPROF_LIFETIME_COUNT ? bucket : CPROF_LIFETIME_COUNT - 1;
}

/* ---- Events ------------------------------------------------------------ */

HOT uint64_t size_of_block(struct heap *heap, struct block block)
{
    uint64_t size = block_small_size(block);
    return LIKELY(size != HUGE_SIZE) ? size : huge_take(heap, block.key >> BLOCK_BIRTH_LOW);
}

/* Where the thread notes what it frees of another's. */
static NOINLINE struct cprof_node *elsewhere_node(struct process *process, struct heap_thread *self,
                                                  const struct cprof_node *node)
{
    struct cprof_node *target = allocation_leaf(process, self, node, node->site, 0);

    if (!target)
        lost_add(process);
    return target;
}

/* Bytes of a block are live no longer.  Returns the node that the thread notes it in,
 * or NULL. */
HOT struct cprof_node_alloc *bytes_released(struct process *process, struct heap_thread *self,
                                            bool raced, struct block block, uint64_t bytes)
{
    struct cprof_node *node = block_node(process, block), *target = node;

    if (UNLIKELY(node->thread != self->idx)) {
        target = elsewhere_node(process, self, node);
        if (!target)
            return NULL;
    }
    uint64_t number = size_change(process, self, raced, node->u.alloc.place, 0, -(int64_t)bytes);
    peak_note(&target->u.alloc, number);
    target->u.alloc.freed_bytes += bytes;
    return &target->u.alloc;
}

/* A release counts in its node, whose bytes are changed already. */
HOT void release_count(const struct process *process, struct heap_thread *self,
                       struct cprof_node_alloc *alloc, struct block block, uint64_t count,
                       bool newest)
{
    uint64_t lifetime = (self->sequence - block_birth(block)) & (((uint64_t)1 << 33) - 1);

    alloc->freed_count += count;
    if (newest) {
        alloc->temporary += count;
        self->newest = 0;
    }
    lives_of(process, alloc)->lifetimes[lifetime_bucket(lifetime)] += count;
}

/* The block's release is noted; it is no longer in the table. */
HOT void block_released(struct process *process, struct heap_thread *self, bool sampled, bool raced,
                        struct block block, uintptr_t address, uint64_t size)
{
    struct weight weight = weight_of(sampled, size, block_birth(block));
    struct cprof_node_alloc *alloc = bytes_released(process, self, raced, block, weight.bytes);

    if (UNLIKELY(!alloc))
        return;
    release_count(process, self, alloc, block, weight.count,
                  is_newest(process, self, sampled, address));
}

/* For what is rarer than free and delete. */
static SELDOM void block_released_seldom(struct process *process, struct heap_thread *self,
                                         struct block block, uintptr_t address, uint64_t size)
{
    block_released(process, self, is_sampling(process), is_raced(process), block, address, size);
}

/* Whether the function above `node` was called, however far up, by that above
 * `outer`. */
static bool is_called_from(const struct process *process, const struct cprof_node *node,
                           const struct cprof_node *outer)
{
    uint32_t at = node->parent;

    while (at && at != outer->parent)
        at = node_of(process, at)->parent;
    return at && node->parent != outer->parent;
}

/* A block was noted at an address whose block is still live.  Either an allocator that
 * is made of another one hands out its block, noted inside already: then only the
 * outer site counts.  Or code without notes has released the old one. */
static SELDOM void block_replaced(struct process *process, struct heap_thread *self,
                                  struct block old, const struct cprof_node *node,
                                  uintptr_t address)
{
    struct cprof_heap *record = process->heap.record;
    struct cprof_node *inner = block_node(process, old);
    uint64_t size = size_of_block(process->heap.heap, old);
    struct weight weight = weight_of(is_sampling(process), size, block_birth(old));
    bool newest = self->newest == address;

    self->newest = 0;
    if (newest && inner->thread == self->idx && is_called_from(process, inner, node)) {
        peak_note(&inner->u.alloc, size_change(process, self, is_raced(process),
                                               inner->u.alloc.place, 0, -(int64_t)weight.bytes));
        inner->u.alloc.count -= weight.count;
        inner->u.alloc.bytes -= weight.bytes;
        return;
    }
    __atomic_fetch_add(&record->replaced_count, weight.count, __ATOMIC_RELAXED);
    __atomic_fetch_add(&record->replaced_bytes, weight.bytes, __ATOMIC_RELAXED);
    block_released_seldom(process, self, old, address, size);
}

/* The sequence number that the thread's next allocation has. */
HOT uint64_t birth_next(const struct process *process, const struct heap_thread *self)
{
    return (LIKELY(!self->log_count) ? process->heap.record->sequence : self->sequence) + 1;
}

HOT void event_allocated(struct process *process, struct heap_thread *self, bool sampled,
                         struct cprof_node *leaf, uintptr_t address, uint64_t size)
{
    uint64_t birth = birth_next(process, self);
    bool raced = is_raced(process);
    struct weight weight = weight_of(sampled, size, birth);
    struct cprof_node_alloc *alloc = &leaf->u.alloc;
    struct placing placing =
        blocks_add(process, raced, address, block_of(process, address, leaf, size, birth));

    if (UNLIKELY(!placing.at))
        block_untracked(process);
    if (UNLIKELY(placing.replaced.key))
        block_replaced(process, self, placing.replaced, leaf, address);
    else
        filter_change(process, sampled, address, 1);
    if (UNLIKELY(size >= HUGE_SIZE))
        huge_add(process, address, size);
    peak_note(alloc, size_change(process, self, raced, alloc->place, (uint32_t)weight.count,
                                 (int64_t)weight.bytes));
    alloc->count += weight.count;
    alloc->bytes += weight.bytes;
    self->newest = address;
}

static NOINLINE void release_unknown(struct process *process)
{
    __atomic_fetch_add(&process->heap.record->unknown_frees, 1, __ATOMIC_RELAXED);
}

/* Out of the table; key 0: nobody has noted it. */
HOT struct block block_take(struct process *process, bool sampled, bool raced, uintptr_t address)
{
    struct block found = blocks_take(process, raced, address);

    if (LIKELY(found.key))
        filter_change(process, sampled, address, -1);
    else
        release_unknown(process);
    return found;
}

HOT void event_released(struct process *process, struct heap_thread *self, bool sampled,
                        uintptr_t address)
{
    bool raced = is_raced(process);
    struct block found = block_take(process, sampled, raced, address);

    if (LIKELY(found.key))
        block_released(process, self, sampled, raced, found, address,
                       size_of_block(process->heap.heap, found));
}

/* Samples, what handlers leave, and what is rarer than malloc and free. */
static SELDOM void event_allocated_seldom(struct process *process, struct heap_thread *self,
                                          struct cprof_node *leaf, uintptr_t address, uint64_t size)
{
    event_allocated(process, self, is_sampling(process), leaf, address, size);
}

static SELDOM void event_released_seldom(struct process *process, struct heap_thread *self,
                                         uintptr_t address)
{
    event_released(process, self, is_sampling(process), address);
}

/* ---- One event at a time ----------------------------------------------- */

static SELDOM void event_run(struct process *process, struct heap_thread *self,
                             const struct deferred_event *event)
{
    if (event->leaf)
        event_allocated_seldom(process, self, event->leaf, event->address, event->size);
    else
        event_released_seldom(process, self, event->address);
}

/* What the thread is when no event is being noted. */
HOT uint32_t idle_state(const struct process *process, const struct heap_thread *self)
{
    return is_sampling(process) || self->log_count || self->batch > 1 ? HEAP_OTHER : HEAP_IDLE;
}

static inline uint32_t deferred_waiting(uint64_t marks)
{
    return (uint32_t)(marks >> 32) - (uint32_t)marks;
}

/* The first event that waits; false: none does.  Handlers add meanwhile, and one that
 * gives up waiting (event_defer) may take from here, too. */
static bool deferred_take(struct heap_thread *self, struct deferred_event *event)
{
    uint64_t marks = *(volatile uint64_t *)&self->deferred_marks;

    for (;;) {
        if (!deferred_waiting(marks)) {
            if (swap_own(&self->deferred_marks, &marks, 0))
                return false;
            continue;
        }
        *event = self->deferred[(uint32_t)marks];
        if (swap_own(&self->deferred_marks, &marks, marks + 1))
            return true;
    }
}

/* What handlers have left, when the event that they interrupted is done. */
static NOINLINE void deferred_run(struct process *process, struct heap_thread *self)
{
    struct deferred_event event;

    while (deferred_waiting(*(volatile uint64_t *)&self->deferred_marks)) {
        self->state = HEAP_BUSY;
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
        while (deferred_take(self, &event))
            event_run(process, self, &event);
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
        self->state = idle_state(process, self);
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
    }
}

/* True: the event can be noted now.  Where too many wait, nobody will come back: a
 * handler has left the interrupted event by a jump. */
static NOINLINE bool event_defer(struct process *process, struct heap_thread *self,
                                 struct cprof_node *leaf, uintptr_t address, uint64_t size)
{
    uint64_t marks = *(volatile uint64_t *)&self->deferred_marks;

    while (marks >> 32 < DEFERRED_MAX) {
        self->deferred[marks >> 32] = (struct deferred_event){leaf, address, size};
        if (swap_own(&self->deferred_marks, &marks, marks + ((uint64_t)1 << 32)))
            return false;
    }
    deferred_run(process, self);
    return true;
}

HOT bool event_begin(struct process *process, struct heap_thread *self, struct cprof_node *leaf,
                     uintptr_t address, uint64_t size)
{
    if (UNLIKELY(self->state == HEAP_BUSY) && !event_defer(process, self, leaf, address, size))
        return false;
    self->state = HEAP_BUSY;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    return true;
}

HOT void event_end(struct process *process, struct heap_thread *self)
{
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    self->state = idle_state(process, self);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (UNLIKELY(self->deferred_marks != 0))
        deferred_run(process, self);
}
