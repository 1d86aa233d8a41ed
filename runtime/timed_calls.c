/* Timed calls: the stack of those that are open, what becomes of one that ends, and
 * whether its node stays timed.  timing.c tells the whole.
 */

static NOINLINE bool timed_calls_map(struct thread *thread)
{
    thread->timed = memory_map(NULL, TIMED_DEPTH_MAX * sizeof(struct timed_call),
                               PROTECTION_READ | PROTECTION_WRITE,
                               MAPPING_PRIVATE | MAPPING_ANONYMOUS | MAPPING_NORESERVE, -1, 0);
    return thread->timed != NULL;
}

static inline void timed_call_fill(struct timed_call *call, const struct thread *thread,
                                   struct cprof_node *child, uintptr_t frame, uintptr_t stood_on,
                                   uint64_t now)
{
    *(volatile uintptr_t *)&call->frame = frame;
    __asm__ volatile("" ::: "memory");
    call->start = now;
    call->stood_on = stood_on;
    call->node = child;
    call->region = thread->region;
    call->overhead_x16 = thread->overhead_x16;
    call->weight = 0;
    call->spot = thread->spot;
    if (UNLIKELY(thread->spot != NULL))
        call->spot_weight = thread->spot_weight;
    __asm__ volatile("" ::: "memory");
}

/* Opens a timed call of `child`, after which the thread stands on `stood_on`
 * again.  Filled before it counts, so that a handler that jumps away leaves no
 * half call behind, and again after if a handler that came in between has used
 * the same place: then the frame, written first, is the handler's. */
static inline void timed_open(struct process *process, struct thread *thread,
                              struct cprof_node *child, uintptr_t *caller, uintptr_t stood_on,
                              uint64_t now)
{
    *caller |= CPROF_TAG_TIMED;
    uint32_t depth = thread->timed_depth;
    if (UNLIKELY(depth >= TIMED_DEPTH_MAX || (!thread->timed && !timed_calls_map(thread)))) {
        thread->timed_depth = depth + 1;
        trouble_add(process, CPROF_TROUBLE_TIMED_DEPTH);
        return;
    }
    struct timed_call *call = &thread->timed[depth];
    timed_call_fill(call, thread, child, (uintptr_t)caller, stood_on, now);
    *(volatile uint32_t *)&thread->timed_depth = depth + 1;
    if (UNLIKELY(*(volatile uintptr_t *)&call->frame != (uintptr_t)caller))
        timed_call_fill(call, thread, child, (uintptr_t)caller, stood_on, now);
}

/* How long a call took without the probes: its own two, and the events inside of
 * it, as the thread has counted them. */
static inline uint64_t duration_of(const struct thread *thread, const struct timed_call *call,
                                   uint64_t now)
{
    uint64_t overhead_x16 = thread->overhead_x16 - call->overhead_x16 + thread->inner_x16;
    /* The event that ends the call has been counted, too; it comes after it. */
    uint64_t event_x16 = thread->pair_x16 / 2;
    overhead_x16 -= overhead_x16 < event_x16 ? overhead_x16 : event_x16;
    int64_t ticks = (int64_t)(now - call->start - overhead_x16 / 16);

    return ticks > 0 ? (uint64_t)ticks : 0;
}

/* The innermost open timed call, or NULL. */
static inline struct timed_call *timed_top(const struct thread *thread)
{
    uint32_t depth = thread->timed_depth;
    return depth && depth <= TIMED_DEPTH_MAX && thread->timed ? &thread->timed[depth - 1] : NULL;
}

/* How long calls must be on average for a node to stay timed.  Less where some
 * are very long: what a sample would catch of those is luck. */
static uint64_t timed_threshold(const struct process *process, const struct thread *thread,
                                const struct cprof_node *node)
{
    bool has_long = node->u.call.max_ticks > process->stray_ticks;
    return has_long ? thread->short_ticks / 4 : thread->short_ticks;
}

/* Timed calls are to cost one hundredth of the time at most, however deep they are nested.
 * What calibration knows is what they cost in a loop; between a program's own work, whose
 * caches and branches they disturb, it is about twice that, so four thousandths are aimed at:
 * the threshold moves, and nodes whose calls are shorter follow at their next trial.
 * It goes up fast and down slowly. */
static void threshold_adapt(struct process *process, struct thread *thread)
{
    uint64_t elapsed = thread->last_event - thread->window_start;

    if (elapsed < 20 * process->sample_gap)
        return;
    kernel_samples_poll(process, thread->last_event);
    uint64_t spent = thread->timed_spent_x16 / 16, share = elapsed / 250;
    uint64_t threshold = thread->short_ticks;
    if (spent > share)
        threshold += threshold / 2;
    else if (spent < share / 2)
        threshold -= threshold / 8;
    uint64_t least = process->cost_x16 / 4; /* four times the cost */
    thread->short_ticks = threshold < least ? least : threshold;
    thread->timed_spent_x16 = 0;
    thread->window_start = thread->last_event;
}

/* How long the calls of a trial were on average.  The first is not asked: what it touched
 * was in no cache. */
static uint64_t trial_mean(const struct tuning *tuning)
{
    return tuning->trial_calls < 2 ? 0 : tuning->trial_ticks / (tuning->trial_calls - 1);
}

/* Whether enough calls were seen.  Few are where they are far too short to be worth it: a
 * program has thousands of contexts, and what a trial takes of each is what a short run
 * notices. */
