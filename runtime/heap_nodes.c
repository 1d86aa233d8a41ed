/* Who allocates: sites' places, the nodes of sites in their calling contexts, and what
 * each thread has of its own for the heap.  A place is a site in all contexts, of which
 * the live bytes and the peak are known.  Must not know blocks.  Called by heap_events.c
 * and allocation.c.
 */

static struct heap_parts *parts_of(struct process *process)
{
    return &process->heap;
}

/* ---- Places ------------------------------------------------------------ */

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

/* ---- Nodes ------------------------------------------------------------- */

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

/* By distances instead of numbers, which take a division each; never 0. */
HOT uint64_t cache_key(const struct process *process, const struct cprof_node *parent,
                       uint32_t site)
{
    return ((uint64_t)parent - process->base) << 32 | site;
}

HOT struct cached_leaf *cache_entry(struct heap_thread *self, uint64_t key)
{
    struct cached_leaf *entry = &self->cache[((key >> 39) + key) % NODE_CACHE];

    KEPT(entry);
    return entry;
}

static NOINLINE struct cprof_node *leaf_look_up(struct process *process, struct heap_thread *self,
                                                const struct cprof_node *parent, uint32_t site,
                                                uint32_t flags)
{
    struct thread *thread = &process->threads[self->idx];
    uint32_t idx = leaf_of(process, thread, idx_of(process, parent), site);
    struct cprof_node *leaf = node_of(process, idx);

    if (!idx || !node_complete(process, thread, leaf, flags))
        return NULL;
    uint64_t key = cache_key(process, parent, site);
    struct cached_leaf *cached = cache_entry(self, key);
    *(volatile uint64_t *)&cached->key = 0;
    cached->leaf = leaf;
    __atomic_store_n(&cached->key, key, __ATOMIC_RELEASE);
    if (*(struct cprof_node *volatile *)&cached->leaf != leaf) /* a handler's came in between */
        *(volatile uint64_t *)&cached->key = 0;
    return leaf;
}

/* The one that the thread has found before, or NULL. */
HOT struct cprof_node *leaf_known(struct heap_thread *self, uint64_t key)
{
    struct cached_leaf *cached = cache_entry(self, key);

    if (UNLIKELY(*(volatile uint64_t *)&cached->key != key))
        return NULL;
    struct cprof_node *leaf = *(struct cprof_node *volatile *)&cached->leaf;
    if (UNLIKELY(*(volatile uint64_t *)&cached->key != key)) /* a handler has renewed it */
        return NULL;
    KNOWN(leaf != NULL);
    return leaf;
}

/* The leaf of the site below `parent` in the thread's own tree. */
HOT struct cprof_node *allocation_leaf(struct process *process, struct heap_thread *self,
                                       const struct cprof_node *parent, uint32_t site,
                                       uint32_t flags)
{
    struct cprof_node *leaf = leaf_known(self, cache_key(process, parent, site));

    return LIKELY(leaf != NULL) ? leaf : leaf_look_up(process, self, parent, site, flags);
}

/* ---- Threads ----------------------------------------------------------- */

static struct heap_thread *heap_thread_new(struct process *process, uint32_t idx)
{
    struct heap *heap = process->heap.heap;
    struct heap_thread *self =
        memory_map(NULL, (sizeof *self + 4095) & ~(size_t)4095, PROTECTION_READ | PROTECTION_WRITE,
                   MAPPING_PRIVATE | MAPPING_ANONYMOUS, -1, 0);

    if (!self)
        return NULL;
    if (SYSTEM_3(madvise, self, sizeof *self, ADVICE_WIPE_ON_FORK) != 0) {
        SYSTEM_2(munmap, self, (sizeof *self + 4095) & ~(size_t)4095);
        return NULL;
    }
    self->idx = idx;
    self->random = ((uint64_t)idx << 32 | process->pid) * 0x9e3779b97f4a7c15u | 1;
    self->is_ready = 1;
    if (__atomic_exchange_n(&heap->any_thread, true, __ATOMIC_SEQ_CST))
        process->heap.single = ""; /* libc may not know of it */
    __atomic_store_n(&heap->threads[idx], self, __ATOMIC_RELEASE);
    return self;
}

/* The tree that the thread stands in, unless it goes on with what another one has begun
 * (swapcontext): its own, then, since two threads in one's lists would harm them. */
static uint32_t own_tree(struct process *process, uint32_t standing, uint32_t site)
{
    uint32_t tid = thread_id();

    if (process->threads[standing].owner == tid)
        return standing;
    for (uint32_t idx = 0; idx < process->thread_count && idx < process->thread_limit; idx++)
        if (process->threads[idx].owner == tid)
            return idx;
    struct thread *thread = thread_claim(process, site);
    return thread ? (uint32_t)(thread - process->threads) : standing;
}

/* A thread's first event, or a forked child's.  NULL: it cannot be recorded. */
static NOINLINE struct heap_thread *heap_arrive(struct process *process, uint32_t site,
                                                struct cprof_node **standing)
{
    struct heap *heap = process->heap.heap;

    if (process->mode == CPROF_MODE_OFF || (!is_alive(process) && !child_restart(process)))
        return NULL;
    if (!*standing) {
        struct thread *thread = thread_claim(process, site);
        if (!thread)
            return NULL;
        current_set(process, hot_of(process, thread->root));
        *standing = node_of(process, thread->root);
    }
    uint32_t idx = own_tree(process, (*standing)->thread, site);
    struct heap_thread *self = heap->threads[idx];
    if (!self)
        self = heap_thread_new(process, idx);
    if (self)
        thread_word_set(process->heap.self_offset, (uintptr_t)self);
    return self;
}

/* Who notes.  NULL: nobody can. */
HOT struct heap_thread *heap_thread_here(struct process *process, uint32_t site)
{
    struct heap_thread *self = heap_self(&process->heap);
    struct cprof_node *standing;

    if (LIKELY(self->is_ready))
        return self;
    standing = node_at(process, current_get(process));
    return heap_arrive(process, site, &standing);
}

/* And the node that the thread stands on. */
HOT struct heap_thread *heap_thread_at(struct process *process, uint32_t site,
                                       struct cprof_node **standing)
{
    struct heap_thread *self = heap_self(&process->heap);

    *standing = node_at(process, current_get(process));
    if (LIKELY(self->is_ready) && LIKELY(*standing != NULL))
        return self;
    return heap_arrive(process, site, standing);
}
