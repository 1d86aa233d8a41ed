/* The calling-context tree: what a call does when its slot does not lead to it.
 * Called from the thunks of thunk.c.  Everything here may be interrupted at any
 * instruction by a handler that does the same (law 5).
 */

/* ---- Nodes --------------------------------------------------------------- */

/* Takes the next node of the thread, from a chunk that only it uses.  0: the
 * address range is full. */
static uint32_t node_take(struct process *process, struct thread *thread)
{
    for (;;) {
        uint32_t next = __atomic_load_n(&thread->next, __ATOMIC_RELAXED);
        if (next % CHUNK_NODES != 0) {
            if (__atomic_compare_exchange_n(&thread->next, &next, next + 1, false, __ATOMIC_RELAXED,
                                            __ATOMIC_RELAXED))
                return next;
            continue;
        }
        uint32_t chunk = __atomic_fetch_add(&process->chunk_next, 1, __ATOMIC_RELAXED);
        if (chunk >= NODE_MAX / CHUNK_NODES || !nodes_grow(process, (chunk + 1) * CHUNK_NODES)) {
            __atomic_fetch_sub(&process->chunk_next, 1, __ATOMIC_RELAXED);
            return 0;
        }
        uint32_t first = chunk * CHUNK_NODES;
        /* A handler that took a chunk meanwhile keeps its own going; of ours
         * only the first node is used then. */
        __atomic_compare_exchange_n(&thread->next, &next, first + 1, false, __ATOMIC_RELAXED,
                                    __ATOMIC_RELAXED);
        return first;
    }
}

static uint32_t node_new(struct process *process, struct thread *thread, uint32_t parent,
                         uint32_t site, uint32_t flags)
{
    uint32_t idx = node_take(process, thread);

    if (!idx)
        return 0;
    struct cprof_node *node = node_of(process, idx);
    node->parent = parent;
    node->site = site;
    node->thread = (uint32_t)(thread - process->threads);
    node_arm(process, node);
    if ((process->mode == CPROF_MODE_EXACT || process->mode == CPROF_MODE_ADAPTIVE) &&
        !(flags & CPROF_NODE_ALLOC))
        flags |= CPROF_NODE_TIMED;
    __atomic_store_n(&node->flags, flags | CPROF_NODE_USED, __ATOMIC_RELEASE);
    return idx;
}

/* ---- The thread's table of children --------------------------------------
 * A handler may add to the table while it is being read or grown; an entry that
 * gets lost that way costs a second node for the same context, which readers
 * merge.  Old tables stay mapped, because somebody may be interrupted in one. */

static uint64_t child_key(uint32_t parent, uint32_t site)
{
    return (uint64_t)parent << 32 | site;
}

static uint64_t key_hash(uint64_t key)
{
    key *= 0x9e3779b97f4a7c15u;
    return key ^ key >> 29;
}

static struct child_entry *child_entry_of(struct child_table *table, uint64_t key)
{
    uint64_t idx = key_hash(key);

    for (uint64_t probes = 0; probes <= table->mask; probes++, idx++) {
        struct child_entry *entry = &table->entries[idx & table->mask];
        uint64_t found = __atomic_load_n(&entry->key, __ATOMIC_RELAXED);
        if (found == key || found == 0)
            return entry;
    }
    return NULL;
}

static struct child_table *child_table_new(uint64_t size)
{
    size_t len = sizeof(struct child_table) + size * sizeof(struct child_entry);
    struct child_table *table = memory_map(NULL, len, PROTECTION_READ | PROTECTION_WRITE,
                                           MAPPING_PRIVATE | MAPPING_ANONYMOUS, -1, 0);
    if (table)
        table->mask = size - 1;
    return table;
}

static void child_entry_set(struct child_entry *entry, uint64_t key, uint32_t child)
{
    entry->child = child;
    __atomic_store_n(&entry->key, key, __ATOMIC_RELEASE);
}

static NOINLINE void child_table_grow(struct thread *thread)
{
    struct child_table *old = thread->children;
    struct child_table *table = child_table_new(old ? 4 * (old->mask + 1) : 128);

    if (!table)
        return;
    for (uint64_t idx = 0; old && idx <= old->mask; idx++)
        if (old->entries[idx].key)
            child_entry_set(child_entry_of(table, old->entries[idx].key), old->entries[idx].key,
                            old->entries[idx].child);
    __atomic_store_n(&thread->children, table, __ATOMIC_RELEASE);
}

static void child_remember(struct thread *thread, uint32_t parent, uint32_t site, uint32_t child)
{
    if (!thread->children || 2 * thread->children_used >= thread->children->mask)
        child_table_grow(thread);
    struct child_table *table = thread->children;
    if (!table)
        return;
    struct child_entry *entry = child_entry_of(table, child_key(parent, site));
    if (entry) {
        child_entry_set(entry, child_key(parent, site), child);
        thread->children_used++;
    }
}

