/* What an allocation and a release change: the numbers of the site in its calling
 * context, of the site, and of the heap.
 *
 * The numbers of a node are written by its own thread alone, so they need no lock and
 * are exact.  A thread that frees another's block notes it in a node of its own below
 * the other's (format.h).  The sizes of the heap and of places belong to all threads:
 * their lock is only tried, and where another thread is inside, which is to say where
 * threads do race, the thread keeps its changes in a log of its own and tells them some
 * events later.  So peaks are exact as long as threads take turns, and otherwise off
 * by what each racing thread allocated in its newest CPROF_HEAP_BATCH events at most.
 *
 * What was live at the peak is found without looking at all nodes at each new peak:
 * the peak has a number, and a node that changes for the first time after a new one
 * first writes down what it had (peak_note).
 *
 * Signals: an event that begins inside another one of the same thread waits in
 * `deferred` until that one is done.  Called by allocation.c.
 */

static struct heap_parts *parts_of(struct process *process)
{
    return &process->heap;
}

/* ---- Places --------------------------------------------------------------------- */

static bool places_grow(struct process *process, uint32_t wanted)
{
    struct heap_parts *parts = parts_of(process);

    while (grow_begin(process, &parts->place_limit, wanted)) {
        uint32_t limit = parts->place_limit, count = limit ? limit : FIRST_PLACES;
        struct cprof_extent extent = {0, count * sizeof(struct cprof_place), limit,
                                      sizeof(struct cprof_place), CPROF_EXTENT_PLACES};
        bool done =
            limit + count <= PLACE_MAX &&
            extent_map(process, &extent, (struct place){(char *)&parts->places[limit], 0, 0});
        if (done)
            __atomic_store_n(&parts->place_limit, limit + count, __ATOMIC_RELEASE);
        grow_end(process);
        if (!done)
            break;
    }
    return parts->place_limit >= wanted;
}

static uint32_t place_new(struct process *process, uint32_t site, uint32_t flags)
{
    struct heap *heap = process->heap.heap;
    uint32_t place = heap->place_count + 1;

    if (place >= PLACE_MAX || !places_grow(process, place + 1))
        return 0;
    heap->place_count = place;
    process->heap.places[place].flags = flags;
    __atomic_store_n(&process->heap.places[place].site, site, __ATOMIC_RELEASE);
    return place;
}

/* The number of the site's place; 0, which belongs to all of them, when there are
 * too many.  Asked once a node. */
static NOINLINE uint32_t place_of(struct process *process, uint32_t site, uint32_t flags)
{
    struct heap *heap = process->heap.heap;
    uint64_t signals = signals_block();

    lock_take(&heap->place_lock);
    uint32_t at = (uint32_t)(key_hash(site) % (2 * PLACE_MAX));
    while (heap->place_by_site[at] && process->heap.places[heap->place_by_site[at]].site != site)
        at = (at + 1) % (2 * PLACE_MAX);
    uint32_t place = heap->place_by_site[at];
    if (!place)
        place = heap->place_by_site[at] = place_new(process, site, flags);
    lock_release(&heap->place_lock);
    signals_restore(signals);
    return place;
}

/* ---- Nodes ---------------------------------------------------------------------- */

/* The rest of an allocation's node; a forked child has them without. */
static bool node_complete(struct process *process, struct thread *thread, struct cprof_node *node,
                          uint32_t flags)
{
    struct cprof_node_alloc *alloc = &node->u.alloc;

    if (!alloc->place)
        alloc->place = place_of(process, node->site, flags);
    if (!alloc->lives)
        alloc->lives = node_new(process, thread, idx_of(process, node), node->site,
                                CPROF_NODE_ALLOC | CPROF_NODE_LIVES);
    return alloc->lives != 0;
}

/* A child of kind ALLOC.  What the tree's cap sends elsewhere it sends elsewhere here,
 * too; recursion there is none, since a leaf calls nothing. */
