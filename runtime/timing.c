/* Counting on the cold path, and time: who is charged for what.
 *
 * Self time is measured, never subtracted: at each event (the begin or the end
 * of a timed call) the time since the thread's last event goes to the node that
 * was innermost.  A node is timed (every call has events) or not; an untimed
 * node's time goes to the nearest timed call above it, its region.
 *
 * Of an untimed node's calls a random sample is looked at: each call with the
 * same chance, one in `interval`, because its countdown is drawn from an
 * exponential distribution.  A sampled call has its own time measured alone:
 * the thread stands on its node's twin, whose slots are empty, so that each of
 * its callees comes by the cold path, ends the measured stretch, and starts it
 * again when it returns; what happens inside the callee is left in peace.  The
 * sum of the stretches, each times the interval, estimates the node's self time
 * without bias whatever the shape of the tree (Horvitz and Thompson, 1952).
 * Rejected: bursts that time every call for a while; they see callees more often
 * than callers, because frames that were open before have no events.
 *
 * Modes: exact: every node is timed.  count: none.  adaptive: a node starts
 * timed and stops when its calls turn out short.
 */

enum {
    ARM_COUNT = INT32_MAX,
    SWAP_ROUNDS = 4,
    TIMED_TRIAL = 32,  /* timed calls after which a node may stop being timed */
    SAMPLED_TRIAL = 8, /* sampled ones after which it may start again */
    INTERVAL_UNIT = CPROF_SAMPLE_UNIT,
    INTERVAL_FIRST = 1024, /* calls of untimed nodes to one sample */
    INTERVAL_MAX = 1 << 24,
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
    uint64_t old = *(volatile uint64_t *)word;
    bool swapped = false;