/* ---- Recursion and the cap ------------------------------------------------ */

static bool is_on_path(const struct process *process, uint32_t node, uint32_t site)
{
    for (; node; node = node_of(process, node)->parent)
        if (node_of(process, node)->site == site)
            return true;
    return false;
}

/* A call to a function that is on the path goes to a node marked recursive.  It
 * may go back to one further up, but only across recursive nodes: what lies
 * above them keeps its own times (DESIGN.md: folding into an ancestor gives
 * wrong self times for every cycle longer than one). */
static uint32_t recursive_fold(const struct process *process, uint32_t node, uint32_t site)
{
    for (; node && node_of(process, node)->flags & CPROF_NODE_RECURSIVE;
         node = node_of(process, node)->parent)
        if (node_of(process, node)->site == site)
            return node;
    return 0;
}

/* Beyond the cap a call is counted in its function, under one node a thread. */
static uint32_t overflow_of(struct process *process, struct thread *thread)
{
    if (!thread->overflow) {
        thread->overflow = node_new(process, thread, thread->root, 0, CPROF_NODE_OVERFLOW);
        trouble_add(process, CPROF_TROUBLE_CONTEXT_CAP);
    }
    return thread->overflow;
}

static NOINLINE uint32_t child_new(struct process *process, struct thread *thread, uint32_t parent,
                                   uint32_t site)
{
    uint32_t flags = 0, child = 0;

    if (UNLIKELY(process->chunk_next * CHUNK_NODES >= process->context_cap) &&
        !(node_of(process, parent)->flags & CPROF_NODE_OVERFLOW)) {
        uint32_t overflow = overflow_of(process, thread);
        return overflow ? child_of(process, thread, overflow, site) : 0;
    }
    if (node_of(process, parent)->flags & CPROF_NODE_OVERFLOW) {
        if (parent != thread->overflow) /* flat below the cap */
            return child_of(process, thread, thread->overflow, site);
        flags = CPROF_NODE_OVERFLOW;
    } else if (is_on_path(process, parent, site)) {
        flags = CPROF_NODE_RECURSIVE;
        child = recursive_fold(process, parent, site);
    }
    if (!child)
        child = node_new(process, thread, parent, site, flags);
    if (child)
        child_remember(thread, parent, site, child);
    return child;
}

/* What the table holds; 0: nothing. */
static uint32_t child_known(const struct thread *thread, uint32_t parent, uint32_t site)
{
    struct child_table *table = __atomic_load_n(&thread->children, __ATOMIC_ACQUIRE);

    if (UNLIKELY(!table))
        return 0;
    uint64_t key = child_key(parent, site);
    struct child_entry *entry = child_entry_of(table, key);
    return entry && entry->key == key ? entry->child : 0;
}

static uint32_t child_of(struct process *process, struct thread *thread, uint32_t parent,
                         uint32_t site)
{
    uint32_t child = child_known(thread, parent, site);

    return LIKELY(child) ? child : child_new(process, thread, parent, site);
}

/* ---- Entry by the cold path ------------------------------------------------ */

/* One store makes the next call from here take the hot path, one more lets the
 * thunk find the child again after another callee has taken the slot. */
static void slot_fill(const struct cprof_site *site, const struct cprof_node *parent,
                      const struct cprof_node *child, uint32_t id)
{
    uintptr_t from = hot_at(parent), to = hot_at(child);
    uint64_t slot = (uint64_t)(uint32_t)(int32_t)(intptr_t)(to - from) << 32 | id;

    __atomic_store_n((uint64_t *)(from + (uintptr_t)(intptr_t)site->slot), slot, __ATOMIC_RELEASE);
    __atomic_store_n((uint64_t *)(from + (uintptr_t)(intptr_t)site->spare_slot), slot,
                     __ATOMIC_RELEASE);
}

/* Nothing will be recorded for this call: its exit comes back here, tagged and
 * with no node, and restores nothing. */
static void enter_lost(uintptr_t *caller)
{
    *caller = CPROF_TAG_TIMED;
}