static uint32_t leaf_new(struct process *process, struct thread *thread, uint32_t parent,
                         uint32_t site)
{
    uint32_t flags = CPROF_NODE_ALLOC;

    if (node_of(process, parent)->flags & CPROF_NODE_OVERFLOW)
        flags |= CPROF_NODE_OVERFLOW;
    uint32_t child = node_new(process, thread, parent, site, flags);
    if (child)
        child_remember(thread, parent, site, child);
    return child;
}

static uint32_t leaf_of(struct process *process, struct thread *thread, uint32_t parent,
                        uint32_t site)
{
    struct child_table *table = __atomic_load_n(&thread->children, __ATOMIC_ACQUIRE);
    struct child_entry *entry = table ? child_entry_of(table, child_key(parent, site)) : NULL;

    if (entry && entry->key == child_key(parent, site))
        return entry->child;
    return leaf_new(process, thread, parent, site);
}

static NOINLINE struct cprof_node *node_look_up(struct process *process, struct heap_thread *self,
                                                struct cached_node *cached, uint32_t parent,
                                                uint32_t site, uint32_t flags)
{
    struct thread *thread = &process->threads[self->idx];
    uint32_t leaf = leaf_of(process, thread, parent, site);

    if (!leaf)
        return NULL;
    struct cprof_node *node = node_of(process, leaf);
    if (!node_complete(process, thread, node, flags))
        return NULL;
    cached->node = node;
    __atomic_store_n(&cached->key, child_key(parent, site), __ATOMIC_RELEASE);
    return node;
}

/* The node of the site below `parent` in the thread's own tree; NULL: no room. */
HOT struct cprof_node *allocation_node(struct process *process, struct heap_thread *self,
                                       uint32_t parent, uint32_t site, uint32_t flags)
{
    struct cached_node *cached = &self->cache[(parent + site) % NODE_CACHE];

    /* A handler may renew the entry between the two looks: the node is read first. */
    struct cprof_node *node = *(struct cprof_node *volatile *)&cached->node;
    if (LIKELY(*(volatile uint64_t *)&cached->key == child_key(parent, site) &&
               node == *(struct cprof_node *volatile *)&cached->node))
        return node;
    return node_look_up(process, self, cached, parent, site, flags);
}

/* ---- Threads --------------------------------------------------------------------- */

/* A thread's first event, or a forked child's.  NULL: it cannot be recorded. */
static NOINLINE struct heap_thread *heap_arrive(struct process *process, uint32_t site,
                                                struct cprof_node **standing)
{
    struct heap *heap = process->heap.heap;

    if (process->mode == CPROF_MODE_OFF || (!*alive_of(process) && !child_restart(process)))
        return NULL;
    if (!*standing) {
        struct thread *thread = thread_claim(process, site);
        if (!thread)
            return NULL;
        current_set(process, hot_of(process, thread->root));
        *standing = node_of(process, thread->root);
    }
    uint32_t idx = (*standing)->thread;
    if (heap->threads[idx])
        return heap->threads[idx];
    struct heap_thread *self =
        memory_map(NULL, (sizeof *self + 4095) & ~(size_t)4095, PROTECTION_READ | PROTECTION_WRITE,
                   MAPPING_PRIVATE | MAPPING_ANONYMOUS, -1, 0);
    if (!self)
        return NULL;
    SYSTEM_3(madvise, self, sizeof *self, ADVICE_WIPE_ON_FORK);
    self->idx = idx;
    __atomic_store_n(&heap->threads[idx], self, __ATOMIC_RELEASE);
    return self;
}

/* Who notes, and the node that the thread stands on.  NULL: nobody can. */
HOT struct heap_thread *heap_thread_here(struct process *process, uint32_t site,
                                         struct cprof_node **standing)
{
    *standing = node_at(process, current_get(process));
    struct heap_thread *self =
        LIKELY(*standing != NULL) ? process->heap.heap->threads[(*standing)->thread] : NULL;
    return LIKELY(self != NULL) ? self : heap_arrive(process, site, standing);
}

