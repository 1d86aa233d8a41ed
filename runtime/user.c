/* What a profiled program says itself, by way of include/cprof/user.h: blocks,
 * counters, and control of its own recording.  Called by the program, with ordinary
 * C calls, from any thread; part of runtime.c and under its laws.
 *
 * A block is a call without a function: entered by the cold path each time, since
 * its place in the source has no hook to look at a slot.
 */

/* ---- Blocks --------------------------------------------------------------- */

HIDDEN uintptr_t __cprof_scope_begin(uintptr_t *caller, const struct cprof_site *site);
HIDDEN uintptr_t __cprof_scope_begin(uintptr_t *caller, const struct cprof_site *site)
{
    struct process *process = __cprof_process;

    *caller = process ? current_get(process) : 0;
    cprof_enter_cold(site, caller);
    struct cprof_node *node = process ? node_at(process, current_get(process)) : NULL;
    if (node && node->site == site_id(site) && !(node->flags & CPROF_NODE_SCOPE))
        __atomic_fetch_or(&node->flags, CPROF_NODE_SCOPE, __ATOMIC_RELAXED);
    return *caller;
}

HIDDEN void __cprof_scope_end(uintptr_t *caller);
HIDDEN void __cprof_scope_end(uintptr_t *caller)
{
    struct process *process = __cprof_process;

    if (*caller & CPROF_TAG_TIMED)
        cprof_end_cold(caller);
    else if (process && *caller)
        current_set(process, *caller);
}

/* ---- Counters ------------------------------------------------------------- */

/* The node that the calling thread is in, or its root; NULL: nothing is recorded. */
static struct cprof_node *standing_node(struct process *process, uint32_t id)
{
    if (!process || process->mode == CPROF_MODE_OFF || id == CPROF_SITE_UNREGISTERED ||
        id == CPROF_SITE_PAUSED || (!is_alive(process) && !child_restart(process)))
        return NULL;
    struct cprof_node *node = node_at(process, current_get(process));
    if (node)
        return node;
    struct thread *thread = thread_claim(process, id);
    return thread ? node_of(process, thread->root) : NULL;
}

HIDDEN void __cprof_count(const struct cprof_site *site, int64_t amount);
HIDDEN void __cprof_count(const struct cprof_site *site, int64_t amount)
{
    struct process *process = __cprof_process;
    uint32_t id = site_id(site);
    struct cprof_node *parent = standing_node(process, id);

    if (!parent)
        return;
    uint32_t child = child_of(process, thread_of(process, parent), idx_of(process, parent), id);
    if (!child)
        return;
    struct cprof_node *node = node_of(process, child);
    if (!(node->flags & CPROF_NODE_COUNTER))
        __atomic_fetch_or(&node->flags, CPROF_NODE_COUNTER, __ATOMIC_RELAXED);
    /* One instruction each, so that a handler that counts here loses nothing. */
    __asm__ volatile("addq %1, %0" : "+m"(node->u.counter.sum) : "r"(amount) : "cc");
    __asm__ volatile("subl $1, %0" : "+m"(node->left) : : "cc");
    if (node->left < INT32_MIN / 2)
        node_rearm(node, 0);
}

/* ---- Now ------------------------------------------------------------------ */

/* Brings what readers see up to this moment, of the calling thread. */
static void thread_flush(struct process *process)
{
    struct cprof_node *standing = node_at(process, current_get(process));

    if (standing && !is_counting(process) && !process->paused) {
        struct thread *thread = thread_of(process, standing);
        charge(process, thread, ticks_now(process));
        thread_record(process, thread);
    }
    kernel_samples_drain(process, true);
    process->header->last = moment_now(process);
}

static bool is_recording(const struct process *process)
{
    return process && process->mode != CPROF_MODE_OFF && is_alive(process);
}

HIDDEN void __cprof_run_flush(void);
HIDDEN void __cprof_run_flush(void)
{
    struct process *process = __cprof_process;

    if (is_recording(process))
        thread_flush(process);
}

/* ---- Pause ---------------------------------------------------------------- */

/* A thread whose last event lies so far ahead is charged nothing: charge() takes it
 * for time that a handler has charged. */
#define PAUSE_AHEAD (UINT64_C(1) << 62)

static void threads_advance(struct process *process, uint64_t now, uint64_t ahead)
{
    uint32_t count = process->thread_count;

    for (uint32_t idx = 0; idx < count && idx < process->thread_limit; idx++) {
        struct thread *thread = &process->threads[idx];
        uint64_t last = __atomic_exchange_n(&thread->last_event, now + ahead, __ATOMIC_RELAXED);
        if (ahead && thread->root && thread->region && (int64_t)(now - last) > 0)
            thread->region->u.call.self_ticks += now - last;
    }
}

