/* Counting on the cold path, and time: who is charged for what.
 *
 * Self time is measured, never subtracted: at each event (the begin or the end
 * of a timed call) the time since the thread's last event goes to the node that
 * was innermost.  A node is timed (every call has events) or not; an untimed
 * node's time goes to the nearest timed call above it, its region.  In a burst
 * every call of the thread has events whatever its node says, and the time goes
 * also to sample_ticks of the node itself: readers divide a region's time by
 * these samples.  Modes: exact: every node is timed.  count: none.  adaptive:
 * a node starts timed and stops when its calls turn out short.
 */

enum {
    ARM_COUNT = INT32_MAX,
    TIMED_TRIAL = 32,     /* calls timed before a node may stop being timed */
    BURST_EVENTS = 96,
    INTERVAL_FIRST = 256, /* calls between bursts, doubled or halved on the way */
    INTERVAL_MAX = 1 << 22,
};

/* ---- The countdown -------------------------------------------------------- */

static void node_arm(struct process *process, struct cprof_node *node)
{
    int32_t left = process->mode == CPROF_MODE_COUNT ? ARM_COUNT : 0;

    node->left = left;
    node->armed = (uint32_t)left;
}

static uint64_t node_calls(const struct cprof_node *node, int32_t left, uint32_t armed)
{
    uint32_t low = armed - (uint32_t)left;
    return node->seen + (uint64_t)(int64_t)(int32_t)(low - (uint32_t)node->seen);
}

/* Sets the countdown without changing the calls it stands for: both halves in
 * one instruction, so that no signal and no kill comes between them. */
static void node_rearm(struct cprof_node *node, int32_t left)
{
    uint64_t *word = (uint64_t *)(void *)node;
    uint64_t old = *(volatile uint64_t *)word, new;

    do {
        uint32_t armed = (uint32_t)(old >> 32) - (uint32_t)old + (uint32_t)left;
        new = (uint64_t)armed << 32 | (uint32_t)left;
    } while (!swap_own(word, &old, new));
    node->seen = node_calls(node, (int32_t)old, (uint32_t)(old >> 32));
}

static uint32_t random_next(struct thread *thread)
{
    uint64_t state = thread->random;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    thread->random = state;
    return (uint32_t)(state >> 32);
}

/* An interval of mean `mean`, so that no rhythm of the program matches it. */
static int32_t interval_draw(struct thread *thread, uint32_t mean)
{
    return (int32_t)(mean / 2 + (uint32_t)((uint64_t)random_next(thread) * mean >> 32));
}

/* ---- Charging --------------------------------------------------------------- */

static void thread_timing_reset(struct process *process, struct thread *thread)
{
    thread->timed_depth = 0;
    thread->region = node_of(process, thread->root);
    thread->spot = NULL;
    thread->burst_left = 0;
    thread->random = ((uint64_t)thread->root << 32 | process->pid) * 0x9e3779b97f4a7c15u | 1;
    if (process->mode == CPROF_MODE_COUNT)
        return;
    thread->last_event = ticks_now(process);
    thread->cpu_ticks = thread->last_event;
    thread->cpu_ns = process->clock == CPROF_CLOCK_FAKE ? 0 : clock_ns(CLOCK_OF_THREAD_CPU);
}

/* After a long stretch: what of it was not spent on the CPU?  Asked only then,
 * because the kernel's answer costs some hundred nanoseconds. */
static NOINLINE void charge_wait(struct process *process, struct thread *thread,
                                 struct cprof_node *node, uint64_t stretch, uint64_t now)
{
    if (process->clock == CPROF_CLOCK_FAKE)
        return;
    uint64_t cpu = clock_ns(CLOCK_OF_THREAD_CPU);
    uint64_t wall = ticks_to_ns(process, now - thread->cpu_ticks);
    uint64_t used = cpu - thread->cpu_ns;

    if (wall > used) {
        uint64_t waited = ns_to_ticks(process, wall - used);
        node->u.call.wait_ticks += waited < stretch ? waited : stretch;
    }
    thread->cpu_ns = cpu;
    thread->cpu_ticks = now;
    if (now - process->header->last.ticks > 200 * process->long_ticks)
        process->header->last = moment_now(process);
}

/* An event: the time since the last one goes to the region, and in a burst to
 * the spot.  A handler that had an event in between has moved last_event; then
 * the rest is taken again.  Returns now. */