static bool trial_is_over(const struct tuning *tuning, bool timed, uint64_t threshold)
{
    if (!timed)
        return tuning->trial_calls >= SAMPLED_TRIAL;
    return tuning->trial_calls >= TIMED_TRIAL ||
           (tuning->trial_calls >= TIMED_TRIAL_LEAST && trial_mean(tuning) < threshold / 4);
}

/* Calls that are short on average are not worth two clock readings each: after a
 * trial they are only counted, and a sample of them is timed.  Sampled calls that
 * turn out long, one very or some on average, make the node timed again. */
static void node_reconsider(struct process *process, struct thread *thread, struct cprof_node *node,
                            uint64_t duration)
{
    struct tuning *tuning = &process->tuning[idx_of(process, node)];
    bool timed = node->flags & CPROF_NODE_TIMED;
    uint64_t threshold = timed_threshold(process, thread, node);

    if (tuning->trial_calls++)
        tuning->trial_ticks += duration;
    bool is_long = !timed && duration > 16 * thread->short_ticks;
    if (!trial_is_over(tuning, timed, threshold) && !is_long)
        return;
    threshold_adapt(process, thread);
    uint64_t mean = trial_mean(tuning);
    if (timed && mean < threshold) {
        node->flags &= ~CPROF_NODE_TIMED;
        node_arm_sample(process, thread, node);
    } else if (!timed && (is_long || mean > 2 * thread->short_ticks)) {
        node->flags |= CPROF_NODE_TIMED;
        node_rearm(node, 0);
    }
    tuning->trial_calls = 0, tuning->trial_ticks = 0;
}

/* Up to here a stretch stands for as many calls as its weight.  A longer one is a
 * call that makes its node timed again, or the kernel ran something else
 * meanwhile: neither happens to all those calls, so it stands for itself. */
static inline bool is_stray(const struct process *process, uint64_t ticks)
{
    return (int64_t)ticks > (int64_t)process->stray_ticks;
}

/* Of a sampled call: what was seen of it piece by piece, by the serialised clock,
 * or, where a jump has spoilt that, from begin to end. */
static NOINLINE uint64_t sample_duration(const struct process *process, const struct thread *thread,
                                         const struct timed_call *call, uint64_t duration,
                                         uint64_t *calls)
{
    struct cprof_node_call *node = &call->node->u.call;
    uint64_t self = (int64_t)call->self < 0 ? -call->self : call->self, square;

    self /= CPROF_SQUARE_UNIT;
    if (__builtin_mul_overflow(self, self, &square) ||
        __builtin_add_overflow(node->sample_squares, square, &square))
        square = UINT64_MAX;
    node->sample_squares = square;
    if (thread->spot == call->node)
        duration = (int64_t)call->own > 0 ? call->own : 0;
    *calls = is_stray(process, duration) ? 1 : call->weight * INTERVAL_UNIT;
    return duration;
}

/* Closes the innermost open timed call, at `now`; returns what the thread stood
 * on before.  One too deep to have been noted has no duration; its caller, where
 * that is timed, is charged again. */
HOT uintptr_t timed_close(struct process *process, struct thread *thread, struct cprof_node *parent,
                          uint64_t now)
{
    uint32_t depth = thread->timed_depth - 1;

    if (UNLIKELY(depth >= TIMED_DEPTH_MAX || !thread->timed)) {
        thread->timed_depth = depth;
        if (parent->flags & CPROF_NODE_TIMED)
            thread->region = parent;
        return hot_at(parent);
    }
    /* A handler may use the place from the moment it is free. */
    const struct timed_call *call = &thread->timed[depth];
    struct cprof_node *node = call->node, *region = call->region;
    uint64_t duration = duration_of(thread, call, now), calls = 1;
    bool sampled = !node || call->weight != 0;
    if (UNLIKELY(sampled && node)) /* a sample, unless a jump has spoilt it */
        duration = sample_duration(process, thread, call, duration, &calls);
    uintptr_t stood_on = call->stood_on;
    thread->spot = call->spot;
    if (UNLIKELY(call->spot != NULL))
        thread->spot_weight = call->spot_weight;
    __asm__ volatile("" ::: "memory");
    *(volatile uint32_t *)&thread->timed_depth = depth;
    thread->region = region;
    region->u.call.probe_x16 += thread->pair_x16 - (sampled ? 0 : thread->inner_x16);
    if (LIKELY(!sampled))
        node->u.call.probe_x16 += thread->inner_x16;
    if (LIKELY(node != NULL))
        duration_add(process, thread, node, duration, calls);
    if (LIKELY(process->mode != CPROF_MODE_ADAPTIVE))
        return stood_on;
    if (!sampled)
        thread->timed_spent_x16 += process->cost_x16;
    if (node)
        node_reconsider(process, thread, node, duration);
    struct timed_call *below = timed_top(thread);
    if (below) /* if that is a sampled call, this was a callee of its */
        below->own += duration;
    return stood_on;
}

/* Calls that a jump left behind: their frames lie below `frame`. */
static NOINLINE void timed_abandon(struct process *process, struct thread *thread,
                                   struct cprof_node *parent, uintptr_t frame, uint64_t now)
{
    while (thread->timed_depth && thread->timed_depth <= TIMED_DEPTH_MAX &&
           thread->timed[thread->timed_depth - 1].frame < frame)
        timed_close(process, thread, parent, now);
}
