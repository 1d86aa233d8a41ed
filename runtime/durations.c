/* How long calls took: a histogram for each function and thread, in parts of one
 * octave each, so that a function whose calls are alike takes one or two.  Eight
 * equal steps to a doubling: what is read from it is right to some 6 percent.
 * Bounded: when all parts are taken, what falls outside of them is not counted,
 * and the profile says so.  Must not allocate anything but parts; called by
 * timing.c at the end of each timed call.
 */

/* Takes the next part, from a chunk that only the thread uses: two threads that
 * count in one cache line would slow each other down.  0: none is left. */
static uint32_t duration_part_take(struct process *process, struct thread *thread)
{
    for (;;) {
        uint32_t next = __atomic_load_n(&thread->duration_next, __ATOMIC_RELAXED);
        if (next % DURATION_CHUNK != 0) {
            if (__atomic_compare_exchange_n(&thread->duration_next, &next, next + 1, false,
                                            __ATOMIC_RELAXED, __ATOMIC_RELAXED))
                return next;
            continue; /* a handler took it */
        }
        uint32_t chunk = __atomic_fetch_add(&process->duration_chunk, 1, __ATOMIC_RELAXED);
        if (chunk >= DURATION_MAX / DURATION_CHUNK ||
            !durations_grow(process, (chunk + 1) * DURATION_CHUNK)) {
            __atomic_fetch_sub(&process->duration_chunk, 1, __ATOMIC_RELAXED);
            return 0;
        }
        uint32_t first = chunk * DURATION_CHUNK;
        __atomic_compare_exchange_n(&thread->duration_next, &next, first + 1, false,
                                    __ATOMIC_RELAXED, __ATOMIC_RELAXED);
        return first;
    }
}

/* A handler that comes here for the same octave makes a second part; readers add
 * them up. */
static NOINLINE uint32_t duration_part_new(struct process *process, struct thread *thread,
                                           const struct cprof_node *node, uint32_t octave)
{
    uint32_t part = duration_part_take(process, thread);

    if (!part) {
        trouble_add(process, CPROF_TROUBLE_DURATIONS);
        return 0;
    }
    process->durations[part].octave = octave;
    __atomic_store_n(&process->durations[part].site, node->site, __ATOMIC_RELEASE);
    process->directories[node->u.call.durations].part[octave] = part;
    return part;
}

/* The nodes of a function share a directory.  The thread's table of children has
 * room for it: 0 is no caller. */
static NOINLINE void duration_directory_set(struct process *process, struct thread *thread,
                                            struct cprof_node *node)
{
    uint32_t directory = child_known(thread, 0, node->site);

    if (!directory && process->directory_next < DIRECTORY_MAX) {
        directory = __atomic_add_fetch(&process->directory_next, 1, __ATOMIC_RELAXED);
        if (directory < DIRECTORY_MAX)
            child_remember(thread, 0, node->site, directory);
        else
            directory = 0;
    }
    if (!directory)
        trouble_add(process, CPROF_TROUBLE_DURATIONS);
    node->u.call.durations = directory;
}

/* `calls` calls of the node took `ticks` each. */
static inline void duration_count(struct process *process, struct thread *thread,
                                  struct cprof_node *node, uint64_t ticks, uint64_t calls)
{
    uint32_t octave = 63 - (uint32_t)__builtin_clzll(ticks | 1);
    uint32_t step = (uint32_t)((ticks << 3) >> octave) % CPROF_DURATION_STEPS;
    if (UNLIKELY(octave >= CPROF_DURATION_OCTAVES))
        octave = CPROF_DURATION_OCTAVES - 1, step = CPROF_DURATION_STEPS - 1;
    uint32_t part = process->directories[node->u.call.durations].part[octave];
    if (UNLIKELY(!part)) {
        part = duration_part_new(process, thread, node, octave);
        if (!part)
            return;
    }
    __asm__("addq %1, %0" : "+m"(process->durations[part].calls[step]) : "er"(calls) : "cc");
}

/* A node's first two calls are its least and its most, and need no part: most
 * functions of a large program are called once or twice.  From the next one on all
 * are counted. */
static NOINLINE void durations_start(struct process *process, struct thread *thread,
                                     struct cprof_node *node)
{
    const struct cprof_node_call *call = &node->u.call;

    duration_directory_set(process, thread, node);
    if (!call->durations || call->timed_calls > 2)
        return;
    if (call->timed_calls > 0)
        duration_count(process, thread, node, call->min_ticks, 1);
    if (call->timed_calls > 1)
        duration_count(process, thread, node, call->max_ticks, 1);
}

/* A call of the node took so long, which stands for `calls` calls. */
static inline void duration_add(struct process *process, struct thread *thread,
                                struct cprof_node *node, uint64_t duration, uint64_t calls)
{
    struct cprof_node_call *call = &node->u.call;

    if (UNLIKELY(!call->durations) && (call->timed_calls > 1 || calls > 1))
        durations_start(process, thread, node);
    call->timed_calls++;
    if (!call->min_ticks || duration < call->min_ticks)
        call->min_ticks = duration ? duration : 1;
    if (duration > call->max_ticks)
        call->max_ticks = duration;
    if (LIKELY(call->durations))
        duration_count(process, thread, node, duration, calls);
}