    /* A handler that calls this very context makes it fail; not arming is
     * harmless, trying for ever is not. */
    for (int round = 0; round < SWAP_ROUNDS && !swapped; round++) {
        uint32_t armed = (uint32_t)(old >> 32) - (uint32_t)old + (uint32_t)left;
        swapped = swap_own(word, &old, (uint64_t)armed << 32 | (uint32_t)left);
    }
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

/* Calls until the next sample: exponential with the given mean, so that every
 * call has the same chance whatever rhythm the program has.  -log2 of a random
 * number by its leading zeros and a parabola for the rest (error below 0.008). */
static int32_t interval_draw(struct thread *thread, uint32_t mean)
{
    uint32_t random = random_next(thread) | 1;
    uint32_t zeros = (uint32_t)__builtin_clz(random);
    uint64_t rest = (uint64_t)(random << zeros << 1) >> 16;
    uint64_t logarithm = rest + ((22524 * (rest * (65536 - rest) >> 16)) >> 16);
    uint64_t exponent = ((uint64_t)(zeros + 1) << 16) - logarithm;
    uint64_t left = (mean * exponent >> 16) * 45426 >> 16; /* times ln 2 */

    return left > INT32_MAX / 2 ? INT32_MAX / 2 : (int32_t)left;
}

/* Arms an untimed node by the thread's present interval and notes it: it is the
 * weight of the sample that the countdown will end in. */
static void node_arm_sample(struct process *process, struct thread *thread, struct cprof_node *node)
{
    process->tuning[idx_of(process, node)].interval = thread->interval;
    node_rearm(node, interval_draw(thread, thread->interval));
}

/* ---- Charging --------------------------------------------------------------- */

static void thread_timing_reset(struct process *process, struct thread *thread)
{
    thread->timed_depth = 0;
    thread->region = node_of(process, thread->root);
    thread->spot = NULL;
    if (!thread->interval)
        thread->interval = INTERVAL_FIRST;
    thread->calls_seen = thread->calls_span = 0;
    thread->sample_spent = thread->sample_cost = thread->timed_spent_x16 = 0;
    thread->short_ticks = process->short_ticks;
    thread->random = ((uint64_t)thread->root << 32 | process->pid) * 0x9e3779b97f4a7c15u | 1;
    if (process->mode == CPROF_MODE_COUNT)
        return;
    probes_reset(process, thread);
    thread->last_event = thread->last_sample = ticks_now(process);
    thread->cpu_ticks = thread->window_start = thread->last_event;
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

/* What is rare of charge(): a handler had an event between our reading of the
 * clock and the swap.  A few rounds, then the handler's word stands. */
static NOINLINE uint64_t charge_again(struct process *process, struct thread *thread)
{
    uint64_t last = *(volatile uint64_t *)&thread->last_event;

    for (int round = 0; round < SWAP_ROUNDS; round++) {
        uint64_t now = ticks_now(process);
        if ((int64_t)(now - last) <= 0)
            break;
        if (swap_own(&thread->last_event, &last, now)) {
            thread->region->u.call.self_ticks += now - last;
            return now;
        }
    }
    return last;
}

/* An event at `now`: the time since the last one goes to the region.  A handler
 * that had an event in between has moved last_event; then the rest is taken
 * again.  Returns the moment that was charged up to. */
static inline uint64_t charge(struct process *process, struct thread *thread, uint64_t now)
{
    uint64_t last = *(volatile uint64_t *)&thread->last_event, expected = last;

    if (UNLIKELY((int64_t)(now - last) <= 0)) /* a handler has charged up to here */
        return process->paused ? now : last;
    if (UNLIKELY(!swap_own(&thread->last_event, &expected, now)))
        return charge_again(process, thread);
    uint64_t stretch = now - last;
    struct cprof_node *region = thread->region;
    region->u.call.self_ticks += stretch;
    thread->overhead_x16 += thread->pair_x16 / 2;
    if (UNLIKELY(stretch > process->long_ticks))
        charge_wait(process, thread, region, stretch, now);
    return now;
}

static void thread_record(struct process *process, struct thread *thread)
{
    struct cprof_thread *record = thread->record;

    record->open_node = idx_of(process, thread->region);
    record->last_event = thread->last_event;
    record->overhead_x16 = thread->overhead_x16;
}

/* ---- Timed calls --------------------------------------------------------------- */

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

/* Timed calls are to cost one hundredth of the time, however deep they are nested:
 * the threshold moves, and nodes whose calls are shorter follow at their next trial.
 * It goes up fast and down slowly. */
static void threshold_adapt(const struct process *process, struct thread *thread)
{
    uint64_t elapsed = thread->last_event - thread->window_start;

    if (elapsed < 20 * process->sample_gap)
        return;
    uint64_t spent = thread->timed_spent_x16 / 16, share = elapsed / 100;
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

/* Calls that are short on average are not worth two clock readings each: after a
 * trial they are only counted, and a sample of them is timed.  Sampled calls that
 * turn out long, one very or some on average, make the node timed again. */
static void node_reconsider(struct process *process, struct thread *thread, struct cprof_node *node,
                            uint64_t duration)
{
    struct tuning *tuning = &process->tuning[idx_of(process, node)];
    bool timed = node->flags & CPROF_NODE_TIMED;

    tuning->trial_ticks += duration;
    tuning->trial_calls++;
    bool is_long = !timed && duration > 16 * thread->short_ticks;
    if (tuning->trial_calls < (timed ? TIMED_TRIAL : SAMPLED_TRIAL) && !is_long)
        return;
    threshold_adapt(process, thread);
    uint64_t mean = tuning->trial_ticks / tuning->trial_calls;
    if (timed && mean < timed_threshold(process, thread, node)) {
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
static inline uintptr_t timed_close(struct process *process, struct thread *thread,
                                    struct cprof_node *parent, uint64_t now)
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
static void timed_abandon(struct process *process, struct thread *thread, struct cprof_node *parent,
                          uintptr_t frame, uint64_t now)
{
    while (thread->timed_depth && thread->timed_depth <= TIMED_DEPTH_MAX &&
           thread->timed[thread->timed_depth - 1].frame < frame)
        timed_close(process, thread, parent, now);
}

/* ---- Samples ---------------------------------------------------------------- */

/* A stretch of the sampled call's own time ends at `now`.  It is measured between
 * probes, from the last instructions of one to the first of the next, and what
 * an empty stretch took a moment ago is taken off: two readings of the clock
 * around a call of 3 ns measure the clock.  Sums may be negative for a while. */
static inline void stretch_end(const struct process *process, struct thread *thread, uint64_t now,
                               uint64_t empty)
{
    struct cprof_node_call *call = &thread->spot->u.call;
    uint64_t ticks = now - thread->stretch_start - empty;

    struct timed_call *sampled = timed_top(thread);
    bool own = sampled && !thread->spot_is_after;
    if (own)
        sampled->own += ticks;
    bool stray = is_stray(process, ticks);
    ticks = stray ? ticks / INTERVAL_UNIT : ticks * thread->spot_weight;
    if (thread->spot_is_after) {
        call->after_ticks += ticks;
        thread->spot_is_after = false;
        thread->spot = NULL;
        return;
    }
    call->sample_ticks += ticks;
    thread->region->u.call.lent_ticks += ticks;
    if (own && !stray) /* says nothing of how far calls lie apart */
        sampled->self += ticks;
}

/* Nobody but samples looks at a twin, so the translations of its slots' addresses are
 * seldom at hand: some hundred nanoseconds that are not the call's.  They are looked
 * up before. */
static inline void stretch_start(struct process *process, struct thread *thread)
{
    const struct cprof_node *spot = *(struct cprof_node *volatile *)&thread->spot;

    if (LIKELY(spot != NULL)) /* no handler has forgotten it meanwhile */
        for (int slot = 0; slot < CPROF_SLOT_COUNT; slot += CPROF_SPARE_COUNT) /* one a zone */
            (void)*(const volatile char *)(twin_of(hot_at(spot)) + (uintptr_t)CPROF_SLOT(slot));
    __asm__ volatile("lfence" ::: "memory");
    thread->stretch_start = ticks_at_start(process);
}

/* A sampled call has ended, and its caller is timed: what the caller does up to
 * its next event is as good a sample, of the caller's own time, as the call was
 * of its callee's.  Without it a loop that calls little functions would be left
 * with what their estimates leave over. */
static inline void after_start(struct process *process, struct thread *thread,
                               struct cprof_node *caller, uint64_t weight)
{
    thread->spot = caller;
    thread->spot_weight = weight;
    thread->spot_is_after = true;
    current_set(process, twin_of(hot_at(caller)));
    stretch_start(process, thread);
}

/* Its id, which nothing has, is its own line. */
static const struct cprof_site no_site = {
    .id_ref = offsetof(struct cprof_site, line) - offsetof(struct cprof_site, id_ref),
    .line = CPROF_SITE_UNREGISTERED,
    .slot = CPROF_SLOT(0),
    .spare_slot = CPROF_SPARE(0),
};

/* How long is nothing?  A call of the probe that may end a stretch, for no
 * caller: it only reads the clock. */
#define EMPTY_STRETCH_OF(probe)                                                                    \
    static NOINLINE uint64_t empty_stretch_of##probe(const struct process *process)                \
    {                                                                                              \
        const struct cprof_site *site = &no_site;                                                  \
        uint64_t arrived, start = ticks_at_start(process);                                         \
        __asm__ volatile("leaq -128(%%rsp), %%rsp\n\t"                                             \
                         "pushq $0\n\t"                                                            \
                         "pushq %2\n\t"                                                            \
                         "call " #probe "\n\t"                                                     \
                         "popq %0\n\t"                                                             \
                         "popq %0\n\t"                                                             \
                         "leaq 128(%%rsp), %%rsp"                                                  \
                         : "=&r"(arrived), "+a"(site)                                              \
                         : "r"(EMPTY_STRETCH)                                                      \
                         : "cc", "memory");                                                        \
        return arrived - start;                                                                    \
    }
EMPTY_STRETCH_OF(__cprof_end)
EMPTY_STRETCH_OF(__cprof_enter)

/* Once to bring the code that will end the real stretch into the caches, and
 * once to measure; an interrupted one is not taken. */
static void empty_stretch_measure(const struct process *process, struct thread *thread)
{
    empty_stretch_of__cprof_enter(process);
    uint64_t by_enter = empty_stretch_of__cprof_enter(process);
    empty_stretch_of__cprof_end(process);
    uint64_t by_end = empty_stretch_of__cprof_end(process);

    if (by_enter < process->long_ticks / 16)
        thread->empty_by_enter = by_enter;
    if (by_end < process->long_ticks / 16)
        thread->empty_by_end = by_end;
}

/* Samples are to come some 50 microseconds apart, or a hundred times what one costs,
 * which is much where a sampled call has many callees: so they cost one hundredth.
 * Each stands for as many calls as its interval, so the last few dozen tell the rate
 * of calls, whatever mixture of old and new intervals the nodes are armed with. */
static void interval_adapt(struct process *process, struct thread *thread, uint32_t weight,
                           uint64_t now)
{
    thread->sample_cost += thread->sample_spent / 8 - thread->sample_cost / 8;
    thread->sample_spent = 0;
    uint64_t gap = 100 * thread->sample_cost;
    if (gap < process->sample_gap)
        gap = process->sample_gap;
    thread->calls_seen += (uint64_t)weight * INTERVAL_UNIT - thread->calls_seen / 64;
    thread->calls_span += now - thread->last_sample - thread->calls_span / 64;
    thread->last_sample = now;
    uint64_t span = thread->calls_span < 1 ? 1 : thread->calls_span;
    uint64_t interval = gap * thread->calls_seen / span;
    interval -= interval % INTERVAL_UNIT;
    thread->interval = interval < INTERVAL_UNIT  ? INTERVAL_UNIT
                       : interval > INTERVAL_MAX ? INTERVAL_MAX
                                                 : (uint32_t)interval;
}

/* The countdown of an untimed node ran out: this call is the sample.  Its
 * duration says whether the node should be timed after all. */
static void sample_begin(struct process *process, struct thread *thread, struct cprof_node *child,
                         uintptr_t *caller, uintptr_t stood_on)
{
    uint32_t weight = process->tuning[idx_of(process, child)].interval / INTERVAL_UNIT;
    uint64_t now = charge(process, thread, ticks_now(process));

    timed_open(process, thread, child, caller, stood_on, now);
    interval_adapt(process, thread, weight, now);
    thread_record(process, thread);
    node_arm_sample(process, thread, child);
    current_set(process, twin_of(hot_at(child)));
    empty_stretch_measure(process, thread);
    uint64_t took_x16 = 16 * (ticks_now(process) - now);
    if (took_x16 > process->long_ticks) /* interrupted; that is no cost of the sample */
        took_x16 = 8 * process->cost_x16;
    thread->overhead_x16 += took_x16;
    thread->region->u.call.probe_x16 += took_x16;
    thread->sample_spent += (took_x16 + 2 * process->cost_x16) / 16;
    child->u.call.sampled_calls++;
    child->u.call.sample_weights += weight;
    struct timed_call *call = timed_top(thread);
    if (call)
        call->own = call->self = 0, call->weight = weight;
    thread->spot = child;
    thread->spot_weight = weight;
    stretch_start(process, thread);
}

/* A callee of a sampled call: only its begin and end are events. */
static void fence_begin(struct process *process, struct thread *thread, uintptr_t *caller,
                        uintptr_t stood_on)
{
    uint64_t now = charge(process, thread, ticks_now(process));

    timed_open(process, thread, NULL, caller, stood_on, now);
    thread->spot = NULL;
    thread->record->fences++;
    thread->sample_spent += process->cost_x16 / 8; /* with serialised readings: twice */
}

/* ---- Called by the hooks --------------------------------------------------------- */

static inline void timed_begin(struct process *process, struct thread *thread,
                               struct cprof_node *child, uintptr_t *caller, uintptr_t stood_on)
{
    uint64_t now = charge(process, thread, ticks_now(process));

    if (UNLIKELY(--thread->calls_to_probe == 0))
        now = probes_measure(process, thread);
    timed_open(process, thread, child, caller, stood_on, now);
    thread->region = child;
    if (UNLIKELY(thread->spot != NULL))
        thread->spot = NULL;
    thread_record(process, thread);
}

/* A counted call whose countdown is negative wants timing: every call of a timed
 * node, and the chosen ones of the others. */
static inline void call_begin(struct process *process, struct thread *thread,
                              struct cprof_node *child, uintptr_t *caller, uintptr_t stood_on)
{
    bool timed = child->flags & CPROF_NODE_TIMED;

    if (UNLIKELY(!timed && process->mode != CPROF_MODE_ADAPTIVE)) {
        node_rearm(child, ARM_COUNT);
        return;
    }
    if (LIKELY(timed)) {
        if (UNLIKELY(child->left < INT32_MIN / 2))
            node_rearm(child, 0);
        timed_begin(process, thread, child, caller, stood_on);
    } else {
        sample_begin(process, thread, child, caller, stood_on);
    }
}

/* Counts a call that took the cold path to its node, and times it if due. */
static void call_count(struct process *process, struct thread *thread, struct cprof_node *child,
                       uintptr_t *caller, uintptr_t stood_on)
{
    bool negative;

    current_set(process, hot_at(child));
    __asm__ volatile("subl $1, %0" : "+m"(child->left), "=@ccs"(negative));
    if (negative)
        call_begin(process, thread, child, caller, stood_on);
    else if (UNLIKELY(is_twin(process, stood_on)))
        fence_begin(process, thread, caller, stood_on);
}

static inline void spot_forget(struct thread *thread)
{
    thread->spot = NULL;
    thread->spot_is_after = false;
}

/* The thread has come to a probe: if it still stands on the twin of the sampled
 * node, a stretch ends; if not, a jump went past the frame, and the time since
 * the stretch began is nobody's. */
static inline void probe_arrive(const struct process *process, struct thread *thread,
                                uintptr_t standing, uint64_t now, uint64_t empty)
{
    if (LIKELY(!thread->spot))
        return;
    if (standing == twin_of(hot_at(thread->spot)))
        stretch_end(process, thread, now, empty);
    else
        spot_forget(thread);
}

/* Switched off, every empty slot matches every site: a new thread's first call
 * counts on the sentinel.  It moves to the node that is there for it. */
static NOINLINE void begin_off(struct process *process, uintptr_t *caller)
{
    if (!process || process->mode != CPROF_MODE_OFF)
        return;
    *caller = hot_of(process, OFF_NODE);
    current_set(process, *caller);
}

HIDDEN void cprof_begin_cold(uintptr_t *caller);
HIDDEN void cprof_begin_cold(uintptr_t *caller)
{
    struct process *process = __cprof_process;
    struct cprof_node *child = node_at(process, current_get(process));

    if (UNLIKELY(!child)) {
        begin_off(process, caller);
        return;
    }
    struct thread *thread = thread_of(process, child);
    if (UNLIKELY(thread->spot != NULL)) /* a call by the hot path: a jump left it */
        spot_forget(thread);
    call_begin(process, thread, child, caller, *caller);
}

HIDDEN void cprof_end_cold(uintptr_t *caller);
HIDDEN void cprof_end_cold(uintptr_t *caller)
{
    struct process *process = __cprof_process;
    if (UNLIKELY(!process))
        return;
    uintptr_t standing = current_get(process);
    uint64_t now = UNLIKELY(*caller == EMPTY_STRETCH || is_twin(process, standing))
                       ? ticks_at_end(process)
                       : ticks_now(process);
    struct cprof_node *parent = node_at(process, *caller);
    if (UNLIKELY(!parent)) { /* lost at its entry, or measuring an empty stretch */
        if (*caller == EMPTY_STRETCH)
            caller[1] = now;
        return;
    }
    if (UNLIKELY(!*alive_of(process)) && !child_restart(process))
        return;
    struct thread *thread = thread_of(process, parent);
    probe_arrive(process, thread, standing, now, thread->empty_by_end);
    now = charge(process, thread, now);
    if (UNLIKELY(thread->timed_depth && thread->timed_depth <= TIMED_DEPTH_MAX &&
                 thread->timed[thread->timed_depth - 1].frame < (uintptr_t)caller))
        timed_abandon(process, thread, parent, (uintptr_t)caller, now);
    uintptr_t stood_on = hot_at(parent);
    bool sampled = thread->spot != NULL;
    uint64_t weight = thread->spot_weight;
    if (LIKELY(thread->timed_depth))
        stood_on = timed_close(process, thread, parent, now);
    thread_record(process, thread);
    current_set(process, stood_on);
    if (UNLIKELY(thread->spot))
        stretch_start(process, thread);
    else if (UNLIKELY(sampled && parent->flags & CPROF_NODE_TIMED))
        after_start(process, thread, parent, weight);
}

/* After a jump back into a frame: what it left open is closed. */
static void timing_return(struct process *process, struct thread *thread, struct cprof_node *parent,
                          uintptr_t *caller)
{
    if (process->mode == CPROF_MODE_COUNT)
        return;
    uint64_t now = charge(process, thread, ticks_now(process));
    timed_abandon(process, thread, parent, (uintptr_t)caller, now);
    spot_forget(thread);
}