/* ---- The sizes ----------------------------------------------------------------------- */

/* A moment for the series.  When it is full, every second one goes, and from then on
 * half as many are taken. */
static NOINLINE void sample_add(struct process *process)
{
    struct heap *heap = process->heap.heap;
    struct cprof_heap *record = process->heap.record;

    if (record->sample_count == CPROF_HEAP_SAMPLES) {
        for (uint32_t idx = 0; idx < CPROF_HEAP_SAMPLES / 2; idx++) {
            struct cprof_heap_sample merged = record->samples[2 * idx + 1];
            if (record->samples[2 * idx].highest_bytes > merged.highest_bytes)
                merged.highest_bytes = record->samples[2 * idx].highest_bytes;
            record->samples[idx] = merged;
        }
        record->sample_count = CPROF_HEAP_SAMPLES / 2;
        heap->sample_step *= 2;
    }
    struct cprof_heap_sample *sample = &record->samples[record->sample_count];
    sample->sequence = record->sequence;
    sample->ticks = ticks_now(process);
    sample->live_bytes = record->live_bytes;
    sample->highest_bytes = heap->recent_highest;
    __atomic_store_n(&record->sample_count, record->sample_count + 1, __ATOMIC_RELEASE);
    heap->recent_highest = record->live_bytes;
    if (!heap->sample_step)
        heap->sample_step = 1;
    heap->next_sample = record->sequence + heap->sample_step;
}

/* Tells the heap of a change; its lock is held.  `highest` is the most by which it was
 * larger meanwhile. */
HOT void sizes_change(struct process *process, uint32_t place, uint32_t allocations, int64_t change,
                      int64_t highest)
{
    struct heap *heap = process->heap.heap;
    struct cprof_heap *record = process->heap.record;
    struct cprof_place *at = &process->heap.places[place];

    if (at->live_bytes + highest > at->peak_bytes)
        at->peak_bytes = at->live_bytes + highest;
    at->live_bytes += change;
    record->sequence += allocations;
    if (UNLIKELY(at->flags & CPROF_PLACE_APART))
        return;
    if (record->live_bytes + highest > heap->recent_highest) {
        heap->recent_highest = record->live_bytes + highest;
        if (heap->recent_highest > record->peak_bytes) {
            record->peak_bytes = heap->recent_highest;
            record->peak_sequence = record->sequence;
            record->peak_number++;
        }
    }
    record->live_bytes += change;
    if (UNLIKELY(record->sequence > heap->next_sample) && allocations)
        sample_add(process);
}

static void log_tell(struct process *process, struct heap_thread *self)
{
    for (uint32_t idx = 0; idx < self->log_count; idx++) {
        const struct log_entry *entry = &self->log[idx];
        sizes_change(process, entry->place, entry->allocations, entry->change, entry->highest);
    }
    self->log_count = 0;
    self->unsaid = 0;
}

/* An event of which the heap is not told now. */
static void log_add(struct heap_thread *self, uint32_t place, uint32_t allocations, int64_t change)
{
    struct log_entry *entry = self->log_count ? &self->log[self->log_count - 1] : NULL;

    if (!entry || entry->place != place) {
        entry = &self->log[self->log_count++];
        *entry = (struct log_entry){.place = place};
    }
    entry->allocations += allocations;
    entry->change += change;
    if (entry->change > entry->highest)
        entry->highest = entry->change;
    self->sequence += allocations;
    self->unsaid++;
}