HIDDEN void cprof_enter_cold(const struct cprof_site *site, uintptr_t *caller);
HIDDEN void cprof_enter_cold(const struct cprof_site *site, uintptr_t *caller)
{
    struct process *process = __cprof_process;

    if (UNLIKELY(!process)) {
        enter_lost(caller);
        return;
    }
    if (UNLIKELY(*caller == EMPTY_STRETCH)) {
        caller[1] = ticks_at_end(process);
        return;
    }
    uint64_t arrived = is_twin(process, *caller) ? ticks_at_end(process) : 0;
    if (UNLIKELY(process->mode == CPROF_MODE_OFF)) {
        *caller = hot_of(process, OFF_NODE);
        current_set(process, *caller);
        return;
    }
    if (UNLIKELY(!is_alive(process)) && !child_restart(process)) {
        enter_lost(caller);
        return;
    }
    uint32_t id = site_id(site);
    if (UNLIKELY(id == CPROF_SITE_PAUSED)) /* the frame restores what it found */
        return;
    struct cprof_node *parent = node_at(process, *caller);
    if (UNLIKELY(!parent) && id != CPROF_SITE_UNREGISTERED) {
        struct thread *arrived = thread_claim(process, id);
        parent = arrived ? node_of(process, arrived->root) : NULL;
    }
    /* A frame keeps no twin: what is to be stood on again after a sampled call's
     * callee is noted with its begin. */
    uintptr_t stood_on = *caller;
    *caller = parent ? hot_at(parent) : 0;
    uint32_t child = 0;
    struct thread *thread = parent ? thread_of(process, parent) : NULL;
    if (LIKELY(parent && id != CPROF_SITE_UNREGISTERED))
        child = child_of(process, thread, idx_of(process, parent), id);
    if (UNLIKELY(!child)) {
        lost_add(process);
        enter_lost(caller);
        return;
    }
    if (UNLIKELY(arrived))
        probe_arrive(process, thread, stood_on, arrived, thread->empty_by_enter);
    else
        spot_forget(thread); /* whatever was being measured, a jump left it */
    if (!thread->spot)
        stood_on = *caller; /* the stretch after a sampled call: it is over */
    if (LIKELY(site->slot != CPROF_SLOT_NONE))
        slot_fill(site, parent, node_of(process, child), id);
    call_count(process, thread, node_of(process, child), caller, stood_on);
}

/* What does not stand on its node stays where its caller stands, unless its exit
 * comes back here. */
static void leaf_step_back(const struct process *process, const uintptr_t *caller)
{
    if (!(*caller & CPROF_TAG_TIMED))
        current_set(process, *caller);
}

HIDDEN void cprof_enter_leaf_cold(const struct cprof_site *site, uintptr_t *caller);
HIDDEN void cprof_enter_leaf_cold(const struct cprof_site *site, uintptr_t *caller)
{
    cprof_enter_cold(site, caller);
    if (__cprof_process)
        leaf_step_back(__cprof_process, caller);
}

/* Where no slot says which child a leaf's call has just gone to: a handler has
 * renewed it since, or the program is switched off. */
static NOINLINE struct cprof_node *leaf_find(struct process *process, const struct cprof_site *site,
                                             uintptr_t *caller)
{
    struct cprof_node *parent = process ? node_at(process, *caller) : NULL;
    uint32_t child = 0;

    if (!parent || process->mode == CPROF_MODE_OFF)
        begin_off(process, caller);
    else
        child =
            child_of(process, thread_of(process, parent), idx_of(process, parent), site_id(site));
    return child ? node_of(process, child) : NULL;
}

/* A leaf's countdown ran out.  The thread does not stand on it, timed or not, but for
 * its twin in a sampled call. */
HIDDEN void cprof_begin_leaf_cold(const struct cprof_site *site, uintptr_t *caller);
HIDDEN void cprof_begin_leaf_cold(const struct cprof_site *site, uintptr_t *caller)
{
    struct process *process = __cprof_process;
    uint64_t slot = *(volatile uint64_t *)(*caller + (uintptr_t)(intptr_t)site->slot);
    struct cprof_node *child = (struct cprof_node *)(*caller - CPROF_HOT_BIAS + CPROF_ZONE +
                                                     (uintptr_t)(intptr_t)(int32_t)(slot >> 32));

    if (UNLIKELY((uint32_t)slot != site_id(site) || !slot))
        child = leaf_find(process, site, caller);
    if (UNLIKELY(!child))
        return;
    struct thread *thread = thread_of(process, child);
    if (UNLIKELY(thread->spot != NULL)) /* a call by the hot path: a jump left it */
        spot_forget(thread);
    call_begin(process, thread, child, caller, *caller);
}

/* Back by a jump: the frame's own node again, in no matter which tree the
 * thread stands now, and in a pause, too: it may end before the frame does. */
HIDDEN void cprof_return_cold(const struct cprof_site *site, uintptr_t *caller);
HIDDEN void cprof_return_cold(const struct cprof_site *site, uintptr_t *caller)
{
    struct process *process = __cprof_process;
    struct cprof_node *parent = process ? node_at(process, *caller) : NULL;

    if (!parent || process->mode == CPROF_MODE_OFF)
        return;
    if (!is_alive(process) && !child_restart(process))
        return;
    struct thread *thread = thread_of(process, parent);
    uint64_t now = timing_arrive(process, thread);
    uint32_t id = site_id(site);
    if (UNLIKELY(id == CPROF_SITE_PAUSED))
        id = site_number(site);
    uint32_t child = child_of(process, thread, idx_of(process, parent), id);
    if (!child)
        return;
    current_set(process, hot_of(process, child));
    timing_return(process, thread, parent, caller, now);
}