static inline uint64_t charge(struct process *process, struct thread *thread)
{
    uint64_t now, last = thread->last_event;

    do
        now = ticks_now(process);
    while (!swap_own(&thread->last_event, &last, now));
    uint64_t stretch = (int64_t)(now - last) > 0 ? now - last : 0;
    struct cprof_node *region = thread->region, *spot = thread->spot;
    region->u.call.self_ticks += stretch;
    if (spot) {
        spot->u.call.sample_ticks += stretch;
        spot->u.call.samples++;
    }
    if (UNLIKELY(stretch > process->long_ticks))
        charge_wait(process, thread, region, stretch, now);
    return now;
}

static void thread_record(struct process *process, struct thread *thread)
{
    struct cprof_thread *record = &process->file_threads[thread - process->threads];
    record->open_node = idx_of(process, thread->region);
    record->last_event = thread->last_event;
}

/* ---- Timed calls --------------------------------------------------------------- */

static NOINLINE bool timed_calls_map(struct thread *thread)
{
    thread->timed = memory_map(NULL, TIMED_DEPTH_MAX * sizeof(struct timed_call),
                               PROTECTION_READ | PROTECTION_WRITE,
                               MAPPING_PRIVATE | MAPPING_ANONYMOUS | MAPPING_NORESERVE, -1, 0);
    return thread->timed != NULL;
}

/* Opens a timed call of `child`.  The place is reserved before it is filled: a
 * handler then uses the next. */
static inline void timed_open(struct process *process, struct thread *thread,
                              struct cprof_node *child, uintptr_t *caller, bool region, uint64_t now)
{
    *caller |= CPROF_TAG_TIMED;
    uint32_t depth = thread->timed_depth++;
    if (UNLIKELY(depth >= TIMED_DEPTH_MAX || (!thread->timed && !timed_calls_map(thread)))) {
        trouble_add(process, CPROF_TROUBLE_TIMED_DEPTH);
    } else {
        struct timed_call *call = &thread->timed[depth];
        call->start = now;
        call->frame = (uintptr_t)caller;
        call->node = child;
        call->region = thread->region;
    }
    if (region)
        thread->region = child;
    thread->spot = thread->burst_left ? child : NULL;
}

static void duration_add(struct cprof_node *node, uint64_t duration)
{
    struct cprof_node_call *call = &node->u.call;

    call->timed_calls++;
    call->duration_ticks += duration;
    if (!call->min_ticks || duration < call->min_ticks)
        call->min_ticks = duration ? duration : 1;
    if (duration > call->max_ticks)
        call->max_ticks = duration;
}

/* Short calls are not worth two clock readings each: after a trial they are
 * only counted, with a burst now and then. */
static void node_reconsider(struct process *process, struct thread *thread,
                            struct cprof_node *node, uint64_t duration)
{
    struct cprof_node_call *call = &node->u.call;

    if (node->flags & CPROF_NODE_TIMED) {
        if (call->timed_calls < TIMED_TRIAL ||
            call->duration_ticks / call->timed_calls >= process->short_ticks)
            return;
        node->flags &= ~CPROF_NODE_TIMED;
        process->tuning[idx_of(process, node)].interval = INTERVAL_FIRST;
        node_rearm(node, interval_draw(thread, INTERVAL_FIRST));
    } else if (duration > 16 * process->short_ticks) {
        node->flags |= CPROF_NODE_TIMED;
        call->timed_calls = 0, call->duration_ticks = 0;
        node_rearm(node, 0);
    }
}

/* Closes the innermost open timed call, at `now`.  One too deep to have been
 * noted has no duration; its caller, where that is timed, is charged again. */
static inline void timed_close(struct process *process, struct thread *thread,
                               struct cprof_node *parent, uint64_t now)
{
    uint32_t depth = --thread->timed_depth;

    if (UNLIKELY(depth >= TIMED_DEPTH_MAX || !thread->timed)) {
        if (parent->flags & CPROF_NODE_TIMED)
            thread->region = parent;
        return;
    }
    struct timed_call *call = &thread->timed[depth];
    thread->region = call->region;
    duration_add(call->node, now - call->start);
    if (process->mode == CPROF_MODE_ADAPTIVE)
        node_reconsider(process, thread, call->node, now - call->start);
}

/* Calls that a jump left behind: their frames lie below `frame`. */
static void timed_abandon(struct process *process, struct thread *thread,
                          struct cprof_node *parent, uintptr_t frame, uint64_t now)
{
    while (thread->timed_depth && thread->timed_depth <= TIMED_DEPTH_MAX &&
           thread->timed[thread->timed_depth - 1].frame < frame)
        timed_close(process, thread, parent, now);
}

/* ---- Bursts ----------------------------------------------------------------- */

/* A burst may be over without an event: an untimed frame that was open before
 * it returned.  Then the time since the last event belongs to nobody's samples. */