HIDDEN void __cprof_run_pause(void);
HIDDEN void __cprof_run_pause(void)
{
    struct process *process = __cprof_process;

    if (!is_recording(process))
        return;
    thread_flush(process);
    site_ids_set(CPROF_SITE_PAUSED, 0);
    if (!__atomic_exchange_n(&process->paused, 1, __ATOMIC_ACQ_REL) && !is_counting(process))
        threads_advance(process, ticks_now(process), PAUSE_AHEAD);
}

HIDDEN void __cprof_run_resume(void);
HIDDEN void __cprof_run_resume(void)
{
    struct process *process = __cprof_process;

    if (!is_recording(process))
        return;
    kernel_samples_drain(process, false);
    if (__atomic_exchange_n(&process->paused, 0, __ATOMIC_ACQ_REL) && !is_counting(process))
        threads_advance(process, ticks_now(process), 0);
    site_ids_set(module_first_site, 1);
}

/* ---- Reset ---------------------------------------------------------------- */

/* No calls, no times; the countdown stays what it was, so its rhythm does too.  What a
 * tally has not told yet is partly of before: tally.c takes half of it. */
static void node_forget(struct cprof_node *node)
{
    uint32_t left = (uint32_t)node->left;

    bytes_clear(&node->u.call, sizeof node->u.call);
    if (node->flags & CPROF_NODE_TALLIED)
        *(volatile uint64_t *)(void *)node = 0;
    else
        *(volatile uint32_t *)&node->armed = left;
    node->seen = 0;
}

/* Calls that are open count from now on. */
static void thread_forget(struct thread *thread, uint64_t now)
{
    uint32_t depth = thread->timed_depth < TIMED_DEPTH_MAX ? thread->timed_depth : TIMED_DEPTH_MAX;

    for (uint32_t idx = 0; thread->timed && idx < depth; idx++)
        thread->timed[idx].start = now;
    if (thread->record) {
        thread->record->first_ticks = now;
        thread->record->fences = 0;
    }
}

HIDDEN void __cprof_run_reset(void);
HIDDEN SELDOM void __cprof_run_reset(void)
{
    struct process *process = __cprof_process;

    if (!is_recording(process))
        return;
    thread_flush(process);
    uint32_t nodes = __atomic_load_n(&process->chunk_next, __ATOMIC_RELAXED) * CHUNK_NODES;
    for (uint32_t idx = 1; idx < nodes && idx < process->node_limit; idx++)
        if (!(node_of(process, idx)->flags & CPROF_NODE_ALLOC))
            node_forget(node_of(process, idx));
    uint32_t parts = __atomic_load_n(&process->duration_limit, __ATOMIC_RELAXED);
    for (uint32_t idx = 0; idx < parts; idx++)
        bytes_clear(process->durations[idx].calls, sizeof process->durations[idx].calls);
    struct cprof_moment now = moment_now(process);
    for (uint32_t idx = 0; idx < process->thread_count && idx < process->thread_limit; idx++)
        thread_forget(&process->threads[idx], now.ticks);
    kernel_samples_forget(process);
    process->header->first = process->header->last = now;
    process->header->started_ns = clock_ns(CLOCK_OF_REAL_TIME);
    process->header->lost_calls = process->header->early_calls = 0;
}

/* ---- Snapshot ------------------------------------------------------------- */

static bool bytes_write(long file, const char *ptr, uint64_t len)
{
    while (len) {
        long part = SYSTEM_3(write, file, ptr, len);
        if (part == -ERROR_INTERRUPTED)
            continue;
        if (part <= 0)
            return false;
        ptr += part;
        len -= (uint64_t)part;
    }
    return true;
}

/* The file as it stands, from memory where it is mapped whole: that needs no path. */
static bool profile_copy(const struct process *process, long target)
{
    uint64_t len = __atomic_load_n(&process->header->file_length, __ATOMIC_ACQUIRE);
    uint32_t complete = CPROF_STATE_COMPLETE;
    bool done;

    if (process->window && len <= process->window_len) {
        done = bytes_write(target, process->window, len);
    } else {
        long source = file_open(process->file_path, OPEN_READ | OPEN_NO_FOLLOW, 0);
        done = source >= 0 && bytes_send(target, source, len);
        if (source >= 0)
            file_close(source);
    }
    /* Nobody will ever end this one. */
    return done && SYSTEM_4(pwrite64, target, &complete, sizeof complete,
                            offsetof(struct cprof_header, state)) == sizeof complete;
}

HIDDEN int __cprof_run_snapshot(const char *path);
HIDDEN SELDOM int __cprof_run_snapshot(const char *path)
{
    struct process *process = __cprof_process;

    if (!is_recording(process) || !process->file_path[0] || !path)
        return 0;
    thread_flush(process);
    long target = file_open(path, OPEN_WRITE | OPEN_CREATE | OPEN_EXCLUSIVE, 0600);
    if (target < 0)
        return 0;
    bool done = profile_copy(process, target);
    file_close(target);
    if (!done)
        SYSTEM_1(unlink, path);
    return done;
}
