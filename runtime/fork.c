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
        if (process->mode == CPROF_MODE_ADAPTIVE && !(shapes[idx].flags & CPROF_NODE_TIMED))
            node_rearm(node, INTERVAL_FIRST);
        node->flags = shapes[idx].flags;
    }
}

/* Module extents are copied as they are from the parent's file. */
static void modules_copy(struct process *process, const struct cprof_extent *old, uint32_t count,
                         const char *old_path)
{
    long source = file_open(old_path, OPEN_READ | OPEN_NO_FOLLOW, 0);

    for (uint32_t idx = 0; source >= 0 && idx < count; idx++) {
        uint64_t offset;
        long file;
        if (old[idx].type != CPROF_EXTENT_MODULE ||
            !file_append(process, CPROF_EXTENT_MODULE, 0, old[idx].first, old[idx].length, &file,
                         &offset))
            continue;
        uint64_t from = old[idx].offset;
        enum { SEEK_TO_SET = 0 };
        SYSTEM_3(lseek, file, offset, SEEK_TO_SET);
        uint64_t len = old[idx].length;
        while (len) {
            long sent = SYSTEM_4(sendfile, file, source, &from, len);
            if (sent <= 0)
                break;
            len -= (uint64_t)sent;
        }
        file_close(file);
    }
    if (source >= 0)
        file_close(source);
}

static void threads_release(struct process *process)
{
    uint32_t count = process->thread_count;

    for (uint32_t idx = 0; idx < count && idx < process->thread_limit; idx++) {
        struct cprof_thread *record = &process->file_threads[idx];
        process->threads[idx].owner = 0;
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

static bool child_file(struct process *process)
{
    const size_t shapes_len = (size_t)process->node_limit * sizeof(struct shape);
    const size_t contents_len = CPROF_EXTENT_MAX * sizeof(struct cprof_extent);
    const int both = PROTECTION_READ | PROTECTION_WRITE;
    char *scratch = memory_map(NULL, shapes_len + contents_len + PATH_MAX_LEN + CPROF_TOC_OFFSET,
                               both, MAPPING_PRIVATE | MAPPING_ANONYMOUS, -1, 0);

    if (!scratch)
        return false;
    struct shape *shapes = (struct shape *)scratch;
    struct cprof_extent *contents = (struct cprof_extent *)(scratch + shapes_len);
    char *old_path = scratch + shapes_len + contents_len;
    struct cprof_header *header = (struct cprof_header *)(old_path + PATH_MAX_LEN);
    uint32_t nodes = process->node_limit, threads = process->thread_limit;

    shapes_save(process, shapes, nodes);
    bytes_copy(contents, process->contents, contents_len);
    bytes_copy(header, process->header, sizeof *header);
    path_set(old_path, process->file_path);

    process->header = memory_map(process->header, CPROF_DATA_OFFSET, both,
                                 MAPPING_PRIVATE | MAPPING_ANONYMOUS | MAPPING_FIXED, -1, 0);
    process->pid = (uint32_t)SYSTEM_0(getpid);
    process->generation++;
    process->node_limit = process->thread_limit = 0;
    process->extent_next = 0;
    process->growing = 0;
    process->header->first = moment_now(process);
    header_fill(process);
    bytes_copy(process->header->build_id, header->build_id, sizeof header->build_id);
    process->header->build_id_len = header->build_id_len;
    bytes_copy(process->header->arguments, header->arguments, sizeof header->arguments);
    process->header->arguments_len = header->arguments_len;
    process->header->generation = process->generation;
    process->header->last = process->header->first;

    bool ok = file_create(process) && threads_grow(process, threads) && nodes_grow(process, nodes);
    if (ok) {
        modules_copy(process, contents, CPROF_EXTENT_MAX, old_path);
        shapes_restore(process, shapes, nodes);
    }
    SYSTEM_2(munmap, scratch, shapes_len + contents_len + PATH_MAX_LEN + CPROF_TOC_OFFSET);
    return ok;
}

/* True: recording can go on.  Between 0 (wiped) and 1 (alive) stands 2: being
 * made, by this thread or a handler on top of it, or impossible. */
static NOINLINE bool child_restart(struct process *process)
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