static inline void burst_check(struct thread *thread, const struct cprof_node *standing)
{
    if (thread->spot != standing) {
        thread->spot = NULL;
        thread->burst_left = 0;
    }
}

/* The countdown of an untimed node ran out: a burst, if the last is long enough
 * ago, and a new interval that aims at one burst a pause. */
static bool burst_start(struct process *process, struct thread *thread, struct cprof_node *child)
{
    uint64_t now = ticks_now(process);
    uint32_t *interval = &process->tuning[idx_of(process, child)].interval;
    bool due = now - thread->last_burst >= process->burst_pause;

    if (!due && *interval < INTERVAL_MAX)
        *interval *= 2;
    if (due && now - thread->last_burst > 4 * process->burst_pause && *interval > INTERVAL_FIRST)
        *interval /= 2;
    node_rearm(child, interval_draw(thread, *interval));
    if (due) {
        thread->last_burst = now;
        thread->burst_left = BURST_EVENTS;
    }
    return due;
}

static inline void stand_on(struct process *process, struct thread *thread,
                            const struct cprof_node *node)
{
    uintptr_t hot = hot_at(node);
    current_set(process, thread->burst_left ? twin_of(hot) : hot);
}

/* ---- Called by the hooks --------------------------------------------------------- */

/* A counted call wants timing: every call of a timed node, and now and then one
 * of the others. */
static inline void call_begin(struct process *process, struct thread *thread,
                              struct cprof_node *parent, struct cprof_node *child,
                              uintptr_t *caller)
{
    if (process->mode == CPROF_MODE_COUNT || process->mode == CPROF_MODE_OFF) {
        node_rearm(child, ARM_COUNT);
        return;
    }
    bool timed = child->flags & CPROF_NODE_TIMED;
    if (UNLIKELY(child->left < INT32_MIN / 2))
        node_rearm(child, timed ? 0 : INTERVAL_FIRST);
    if (thread->burst_left) {
        burst_check(thread, parent);
        thread->burst_left -= thread->burst_left != 0;
    }
    if (!timed && !thread->burst_left && !burst_start(process, thread, child))
        return;
    uint64_t now = charge(process, thread);
    timed_open(process, thread, child, caller, timed, now);
    stand_on(process, thread, child);
    if (timed)
        thread_record(process, thread);
}

/* Counts a call that took the cold path to its node, and times it if due. */
static void call_count(struct process *process, struct thread *thread, struct cprof_node *parent,
                       struct cprof_node *child, uintptr_t *caller)
{
    bool negative;

    current_set(process, hot_at(child));
    __asm__ volatile("subl $1, %0" : "+m"(child->left), "=@ccs"(negative));
    if (negative || thread->burst_left)
        call_begin(process, thread, parent, child, caller);
}

HIDDEN void cprof_begin_cold(uintptr_t *caller);
HIDDEN void cprof_begin_cold(uintptr_t *caller)
{
    struct process *process = __cprof_process;
    struct cprof_node *child = node_at(process, current_get(process));
    struct cprof_node *parent = node_at(process, *caller);

    if (LIKELY(child && parent))
        call_begin(process, thread_of(process, child), parent, child, caller);
}

HIDDEN void cprof_end_cold(uintptr_t *caller);
HIDDEN void cprof_end_cold(uintptr_t *caller)
{
    struct process *process = __cprof_process;
    struct cprof_node *parent = process ? node_at(process, *caller) : NULL;

    if (UNLIKELY(!parent)) /* the call was lost at its entry */
        return;
    if (UNLIKELY(!*alive_of(process)) && !child_restart(process))
        return;
    struct thread *thread = thread_of(process, parent);
    if (thread->burst_left) {
        burst_check(thread, node_at(process, current_get(process)));
        thread->burst_left -= thread->burst_left != 0;
    }
    uint64_t now = charge(process, thread);
    if (UNLIKELY(thread->timed_depth && thread->timed_depth <= TIMED_DEPTH_MAX &&
                 thread->timed[thread->timed_depth - 1].frame < (uintptr_t)caller))
        timed_abandon(process, thread, parent, (uintptr_t)caller, now);
    if (thread->timed_depth)
        timed_close(process, thread, parent, now);
    thread->spot = thread->burst_left ? parent : NULL;
    stand_on(process, thread, parent);
}

/* After a jump back into a frame: what it left open is closed. */
static void timing_return(struct process *process, struct thread *thread,
                          struct cprof_node *parent, uintptr_t *caller)
{
    if (process->mode == CPROF_MODE_COUNT)
        return;
    uint64_t now = charge(process, thread);
    thread->burst_left = 0;
    timed_abandon(process, thread, parent, (uintptr_t)caller, now);
    thread->spot = NULL;
}
