/* Threads: which tree a thread's calls go to.  A thread arrives with its first
 * cold call and never says goodbye; whoever arrives later with the same start
 * function asks the kernel whether the last owner still lives, and takes over.
 * So there is no destructor to register, and a thread's late calls (TLS
 * destructors) still find their tree.
 */

enum { CLAIM_CANDIDATES = 8 };

static bool owner_is_gone(const struct process *process, uint32_t owner)
{
    return owner == 0 || SYSTEM_3(tgkill, process->pid, owner, 0) == -ERROR_NO_SUCH_PROCESS;
}

static bool thread_take_over(struct process *process, struct thread *thread, uint32_t tid)
{
    uint32_t owner = __atomic_load_n(&thread->owner, __ATOMIC_ACQUIRE);

    return (owner == tid || owner_is_gone(process, owner)) &&
           __atomic_compare_exchange_n(&thread->owner, &owner, tid, false, __ATOMIC_ACQ_REL,
                                       __ATOMIC_RELAXED);
}

/* A tree whose owner is gone.  Looks at a few only, starting elsewhere each
 * time: with many living threads a full search would cost more than a tree. */
static struct thread *thread_find_free(struct process *process, uint32_t start_site, uint32_t tid)
{
    uint32_t count = process->thread_count < process->thread_limit ? process->thread_count
                                                                   : process->thread_limit;
    unsigned tried = 0;

    for (uint32_t step = 0; step < count && tried < CLAIM_CANDIDATES; step++) {
        struct thread *thread = &process->threads[(tid + step) % count];
        if (thread->start_site != start_site || !thread->root)
            continue;
        tried++;
        if (thread_take_over(process, thread, tid))
            return thread;
    }
    return NULL;
}

static struct thread *thread_new(struct process *process, uint32_t start_site, uint32_t tid)
{
    uint32_t idx = __atomic_fetch_add(&process->thread_count, 1, __ATOMIC_RELAXED);

    if (idx >= THREAD_MAX || !threads_grow(process, idx + 1)) {
        __atomic_fetch_sub(&process->thread_count, 1, __ATOMIC_RELAXED);
        return NULL;
    }
    struct thread *thread = &process->threads[idx];
    thread->owner = tid;
    thread->start_site = start_site;
    thread->root = node_new(process, thread, 0, 0, CPROF_NODE_ROOT);
    if (!thread->root)
        return NULL;
    struct cprof_thread *record = thread->record = &process->file_threads[idx];
    record->first_ticks = ticks_now(process);
    record->last_event = record->first_ticks;
    __atomic_store_n(&record->root, thread->root, __ATOMIC_RELEASE);
    return thread;
}

/* The tree of the calling thread, which stands on no node yet. */
static NOINLINE struct thread *thread_claim(struct process *process, uint32_t start_site)
{
    uint32_t tid = thread_id();
    struct thread *thread = thread_find_free(process, start_site, tid);
    if (!thread)
        thread = thread_new(process, start_site, tid);
    if (!thread)
        return NULL;
    struct cprof_thread *record = thread->record;
    record->tid = tid;
    record->owners++;
    thread->claims++;
    thread_timing_reset(process, thread);
    return thread;
}