/* Threads race, or have done so a moment ago. */
static NOINLINE uint64_t change_later(struct process *process, struct heap_thread *self,
                                      uint32_t place, uint32_t allocations, int64_t change)
{
    struct heap *heap = process->heap.heap;
    uint64_t number = self->peak_number;

    log_add(self, place, allocations, change);
    bool full = self->log_count == LOG_MAX || self->unsaid >= CPROF_HEAP_BATCH;
    if (!full && self->unsaid < self->batch)
        return number;
    if (!lock_try(&heap->lock)) {
        self->batch = self->batch < 8 ? 8 : 2 * self->batch;
        if (self->batch > CPROF_HEAP_BATCH)
            self->batch = CPROF_HEAP_BATCH;
        if (!full)
            return number;
        lock_take(&heap->lock);
    }
    log_tell(process, self);
    self->sequence = process->heap.record->sequence;
    self->peak_number = process->heap.record->peak_number;
    bool alone = heap->last_thread == self->idx;
    heap->last_thread = self->idx;
    lock_release(&heap->lock);
    if (alone)
        self->batch /= 2;
    else if (self->batch)
        self->batch -= 1 + self->batch / 16;
    return number;
}

/* The heap changes by so many bytes at a place.  Returns the number of the newest peak
 * before; self->sequence is the heap's afterwards. */
HOT uint64_t size_change(struct process *process, struct heap_thread *self, uint32_t place,
                         uint32_t allocations, int64_t change)
{
    struct heap *heap = process->heap.heap;

    if (UNLIKELY(self->batch > 1 || self->log_count) || UNLIKELY(!lock_try(&heap->lock)))
        return change_later(process, self, place, allocations, change);
    const struct cprof_heap *record = process->heap.record;
    uint64_t number = record->peak_number;
    sizes_change(process, place, allocations, change, change);
    self->sequence = record->sequence;
    lock_release(&heap->lock);
    self->peak_number = number;
    return number;
}

/* ---- A node's numbers --------------------------------------------------------------------- */

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

/* ---- Events ---------------------------------------------------------------------------------- */

HOT uint64_t size_of_block(struct heap *heap, struct block block)
{
    uint64_t size = block_small_size(block);
    return LIKELY(size != HUGE_SIZE) ? size : huge_take(heap, block.key >> BLOCK_BIRTH_LOW);
}

/* Where the thread notes what it frees of another's. */
static NOINLINE struct cprof_node *elsewhere_node(struct process *process, struct heap_thread *self,
                                                  const struct cprof_node *node)
{
    struct cprof_node *target =
        allocation_node(process, self, idx_of(process, node), node->site, 0);

    if (!target)
        lost_add(process);
    return target;
}

/* Bytes of a block are live no longer.  Returns the node that the thread notes it in,
 * or NULL. */
HOT struct cprof_node_alloc *bytes_released(struct process *process, struct heap_thread *self,
                                            struct block block, uint64_t bytes)
{
    struct cprof_node *node = node_of(process, block_node(block)), *target = node;

    if (UNLIKELY(node->thread != self->idx)) {
        target = elsewhere_node(process, self, node);
        if (!target)
            return NULL;
    }
    uint64_t number = size_change(process, self, node->u.alloc.place, 0, -(int64_t)bytes);
    peak_note(&target->u.alloc, number);
    target->u.alloc.freed_bytes += bytes;
    return &target->u.alloc;
}

/* The block's release is noted; it is no longer in the table. */
HOT void block_released(struct process *process, struct heap_thread *self, bool sampled,
                        struct block block, uintptr_t address, uint64_t size)
{
    struct weight weight = weight_of(sampled, size, block_birth(block));
    struct cprof_node_alloc *alloc = bytes_released(process, self, block, weight.bytes);

