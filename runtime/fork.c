/* A forked child's profile.  The kernel has wiped the hot parts, so the child's
 * first call, or the end of a timed one, comes here: a new file goes under the
 * same addresses, because frames hold node addresses, with the tree's shape kept
 * and every number zero.  A child that calls nothing before exec makes no file.
 * Children of a raw clone are treated alike.
 */

/* The shape of the nodes that the child may meet: those made before the fork,
 * which its private tables know.  What the parent adds meanwhile is not copied. */
struct shape {
    uint32_t parent, site, thread, flags;
};

static void shapes_save(const struct process *process, struct shape *shapes, uint32_t count)
{
    for (uint32_t idx = 0; idx < count; idx++) {
        const struct cprof_node *node = node_of(process, idx);
        shapes[idx] = (struct shape){node->parent, node->site, node->thread, node->flags};
    }
}

static void shapes_restore(struct process *process, const struct shape *shapes, uint32_t count)
{
    for (uint32_t idx = 0; idx < count; idx++) {
        struct cprof_node *node = node_of(process, idx);
        if (!(shapes[idx].flags & CPROF_NODE_USED))
            continue;
        node->parent = shapes[idx].parent;
        node->site = shapes[idx].site;
        node->thread = shapes[idx].thread;
        node_arm(process, node);
        if (shapes[idx].flags & CPROF_NODE_TALLIED) /* its interval is partly the parent's */
            node->left = 0, node->armed = 0;
        else if (process->mode == CPROF_MODE_ADAPTIVE && !(shapes[idx].flags & CPROF_NODE_TIMED))
            node_rearm(node, INTERVAL_FIRST);
        node->flags = shapes[idx].flags;
    }
}

/* Module extents are copied as they are: `window` still shows the parent's file. */
static void modules_copy(struct process *process, const struct cprof_extent *old,
                         const char *window, uint64_t window_len)
{
    for (uint32_t idx = 0; idx < CPROF_EXTENT_MAX; idx++) {
        struct cprof_extent extent = old[idx];
        if (extent.type != CPROF_EXTENT_MODULE || extent.offset + extent.length > window_len ||
            !extent_allocate(process, &extent))
            continue;
        char *place = storage_map(process, extent.offset, NULL, extent.length);
        if (!place)
            continue;
        bytes_copy(place, window + old[idx].offset, extent.length);
        extent_publish(process, &extent);
        storage_unmap(process, place, extent.length);
    }
}

static void threads_release(struct process *process)
{
    uint32_t count = process->thread_count;

    for (uint32_t idx = 0; idx < count && idx < process->thread_limit; idx++) {
        struct cprof_thread *record = &process->file_threads[idx];
        process->threads[idx].owner = 0;
        process->threads[idx].duration_next = 0;
        process->threads[idx].overhead_x16 = 0;
        record->first_ticks = record->last_event = ticks_now(process);
        __atomic_store_n(&record->root, process->threads[idx].root, __ATOMIC_RELEASE);
    }
}

/* The calling thread is the only one; its frames stay timed as they were. */
static void caller_adopt(struct process *process)
{
    struct cprof_node *standing = node_at(process, current_get(process));
    struct thread *thread = standing ? thread_of(process, standing) : NULL;

    if (!thread)
        return;
    uint32_t idx = (uint32_t)(thread - process->threads);
    thread->owner = thread_id();
    process->file_threads[idx].tid = thread->owner;
    process->file_threads[idx].owners = 1;
    thread->spot = NULL;
    thread->last_event = ticks_now(process);
    thread->cpu_ticks = thread->last_event;
    thread->cpu_ns = clock_ns(CLOCK_OF_THREAD_CPU);
}

/* What the child still needs of the parent's profile while it makes its own. */
struct inheritance {
    struct cprof_header header;
    struct cprof_extent contents[CPROF_EXTENT_MAX];
    char *window; /* the parent's file */
    uint64_t window_len;
    uint32_t nodes, threads;
    struct shape shapes[];
};

static struct inheritance *inheritance_take(struct process *process, size_t *len)
{
    *len = sizeof(struct inheritance) + (size_t)process->node_limit * sizeof(struct shape);
    struct inheritance *old = memory_map(NULL, *len, PROTECTION_READ | PROTECTION_WRITE,
                                         MAPPING_PRIVATE | MAPPING_ANONYMOUS, -1, 0);
    if (!old)
        return NULL;
    old->header = *process->header;
    bytes_copy(old->contents, process->contents, sizeof old->contents);
    old->nodes = process->node_limit;
    old->threads = process->thread_limit;
    old->window = process->window;
    old->window_len = process->window_len;
    if (!old->window) {
        old->window_len = old->header.file_length;
        old->window = storage_map(process, 0, NULL, old->window_len);
    }
    shapes_save(process, old->shapes, old->nodes);
    return old;
}

/* A header of the child's own, in plain memory until file_create. */
static bool header_renew(struct process *process, const struct cprof_header *old)
{
    if (!memory_map(process->header, CPROF_DATA_OFFSET, PROTECTION_READ | PROTECTION_WRITE,
                    MAPPING_PRIVATE | MAPPING_ANONYMOUS | MAPPING_FIXED, -1, 0))
        return false;
    struct cprof_header *header = process->header;
    header->first = moment_now(process);
    header_fill(process);
    bytes_copy(header->build_id, old->build_id, sizeof header->build_id);
    header->build_id_len = old->build_id_len;
    bytes_copy(header->arguments, old->arguments, sizeof header->arguments);
    header->arguments_len = old->arguments_len;
    header->stretch_cost_x16 = old->stretch_cost_x16;
    header->event_cost_x16 = old->event_cost_x16;
    header->hook_cost_x256 = old->hook_cost_x256;
    header->generation = ++process->generation;
    header->last = header->first;
    return true;
}

static bool child_file(struct process *process)
{
    size_t len;
    struct inheritance *old = inheritance_take(process, &len);

    if (!old || !header_renew(process, &old->header))
        return false;
    process->window = NULL;
    process->node_limit = process->thread_limit = process->duration_limit = 0;
    process->duration_chunk = 1;
    process->extent_next = 0;
    process->growing = 0;
    bool ok = file_create(process) && threads_grow(process, old->threads) &&
              nodes_grow(process, old->nodes) && heap_restart(process);
    if (ok) {
        if (old->window)
            modules_copy(process, old->contents, old->window, old->window_len);
        shapes_restore(process, old->shapes, old->nodes);
        kernel_samples_delay(process);
    }
    if (old->window)
        SYSTEM_2(munmap, old->window, old->window_len);
    SYSTEM_2(munmap, old, len);
    return ok;
}

/* True: recording can go on.  Between 0 (wiped) and 1 (alive) stands 2: being
 * made, by this thread or a handler on top of it, or impossible. */
static SELDOM bool child_restart(struct process *process)
{
    uint32_t wiped = 0;
    volatile uint32_t *alive = alive_of(process);

    if (!__atomic_compare_exchange_n(alive, &wiped, 2, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
        return wiped == 1;
    if (process->mode == CPROF_MODE_OFF)
        return false;
    uint64_t signals = signals_block();
    bool ok = child_file(process);
    if (ok) {
        threads_release(process);
        caller_adopt(process);
        __atomic_store_n(alive, 1, __ATOMIC_RELEASE);
    }
    signals_restore(signals);
    return ok;
}