    if (UNLIKELY(!alloc))
        return;
    alloc->freed_count += weight.count;
    if (is_newest(process, self, sampled, address)) {
        alloc->temporary += weight.count;
        self->newest = 0;
    }
    uint64_t lifetime = (self->sequence - block_birth(block)) & (((uint64_t)1 << 33) - 1);
    lives_of(process, alloc)->lifetimes[lifetime_bucket(lifetime)] += weight.count;
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
static NOINLINE void block_replaced(struct process *process, struct heap_thread *self,
                                    struct block old, const struct cprof_node *node,
                                    uintptr_t address)
{
    struct cprof_heap *record = process->heap.record;
    struct cprof_node *inner = node_of(process, block_node(old));
    uint64_t size = size_of_block(process->heap.heap, old);
    struct weight weight = weight_of(is_sampling(process), size, block_birth(old));
    bool newest = self->newest == address;

    self->newest = 0;
    if (newest && inner->thread == self->idx && is_called_from(process, inner, node)) {
        peak_note(&inner->u.alloc,
                  size_change(process, self, inner->u.alloc.place, 0, -(int64_t)weight.bytes));
        inner->u.alloc.count -= weight.count;
        inner->u.alloc.bytes -= weight.bytes;
        return;
    }
    __atomic_fetch_add(&record->replaced_count, weight.count, __ATOMIC_RELAXED);
    __atomic_fetch_add(&record->replaced_bytes, weight.bytes, __ATOMIC_RELAXED);
    block_released(process, self, is_sampling(process), old, address, size);
}

/* The sequence number that the thread's next allocation has. */
HOT uint64_t birth_next(const struct process *process, const struct heap_thread *self)
{
    return (LIKELY(!self->log_count) ? process->heap.record->sequence : self->sequence) + 1;
}

static NOINLINE void block_untracked(struct process *process)
{
    trouble_add(process, CPROF_TROUBLE_HEAP);
    __atomic_fetch_add(&process->heap.record->untracked, 1, __ATOMIC_RELAXED);
}

HOT void event_allocated(struct process *process, struct heap_thread *self, bool sampled,
                         struct cprof_node *node, uintptr_t address, uint64_t size)
{
    uint64_t birth = birth_next(process, self);
    struct weight weight = weight_of(sampled, size, birth);
    struct cprof_node_alloc *alloc = &node->u.alloc;
    struct block replaced = {0, 0};

    if (UNLIKELY(!blocks_add(process->heap.heap, address,
                             block_of(address, idx_of(process, node), size, birth), &replaced)))
        block_untracked(process);
    if (UNLIKELY(replaced.key))
        block_replaced(process, self, replaced, node, address);
    else
        filter_change(process, sampled, address, 1);
    if (UNLIKELY(size >= HUGE_SIZE))
        huge_add(process->heap.heap, address, size);
    peak_note(alloc, size_change(process, self, alloc->place, (uint32_t)weight.count,
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
HOT struct block block_take(struct process *process, bool sampled, uintptr_t address)
{
    struct block found = blocks_take(process->heap.heap, address);

    if (LIKELY(found.key))
        filter_change(process, sampled, address, -1);
    else
        release_unknown(process);
    return found;
}

HOT void event_released(struct process *process, struct heap_thread *self, bool sampled,
                        uintptr_t address)
{
    struct block found = block_take(process, sampled, address);

    if (LIKELY(found.key))
        block_released(process, self, sampled, found, address,
                       size_of_block(process->heap.heap, found));
}

/* ---- One event at a time ------------------------------------------------------------------------
 */

static NOINLINE void event_run(struct process *process, struct heap_thread *self,
                               const struct deferred_event *event)
{
    bool sampled = is_sampling(process);

    if (event->node)
        event_allocated(process, self, sampled, event->node, event->address, event->size);
    else
        event_released(process, self, sampled, event->address);
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
        self->busy = 1;
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
        while (deferred_take(self, &event))
            event_run(process, self, &event);
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
        self->busy = 0;
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
    }
}

/* True: the event can be noted now.  Where too many wait, nobody will come back: a
 * handler has left the interrupted event by a jump. */
static NOINLINE bool event_defer(struct process *process, struct heap_thread *self,
                                 struct cprof_node *node, uintptr_t address, uint64_t size)
{
    uint64_t marks = *(volatile uint64_t *)&self->deferred_marks;

    while (marks >> 32 < DEFERRED_MAX) {
        self->deferred[marks >> 32] = (struct deferred_event){node, address, size};
        if (swap_own(&self->deferred_marks, &marks, marks + ((uint64_t)1 << 32)))
            return false;
    }
    deferred_run(process, self);
    return true;
}

HOT bool event_begin(struct process *process, struct heap_thread *self, struct cprof_node *node,
                     uintptr_t address, uint64_t size)
{
    if (UNLIKELY(self->busy) && !event_defer(process, self, node, address, size))
        return false;
    self->busy = 1;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    return true;
}

HOT void event_end(struct process *process, struct heap_thread *self)
{
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    self->busy = 0;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (UNLIKELY(self->deferred_marks != 0))
        deferred_run(process, self);
}

/* ---- Start and finish
 * ------------------------------------------------------------------------------ */

/* The parts that readers see, in a new file. */
static bool heap_restart(struct process *process)
{
    struct heap_parts *parts = parts_of(process);
    struct cprof_extent extent = {0, sizeof(struct cprof_heap), 0, sizeof(struct cprof_heap),
                                  CPROF_EXTENT_HEAP};

    if (!parts->heap)
        return true;
    parts->place_limit = 0;
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
static void heap_start(struct process *process)
{
    const int both = PROTECTION_READ | PROTECTION_WRITE;
    const int flags = MAPPING_PRIVATE | MAPPING_ANONYMOUS | MAPPING_NORESERVE;
    const size_t record = (sizeof(struct cprof_heap) + 4095) & ~(size_t)4095,
                 places = PLACE_MAX * sizeof(struct cprof_place),
                 own = (sizeof(struct heap) + 4095) & ~(size_t)4095;
    struct heap_parts *parts = parts_of(process);

    if (parts->mode == CPROF_HEAP_OFF || parts->heap)
        return;
    char *memory = memory_map(NULL, record + places + own, both, flags, -1, 0);
    if (!memory || SYSTEM_3(madvise, memory + record + places, own, ADVICE_WIPE_ON_FORK) != 0) {
        trouble_add(process, CPROF_TROUBLE_HEAP);
        return;
    }
    parts->record = (struct cprof_heap *)memory;
    parts->places = (struct cprof_place *)(memory + record);
    parts->heap = (struct heap *)(memory + record + places);
    bool samples = parts->mode == CPROF_HEAP_SAMPLED;
    parts->any[0] = 1;
    parts->filter = samples ? parts->heap->filter : parts->any;
    parts->filter_mask = samples ? FILTER_LEN - 1 : 0;
    if (!heap_restart(process))
        parts->heap = NULL;
}

/* Notes which of each node's live blocks is the oldest. */
static void oldest_note(struct process *process)
{
    struct heap *heap = process->heap.heap;

    for (uint32_t idx = 0; idx < SHARD_COUNT; idx++) {
        struct shard *shard = &heap->shards[idx];
        lock_take(&shard->lock);
        for (const struct block *at = shard->blocks; at && at < shard->last; at++) {
            if (!at->key)
                continue;
            const struct cprof_node *node = node_of(process, block_node(*at));
            struct cprof_node_lives *lives = lives_of(process, &node->u.alloc);
            uint64_t birth = block_birth(*at);
            if (!lives->oldest || birth < lives->oldest)
                lives->oldest = birth;
        }
        lock_release(&shard->lock);
    }
}

/* At the end: what the last thread has not told, and the ages of leaks. */
static void heap_finish(struct process *process)
{
    struct heap *heap = process->heap.heap;
    struct cprof_node *standing = node_at(process, current_get(process));
    struct heap_thread *self = heap && standing ? heap->threads[standing->thread] : NULL;

    if (!heap)
        return;
    lock_take(&heap->lock);
    if (self)
        log_tell(process, self);
    if (process->heap.record->sequence)
        sample_add(process);
    lock_release(&heap->lock);
    oldest_note(process);
}
